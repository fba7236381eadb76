/**
 * Principal and NotPrincipal: whether a statement of a resource or trust policy speaks of the requester, and how closely.
 *
 *     everyone    "*", {"AWS": "*"}                        also who has not signed
 *     account     111122223333, arn:aws:iam::111122223333:root   the account; its own policies must allow as well
 *     role        arn:aws:iam::111122223333:role/R         sessions of the role, within its boundary
 *     principal   a user, one session, a service           exactly this one
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
import type { PolicyStatement, Principals } from './document.ts'
import type { PolicyRequest, Reach, Requester } from './verdict.ts'

/** null: the statement does not speak of the requester. */
export type PrincipalMatcher = (request: PolicyRequest) => Reach | null

export function compilePrincipal({
  principal,
  effect,
}: Pick<PolicyStatement, 'principal' | 'effect'>): PrincipalMatcher {
  // An identity's own policy speaks of nobody else.
  if (principal === null) return () => 'principal'
  const { isNegated, of } = principal
  if (of.type === 'everyone') return () => (isNegated ? null : 'everyone')
  if (!isNegated) return compileListed(of)
  return compileOthers(of, effect)
}

type Listed = Extract<Principals, { type: 'listed' }>

function compileListed({ aws, service }: Listed): PrincipalMatcher {
  const names = new Set(aws)
  const services = new Set(service)
  // Nobody here has a canonical id, or comes from an identity provider without a session of its own.
  return ({ requester, service: asking }) => {
    if (asking !== null && services.has(asking)) return 'principal'
    if (requester === null) return null
    if (names.has(requester.arn) || names.has(requester.userId)) return 'principal'
    const { roleArn } = requester
    if (roleArn !== null && (names.has(roleArn) || names.has(roleIdOf(requester)))) return 'role'
    return namesAccount(names, requester) ? 'account' : null
  }
}

/**
 * Everyone but those who are listed. To be left out of a Deny a requester must be listed with all that it is: its
 * account, and its role when it is a session of one; whoever has a permissions boundary is never left out of a Deny (both
 * documented). Whether one of these is enough to be left out of an Allow
 * is a guess on the safe side.
 */
function compileOthers({ aws, service }: Listed, effect: 'Allow' | 'Deny'): PrincipalMatcher {
  const names = new Set(aws)
  const services = new Set(service)
  return ({ requester, service: asking }) => {
    if (asking !== null) return services.has(asking) ? null : 'everyone'
    if (requester === null) return 'everyone'
    if (effect === 'Deny' && requester.boundary !== null) return 'everyone'
    const isListed = [
      names.has(requester.arn) || names.has(requester.userId),
      namesAccount(names, requester),
      ...(requester.roleArn === null
        ? []
        : [names.has(requester.roleArn) || names.has(roleIdOf(requester))]),
    ]
    const isLeftOut = effect === 'Deny' ? isListed.every(Boolean) : isListed.some(Boolean)
    return isLeftOut ? null : 'everyone'
  }
}

/** `AROA…` of `AROA…:session`. */
function roleIdOf({ userId }: Requester): string {
  const colon = userId.indexOf(':')
  return colon < 0 ? userId : userId.slice(0, colon)
}

function namesAccount(names: ReadonlySet<string>, { account, arn }: Requester): boolean {
  const partition = arn.slice(4, arn.indexOf(':', 4))
  return names.has(account) || names.has(`arn:${partition}:iam::${account}:root`)
}
