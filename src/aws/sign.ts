/**
 * Signs requests with AWS Signature Version 4: to AWS services that an API integrates with, and for
 * `portcullis invoke`. The verifier is sigv4.ts; both stand on sigv4-canonical.ts.
 */
import type { Clock } from '../base/clock.ts'
import {
  algorithm,
  basicTime,
  canonicalPaths,
  canonicalRequest,
  encodeRfc3986,
  type Scope,
  scopeText,
  sha256,
  signatureOf,
  signatureParameter,
  stringToSign,
  unsignedPayload,
} from './sigv4-canonical.ts'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

export interface SignOptions {
  readonly method: string
  /** As it will be sent: percent-encoded, without the query. */
  readonly rawPath: string
  /** As it will be sent, without a question mark. */
  readonly rawQuery?: string
  /** All of them are signed, but for those that proxies change. Must hold `host`. */
  readonly headers: Readonly<Record<string, string>>
  /** What is sent; `UNSIGNED-PAYLOAD` leaves it out of the signature. No body by default. */
  readonly body?: Uint8Array | string | typeof unsignedPayload
  /** Sends the body's hash as a header too. Default: for S3 and unsigned bodies only, which need it. */
  readonly announcesHash?: boolean
  readonly credentials: Credentials
  readonly region: string
  readonly service: string
  readonly clock: Clock
}

/** The headers to add to a request so that it is signed. */
export function sign(options: SignOptions): Record<string, string> {
  const { credentials, service, announcesHash = service === 's3' } = options
  const time = basicTime(options.clock.now())
  const payloadHash = hashOf(options.body)
  const added: Record<string, string> = { 'x-amz-date': time }
  if (credentials.sessionToken) added['x-amz-security-token'] = credentials.sessionToken
  if (announcesHash || payloadHash === unsignedPayload) {
    added['x-amz-content-sha256'] = payloadHash
  }
  const scope = scopeFor(options, time)
  const rawHeaders = Object.entries({ ...options.headers, ...added }).flat()
  const signedHeaders = signedHeadersOf(rawHeaders)
  const signature = signatureFor(options, {
    scope,
    time,
    rawQuery: options.rawQuery ?? '',
    rawHeaders,
    signedHeaders,
    payloadHash,
  })
  const credential = `Credential=${scope.accessKeyId}/${scopeText(scope)}`
  const covered = `SignedHeaders=${signedHeaders.join(';')}`
  added['authorization'] = `${algorithm} ${credential}, ${covered}, Signature=${signature}`
  return added
}

/** The query (without question mark) that makes a request a presigned one for so many seconds. */
export function presign(options: SignOptions, expiresSeconds: number): string {
  const time = basicTime(options.clock.now())
  const scope = scopeFor(options, time)
  const payloadHash = options.service === 's3' ? unsignedPayload : hashOf(options.body)
  const rawHeaders = Object.entries(options.headers).flat()
  const signedHeaders = signedHeadersOf(rawHeaders)
  const parameters: Record<string, string> = {
    'X-Amz-Algorithm': algorithm,
    'X-Amz-Credential': `${scope.accessKeyId}/${scopeText(scope)}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': signedHeaders.join(';'),
  }
  const { sessionToken } = options.credentials
  if (sessionToken) parameters['X-Amz-Security-Token'] = sessionToken
  if (payloadHash === unsignedPayload) parameters['X-Amz-Content-Sha256'] = unsignedPayload
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeRfc3986(value)}`)
  const rawQuery = [options.rawQuery, ...added].filter(Boolean).join('&')
  const signature = signatureFor(options, {
    scope,
    time,
    rawQuery,
    rawHeaders,
    signedHeaders,
    payloadHash,
  })
  return `${rawQuery}&${signatureParameter}=${signature}`
}

interface ToSign {
  readonly scope: Scope
  readonly time: string
  readonly rawQuery: string
  readonly rawHeaders: readonly string[]
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
}

function signatureFor(options: SignOptions, toSign: ToSign): string {
  const { scope, time, ...parts } = toSign
  const [path = '/'] = canonicalPaths(options.rawPath, options.service)
  const canonical = canonicalRequest({ method: options.method, path, ...parts })
  return signatureOf(
    stringToSign(canonical, { algorithm, time, scope }),
    options.credentials.secretAccessKey,
    scope,
  )
}

function scopeFor({ credentials, region, service }: SignOptions, time: string): Scope {
  return { accessKeyId: credentials.accessKeyId, date: time.slice(0, 8), region, service }
}

/** What is changed or added on the way. */
const unsigned = new Set([
  ...['authorization', 'connection', 'content-length', 'expect', 'keep-alive', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'user-agent', 'x-amzn-trace-id'],
])

function signedHeadersOf(rawHeaders: readonly string[]): string[] {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase())
  return [...new Set(names)].filter(name => !unsigned.has(name)).sort()
}

function hashOf(body: SignOptions['body']): string {
  return body === unsignedPayload ? unsignedPayload : sha256(body ?? '')
}
