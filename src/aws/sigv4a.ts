/**
 * AWS Signature Version 4A: as version 4, but signed with an elliptic-curve key that signer and verifier derive from the
 * secret, and for a set of regions instead of one.
 *
 *     the private key    NIST SP 800-108's key derivation in counter mode with HMAC-SHA256, from `AWS4A` + secret, for the
 *                        access key id and a counter that goes up until the number is a key (FIPS 186-4, B.4.2)
 *     the string         AWS4-ECDSA-P256-SHA256 / time / date/service/aws4_request / hash of the canonical request
 *     the signature      ECDSA over P-256 with SHA-256, DER, in hex
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html and
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createECDH, createHmac, createPublicKey, type KeyObject, verify } from 'node:crypto'

export const algorithmV4a = 'AWS4-ECDSA-P256-SHA256'
export const regionSetHeader = 'x-amz-region-set'

/** The largest private key: the order of the curve less one. */
const largestKey = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632550n

/** True when `signature` (DER in hex) is that of `text` with the key of this pair. */
export function isSignedV4a(
  text: string,
  signature: string,
  accessKeyId: string,
  secret: string,
): boolean {
  if (signature.length > 160 || !/^(?:[0-9a-f]{2})+$/i.test(signature)) return false
  const key = { key: publicKeyOf(accessKeyId, secret), dsaEncoding: 'der' as const }
  try {
    return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'hex'))
  } catch {
    // Not DER.
    return false
  }
}

/** Whether `eu-west-1,us-*` has the region; `*` has them all. */
export function hasRegion(regionSet: string, region: string): boolean {
  return regionSet.split(',').some(each => {
    const wanted = each.trim()
    if (wanted.endsWith('*')) return region.startsWith(wanted.slice(0, -1))
    return wanted === region
  })
}

/** Deriving takes as long as ten verifications. */
const keys = new Map<string, KeyObject>()
const maxKeys = 2000

function publicKeyOf(accessKeyId: string, secret: string): KeyObject {
  const name = `${accessKeyId}/${secret}`
  const known = keys.get(name)
  if (known !== undefined) return known
  const curve = createECDH('prime256v1')
  curve.setPrivateKey(privateKeyOf(accessKeyId, secret))
  // 04, then both coordinates.
  const point = curve.getPublicKey()
  const key = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const oldest = keys.keys().next()
  if (keys.size >= maxKeys && !oldest.done) keys.delete(oldest.value)
  keys.set(name, key)
  return key
}

function privateKeyOf(accessKeyId: string, secret: string): Buffer {
  const start = Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from(`${algorithmV4a}\0`)])
  const lengthInBits = Buffer.from([0, 0, 1, 0])
  for (let counter = 1; counter < 255; counter++) {
    const context = Buffer.concat([Buffer.from(accessKeyId), Buffer.from([counter])])
    const bytes = createHmac('sha256', `AWS4A${secret}`)
      .update(Buffer.concat([start, context, lengthInBits]))
      .digest()
    const key = BigInt(`0x${bytes.toString('hex')}`) + 1n
    if (key <= largestKey) return Buffer.from(key.toString(16).padStart(64, '0'), 'hex')
  }
  // Not in the lifetime of the universe.
  throw new Error('No signing key can be derived')
}
