/**
 * Gets the documents of issuers through the HTTP client for back ends, so that the same addresses are out of reach. No
 * redirect is followed. Authorizers know no HTTP; they are handed this.
 */
import type { FetchDocument } from './authorizers/jwt/issuer.ts'
import type { HttpClient } from './integrations/http/client.ts'
import { httpTargetOf } from './integrations/http/http-call.ts'

/** The client is its owner's to close. */
export function fetchDocumentWith(client: HttpClient): FetchDocument {
  return async (url, { timeoutMs, limitBytes }) => {
    const { status, body } = await client.call(
      {
        target: httpTargetOf(url),
        method: 'GET',
        path: url.pathname + url.search,
        headers: ['Host', url.host, 'Accept', 'application/json', 'User-Agent', 'Portcullis'],
        body: null,
        connectTimeoutMs: timeoutMs,
        timeoutMs,
      },
      limitBytes,
    )
    return { status, body }
  }
}
