/**
 * How words that come from a definition are written into generated source, so that they stay words: as literals,
 * inside comments, in Markdown. Nothing else may put such words into a file.
 */

export type Literal = string | number | boolean | readonly Literal[] | LiteralObject
export interface LiteralObject {
  readonly [name: string]: Literal | undefined
}

/**
 * A value as JavaScript source: `{ verb: "GET", path: ["pets"] }`. Undefined members are left out; a member's name
 * is quoted when it is no plain identifier. Safe inside a `<script>` too.
 */
export function literal(value: Literal): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return `[${value.map(literal).join(', ')}]`
  const members = Object.entries(value).flatMap(([name, member]) =>
    member === undefined ? [] : [`${propertyName(name)}: ${literal(member)}`],
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** A text as a string literal of JavaScript. */
export function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff<>]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * A name as it stands before a colon. `__proto__` is computed, for else it would not name a member but set the
 * prototype.
 */
export function propertyName(name: string): string {
  if (name === '__proto__') return '["__proto__"]'
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name)
}

/**
 * A text that may stand in a comment of either kind: one line, never its end, no tag of a page around it, at most
 * `max` characters.
 */
export function commentText(text: string, max = 200): string {
  return oneLine(text, max)
    .replaceAll('*/', '* /')
    .replace(/<(?=[!/a-z])/gi, '< ')
}

/** A text that Markdown shows as it is: one line, at most `max` characters. */
export function markdownText(text: string, max = 200): string {
  return oneLine(text, max).replace(/[\\`*_{}[\]()#+!|~<>&-]/g, character =>
    character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
  )
}

function oneLine(text: string, max: number): string {
  const line = text.slice(0, max * 2).toWellFormed()
  return line
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, max)
    .toWellFormed()
}

function isList(value: readonly Literal[] | LiteralObject): value is readonly Literal[] {
  return Array.isArray(value)
}
