/**
 * What policies are asked of a request, and what condition keys stand for in it ("AWS condition keys that can be used in API
 * Gateway resource policies" in the developer guide). A key that API Gateway does not have is absent, so that a condition
 * on it fails.
 *
 * Of a private API `aws:SourceIp` is absent and `aws:VpcSourceIp` there instead, with the VPC and the endpoint.
 */
import type { SigningIdentity } from '../aws/identity.ts'
import { principalKey } from '../aws/policy/principal-keys.ts'
import type { ContextValue, PolicyRequest } from '../aws/policy/verdict.ts'
import type { Exchange } from './exchange.ts'

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
        return principalKey(key, this.requester)
    }
  }
}
