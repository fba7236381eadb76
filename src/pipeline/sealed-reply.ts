/**
 * Cached answers of methods with `cacheDataEncrypted`: AES-256-GCM with a key that is made when the thread starts and kept
 * nowhere else, so that what a dump or a swap file shows of the cache is of no use once the thread has ended.
 *
 *     sealed = nonce (12 bytes), tag (16), encrypted [length of the head (4 bytes), head as JSON, body]
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { HeaderList, HeldReply } from '../messages/messages.ts'

interface Head {
  readonly status: number
  readonly headers: HeaderList
}

const algorithm = 'aes-256-gcm'
const nonceBytes = 12
const tagBytes = 16
const secret = randomBytes(32)

/** `name` is bound to the content: a sealed reply opens under its own name only. */
export function seal({ status, headers, body }: HeldReply, name: string): Buffer {
  const head = Buffer.from(JSON.stringify({ status, headers } satisfies Head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(head.length)
  // Random nonces may repeat after some 2^48 of them; a key lives for one run of a thread.
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, secret, nonce).setAAD(Buffer.from(name))
  const parts = [cipher.update(length), cipher.update(head)]
  parts.push(typeof body === 'string' ? cipher.update(body, 'utf8') : cipher.update(body))
  parts.push(cipher.final())
  return Buffer.concat([nonce, cipher.getAuthTag(), ...parts])
}

/** Throws when it was changed, or sealed under another name. */
export function unseal(sealed: Buffer, name: string): HeldReply {
  const decipher = createDecipheriv(algorithm, secret, sealed.subarray(0, nonceBytes))
  decipher.setAAD(Buffer.from(name))
  decipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  const encrypted = sealed.subarray(nonceBytes + tagBytes)
  const plain = Buffer.concat([decipher.update(encrypted), decipher.final()])
  const bodyAt = 4 + plain.readUInt32BE(0)
  // Written by `seal`, and authentic.
  const { status, headers } = JSON.parse(plain.toString('utf8', 4, bodyAt)) as Head
  return { status, headers, body: plain.subarray(bodyAt) }
}
