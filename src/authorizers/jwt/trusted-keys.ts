/**
 * A JWK set (RFC 7517) -> the keys that an issuer signs with. What cannot verify a token is left out, not refused: sets hold
 * keys for encryption and of kinds yet to come. A shared secret (`oct`) is never a key here, so that nobody can sign with
 * what is public; each key verifies the algorithms of its own kind and no others (RFC 8725 section 3.1).
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { JsonObject } from '../../base/strict-json.ts'

export type TokenAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'ES256' | 'ES384' | 'ES512'

export interface TrustedKey {
  readonly id: string
  readonly algorithms: readonly TokenAlgorithm[]
  /** Equal texts: the same key. */
  readonly material: string
  /** `signedText` is ASCII. Never throws. */
  verifies(algorithm: TokenAlgorithm, signedText: string, signature: Buffer): boolean
}

/** Far more than issuers publish while they rotate. */
const keysLimit = 64
const rsaLeastBits = 2048
/** A verification takes ten times as long as with 2,048 bits. */
const rsaMostBits = 8192

const hashes: Readonly<Record<TokenAlgorithm, string>> = {
  RS256: 'sha256',
  RS384: 'sha384',
  RS512: 'sha512',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
}

/** RFC 7518 section 3.4: the curve and the length of the signature, in bytes. */
const curves: ReadonlyMap<string, readonly [TokenAlgorithm, number]> = new Map([
  ['P-256', ['ES256', 64]],
  ['P-384', ['ES384', 96]],
  ['P-521', ['ES512', 132]],
])

/** Those keys of a set that can verify. Gives a sentence when the text is no set. */
export function readKeySet(set: JsonObject): readonly TrustedKey[] | string {
  const { keys } = set
  if (!Array.isArray(keys)) return 'the key set has no keys'
  if (keys.length > keysLimit) return `the key set has more than ${keysLimit} keys`
  return keys.flatMap(jwk => readKey(jwk) ?? [])
}

function readKey(jwk: unknown): TrustedKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const { kid, kty, use, key_ops: operations, alg, ...rest } = jwk as Record<string, unknown>
  if (typeof kid !== 'string') return undefined
  if (use !== undefined && use !== 'sig') return undefined
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined
  const made = kty === 'RSA' ? rsaKey(rest) : kty === 'EC' ? ellipticKey(rest) : undefined
  if (made === undefined) return undefined
  const algorithms = made.algorithms.filter(each => alg === undefined || alg === each)
  return algorithms.length === 0 ? undefined : Object.freeze({ id: kid, ...made, algorithms })
}

type Made = Omit<TrustedKey, 'id'>

/** Only the public members are handed on, whatever else the set has. */
function rsaKey({ n, e }: Record<string, unknown>): Made | undefined {
  if (typeof n !== 'string' || typeof e !== 'string' || n.length > 2048) return undefined
  const key = importKey({ kty: 'RSA', n, e })
  const { modulusLength = 0, publicExponent = 0n } = key?.asymmetricKeyDetails ?? {}
  if (key === undefined || modulusLength < rsaLeastBits || modulusLength > rsaMostBits)
    return undefined
  // With 1 every text is its own signature; a long exponent makes verifying slow.
  if (publicExponent < 3n || publicExponent > 0xffff_ffffn || publicExponent % 2n === 0n) {
    return undefined
  }
  return {
    algorithms: ['RS256', 'RS384', 'RS512'],
    material: `RSA ${n} ${e}`,
    verifies: (algorithm, signedText, signature) =>
      verify(hashes[algorithm], Buffer.from(signedText, 'latin1'), key, signature),
  }
}

function ellipticKey({ crv, x, y }: Record<string, unknown>): Made | undefined {
  const curve = typeof crv === 'string' ? curves.get(crv) : undefined
  if (curve === undefined || typeof x !== 'string' || typeof y !== 'string') return undefined
  // Made of a point that is not on the curve it does not come to be.
  const key = importKey({ kty: 'EC', crv: crv as string, x, y })
  if (key === undefined) return undefined
  const [algorithm, signatureBytes] = curve
  return {
    algorithms: [algorithm],
    material: `EC ${crv} ${x} ${y}`,
    verifies: (_, signedText, signature) =>
      signature.length === signatureBytes &&
      verify(
        hashes[algorithm],
        Buffer.from(signedText, 'latin1'),
        { key, dsaEncoding: 'ieee-p1363' },
        signature,
      ),
  }
}

function importKey(key: { kty: string; [member: string]: string }): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return undefined
  }
}
