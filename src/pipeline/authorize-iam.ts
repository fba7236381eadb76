/**
 * AWS_IAM: the request must be signed, with version 4 or 4A, by somebody who is known. Whether their policies let them pass
 * is weighed by the step behind this one.
 *
 * The signature covers the request as it was sent: the path with whatever stands before the stage, the verb before
 * X-HTTP-Method-Override, the body before it is decompressed. Where that header makes another verb of it, it must be
 * signed as well (a guess on the safe side). "Signing AWS API requests" in the IAM user guide; which gateway response
 * answers an unknown key is a guess.
 */
import {
  ExpiredTokenException,
  Fault,
  IncompleteSignatureException,
  InvalidSignatureException,
  MissingAuthenticationTokenException,
  UnrecognizedClientException,
} from '../aws/faults.ts'
import type { SigningIdentity } from '../aws/identity.ts'
import { checkClaim, checkSignature } from '../aws/sigv4.ts'
import { readClaim, type SignedRequest } from '../aws/sigv4-claim.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { Refusal, type RefusalType } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

const overrideHeader = 'x-http-method-override'
const rules = Object.freeze({ takesV4a: true })
const clock: Clock = systemClock

export function authorizeIam(x: Exchange): undefined {
  const identity = verified(x)
  x.admitSigner(identity)
  x.methodRequest = x.methodRequest.withoutHeader('authorization')
}

/** Who signed. Throws `Refusal`. */
function verified(x: Exchange): SigningIdentity {
  try {
    return verify(x)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    throw new Refusal(typeOf(error), {
      message: error.message,
      errorType: error.name,
      reason: reasonOf(error),
    })
  }
}

function verify({ arrival, methodRequest, program, loaded }: Exchange): SigningIdentity {
  const request: SignedRequest = {
    method: arrival.rawMethod,
    rawPath: arrival.rawPath,
    rawQuery: arrival.rawQuery,
    rawHeaders: arrival.headers,
    ...(methodRequest.body === null ? {} : { body: methodRequest.body }),
  }
  const claim = readClaim(request, rules)
  checkClaim(claim, { clock, service: 'execute-api', region: program.region })
  if (arrival.method !== arrival.rawMethod && !claim.signedHeaders.includes(overrideHeader)) {
    throw new InvalidSignatureException(
      "'X-HTTP-Method-Override' must be a 'SignedHeader' in the AWS Authorization. ",
    )
  }
  const { accessKeyId } = claim.scope
  const identity = loaded.identities.findIdentity(accessKeyId, claim.sessionToken)
  if (identity === 'expired') {
    throw new ExpiredTokenException('The security token included in the request is expired')
  }
  if (typeof identity === 'string') {
    throw new UnrecognizedClientException('The security token included in the request is invalid.')
  }
  checkSignature(request, claim, identity.secretAccessKey)
  return identity
}

function typeOf(fault: Fault): RefusalType {
  if (
    fault instanceof MissingAuthenticationTokenException ||
    fault instanceof IncompleteSignatureException
  ) {
    return 'MISSING_AUTHENTICATION_TOKEN'
  }
  return fault instanceof ExpiredTokenException ? 'EXPIRED_TOKEN' : 'INVALID_SIGNATURE'
}

function reasonOf(fault: Fault): string {
  if (fault instanceof MissingAuthenticationTokenException) {
    return 'the method asks for a signature (AWS_IAM) and the request has none'
  }
  if (fault instanceof UnrecognizedClientException) {
    return 'nobody here has this access key, or the session token is not that of the key'
  }
  const [firstLine = ''] = fault.message.split('\n')
  return firstLine
}
