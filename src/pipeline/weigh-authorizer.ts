/**
 * Whether the policy that a Lambda authorizer gave lets this request pass: `execute-api:Invoke` on the method's ARN, with the
 * condition keys that say something of a request ("AWS global condition context keys" in the IAM user guide).
 */
import type { PolicyRequest } from '../aws/policy/verdict.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'
import { methodArn } from './method-arn.ts'

export function weighAuthorizer(x: Exchange): undefined {
  const { authOutcome } = x
  if (authOutcome?.type !== 'lambda') throw new Error('the caller is not known')
  const resource = methodArn(x)
  const request: PolicyRequest = {
    action: 'execute-api:Invoke',
    resource,
    requester: null,
    service: null,
    valueFor: key => conditionValue(x, key),
  }
  const { decision, statement } = authOutcome.policy.weigh(request)
  if (decision === 'allow') return
  if (decision === 'implicitDeny') {
    const reason = `no statement of the authorizer's policy allows ${resource}`
    throw new Refusal('ACCESS_DENIED', { reason })
  }
  throw new Refusal('ACCESS_DENIED', {
    message: 'User is not authorized to access this resource with an explicit deny',
    reason: `statement ${statement?.id} of the authorizer's policy denies ${resource}: ${statement?.text}`,
  })
}

function conditionValue(x: Exchange, key: string): string | undefined {
  switch (key) {
    case 'aws:sourceip':
      return x.arrival.sourceIp
    case 'aws:useragent':
      return x.methodRequest.headerNoCase('user-agent')
    case 'aws:referer':
      return x.methodRequest.headerNoCase('referer')
    case 'aws:currenttime':
      return new Date(x.arrival.startedAt).toISOString()
    case 'aws:epochtime':
      return String(Math.floor(x.arrival.startedAt / 1000))
    default:
      return undefined
  }
}
