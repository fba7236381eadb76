/**
 * Whose call it is: the signature is checked as the mode asks, and its credential scope names the region. The account is that
 * of the identity; in development a key that nobody knows is as good as the root of an account: the one that its twelve
 * digits name, else the default one.
 */
import {
  ExpiredTokenException,
  InvalidSignatureException,
  UnrecognizedClientException,
} from '../aws/faults.ts'
import type { FindIdentity, SigningIdentity } from '../aws/identity.ts'
import { rootIdentity } from '../aws/identity-finder.ts'
import type { Service } from '../aws/services.ts'
import { verify } from '../aws/sigv4.ts'
import { readClaim, type SignedRequest } from '../aws/sigv4-claim.ts'
import type { Clock } from '../base/clock.ts'
import type { Namespace } from '../store/store.ts'

/**
 * `development`: any signature that is whole passes, whoever made it; a key that `find` knows is its owner's. `verified`:
 * the key is known and the signature matches. `find` knows the identities as they are now.
 */
export type Credentials =
  | { readonly type: 'development'; readonly find?: FindIdentity }
  | { readonly type: 'verified'; readonly find: FindIdentity }

export interface Authenticated {
  readonly namespace: Namespace
  readonly identity: SigningIdentity
}

/** The caller and his region. Throws the signature faults of aws/sigv4.ts, and `ExpiredTokenException`. */
export function authenticate(
  request: SignedRequest,
  service: Service,
  credentials: Credentials,
  clock: Clock,
  defaultAccount: string,
): Authenticated {
  const { scope, sessionToken } =
    credentials.type === 'development'
      ? readClaim(request)
      : verify(request, {
          clock,
          service: service.signingName,
          lookupSecret: (id, token) => known(credentials.find, id, token)?.secretAccessKey,
        })
  if (!/^[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,4}$/.test(scope.region)) {
    throw new InvalidSignatureException(
      `Credential should be scoped to a valid Region, not '${scope.region}'. `,
    )
  }
  const identity = credentials.find && known(credentials.find, scope.accessKeyId, sessionToken)
  if (identity === undefined && credentials.type === 'verified') {
    throw new UnrecognizedClientException('The security token included in the request is invalid.')
  }
  const caller = identity ?? rootIdentity(accountOf(scope.accessKeyId, defaultAccount))
  return { namespace: { account: caller.account, region: scope.region }, identity: caller }
}

/** undefined: nobody's key, one that is switched off, or a token of somebody else. */
function known(
  find: FindIdentity,
  accessKeyId: string,
  sessionToken: string | undefined,
): SigningIdentity | undefined {
  const found = find(accessKeyId, sessionToken)
  if (found === 'expired') {
    throw new ExpiredTokenException('The security token included in the request is expired')
  }
  return typeof found === 'string' ? undefined : found
}

function accountOf(accessKeyId: string, defaultAccount: string): string {
  return /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount
}
