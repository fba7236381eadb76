/**
 * The stage's throttle for the method: a token bucket that all threads share ("Throttle requests to your REST APIs" in the
 * developer guide). It comes after authorization and the API key, before validation.
 */
import { Refusal } from '../messages/refusals.ts'
import type { Exchange, Gate } from './exchange.ts'

export function throttle(x: Exchange): undefined {
  // The step is only there when the route has a gate.
  const gate = x.loaded.gate as Gate
  if (gate.take(x.arrival.startedAt)) return
  throw new Refusal('THROTTLED', {
    reason: `the method is throttled to ${gate.rateLimit} requests a second and bursts of ${gate.burstLimit}; no token is left`,
  })
}
