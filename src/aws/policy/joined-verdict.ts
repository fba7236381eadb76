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
 * What a resource policy counts for within one account: an Allow for the account leaves the rest to the policies of its
 * users; one for a role holds within the limits of the session ("Policy evaluation for requests within a single account" in
 * the IAM user guide).
 */
export function withinAccount(resource: Verdict, isWithinLimits: boolean): Verdict {
  if (resource.decision !== 'allow') return resource
  if (resource.reach === 'account') return implicitDeny
  return resource.reach === 'role' && !isWithinLimits ? implicitDeny : resource
}
