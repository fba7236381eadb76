/**
 * The condition keys of a control-plane call that are known of its caller and its time.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { SigningIdentity } from '../aws/identity.ts'
import type { ContextValue, Requester } from '../aws/policy/verdict.ts'
import type { Clock } from '../base/clock.ts'

/** What policies may ask about beside the caller. */
export interface CallFacts {
  readonly clock: Clock
  readonly region: string
  readonly userAgent: string
  /** undefined: the connection has no address. */
  readonly sourceIp: string | undefined
  readonly isTls: boolean
}

export function requesterOf(identity: SigningIdentity): Requester {
  const { account, arn, roleArn, userId, boundary } = identity
  return { account, arn, roleArn, userId, boundary }
}

/** Looks up a key, in lower case; `own` are those of the call itself. */
export function callerKeys(
  identity: SigningIdentity | null,
  facts: CallFacts,
  own: Readonly<Record<string, ContextValue>> = {},
): (key: string) => ContextValue {
  const tags = Object.entries(identity?.principalTags ?? {}).map(
    ([key, value]) => [`aws:principaltag/${key.toLowerCase()}`, value] as const,
  )
  const now = facts.clock.now()
  const known = new Map<string, ContextValue>([
    ['aws:currenttime', new Date(now).toISOString()],
    ['aws:epochtime', String(Math.floor(now / 1000))],
    ['aws:requestedregion', facts.region],
    ['aws:useragent', facts.userAgent],
    ['aws:sourceip', facts.sourceIp],
    ['aws:securetransport', String(facts.isTls)],
    ['aws:viaawsservice', 'false'],
    ['aws:principalisawsservice', 'false'],
    ...(identity === null ? [] : keysOfIdentity(identity)),
    ...tags,
    ...Object.entries(own),
  ])
  return key => known.get(key)
}

function keysOfIdentity(identity: SigningIdentity): [string, ContextValue][] {
  const { kind, account, arn, roleArn, userId, issuedAtMs, sessionToken } = identity
  return [
    ['aws:principalaccount', account],
    ['aws:principalarn', roleArn ?? arn],
    ['aws:principaltype', principalTypes[kind]],
    ['aws:userid', userId],
    ['aws:username', kind === 'user' ? arn.slice(arn.lastIndexOf('/') + 1) : undefined],
    ['aws:principalorgid', identity.principalOrgId ?? undefined],
    ['aws:tokenissuetime', issuedAtMs === null ? undefined : new Date(issuedAtMs).toISOString()],
    // Long-term keys do not have it; no session here was made with a second factor.
    ['aws:multifactorauthpresent', sessionToken === null ? undefined : 'false'],
  ]
}

const principalTypes: Readonly<Record<SigningIdentity['kind'], string>> = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  federated: 'FederatedUser',
}
