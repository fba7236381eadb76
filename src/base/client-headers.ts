/**
 * Who the client is, said by the data-plane threads to the main thread with each request that they hand on over its Unix
 * socket. A client's own headers of these names are taken away there (http/forward.ts), so nobody else can say it.
 */

/** The client's address: `192.0.2.7`, `2001:db8::1`. */
export const clientHeader = 'x-portcullis-client'
/** `https` or `http`: how the client connected. */
export const clientSchemeHeader = 'x-portcullis-client-scheme'

/** Whether a header, by its lower-case name, is one of these. */
export function isClientHeader(lowerName: string): boolean {
  return lowerName === clientHeader || lowerName === clientSchemeHeader
}

/** Reads them. Without an address (a connection that is gone) `sourceIp` is undefined. */
export function clientOf(headers: Readonly<Record<string, string | string[] | undefined>>): {
  readonly sourceIp: string | undefined
  readonly isTls: boolean
} {
  const address = headers[clientHeader]
  return {
    sourceIp: typeof address === 'string' && address !== '' ? address : undefined,
    isTls: headers[clientSchemeHeader] === 'https',
  }
}
