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
