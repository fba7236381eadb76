/**
 * Base64 as AWS wants it (RFC 4648 §4), told apart from what only looks like it: `Buffer.from` takes anything and gives some
 * bytes.
 */

/** The bytes; null: the text is not base64. Padding may be missing, and line ends are taken as MIME writes them. */
export function decodeBase64(text: string): Buffer | null {
  const bare = /[\n\r]/.test(text) ? text.replace(/[\n\r]+/g, '') : text
  const digits = bare.endsWith('==') ? bare.length - 2 : bare.length - (bare.endsWith('=') ? 1 : 0)
  // One digit more than whole groups has six bits, which are no byte.
  if (digits % 4 === 1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(bare)) return null
  return Buffer.from(bare, 'base64')
}
