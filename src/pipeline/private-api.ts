/**
 * Private APIs are reached through endpoints of a VPC. A request from anywhere else is refused, whatever the resource policy
 * says (AWS has no way from there to the API at all; the answer is a guess).
 */
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

/** Finds the endpoint that the request came through. Throws `Refusal`. */
export function requireEndpoint(x: Exchange): undefined {
  const { sourceIp } = x.arrival
  x.admitSource(x.loaded.networkOf(sourceIp))
  if (x.source.vpceId !== null) return
  throw new Refusal('ACCESS_DENIED', {
    message: 'Forbidden',
    errorType: 'ForbiddenException',
    reason: `the API is private, and ${sourceIp} is in no network that --vpc-endpoint names`,
  })
}
