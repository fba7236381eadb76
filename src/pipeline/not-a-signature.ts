/**
 * What AWS says to a request that leads nowhere and has an Authorization header: it takes the header for a signature and
 * complains of its form, whoever it was meant for. Users know that `… not a valid key=value pair …` means a path or a verb
 * that is not there (recorded by many of them).
 */
import { IncompleteSignatureException } from '../aws/faults.ts'
import { readClaim } from '../aws/sigv4-claim.ts'
import type { Refusal, RefusalDetail } from '../messages/refusals.ts'
import type { Arrival } from './arrival.ts'

const rules = Object.freeze({ takesV4a: true })

/** The detail to answer with in place of the refusal's own; undefined: there is no such header, or another refusal. */
export function notASignature(arrival: Arrival, refusal: Refusal): RefusalDetail | undefined {
  if (refusal.type !== 'MISSING_AUTHENTICATION_TOKEN' || refusal.detail.message !== undefined) {
    return undefined
  }
  const { rawMethod: method, rawPath, rawQuery, headers: rawHeaders } = arrival
  try {
    readClaim({ method, rawPath, rawQuery, rawHeaders }, rules)
    return undefined
  } catch (error) {
    if (!(error instanceof IncompleteSignatureException)) return undefined
    return { ...refusal.detail, message: error.message, errorType: error.name }
  }
}
