/** The token inside a header or query value: as it is, or behind `Bearer ` (RFC 6750 section 2.1). */

/** '' when there is none. The scheme's case does not count (RFC 9110 section 11.1). */
export function bearerToken(value: string): string {
  const text = value.trim()
  if (text.length < 6 || text.slice(0, 6).toLowerCase() !== 'bearer') return text
  // Tokens have dots and no spaces, so that a token cannot be taken for the scheme.
  if (text.length === 6) return ''
  return text[6] === ' ' ? text.slice(7).trim() : text
}
