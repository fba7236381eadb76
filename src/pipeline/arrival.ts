/** What accepting a request already knows; `http/` hands it over. */
export interface Arrival {
  readonly method: string
  /** Before X-HTTP-Method-Override: what signatures cover. */
  readonly rawMethod: string
  /** After the stage, undecoded, begins with `/`. */
  readonly path: string
  /** As the client sent it, with the stage: `$context.path`. */
  readonly pathWithStage: string
  /** Whatever stands before the stage included, as sent: what signatures cover. */
  readonly rawPath: string
  /** Behind the `?`, as sent; '' when there is none. */
  readonly rawQuery: string
  readonly headers: readonly string[]
  /** The Host header, port included. */
  readonly host: string
  readonly sourceIp: string
  /** The connection is encrypted. */
  readonly isSecure: boolean
  /** `HTTP/1.1`. */
  readonly protocol: string
  readonly requestId: string
  readonly extendedRequestId: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** The monotonic clock at the same moment. */
  readonly startedMonotonic: number
}
