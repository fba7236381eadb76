/**
 * What policies are asked of a request, and what condition keys stand for in it ("AWS condition keys that can be used in API
 * Gateway resource policies" in the developer guide). A key that API Gateway does not have is absent, so that a condition
 * on it fails.
 *
 * Of a private API `aws:SourceIp` is absent and `aws:VpcSourceIp` there instead, with the VPC and the endpoint.
 */
import type { SigningIdentity } from '../aws/identity.ts'
import type { ContextValue, PolicyRequest } from '../aws/policy/verdict.ts'
import type { Exchange } from './exchange.ts'

const tagPrefix = 'aws:principaltag/'

export class PolicyQuestion implements PolicyRequest {
  readonly action: string
  readonly resource: string
  /** null: anonymous, also when an authorizer knows the caller. */
  readonly requester: SigningIdentity | null
  readonly service = null
  readonly #x: Exchange

  /** `action`: `execute-api:Invoke`. `resource`: from method-arn.ts. */
  constructor(x: Exchange, action: string, resource: string) {
    this.action = action
    this.resource = resource
    this.requester = x.identity
    this.#x = x
  }

  valueFor(key: string): ContextValue {
    const { arrival, program, source } = this.#x
    switch (key) {
      case 'aws:sourceip':
        return program.isPrivate ? undefined : arrival.sourceIp
      case 'aws:vpcsourceip':
        return program.isPrivate ? arrival.sourceIp : undefined
      case 'aws:sourcevpc':
        return program.isPrivate ? (source.vpcId ?? undefined) : undefined
      case 'aws:sourcevpce':
        return program.isPrivate ? (source.vpceId ?? undefined) : undefined
      case 'aws:useragent':
        return this.#x.methodRequest.headerNoCase('user-agent')
      case 'aws:referer':
        return this.#x.methodRequest.headerNoCase('referer')
      case 'aws:securetransport':
        return String(arrival.isSecure)
      case 'aws:currenttime':
        return new Date(arrival.startedAt).toISOString()
      case 'aws:epochtime':
        return String(Math.floor(arrival.startedAt / 1000))
      case 'aws:requestedregion':
        return program.region
      case 'aws:viaawsservice':
      case 'aws:principalisawsservice':
        return 'false'
      default:
        return ofPrincipal(key, this.requester)
    }
  }
}

const types = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  federated: 'FederatedUser',
}

function ofPrincipal(key: string, who: SigningIdentity | null): ContextValue {
  if (key === 'aws:principaltype') return who === null ? 'Anonymous' : types[who.kind]
  if (key === 'aws:userid') return who?.userId ?? 'anonymous'
  if (who === null) return undefined
  switch (key) {
    case 'aws:principalarn':
      return who.roleArn ?? who.arn
    case 'aws:principalaccount':
      return who.account
    case 'aws:principalorgid':
      return who.principalOrgId ?? undefined
    case 'aws:username':
      return who.kind === 'user' ? who.arn.slice(who.arn.lastIndexOf('/') + 1) : undefined
    case 'aws:tokenissuetime':
      return who.issuedAtMs === null ? undefined : new Date(who.issuedAtMs).toISOString()
    case 'aws:multifactorauthpresent':
      // Long-term keys do not have it; no session here was made with a second factor.
      return who.sessionToken === null ? undefined : 'false'
    default:
      return key.startsWith(tagPrefix) ? tagOf(who, key.slice(tagPrefix.length)) : undefined
  }
}

/** The case of a tag's key does not count in conditions. */
function tagOf({ principalTags }: SigningIdentity, lowerKey: string): string | undefined {
  for (const [key, value] of Object.entries(principalTags)) {
    if (key.toLowerCase() === lowerKey) return value
  }
  return undefined
}
