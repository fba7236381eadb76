/**
 * Temporary credentials: a key id, the secret derived from it, and the sealed token (aws/session-token.ts).
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html
 */
import { ValidationException } from '../../aws/faults.ts'
import { PackedPolicyTooLarge } from '../../aws/iam-faults.ts'
import type { SealedSession } from '../../aws/identity.ts'
import { packedLimitBytes, sealSession, sessionSecret } from '../../aws/session-token.ts'
import { wholeSeconds } from '../draft.ts'
import { newAccessKeyId } from '../iam/names.ts'
import type { StsContext } from './context.ts'

type Grant = Omit<SealedSession, 'accessKeyId' | 'secretAccessKey' | 'issuedAtMs' | 'expiresAtMs'>

/** Credentials as STS answers them, and how much of a token's room the session took. Throws `PackedPolicyTooLarge`. */
export function issueCredentials(ctx: StsContext, grant: Grant, seconds: number) {
  const { sessionKey } = ctx.sts
  const AccessKeyId = newAccessKeyId(ctx.ids, 'ASIA')
  const issuedAtMs = wholeSeconds(ctx.clock.now()).getTime()
  const expiresAtMs = issuedAtMs + seconds * 1000
  const sealed = sealSession({ ...grant, issuedAtMs, expiresAtMs }, AccessKeyId, sessionKey)
  if (sealed === null) {
    throw new PackedPolicyTooLarge(
      'Serialized token too large for session: the policies and tags of the session do not fit', // the words are a guess
    )
  }
  return {
    credentials: {
      AccessKeyId,
      SecretAccessKey: sessionSecret(AccessKeyId, sessionKey),
      SessionToken: sealed.token,
      Expiration: new Date(expiresAtMs),
    },
    packedPercent: Math.ceil((sealed.packedBytes / packedLimitBytes) * 100),
  }
}

/** Throws `ValidationException` when the duration is not between the bounds. */
export function checkDuration(seconds: number, least: number, most: number): void {
  const bound =
    seconds < least
      ? `greater than or equal to ${least}`
      : seconds > most
        ? `less than or equal to ${most}`
        : undefined
  if (bound === undefined) return
  throw new ValidationException(
    `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value ${bound}`,
  )
}
