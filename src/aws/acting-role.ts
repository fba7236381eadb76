/**
 * In whose name API Gateway acts: a role that integrations and authorizers name in their credentials, or the caller.
 *
 *     role     IAM here must know it, and its trust policy must let apigateway.amazonaws.com take it on
 *     right    its policies, within its boundary, must allow what is done
 *
 * Policies are compiled once for each snapshot of identities and weighed for each request, since they may ask for the
 * time and for what is named in the request. That the session is called BackplaneAssumeRoleSession is known from
 * published CloudTrail records, the words of the refusals from users' logs.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html ("API Gateway permissions model for
 * invoking an API", integrations with credentials)
 */
import type { Clock } from '../base/clock.ts'
import type { FindIdentity, FindRole, RoleIdentity, SigningIdentity } from './identity.ts'
import { compilePolicyText } from './policy/compile.ts'
import { type OwnVerdict, weighIdentity } from './policy/identity-policies.ts'
import { PolicyError } from './policy/policy-error.ts'
import { principalKey } from './policy/principal-keys.ts'
import type { ContextValue, Policy, PolicyRequest, UnknownPart, Verdict } from './policy/verdict.ts'
import type { RoleSessions } from './role-sessions.ts'

const gatewayPrincipal = 'apigateway.amazonaws.com'
const gatewaySessionName = 'BackplaneAssumeRoleSession'

/** What becomes of roles that IAM here does not know. */
export type UnknownRoles = 'allow' | 'deny'

/** Who is who, and how their sessions are made. */
export interface ActingParts {
  readonly findRole: FindRole
  readonly findIdentity: FindIdentity
  readonly sessions: RoleSessions
  readonly unknownRoles: UnknownRoles
  readonly clock: Clock
}

/** For which method or authorizer a service acts: what trust policies may ask for. */
export interface ActingSource {
  readonly sourceArn: string
  readonly sourceAccount: string
  readonly region: string
}

export type Actor =
  | { readonly type: 'known'; readonly identity: SigningIdentity }
  /** `--unknown-roles allow`: nothing can be checked. */
  | { readonly type: 'unknown'; readonly arn: string }
  | { readonly type: 'refused'; readonly reason: string }

/** What is done in somebody's name. */
export interface Deed {
  /** `lambda:InvokeFunction` */
  readonly action: string
  readonly resource: string
  readonly unknown?: UnknownPart
}

/** API Gateway takes the role on. */
export function takeRole(
  { findRole, sessions, unknownRoles, clock }: ActingParts,
  arn: string,
  source: ActingSource,
): Actor {
  const role = findRole(arn)
  if (role === undefined) {
    if (unknownRoles === 'allow') return { type: 'unknown', arn }
    return refusedRole(arn, 'IAM here has no such role, and --unknown-roles is deny')
  }
  const missing = whyUntrusted(role, gatewayPrincipal, source, clock)
  if (missing !== null) return refusedRole(arn, missing)
  return { type: 'known', identity: sessions.of(role, gatewaySessionName) }
}

function refusedRole(arn: string, why: string): Actor {
  return {
    type: 'refused',
    reason: `API Gateway does not have permission to assume the provided role ${arn}: ${why}`,
  }
}

/** Why a service may not take the role on; null: it may. `source` null: it acts for nothing in particular. */
export function whyUntrusted(
  role: RoleIdentity,
  service: string,
  source: ActingSource | null,
  clock: Clock,
): string | null {
  const { decision, statement } = trustOf(role).weigh({
    action: 'sts:AssumeRole',
    resource: role.arn,
    requester: null,
    service,
    valueFor(key) {
      switch (key) {
        case 'aws:sourcearn':
          return source?.sourceArn
        case 'aws:sourceaccount':
          return source?.sourceAccount
        case 'aws:principalservicename':
          return service
        case 'aws:principalisawsservice':
          return 'true'
        default:
          return ofCall(key, clock, source?.region)
      }
    },
  })
  if (decision === 'allow') return null
  const policy = `its trust policy does not let ${service} assume it`
  if (decision === 'explicitDeny') return `${policy}: statement ${statement?.id} denies it`
  return source === null ? policy : `${policy} for ${source.sourceArn}`
}

/** What the identity's policies say of a deed. */
export function weighDeed(
  identity: SigningIdentity,
  deed: Deed,
  { region }: Pick<ActingSource, 'region'>,
  clock: Clock,
): OwnVerdict {
  const request: PolicyRequest = {
    ...deed,
    requester: identity,
    service: null,
    valueFor: key => ofCall(key, clock, region) ?? principalKey(key, identity),
  }
  return weighIdentity(identity, request)
}

/** What forbids the deed, as a sentence; '' when nothing does. In AWS's words, and what decided behind them. */
export function whyForbidden(
  identity: SigningIdentity,
  { action, resource, unknown }: Deed,
  { verdict, missing }: OwnVerdict,
): string {
  if (verdict.decision === 'allow') return ''
  const on = unknown === undefined ? ` on resource: ${resource}` : ''
  const asked = `User: ${identity.arn} is not authorized to perform: ${action}${on}`
  return `${asked}: ${verdict.decision === 'explicitDeny' ? denialText(verdict) : `${missing} allows it`}`
}

function denialText({ statement }: Verdict): string {
  return `statement ${statement?.id} of ${statement?.policy} denies it`
}

function ofCall(key: string, clock: Clock, region: string | undefined): ContextValue {
  switch (key) {
    case 'aws:currenttime':
      return new Date(clock.now()).toISOString()
    case 'aws:epochtime':
      return String(Math.floor(clock.now() / 1000))
    case 'aws:requestedregion':
      return region
    case 'aws:securetransport':
      return 'true'
    default:
      return undefined
  }
}

/** Roles are the same objects as long as their snapshot lasts. */
const trusts = new WeakMap<RoleIdentity, Policy>()

function trustOf(role: RoleIdentity): Policy {
  let trust = trusts.get(role)
  if (trust === undefined) {
    trust = compileTrust(role)
    trusts.set(role, trust)
  }
  return trust
}

/** One that cannot be compiled lets nobody in. */
function compileTrust({ name, trustPolicy }: RoleIdentity): Policy {
  try {
    return compilePolicyText(trustPolicy, 'trust', `trust policy of ${name}`)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return compilePolicyText(
      '{"Version":"2012-10-17","Statement":{"Sid":"unusable","Effect":"Deny","Principal":"*","Action":"*"}}',
      'trust',
      name,
    )
  }
}
