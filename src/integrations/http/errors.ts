/**
 * How a call to a back end can fail. The integrations turn each type into one of API Gateway's
 * responses.
 */

/** What went wrong, for the caller's table of answers. */
export type HttpFailure =
  /** No connection: name not found, refused, unreachable, or an address that is not allowed. */
  | 'connect'
  /** The transport connected, the handshake failed or the certificate was not taken. */
  | 'tls'
  /** The call's own time is over; `message` says what it was waiting for. */
  | 'timeout'
  | 'connect-timeout'
  /** Closed before the answer was complete. */
  | 'reset'
  /** The answer breaks the rules of HTTP. */
  | 'protocol'
  /** The answer's head or body exceeds its bound. */
  | 'too-large'
  /** By the caller, by its request body, or because the client is closed. */
  | 'aborted'
  /** The call cannot be written as one HTTP request; nothing, or not all, was sent. */
  | 'invalid-request'
  /** Too many calls wait for this target already. */
  | 'pool-exhausted'

/** The only error that calls fail with. `code` is the system's (ECONNREFUSED…) or empty. */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError'
  readonly type: HttpFailure
  readonly code: string

  constructor(type: HttpFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.type = type
    this.code = errorCode(cause)
  }
}

function errorCode(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return ''
  return typeof cause.code === 'string' ? cause.code : ''
}
