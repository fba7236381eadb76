/**
 * Identifiers in the forms that AWS gives them: lower-case letters and digits for resources, UUIDs
 * and short base64 texts for requests.
 */
import { randomBytes, randomUUID } from 'node:crypto'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Makes identifiers; a test may hand over its own to get the same ones each time. */
export interface Ids {
  /** `length` characters of `[a-z0-9]`: 10 for APIs, API keys and root resources, 6 for the rest. */
  short(length: number): string
  /** A version 4 UUID (RFC 9562). */
  uuid(): string
}

export const randomIds: Ids = Object.freeze({ short: shortId, uuid: randomUUID })

function shortId(length: number): string {
  const bytes = randomBytes(length)
  let id = ''
  // 256 is not a multiple of 36: the first four characters come up 0.4 % more often, which does not matter here.
  for (let i = 0; i < length; i++) id += alphabet[(bytes[i] as number) % 36]
  return id
}

let extendedCounter = 0

/**
 * The id that AWS sends as `x-amz-apigw-id` and calls `extendedRequestId`: 15 base64 characters and
 * a `=`. Unique within the process: random start, then counting.
 */
export function extendedRequestId(): string {
  if (extendedCounter === 0) extendedCounter = randomBytes(4).readUInt32BE() + 1
  extendedCounter = (extendedCounter + 1) % 0xffffffffff
  const bytes = Buffer.allocUnsafe(11)
  bytes.writeUIntBE(prefix, 0, 6)
  bytes.writeUIntBE(extendedCounter, 6, 5)
  return bytes.toString('base64')
}

const prefix = randomBytes(6).readUIntBE(0, 6)
