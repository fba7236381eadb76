/**
 * What an `authorize` step found out, for `weigh-policies` behind it, which joins it with the API's resource policy as
 * AWS's tables say ("How API Gateway resource policies affect authorization workflow" in the developer guide).
 *
 * An authorize step throws a `Refusal` when the caller is not let in at all (401, a wrong signature); otherwise it sets
 * `x.authOutcome`, and whatever `$context` shows of the caller (`x.authorizer`).
 */
import type { SigningIdentity } from '../aws/identity.ts'
import type { Policy } from '../aws/policy/verdict.ts'

export type AuthOutcome =
  /** The signature is right; the identity's own policies are weighed. */
  | { readonly type: 'iam'; readonly identity: SigningIdentity }
  /** A Lambda authorizer gave a policy; compiled once for as long as the answer is kept. */
  | { readonly type: 'lambda'; readonly policy: Policy }
  /** A user pool vouches for the token; with a resource policy, that one must allow explicitly. */
  | { readonly type: 'cognito' }
