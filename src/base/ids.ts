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

let extendedCounter = randomBytes(4).readUInt32BE()

/**
 * The id that AWS sends as `x-amz-apigw-id` and calls `extendedRequestId`: 15 base64 characters and
 * a `=`. Unique within the process: random start, then counting.
 */
export function extendedRequestId(): string {
  extendedCounter = (extendedCounter + 1) % 2 ** 40
  // Five bytes in base64: 24 bits, then 16 with two zeros behind.
  const high = Math.floor(extendedCounter / 2 ** 16)
  const low = (extendedCounter % 2 ** 16) << 2
  return `${prefix}${pairs[high >> 12]}${pairs[high & 4095]}${digits[low >> 12]}${pairs[low & 4095]}=`
}

const prefix = randomBytes(6).toString('base64')
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** What twelve bits are in base64. */
const pairs = Array.from(digits, first => Array.from(digits, second => first + second)).flat()
