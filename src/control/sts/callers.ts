/**
 * Who calls, whose a key is, and sessions of the caller himself.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
 */
import { ValidationException } from '../../aws/faults.ts'
import { AccessDenied, InvalidAuthorizationMessage } from '../../aws/iam-faults.ts'
import type { StsOperations } from '../../aws/operations.sts.ts'
import { accessKeys } from '../iam/records.ts'
import type { StsContext } from './context.ts'
import { checkDuration, issueCredentials } from './sessions.ts'

type Input<N extends keyof StsOperations> = StsOperations[N]['input']
type Output<N extends keyof StsOperations> = StsOperations[N]['output']

/** Nobody needs a permission to learn who he is. */
export function getCallerIdentity({ identity }: StsContext): Output<'GetCallerIdentity'> {
  if (identity === null) throw new AccessDenied('Anonymous callers have no identity.')
  const { userId, account, arn } = identity
  return { UserId: userId, Account: account, Arn: arn }
}

const leastSeconds = 900
const mostSeconds = 129_600
const usualSeconds = 43_200
const rootSeconds = 3600

export function getSessionToken(
  ctx: StsContext,
  { DurationSeconds = usualSeconds, SerialNumber, TokenCode }: Input<'GetSessionToken'>,
): Output<'GetSessionToken'> {
  const { identity } = ctx
  if (identity?.kind !== 'user' && identity?.kind !== 'root') {
    throw new AccessDenied('Cannot call GetSessionToken with session credentials')
  }
  if (identity.sessionToken !== null) {
    throw new AccessDenied('Cannot call GetSessionToken with session credentials')
  }
  if (SerialNumber !== undefined || TokenCode !== undefined) {
    throw new AccessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
  }
  checkDuration(DurationSeconds, leastSeconds, mostSeconds)
  const { kind, account, arn, userId } = identity
  // The root's sessions are an hour long at most, whatever was asked for.
  const seconds = kind === 'root' ? Math.min(DurationSeconds, rootSeconds) : DurationSeconds
  const grant = { kind, account, arn, principal: arn, userId, sessionTags: {}, sessionPolicies: [] }
  return { Credentials: issueCredentials(ctx, grant, seconds).credentials }
}

export async function getAccessKeyInfo(
  { store, account }: StsContext,
  { AccessKeyId }: Input<'GetAccessKeyInfo'>,
): Promise<Output<'GetAccessKeyInfo'>> {
  const found = await store.find(accessKeys, AccessKeyId)
  if (found) return { Account: found.namespace.account }
  // AWS can tell of every key whose it is. Sessions do not name their account in the key id: it is taken to be the caller's.
  if (/^\d{12}$/.test(AccessKeyId)) return { Account: AccessKeyId }
  if (/^ASIA[A-Z0-9]{16}$/.test(AccessKeyId)) return { Account: account }
  throw new ValidationException(`The access key ID ${AccessKeyId.slice(0, 128)} is not valid.`) // a guess
}

/** Refusals here say what they mean; there are no encoded messages. */
export function decodeAuthorizationMessage(): never {
  throw new InvalidAuthorizationMessage(
    'Message is not valid: Portcullis encodes no authorization messages.',
  )
}
