/**
 * What one call to a back end is made of: where it goes, what is sent, what comes back. Plain data;
 * how a call can fail is in errors.ts.
 */
import type { BodyStream } from '../../messages/body-stream.ts'
import type { ClientCertificate } from '../../messages/client-certificate.ts'
import type { Cancel } from '../../messages/messages.ts'

/** Where calls go. Frozen; make it once, when the definition is loaded, with `httpTarget`. */
export interface HttpTarget {
  readonly secure: boolean
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  readonly port: number
  /** The name that the certificate must carry, sent as SNI unless it is an address. */
  readonly serverName: string
  /**
   * Takes certificates of unknown authorities; name and dates are still checked.
   * https://docs.aws.amazon.com/apigateway/latest/api/API_TlsConfig.html
   */
  readonly insecureSkipVerification: boolean
  /** The certificate that we show to the back end, or null. */
  readonly clientCertificate: ClientCertificate | null
  /** Names the connection pool: equal keys share connections. */
  readonly key: string
}

/** One request. */
export interface HttpCall {
  readonly target: HttpTarget
  readonly method: string
  /** Path and query exactly as they are sent. */
  readonly path: string
  /**
   * Name, value, name, value…, with exactly one Host. Content-Length, Transfer-Encoding, Connection,
   * Keep-Alive and Proxy-Connection are left out: framing is the client's affair.
   */
  readonly headers: readonly string[]
  /**
   * A stream of unknown length is sent chunked; of a known one exactly so many bytes must come, or the call fails. It is
   * started only once there is a connection, and aborted when the call is over before it.
   */
  readonly body: Buffer | BodyStream | null
  /** For opening a connection on behalf of this call, TLS handshake included. */
  readonly connectTimeoutMs: number
  /**
   * For the whole call, from waiting for a connection until the last byte of the answer. While a streamed body is on its way:
   * for each piece to be taken.
   */
  readonly timeoutMs: number
  /** Besides: the longest silence between the answer's head and its end, while the sink is not pausing it. */
  readonly idleTimeoutMs?: number | undefined
  /** Ends the call with `aborted`, and closes its connection. */
  readonly cancel?: Cancel
}

/** How long a call took; all from its start, in milliseconds. */
export interface HttpTimings {
  /** Until there was a connection to write to. */
  readonly connectMs: number
  /** Until the first byte of the answer. */
  readonly firstByteMs: number
  readonly totalMs: number
  /** Whether the connection had been there before the call. */
  readonly reused: boolean
}

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number
  /** Name, value, name, value…: names as the back end sent them, in its order. */
  readonly headers: string[]
  /** The bytes of the body, transfer coding removed. */
  readonly body: Buffer
  readonly timings: HttpTimings
}

/** An answer that is here in full, or whose head is and whose body is to be started. */
export interface OpenAnswer {
  readonly status: number
  readonly headers: string[]
  readonly body: Buffer | BodyStream
  /** Of a streamed one: until it was handed over. */
  readonly timings: HttpTimings
}

/** Where a target lies. */
export interface TargetParts {
  readonly secure: boolean
  /** A name or an address; IPv6 with or without brackets. */
  readonly host: string
  readonly port: number
  /** Default: the host. */
  readonly serverName?: string
  /** Default: false. */
  readonly insecureSkipVerification?: boolean
  /** Default: none. */
  readonly clientCertificate?: ClientCertificate | null
}

/** Makes a target; throws TypeError if host or port cannot be one. */
export function httpTarget(parts: TargetParts): HttpTarget {
  const { secure, port } = parts
  const host = bare(parts.host)
  if (!/^[\w.:%-]{1,255}$/.test(host)) throw new TypeError('Not a host name')
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new TypeError('Not a port')
  const serverName = bare(parts.serverName ?? host)
  const insecureSkipVerification = secure && parts.insecureSkipVerification === true
  const clientCertificate = (secure && parts.clientCertificate) || null
  const key = JSON.stringify(
    secure
      ? [host, port, serverName, insecureSkipVerification, clientCertificate?.id ?? null]
      : [host, port],
  )
  return Object.freeze({
    secure,
    host,
    port,
    serverName,
    insecureSkipVerification,
    clientCertificate,
    key,
  })
}

/** The target that an `http:` or `https:` URL names; throws TypeError for other schemes. */
export function httpTargetOf(url: URL, options: Partial<TargetParts> = {}): HttpTarget {
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:') throw new TypeError('Not an http or https address')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  return httpTarget({ ...options, secure, host: url.hostname, port })
}

function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}
