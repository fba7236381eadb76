/**
 * Text sealed with AES-256-GCM: who has no key can neither read nor change it, nor put it in another place, because the
 * place (what it is, and whose) is authenticated with it.
 *
 *     base64( nonce, 12 bytes | ciphertext | tag, 16 bytes )
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16

/** `key`: 32 bytes. */
export function sealText(key: Uint8Array, place: string, text: string): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(place))
  const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(parts).toString('base64')
}

/** Throws when it was sealed with another key, for another place, or was changed. */
export function openText(key: Uint8Array, place: string, sealed: string): string {
  const whole = Buffer.from(sealed, 'base64')
  if (whole.length < nonceBytes + tagBytes) throw new RangeError('The sealed text is cut short')
  const decipher = createDecipheriv('aes-256-gcm', key, whole.subarray(0, nonceBytes))
  decipher.setAAD(Buffer.from(place))
  decipher.setAuthTag(whole.subarray(-tagBytes))
  const text = decipher.update(whole.subarray(nonceBytes, -tagBytes), undefined, 'utf8')
  return text + decipher.final('utf8')
}
