/**
 * Request bodies come out of their content coding before anything reads them: validation, templates and back ends see
 * what the client meant ("Call an API method with a compressed payload in API Gateway" in the developer guide). Every
 * API does this, configured or not.
 *
 * The limit for bodies holds for what comes out: a small body that would grow beyond it ends with 413 as soon as it
 * has. AWS decodes before it knows the API; here it waits until the guards have let the request through, so that
 * nobody else can make the gateway work for him.
 */
import { gunzip, gunzipSync, inflate, inflateSync } from 'node:zlib'
import type { HeaderList } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

interface Decoder {
  readonly now: typeof gunzipSync
  readonly later: typeof gunzip
}

/** `deflate` is the zlib format (RFC 9110 §8.4.1.2); bare deflate is refused (guess). null: nothing to do. */
const decoders: ReadonlyMap<string, Decoder | null> = new Map([
  ['gzip', { now: gunzipSync, later: gunzip }],
  ['deflate', { now: inflateSync, later: inflate }],
  ['identity', null],
])

/** Measured: up to here the thread itself needs 10 to 100 µs, and handing the work to another costs 100. */
const inputDecodedAtOnce = 16_384
const outputDecodedAtOnce = 65_536

/** Replaces the request by one with the decoded body; refuses with 415 or 413. */
export function decompress(x: Exchange): undefined | Promise<undefined> {
  const { body, headers } = x.methodRequest
  if (body === null || body.length === 0) return
  const coding = contentCoding(headers)
  if (coding === '') return
  const decoder = decoders.get(coding)
  if (decoder === null) return
  if (decoder === undefined) throw unsupported(`the content coding ${coding} is not supported`)
  const limitBytes = x.loaded.bodyLimitBytes
  if (body.length <= inputDecodedAtOnce) {
    try {
      const maxOutputLength = Math.min(limitBytes, outputDecodedAtOnce)
      x.methodRequest = x.methodRequest.withBody(decoder.now(body, { maxOutputLength }))
      return
    } catch (error) {
      if (!isTooLarge(error)) throw undecodable(coding, error)
      if (limitBytes <= outputDecodedAtOnce) throw tooLarge(limitBytes)
    }
  }
  return decodeLater(x, body, coding, decoder, limitBytes)
}

function decodeLater(
  x: Exchange,
  body: Buffer,
  coding: string,
  { later }: Decoder,
  limitBytes: number,
): Promise<undefined> {
  return new Promise((resolve, reject) => {
    later(body, { maxOutputLength: limitBytes }, (error, decoded) => {
      if (error !== null) {
        reject(isTooLarge(error) ? tooLarge(limitBytes) : undecodable(coding, error))
        return
      }
      x.methodRequest = x.methodRequest.withBody(decoded)
      resolve(undefined)
    })
  })
}

/** Of all Content-Encoding headers, lower case; '' when there is none. */
function contentCoding(headers: HeaderList): string {
  let coding = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (name.length !== 16 || name.toLowerCase() !== 'content-encoding') continue
    const value = (headers[i + 1] as string).trim().toLowerCase()
    coding = coding === '' ? value : `${coding}, ${value}`
  }
  return coding
}

function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal('REQUEST_TOO_LARGE', {
    message: `HTTP content length exceeded ${limitBytes} bytes.`,
    reason: `the body is larger than ${limitBytes} bytes when it is decompressed`,
  })
}

function undecodable(coding: string, cause: unknown): Refusal {
  return unsupported(`the body is not ${coding}: ${cause instanceof Error ? cause.message : cause}`)
}

function unsupported(reason: string): Refusal {
  return new Refusal('UNSUPPORTED_MEDIA_TYPE', { reason })
}
