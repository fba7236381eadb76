/**
 * The canonical request and the key of AWS Signature Version 4: what signer and verifier must agree on.
 *
 *     POST                       method
 *     /prod/%2540connections     path, every segment encoded once more (S3: as sent)
 *     a=1&b=2                    query, each name and value encoded the one right way, sorted
 *     host:example.org           signed headers, lower-case, trimmed
 *                                an empty line
 *     host                       their names
 *     e3b0c442…                  SHA-256 of the body, or UNSIGNED-PAYLOAD
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHmac, hash } from 'node:crypto'
import { headerOf } from './wire.ts'

export const algorithm = 'AWS4-HMAC-SHA256'
export const terminator = 'aws4_request'
export const unsignedPayload = 'UNSIGNED-PAYLOAD'
export const signatureParameter = 'X-Amz-Signature'

/** What a signature is for: `20261122/eu-west-1/execute-api/aws4_request`. */
export interface Scope {
  readonly accessKeyId: string
  /** `YYYYMMDD`. */
  readonly date: string
  readonly region: string
  readonly service: string
}

export interface CanonicalParts {
  readonly method: string
  /** From `canonicalPaths`. */
  readonly path: string
  readonly rawQuery: string
  readonly rawHeaders: readonly string[]
  /** Lower-case, sorted. */
  readonly signedHeaders: readonly string[]
  readonly payloadHash: string
}

/** The text whose hash is signed. */
export function canonicalRequest(parts: CanonicalParts): string {
  return [
    parts.method,
    parts.path,
    canonicalQuery(parts.rawQuery),
    canonicalHeaders(parts.rawHeaders, parts.signedHeaders),
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n')
}

/** The text that is signed. `time` is `YYYYMMDDTHHMMSSZ`. */
export function stringToSign(
  canonical: string,
  by: { readonly algorithm: string; readonly time: string; readonly scope: Scope },
): string {
  return [by.algorithm, by.time, scopeText(by.scope), sha256(canonical)].join('\n')
}

/** Without the region where it has none: version 4A. */
export function scopeText(scope: Scope): string {
  if (scope.region === '') return `${scope.date}/${scope.service}/${terminator}`
  return `${scope.date}/${scope.region}/${scope.service}/${terminator}`
}

/**
 * The canonical forms of a raw path that a client may have signed, the documented one first: without
 * empty, `.` and `..` segments. SDKs that don't normalise (Go's) sign the path as it is.
 */
export function canonicalPaths(rawPath: string, service: string): string[] {
  if (service === 's3') return [rawPath]
  const asSent = encodePath(rawPath)
  const normalized = encodePath(normalizePath(rawPath))
  return asSent === normalized ? [asSent] : [normalized, asSent]
}

/** The signature of a text, in hex. */
export function signatureOf(text: string, secret: string, scope: Scope): string {
  return createHmac('sha256', signingKey(secret, scope)).update(text).digest('hex')
}

/** SHA-256 in lower-case hex. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

/** Milliseconds -> `YYYYMMDDTHHMMSSZ`. */
export function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** Percent-encodes all but RFC 3986's unreserved characters. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function encodePath(path: string): string {
  return path.split('/').map(encodeRfc3986).join('/')
}

function normalizePath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return ''
  const pairs: [name: string, value: string][] = []
  for (const part of rawQuery.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at)
    if (name === signatureParameter) continue
    pairs.push([encodeOnce(name), at < 0 ? '' : encodeOnce(part.slice(at + 1))])
  }
  pairs.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Query text as sent -> the one right encoding, without decoding to characters in between: a byte
 * that is no UTF-8 survives. `+` is a space; a `%` that begins no escape stands for itself.
 */
function encodeOnce(text: string): string {
  if (/^[A-Za-z0-9_.~-]*$/.test(text)) return text
  return text.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9_.~-]/gu, piece => {
    if (piece === '+') return '%20'
    if (piece.length < 3 || !piece.startsWith('%')) return encodeRfc3986(piece)
    const character = String.fromCharCode(Number.parseInt(piece.slice(1), 16))
    return /[A-Za-z0-9_.~-]/.test(character) ? character : piece.toUpperCase()
  })
}

/** One line for each name, which stand there once each. One pass over the headers, however many names there are. */
function canonicalHeaders(rawHeaders: readonly string[], names: readonly string[]): string {
  const values = new Map<string, string | undefined>(names.map(name => [name, undefined]))
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    if (!values.has(name)) continue
    const before = values.get(name)
    const value = squeeze(rawHeaders[i + 1] as string)
    values.set(name, before === undefined ? value : `${before},${value}`)
  }
  let text = ''
  for (const [name, value] of values) {
    // HTTP/2 has no Host header.
    const other = name === 'host' ? headerOf(rawHeaders, ':authority') : undefined
    text += `${name}:${value ?? other ?? ''}\n`
  }
  return text
}

function squeeze(value: string): string {
  return value.trim().replace(/\s+/g, ' ')
}

/** A key is good for a day, a region and a service; deriving it costs four HMACs. */
function signingKey(secret: string, scope: Scope): Buffer {
  const name = `${scopeText(scope)}/${secret}`
  const known = keys.get(name)
  if (known) return known
  let key: Buffer = hmac(`AWS4${secret}`, scope.date)
  for (const part of [scope.region, scope.service, terminator]) key = hmac(key, part)
  const oldest = keys.keys().next()
  if (keys.size >= maxKeys && !oldest.done) keys.delete(oldest.value)
  keys.set(name, key)
  return key
}

const keys = new Map<string, Buffer>()
const maxKeys = 2000

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
