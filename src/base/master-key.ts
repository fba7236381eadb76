/**
 * The master key, 32 bytes, and the keys that are derived from it: one for each purpose, so that none is used for two
 * things (HKDF with SHA-256, RFC 5869). The id tells keys apart and tells nothing of them.
 */
import { hkdfSync, randomBytes } from 'node:crypto'

export interface MasterKey {
  /** 16 hexadecimal digits. */
  readonly id: string
  /** 32 bytes. */
  derive(purpose: string): Buffer
}

const keyBytes = 32

/** Throws RangeError when there are not 32 bytes. */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== keyBytes) throw new RangeError(`A master key has ${keyBytes} bytes`)
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', bytes, 'portcullis', purpose, length))
  return Object.freeze({
    id: derive('key id', 8).toString('hex'),
    derive: (purpose: string) => derive(purpose, keyBytes),
  })
}

/** 64 hexadecimal digits or 44 characters of base64; undefined when the text is neither. */
export function readMasterKey(text: string): Buffer | undefined {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return undefined
  return Buffer.from(trimmed, 'base64')
}

export function newMasterKey(): Buffer {
  return randomBytes(keyBytes)
}
