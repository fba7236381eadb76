/**
 * What an identity may do by its own policies, with the kind of policy that stands in the way, as AWS names it in refusals.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type { SigningIdentity } from '../aws/identity.ts'
import { weighIdentity } from '../aws/policy/identity-policies.ts'
import type { PolicyRequest } from '../aws/policy/verdict.ts'

export type RightsVerdict =
  | { readonly decision: 'allow' }
  | {
      readonly decision: 'explicitDeny' | 'implicitDeny'
      /** As AWS calls it in its refusals. */
      readonly policyType: 'identity-based policy' | 'permissions boundary' | 'session policy'
    }

export function rightsOf(identity: SigningIdentity, request: PolicyRequest): RightsVerdict {
  const { verdict, layers } = weighIdentity(identity, request)
  const { decision } = verdict
  if (decision === 'allow') return { decision }
  if (layers.identity.decision === decision)
    return { decision, policyType: 'identity-based policy' }
  const isOfBoundary = layers.boundary?.decision === decision
  return { decision, policyType: isOfBoundary ? 'permissions boundary' : 'session policy' }
}
