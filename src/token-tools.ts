/** What verifying tokens needs, made from the options: each data-plane thread has its own, and the main thread has one. */
import { Issuers } from './authorizers/jwt/issuers.ts'
import { TokenVerifier } from './authorizers/jwt/verifier.ts'
import type { TokenTools } from './authorizers/user-pool.ts'
import { systemClock } from './base/clock.ts'
import { fetchDocumentWith } from './fetch-document.ts'
import type { HttpClient } from './integrations/http/client.ts'
import type { WorkerSettings } from './threads.ts'

type Settings = Pick<WorkerSettings, 'issuers' | 'devIssuerKeys' | 'authorizerBytes'>

/** `client`: asks issuers for their keys. */
export function tokenTools(settings: Settings, client: HttpClient): TokenTools {
  const { issuers: named, devIssuerKeys: builtInKeys, authorizerBytes } = settings
  const fetch = fetchDocumentWith(client)
  return {
    issuers: new Issuers({ named, builtInKeys, fetch, clock: systemClock }),
    verifier: new TokenVerifier(systemClock, authorizerBytes),
  }
}
