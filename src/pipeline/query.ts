/**
 * Query strings as API Gateway reads and writes them: `+` and `%20` are spaces, `&` and `;` separate (REST API
 * notes in the developer guide: "The semicolon splits data"), duplicates are kept in order, a broken `%` escape
 * stays as it is.
 */

/** Decoded name -> decoded values, in the order in which the names first came. */
export function parseQuery(raw: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>()
  let from = 0
  while (from < raw.length) {
    let to = from
    let equals = -1
    for (; to < raw.length; to++) {
      const code = raw.charCodeAt(to)
      if (code === 38 || code === 59) break
      if (code === 61 && equals < 0) equals = to
    }
    if (to > from) {
      const name = decodeQueryText(raw.slice(from, equals < 0 ? to : equals))
      const value = equals < 0 ? '' : decodeQueryText(raw.slice(equals + 1, to))
      const values = query.get(name)
      if (values === undefined) query.set(name, [value])
      else values.push(value)
    }
    from = to + 1
  }
  return query
}

function decodeQueryText(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced
  }
}

/** One `name=value` for a query that is sent on; form encoding, space as `+` is avoided because not all back ends read it. */
export function encodeQueryPair(name: string, value: string): string {
  return `${encodeText(name)}=${encodeText(value)}`
}

function encodeText(text: string): string {
  // A lone surrogate cannot be encoded; the replacement character is what UTF-8 encoders write for it.
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed())
}
