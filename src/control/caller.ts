/**
 * Whose call it is: the signature is checked as the mode asks, and its credential scope names the region
 * and, when the access key id has twelve digits, the account.
 */
import { InvalidSignatureException } from '../aws/faults.ts'
import type { Service } from '../aws/services.ts'
import { verify } from '../aws/sigv4.ts'
import { readClaim, type SignedRequest } from '../aws/sigv4-claim.ts'
import type { Clock } from '../base/clock.ts'
import type { Namespace } from '../store/store.ts'

/**
 * `development`: any signature that is whole passes, whoever made it. `verified`: the key is known to `lookup` and
 * the signature matches.
 */
export type Credentials =
  | { readonly type: 'development' }
  | {
      readonly type: 'verified'
      /** The secret of an access key; undefined when it is not known. */
      lookup(accessKeyId: string, sessionToken: string | undefined): string | undefined
    }

/** The caller's account and region. Throws the signature faults of aws/sigv4.ts. */
export function authenticate(
  request: SignedRequest,
  service: Service,
  credentials: Credentials,
  clock: Clock,
  defaultAccount: string,
): Namespace {
  const { accessKeyId, region } =
    credentials.type === 'development'
      ? readClaim(request).scope
      : verify(request, {
          clock,
          service: service.signingName,
          lookupSecret: (id, token) => credentials.lookup(id, token),
        }).scope
  if (!/^[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,4}$/.test(region)) {
    throw new InvalidSignatureException(
      `Credential should be scoped to a valid Region, not '${region}'. `,
    )
  }
  return { account: /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount, region }
}
