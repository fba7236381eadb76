/**
 * How the caller's policies and the resource policy of what is called are joined: the two tables of "How API Gateway
 * resource policies affect authorization workflow" in its developer guide, which are those of IAM for every service.
 *
 *     own policy      resource policy     A: same account     B: other account
 *     allow           allow               allow               allow
 *     allow           neither             allow               implicit deny
 *     neither         allow               allow               implicit deny
 *     neither         neither             implicit deny       implicit deny
 *     a Deny in either                    explicit deny       explicit deny
 */
import { implicitDeny, stronger, type Verdict } from './verdict.ts'

export type PolicyTable = (own: Verdict, resource: Verdict) => Verdict

/** Caller and resource are of one account, or the caller has none: either Allow will do. */
export const tableA: PolicyTable = (own, resource) => stronger(own, resource)

/** They are of two accounts: both must allow. */
export const tableB: PolicyTable = (own, resource) => {
  if (own.decision === 'explicitDeny') return own
  if (resource.decision === 'explicitDeny') return resource
  return own.decision === 'allow' && resource.decision === 'allow' ? own : implicitDeny
}

/**
 * What a resource policy counts for within one account. An Allow for the account leaves the rest to the policies of its
 * users. One for a role's ARN is limited by what its boundary and the session's policies do not allow; one for a user's or a
 * session's ARN, or for everybody, is not ("How AWS enforcement code logic evaluates requests to allow or deny access",
 * resource-based policies, in the IAM user guide).
 */
export function withinAccount(resource: Verdict, isWithinLimits: boolean): Verdict {
  if (resource.decision !== 'allow') return resource
  if (resource.reach === 'account') return implicitDeny
  return resource.reach === 'role' && !isWithinLimits ? implicitDeny : resource
}
