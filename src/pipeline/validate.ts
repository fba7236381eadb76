/**
 * Request validation: first the parameters, then the body ("Use request validation" in the developer guide).
 * What is checked was compiled into the route; this file only says no.
 */
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

export function validateParameters(x: Exchange): undefined {
  const missing = x.loaded.route.checkParameters?.(x.methodRequest)
  if (missing == null) return
  throw new Refusal('BAD_REQUEST_PARAMETERS', {
    message: `Missing required request parameters: [${missing.join(', ')}]`,
    reason: `missing or blank: ${missing.join(', ')}`,
  })
}

export function validateBody(x: Exchange): undefined {
  const error = x.loaded.route.checkBody?.(x.methodRequest)
  if (error == null) return
  throw new Refusal('BAD_REQUEST_BODY', { validationError: error, reason: error })
}
