/**
 * A token in JWS compact serialization (RFC 7515 section 7.1, RFC 7519) taken apart, without a look at its signature:
 *
 *     eyJhbGciOiJSUzI1NiIsImtpZCI6…  .  eyJpc3MiOiJodHRwczovL…  .  k9GKFY028MbL8hyL…
 *     header                            claims                      signature
 *
 * Strict, so that one token has one reading: base64url without padding and with zero spare bits (RFC 4648 section 3.5),
 * UTF-8, no member twice. Where a header names keys itself (`jwk`, `jku`, `x5c`, `x5u`) nobody reads them: only what the
 * issuer publishes is trusted. Extensions that must be understood (`crit`) are not, so that such tokens are refused.
 */

import { type JsonObject, parseStrictObject } from '../../base/strict-json.ts'
import type { TokenFault } from './faults.ts'
import { fault } from './faults.ts'

/** Tokens of many groups take a few thousand characters; all headers together are bounded to 20,480 bytes at AWS. */
const tokenLimit = 16_384

export interface DecodedToken {
  readonly algorithm: string
  /** undefined: the header names none. */
  readonly keyId: string | undefined
  readonly claims: JsonObject
  /** What was signed. */
  readonly signedText: string
  readonly signature: Buffer
}

/** Never throws. */
export function decodeToken(token: string): DecodedToken | TokenFault {
  if (token.length > tokenLimit) {
    return fault('malformed', `the token is longer than ${tokenLimit} characters`)
  }
  const parts = token.split('.', 6)
  const [headerPart = '', claimsPart = '', signaturePart = ''] = parts
  if (parts.length === 5)
    return fault('malformed', 'the token is encrypted (five parts), not signed')
  if (parts.length !== 3) return fault('malformed', 'the token has not the three parts of a JWT')
  const header = decodePart(headerPart, "the token's header")
  if ('fault' in header) return header.fault
  const { alg, kid, crit } = header.object
  if (typeof alg !== 'string') return fault('malformed', "the token's header has no alg")
  if (kid !== undefined && typeof kid !== 'string') {
    return fault('malformed', "the token's kid is not a text")
  }
  if (crit !== undefined) {
    return fault('malformed', "the token's header has crit: extensions that must be understood")
  }
  // Where a payload is not encoded (RFC 7797) `crit` must say so; without it the member means nothing good.
  if ('b64' in header.object) return fault('malformed', "the token's header has b64")
  const claims = decodePart(claimsPart, "the token's payload")
  if ('fault' in claims) return claims.fault
  const signature = decodeBase64Url(signaturePart)
  if (signature === undefined) return fault('malformed', "the token's signature is not base64url")
  return {
    algorithm: alg,
    keyId: kid,
    claims: claims.object,
    signedText: `${headerPart}.${claimsPart}`,
    signature,
  }
}

function decodePart(part: string, what: string): { object: JsonObject } | { fault: TokenFault } {
  const bytes = decodeBase64Url(part)
  if (bytes === undefined) return { fault: fault('malformed', `${what} is not base64url`) }
  const text = bytes.toString('utf8')
  if (text.includes('\ufffd') && !isSame(bytes, text)) {
    return { fault: fault('malformed', `${what} is not UTF-8`) }
  }
  const object = parseStrictObject(text)
  if (typeof object === 'string') return { fault: fault('malformed', `${what}: ${object}`) }
  return { object }
}

function isSame(bytes: Buffer, text: string): boolean {
  return Buffer.from(text, 'utf8').equals(bytes)
}

/** undefined: other characters, padding, an impossible length, or spare bits that are not zero. */
export function decodeBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  // Node ignores what it does not know; writing it again shows whether anything was ignored.
  return bytes.toString('base64url') === text ? bytes : undefined
}
