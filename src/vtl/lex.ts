/**
 * Reading positions and the words of VTL. Velocity's own lexer changes its alphabet with the
 * context (text, directive, method arguments); here each context asks for the words it knows, by
 * sticky patterns at the current position. All patterns are linear.
 */
import { placeOf, VtlError } from './vtl-error.ts'

/** A template's text and how far it was read. */
export class Lexer {
  readonly source: string
  readonly template: string
  at = 0

  constructor(source: string, template: string) {
    this.source = source
    this.template = template
  }

  get isDone(): boolean {
    return this.at >= this.source.length
  }

  peek(ahead = 0): string {
    return this.source[this.at + ahead] ?? ''
  }

  /**
   * The text that a sticky pattern matches here, without stepping over it; undefined when it does
   * not match.
   */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    return pattern.exec(this.source)?.[0]
  }

  /** Like `match`, and steps over the text. */
  take(pattern: RegExp): string | undefined {
    const text = this.match(pattern)
    if (text !== undefined) this.at += text.length
    return text
  }

  takeText(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  skipBlanks(): void {
    this.take(blanks)
  }

  expect(text: string): void {
    if (!this.takeText(text)) this.fail(`Expected '${text}'`)
  }

  fail(problem: string, at = this.at): never {
    throw new VtlError(problem, this.template, placeOf(this.source, at))
  }
}

const blanks = /[ \t\r\n]*/y

export const patterns = {
  identifier: /[A-Za-z_][\w-]*/y,
  /** Behind `${`; Velocity also takes a `$` there, and then looks for a variable of that name. */
  formalIdentifier: /\$?[A-Za-z_][\w-]*/y,
  word: /[A-Za-z_@][\w@]*/y,
  /** A property's name must begin with a letter right after the dot, else the dot is text. */
  dot: /\.(?=[A-Za-z])/y,
  float: /-?(?:\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y,
  /** Two dots after digits are a range's, not a fraction's. */
  integer: /-?\d+(?=\.\.)|-?\d+/y,
  rangeEnd: /-?\d+(?=\.\.)/y,
  text: /[^$#\\]+/y,
  /** #set swallows the blanks before it, unless they belong to a longer text. */
  set: /[ \t]*#(?:set|\{set\}) *\(/y,
  /** What a directive swallows after its `)` or `#end`: blanks and one line end, or nothing. */
  lineEnd: /[ \t]*(?:\r\n|\n|\r)/y,
  openParenthesis: /[ \t\r\n]*\(/y,
  directive: /#(?:([A-Za-z_@][\w@]*)|\{([A-Za-z_@][\w@]*)\})/y,
  escapedDirective: /(?:\\\\)*\\#(?:[A-Za-z_@][\w@]*|\{[A-Za-z_][\w@]*\})/y,
  doubleEscapes: /(?:\\\\)+/y,
  dollar: /\\*\$(?:\\*!)?/y,
} as const

/**
 * Reads a quoted text here and gives what is between the quotes; a doubled quote stands for one. As
 * in Velocity the longest possible text counts, and a backslash has no meaning.
 */
export function readQuoted(lexer: Lexer, quote: '"' | "'"): string {
  const { source } = lexer
  const begin = lexer.at + 1
  let end = -1
  for (let i = source.indexOf(quote, begin); i >= 0; i = source.indexOf(quote, i + 2)) {
    end = i
    if (source[i + 1] !== quote) break
  }
  if (end < 0) lexer.fail('Text is not closed')
  lexer.at = end + 1
  return source.slice(begin, end).replaceAll(quote + quote, quote)
}
