/** What calling back ends needs, made from the options: each data-plane thread has its own, and the tests of methods have one. */
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
>

/** The client is to be closed by who asked for it. */
export function integrationTools(settings: Settings, invoke: InvokeFunction): IntegrationTools {
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
    aws: {
      endpoints: settings.awsEndpoints,
      credentials: settings.awsCredentials,
      clock: systemClock,
    },
  }
}
