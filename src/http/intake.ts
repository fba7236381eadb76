/**
 * Checks that parsers leave out, in one pass over the headers: exactly one Host that is one, known transfer
 * codings, a version and a verb of HTTP/1, bounded header and URL size. What fails is answered before anything else
 * looks at the request, and its connection is closed: where the next request would begin is in doubt (RFC 9112 §11.2).
 *
 * Limits: "Amazon API Gateway quotas for REST APIs" (20,480 bytes of headers, 10,240 characters of URL).
 */
import { METHODS } from 'node:http'

/** A request's head as a parser gives it. */
export interface ParsedHead {
  readonly method: string
  /** As in the request line. */
  readonly url: string
  /** `1.1` */
  readonly version: string
  /** Name, value, name, value… as sent. */
  readonly headers: string[]
}

export interface Intake {
  readonly method: string
  /** As sent, but for a Host that an absolute target overrules. */
  readonly headers: readonly string[]
  readonly host: string
  /** Path and query. */
  readonly target: string
  /** -1: no Content-Length. */
  readonly contentLength: number
  readonly isChunked: boolean
  /** HTTP/1.1 in its plainest form: nothing is asked of the connection, and the body, if any, has a length. */
  readonly isPlain: boolean
  readonly methodOverride: string | undefined
  readonly traceId: string | undefined
}

export interface IntakeFault {
  readonly status: 400 | 414 | 431
  readonly message: string
}

const interesting = new Map<string, number>()
const other = 0
const hostName = 1
const contentLengthName = 2
const transferEncodingName = 3
const overrideName = 4
const traceName = 5
const connectionName = 6
/** Whoever sends one wants more of the connection than an answer. */
const unusualName = 7
const kinds = new Map([
  ['host', hostName],
  ['content-length', contentLengthName],
  ['transfer-encoding', transferEncodingName],
  ['x-http-method-override', overrideName],
  ['x-amzn-trace-id', traceName],
  ['connection', connectionName],
  ['proxy-connection', unusualName],
  ['expect', unusualName],
  ['upgrade', unusualName],
  ['trailer', unusualName],
])

function kindOf(name: string): number {
  const remembered = interesting.get(name)
  if (remembered !== undefined) return remembered
  const kind = kinds.get(name.toLowerCase()) ?? other
  // Clients choose the names: neither many nor long ones may fill the memory.
  if (name.length <= 64 && interesting.size < 4096) interesting.set(name, kind)
  return kind
}

const headerLimitBytes = 20480
const urlLimit = 10240

/** node's parser knows RTSP's verbs as well, and takes the version 2.0 in a request line. */
const verbs: ReadonlySet<string> = new Set(METHODS)
const versions: ReadonlySet<string> = new Set(['1.0', '1.1'])

/** Gives a fault instead when the request must not go further. */
export function takeIn(head: ParsedHead): Intake | IntakeFault {
  const { method, url, version, headers: raw } = head
  const isOld = version === '1.0'
  let isPlain = !isOld
  let host: string | undefined
  let hostAt = -1
  let contentLength = -1
  let isChunked = false
  let methodOverride: string | undefined
  let traceId: string | undefined
  let size = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    size += name.length + value.length
    const kind = kindOf(name)
    if (kind === other) continue
    switch (kind) {
      case hostName:
        if (host !== undefined) return fault(400, 'More than one Host header')
        host = value
        hostAt = i + 1
        break
      case contentLengthName:
        // node's parser has refused all others.
        if (contentLength >= 0 || !/^\d{1,15}$/.test(value)) isPlain = false
        contentLength = Number(value)
        break
      case transferEncodingName:
        if (value.toLowerCase() !== 'chunked') return fault(400, 'Unknown transfer coding')
        // "MUST treat the message as if the framing is faulty" (RFC 9112 §6.1).
        if (isOld) return fault(400, 'No transfer coding in HTTP/1.0')
        isChunked = true
        isPlain = false
        break
      case overrideName:
        methodOverride = value === '' ? undefined : value.toUpperCase()
        break
      case traceName:
        traceId = value
        break
      case connectionName:
        if (value !== 'keep-alive' && value.toLowerCase() !== 'keep-alive') isPlain = false
        break
      case unusualName:
        isPlain = false
        break
    }
  }
  if (!versions.has(version) || !verbs.has(method)) return fault(400, 'Bad request')
  if (host === undefined ? !isOld : !isHost(host)) return fault(400, 'Bad Host header')
  if (size > headerLimitBytes) return fault(431, 'Request header fields too large')
  if (url.length > urlLimit) return fault(414, 'Request URI too long')
  const target = originForm(url)
  if (target === undefined) return fault(400, 'Bad request target')
  if (target.authority !== undefined) {
    // "MUST ignore the received Host header field and instead use the host information of the request-target": a
    // signature for one host must not pass at another.
    isPlain = false
    if (hostAt >= 0) raw[hostAt] = target.authority
  }
  return {
    method,
    headers: raw,
    host: (target.authority ?? host ?? '').toLowerCase(),
    target: target.path,
    contentLength,
    isChunked,
    isPlain,
    methodOverride,
    traceId,
  }
}

/** The last one that was good: most requests of a thread are for few hosts. */
let knownHost = ''

/** RFC 9110 §7.2: "any request message that contains […] a Host header field with an invalid field value" is 400. */
function isHost(text: string): boolean {
  if (text === knownHost) return true
  if (!/^(?:[A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/.test(text)) return false
  knownHost = text
  return true
}

function fault(status: IntakeFault['status'], message: string): IntakeFault {
  return { status, message }
}

/** RFC 9112 §3.2: a server must take the absolute form too, and then its authority counts, not the Host header. */
function originForm(url: string): { path: string; authority: string | undefined } | undefined {
  // A fragment is the client's own matter, and never sent.
  if (url.includes('#')) return undefined
  if (url.charCodeAt(0) === 47) return { path: url, authority: undefined }
  const found = /^https?:\/\/([^/?]+)([/?].*)?$/is.exec(url)
  if (found === null || !isHost(found[1] as string)) return undefined
  const path = found[2] ?? '/'
  return { path: path.startsWith('?') ? `/${path}` : path, authority: found[1] }
}
