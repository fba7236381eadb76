/** Header names are tokens (RFC 9110 §5.6.2). The same few come again and again, so those that were checked are remembered. */

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Bounded in number and length, because clients and back ends choose the names. */
const known = new Set<string>()
const knownLimit = 4096

export function isHeaderName(name: string): boolean {
  if (known.has(name)) return true
  if (!token.test(name)) return false
  if (name.length <= 64 && known.size < knownLimit) known.add(name)
  return true
}

const starts = new Map<string, string>()

/** `\r\nName: `, the start of a header's line behind another line; '' for what is no name. */
export function lineStart(name: string): string {
  const known = starts.get(name)
  if (known !== undefined) return known
  if (!isHeaderName(name)) return ''
  const start = `\r\n${name}: `
  if (name.length <= 64 && starts.size < knownLimit) starts.set(name, start)
  return start
}

/** Names by length and ends, the last one that was read of each; bounded by its slots and by what one may hold. */
const lately: string[] = new Array(512).fill('')

/**
 * The name `text[from..to)`, or '' if it is none. Answers repeat their names: most are recognized where they stand, without
 * being cut out, checked and hashed (bench/micro/answer-head.ts).
 */
export function headerNameAt(text: string, from: number, to: number): string {
  const length = to - from
  if (length <= 0) return ''
  const slot = (length * 37 + text.charCodeAt(from) * 11 + text.charCodeAt(to - 1)) & 511
  const last = lately[slot] as string
  if (last.length === length && text.startsWith(last, from)) return last
  const name = text.slice(from, to)
  if (!token.test(name)) return ''
  // A copy: the part of a text holds the whole of it.
  if (length <= 64) lately[slot] = Buffer.from(name, 'latin1').toString('latin1')
  return name
}
