/** Requests and policies for the tests of this folder. */
import { compilePolicyText } from './compile.ts'
import type { PolicyKind } from './document.ts'
import type { ContextValue, Decision, PolicyRequest, Requester } from './verdict.ts'

export const account = '111122223333'

export const ann: Requester = {
  account,
  arn: `arn:aws:iam::${account}:user/ann`,
  roleArn: null,
  userId: 'AIDAANNANNANNANN1',
  boundary: null,
}

export const session: Requester = {
  account,
  arn: `arn:aws:sts::${account}:assumed-role/Reader/me`,
  roleArn: `arn:aws:iam::${account}:role/Reader`,
  userId: 'AROAREADERREADER1:me',
  boundary: null,
}

/** `GET /pets` of an API, asked by nobody, unless said otherwise. */
export function ask(
  keys: Readonly<Record<string, ContextValue>> = {},
  changes: Partial<PolicyRequest> = {},
): PolicyRequest {
  const lower = new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]))
  return {
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:eu-west-1:${account}:api/dev/GET/pets`,
    requester: null,
    service: null,
    valueFor: key => lower.get(key),
    ...changes,
  }
}

/** What one statement decides; an Allow of everything by everyone, unless said otherwise. */
export function decide(
  statement: Readonly<Record<string, unknown>>,
  request: PolicyRequest,
  kind: PolicyKind = 'resource',
  version = '2012-10-17',
): Decision {
  const whole = {
    Effect: 'Allow',
    ...(kind === 'identity' || 'NotPrincipal' in statement ? {} : { Principal: '*' }),
    ...('NotAction' in statement ? {} : { Action: 'execute-api:Invoke' }),
    ...('NotResource' in statement || kind === 'trust' ? {} : { Resource: '*' }),
    ...statement,
  }
  const text = JSON.stringify({ Version: version, Statement: [whole] })
  return compilePolicyText(text, kind, 'p').weigh(request).decision
}
