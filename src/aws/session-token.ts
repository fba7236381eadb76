/**
 * Session tokens that say by themselves what they stand for. What AssumeRole granted is sealed into the token, so that
 * nothing has to be kept or told to the data plane, and a session outlives a restart.
 *
 *     token    version | nonce | AES-256-GCM(deflate(JSON)) | tag, in base64; the access key id is authenticated with it
 *     secret   HMAC of the access key id
 *
 * Both keys are derived from the snapshot's session key, which is derived from the master key (HKDF, RFC 5869): who has a
 * token can read nothing of it, and who changes it has nothing.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { OpenSession, SealedSession } from './identity.ts'

const version = 1
const nonceBytes = 12
const tagBytes = 16
/** Tokens travel in a header: longer ones would not reach an API, whose headers end at 10,240 bytes. */
export const packedLimitBytes = 4096
/** Ten managed policies and an inline one, as JSON; a token that unpacks to more is none of ours. */
const plainLimitBytes = 131_072

/** What is sealed: the secret is derived, and the key id stands beside the token. */
type Granted = Omit<SealedSession, 'accessKeyId' | 'secretAccessKey'>

/** The secret of a session's access key: 40 characters of base64. */
export function sessionSecret(accessKeyId: string, key: Buffer): string {
  const derived = subkey(key, 'secret')
  return createHmac('sha256', derived).update(accessKeyId).digest('base64').slice(0, 40)
}

/** Seals a session. null: it is too large for a token (`packedLimitBytes`); `packedBytes` is what counts. */
export function sealSession(
  granted: Granted,
  accessKeyId: string,
  key: Buffer,
): { readonly token: string; readonly packedBytes: number } | null {
  const plain = deflateRawSync(Buffer.from(JSON.stringify(granted)))
  if (plain.length > packedLimitBytes) return null
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', subkey(key, 'token'), nonce)
  cipher.setAAD(Buffer.from(accessKeyId))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  const whole = Buffer.concat([Uint8Array.of(version), nonce, sealed, cipher.getAuthTag()])
  return { token: whole.toString('base64'), packedBytes: plain.length }
}

/** As the contract says: never throws. */
export const openSession: OpenSession = (token, accessKeyId, key) => {
  if (token.length > 4 * packedLimitBytes) return 'bad-token'
  const whole = Buffer.from(token, 'base64')
  if (whole[0] !== version || whole.length < 1 + nonceBytes + tagBytes) return 'bad-token'
  // One spelling only: base64 has several for the same bytes.
  if (whole.toString('base64') !== token) return 'bad-token'
  try {
    const nonce = whole.subarray(1, 1 + nonceBytes)
    const decipher = createDecipheriv('aes-256-gcm', subkey(key, 'token'), nonce)
    decipher.setAAD(Buffer.from(accessKeyId))
    decipher.setAuthTag(whole.subarray(-tagBytes))
    const sealed = whole.subarray(1 + nonceBytes, -tagBytes)
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
    const text = inflateRawSync(plain, { maxOutputLength: plainLimitBytes }).toString()
    // What opens with our key was written by `sealSession`.
    const granted = JSON.parse(text) as Granted
    return { ...granted, accessKeyId, secretAccessKey: sessionSecret(accessKeyId, key) }
  } catch {
    return 'bad-token'
  }
}

function subkey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `portcullis session ${purpose}`, 32))
}
