/**
 * Requests and replies as this folder sees them: raw, and independent of any HTTP library.
 * `rawHeaders` is the flat list of names and values that node:http gives.
 */

export interface WireRequest {
  readonly method: string
  /** The path as sent: percent-encoded, without the query. */
  readonly rawPath: string
  /** The query as sent, without its question mark; empty when there is none. */
  readonly rawQuery: string
  /** Names and values in turn, as sent. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

export interface WireResponse {
  readonly status: number
  /** Lower-case names. Values hold no control characters. */
  readonly headers: Record<string, string>
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** The first value of a header, by its lower-case name. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const candidate = rawHeaders[i]
    if (candidate?.length === name.length && candidate.toLowerCase() === name) {
      return rawHeaders[i + 1]
    }
  }
  return undefined
}
