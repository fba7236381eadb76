/**
 * What functions sign their own calls with: a session of their execution role, as on AWS, which names it after the function.
 * A role that IAM here does not know leaves functions with what the runner gives them, and one that does not trust
 * lambda.amazonaws.com leaves them with nothing.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
import { whyUntrusted } from './aws/acting-role.ts'
import type { Finder } from './aws/identity-finder.ts'
import { RoleSessions } from './aws/role-sessions.ts'
import type { Clock } from './base/clock.ts'
import type { CredentialsOf } from './lambda/settings.ts'

/** The longest that a session of a role may be; an environment seldom lives as long. */
const lifeMs = 43_200_000

/** `refused` hears why a function gets no credentials. */
export function functionCredentials(
  { findRole, sessionKey }: Finder,
  clock: Clock,
  refused: (message: string) => void,
): CredentialsOf {
  const sessions = new RoleSessions({ clock, sessionKey, lifeMs })
  return ({ arn, name, role: roleArn }) => {
    const role = roleArn === undefined ? undefined : findRole(roleArn)
    if (role === undefined) return undefined
    const why = whyUntrusted(role, 'lambda.amazonaws.com', null, clock)
    if (why !== null) {
      refused(`${arn} runs without credentials of its role ${role.arn}: ${why}`)
      return null
    }
    const { accessKeyId, secretAccessKey, sessionToken } = sessions.of(role, name)
    return sessionToken === null ? null : { accessKeyId, secretAccessKey, sessionToken }
  }
}
