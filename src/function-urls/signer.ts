/**
 * AWS_IAM: a request to the URL must be signed with version 4 for the service `lambda`, in its headers or in its query.
 * What a request says of its signature is checked first, the signature itself when the body is here.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
import { ExpiredTokenException, UnrecognizedClientException } from '../aws/faults.ts'
import type { FindIdentity, SigningIdentity } from '../aws/identity.ts'
import { checkClaim, checkSignature } from '../aws/sigv4.ts'
import { readClaim, type SignedRequest } from '../aws/sigv4-claim.ts'
import type { Clock } from '../base/clock.ts'

export interface SignerSettings {
  readonly clock: Clock
  /** The function's. */
  readonly region: string
  readonly findIdentity: FindIdentity
}

/** Somebody whom we know, who may not have signed this at all. */
export interface ClaimedSigner {
  /** Gives the signer if the signature is right. Throws InvalidSignatureException. */
  verified(body: Uint8Array): SigningIdentity
}

/**
 * Who says that he signed. Throws MissingAuthenticationTokenException, IncompleteSignatureException,
 * InvalidSignatureException, UnrecognizedClientException or ExpiredTokenException.
 */
export function claimedSigner(request: SignedRequest, settings: SignerSettings): ClaimedSigner {
  const { clock, region, findIdentity } = settings
  const claim = readClaim(request)
  checkClaim(claim, { clock, service: 'lambda', region })
  const identity = findIdentity(claim.scope.accessKeyId, claim.sessionToken)
  if (identity === 'expired') {
    throw new ExpiredTokenException('The security token included in the request is expired')
  }
  if (typeof identity === 'string') {
    throw new UnrecognizedClientException('The security token included in the request is invalid.')
  }
  return {
    verified(body) {
      checkSignature({ ...request, body }, claim, identity.secretAccessKey)
      return identity
    },
  }
}
