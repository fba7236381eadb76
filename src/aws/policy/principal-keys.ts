/**
 * What the condition keys that speak of the caller stand for, once it is known who calls; the same for requests of
 * clients and for what API Gateway does in somebody's name.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
import type { SigningIdentity } from '../identity.ts'
import type { ContextValue } from './verdict.ts'

const tagPrefix = 'aws:principaltag/'

const types = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  federated: 'FederatedUser',
}

/** `key` in lower case; `who` null: nobody signed. undefined: the key is not there. */
export function principalKey(key: string, who: SigningIdentity | null): ContextValue {
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
