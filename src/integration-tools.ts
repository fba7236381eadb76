/** What calling back ends needs, made from the options: each data-plane thread has its own, and the tests of methods have one. */
import type { Finder } from './aws/identity-finder.ts'
import { RoleSessions } from './aws/role-sessions.ts'
import { systemClock } from './base/clock.ts'
import { HttpClient } from './integrations/http/client.ts'
import { isOrdinaryAddress } from './integrations/http/target-guard.ts'
import type { IntegrationTools } from './integrations/prepare.ts'
import type { InvokeFunction } from './messages/messages.ts'
import type { WorkerSettings } from './threads.ts'

type Settings = Pick<
  WorkerSettings,
  | 'connectTimeoutMs'
  | 'streamIdleTimeoutMs'
  | 'answerLimitBytes'
  | 'allowedTargets'
  | 'privateNetwork'
  | 'awsEndpoints'
  | 'awsCredentials'
  | 'unknownRoles'
>

/** AWS's own default for sessions of roles. */
const roleSessionMs = 3_600_000

/** The client is to be closed by who asked for it. */
export function integrationTools(
  settings: Settings,
  invoke: InvokeFunction,
  identities: Finder,
): IntegrationTools {
  const { allowedTargets: allowed, connectTimeoutMs, answerLimitBytes } = settings
  const { streamIdleTimeoutMs } = settings
  const client = new HttpClient({
    maxConnectionsPerOrigin: 1024,
    maxIdlePerOrigin: 256,
    idleMs: 60_000,
    allowTargets: address => isOrdinaryAddress(address) || allowed.includes(address),
  })
  return {
    client,
    limits: { connectTimeoutMs, answerLimitBytes, streamIdleTimeoutMs },
    privateNetwork: settings.privateNetwork,
    invoke,
    acting: {
      findRole: identities.findRole,
      findIdentity: identities.findIdentity,
      sessions: new RoleSessions({
        clock: systemClock,
        sessionKey: identities.sessionKey,
        lifeMs: roleSessionMs,
      }),
      unknownRoles: settings.unknownRoles,
      clock: systemClock,
    },
    aws: {
      endpoints: settings.awsEndpoints,
      credentials: settings.awsCredentials,
      clock: systemClock,
    },
  }
}
