/**
 * Who may look into the gateway itself: `/_portcullis/explain`, `doctor`, `back-ends` and `logs`, which show requests of
 * every API. Outside development such a request is signed like a call of API Gateway's control plane, by somebody of the
 * default account whose policies allow
 *
 *     apigateway:GET  on  arn:aws:apigateway:{region}::/_portcullis/explain/6f1c…
 *
 * so that who may only do something on `/restapis/*` cannot read what other APIs' clients do.
 */
import type { IncomingMessage } from 'node:http'
import { AccessDeniedException, Fault } from '../aws/faults.ts'
import { restService } from '../aws/services.ts'
import { clientOf } from '../base/client-headers.ts'
import type { Clock } from '../base/clock.ts'
import { refuseUnlessAllowed, routeArn } from './administration.ts'
import { authenticate, type Credentials } from './caller.ts'

export interface OperatorDeps {
  readonly credentials: Credentials
  readonly clock: Clock
  readonly defaultAccount: string
}

/** null: the request may be answered. Otherwise the fault to answer with; it never throws. */
export function whyNotOperator(request: IncomingMessage, deps: OperatorDeps): Fault | null {
  const { credentials, clock, defaultAccount } = deps
  if (credentials.type === 'development') return null
  const [rawPath = '/', rawQuery = ''] = (request.url ?? '/').split(/\?(.*)/s, 2)
  const signed = {
    method: request.method ?? 'GET',
    rawPath,
    rawQuery,
    rawHeaders: request.rawHeaders,
    // What a GET carries is not read, so a signature may cover nothing else.
    body: new Uint8Array(),
  }
  try {
    const found = authenticate(signed, restService, credentials, clock, defaultAccount)
    if (found.identity.account !== defaultAccount) {
      throw new AccessDeniedException('Only the default account may look into the gateway.')
    }
    const { sourceIp, isTls } = clientOf(request.headers)
    refuseUnlessAllowed(found.identity, 'apigateway:GET', routeArn(found.namespace, rawPath), {
      clock,
      region: found.namespace.region,
      userAgent: request.headers['user-agent'] ?? '',
      sourceIp,
      isTls,
    })
    return null
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
}
