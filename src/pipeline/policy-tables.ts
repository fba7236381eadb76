/**
 * How the caller's policies and the API's resource policy are joined: the two tables of "How API Gateway resource policies
 * affect authorization workflow" in the developer guide.
 *
 *     own policy      resource policy     A: same account     B: other account
 *     allow           allow               allow               allow
 *     allow           neither             allow               implicit deny
 *     neither         allow               allow               implicit deny
 *     neither         neither             implicit deny       implicit deny
 *     a Deny in either                    explicit deny       explicit deny
 */
import { implicitDeny, stronger, type Verdict } from '../aws/policy/verdict.ts'

export type PolicyTable = (own: Verdict, resource: Verdict) => Verdict

/** Caller and API are of one account, or the caller has none: either Allow will do. */
export const tableA: PolicyTable = (own, resource) => stronger(own, resource)

/** They are of two accounts: both must allow. */
export const tableB: PolicyTable = (own, resource) => {
  if (own.decision === 'explicitDeny') return own
  if (resource.decision === 'explicitDeny') return resource
  return own.decision === 'allow' && resource.decision === 'allow' ? own : implicitDeny
}
