/**
 * A reading position in a selector, shared by the two parsers. Jayway looks ahead over text rather
 * than tokens (brackets are matched first, then their inside is read), so this has searching as
 * well as stepping.
 */
import { JsonPathSyntaxError } from './syntax-error.ts'

/** Reads `text` between the current position and `end`. */
export class Cursor {
  readonly text: string
  readonly end: number
  at: number

  constructor(text: string, at: number, end: number) {
    this.text = text
    this.at = at
    this.end = end
  }

  /** The character `ahead` places on; '' past the end. */
  peek(ahead = 0): string {
    const i = this.at + ahead
    return i < this.end ? (this.text[i] as string) : ''
  }

  get isDone(): boolean {
    return this.at >= this.end
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.at++
  }

  /** Steps over `expected`, after blanks; false and unmoved blanks aside when it is not there. */
  take(expected: string): boolean {
    this.skipBlanks()
    if (!this.text.startsWith(expected, this.at) || this.at + expected.length > this.end)
      return false
    this.at += expected.length
    return true
  }

  fail(problem: string, at = this.at): never {
    throw new JsonPathSyntaxError(problem, this.text, at)
  }

  /** The next `quote` at or after `from` that no backslash precedes; -1 when there is none. */
  closingQuote(quote: string, from: number): number {
    for (let i = from; i < this.end; i++) {
      if (this.text[i] === '\\') i++
      else if (this.text[i] === quote) return i
    }
    return -1
  }

  /**
   * Where the bracket opened at `open` closes, quoted text (and `/regex/`es, if asked) skipped; -1
   * when it does not.
   */
  closingBracket(open: number, closer: string, options?: { skipRegexes: boolean }): number {
    const opener = this.text[open]
    let depth = 0
    for (let i = open; i < this.end; i++) {
      const c = this.text[i] as string
      const isRegex = c === '/' && options?.skipRegexes && this.isRegexStart(i)
      if (c === "'" || c === '"' || isRegex) {
        i = this.closingQuote(c, i + 1)
        if (i < 0) return -1
      } else if (c === opener) depth++
      else if (c === closer && --depth === 0) return i
    }
    return -1
  }

  /**
   * A slash begins a regex beside `=~` or at the start of an operand, and is a plain character in a
   * name.
   */
  private isRegexStart(i: number): boolean {
    let before = i - 1
    while (isBlank(this.text[before] ?? '')) before--
    return '(~!&|'.includes(this.text[before] ?? '(')
  }
}

export function isBlank(c: string): boolean {
  return c === ' ' || c === '\t' || c === '\n' || c === '\r'
}

export function isDigit(c: string): boolean {
  return c >= '0' && c <= '9' && c.length === 1
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * Undoes backslashes in quoted text: the JSON ones, and before any other character the character
 * itself.
 */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(
    /\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g,
    (_, hex: string | undefined, c: string) =>
      hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (escapes[c] ?? c),
  )
}
