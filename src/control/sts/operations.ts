/**
 * The table of STS's operations. They keep nothing and change nothing: credentials say by themselves what they stand for.
 * AssumeRoleWithSAML, federation tokens and delegation answer 501.
 */
import type { Handlers } from '../../aws/handlers.ts'
import type { StsOperations } from '../../aws/operations.sts.ts'
import { stsService } from '../../aws/services.ts'
import type { ControlContext } from '../context.ts'
import type { ControlService } from '../transactions.ts'
import { assumeRole } from './assume-role.ts'
import {
  decodeAuthorizationMessage,
  getAccessKeyInfo,
  getCallerIdentity,
  getSessionToken,
} from './callers.ts'
import type { StsContext, StsHost } from './context.ts'
import { assumeRoleWithWebIdentity } from './web-identity.ts'

export const stsHandlers = {
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  DecodeAuthorizationMessage: decodeAuthorizationMessage,
  GetAccessKeyInfo: getAccessKeyInfo,
  GetCallerIdentity: getCallerIdentity,
  GetSessionToken: getSessionToken,
} satisfies Handlers<StsOperations, StsContext>

/** STS on top of what seals sessions. Its operations read what they need, in whichever account, by themselves. */
export function stsControl(host: StsHost): ControlService {
  const wrapped: Record<string, (ctx: ControlContext, input: never) => unknown> = {}
  for (const [name, handler] of Object.entries(stsHandlers)) {
    // The table's type pairs each handler with the input that its operation is dispatched with.
    const handle = handler as (ctx: StsContext, input: never) => unknown
    wrapped[name] = (ctx, input) => handle(withHost(ctx, host), input)
  }
  return {
    service: stsService,
    handlers: wrapped,
    outsideTransaction: new Set(Object.keys(stsHandlers)),
    anonymous: new Set(['AssumeRoleWithWebIdentity']),
  }
}

/** Adds to the context without touching `tx`, which must not be read outside a transaction. */
function withHost(ctx: ControlContext, host: StsHost): StsContext {
  return Object.create(ctx, { sts: { value: host } }) as StsContext
}
