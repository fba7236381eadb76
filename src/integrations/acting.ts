/**
 * An integration's credentials -> who acts for a request: the role, taken on for the method, or the caller. Made once
 * for each method; what IAM says is asked for each request, since roles change without a deployment.
 */
import { type ActingParts, type ActingSource, type Actor, takeRole } from '../aws/acting-role.ts'
import { type FunctionRight, functionRight, invokeFunction } from '../aws/function-right.ts'
import type { ActorUse, CallerKey, FunctionCall, IntegrationRequest } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import { methodSourceArn } from '../program/method-arn.ts'
import type { ActingCredentials, Program, Route } from '../program/program.ts'

/** Throws `Refusal` when nobody can act. */
export type FindActor = (request: IntegrationRequest) => Exclude<Actor, { type: 'refused' }>

export function prepareActor(
  credentials: ActingCredentials,
  program: Program,
  route: Route,
  parts: ActingParts,
): FindActor {
  const source: ActingSource = Object.freeze({
    sourceArn: methodSourceArn(program, route),
    sourceAccount: program.account,
    region: program.region,
  })
  const find =
    credentials.type === 'role'
      ? () => takeRole(parts, credentials.arn, source)
      : ({ caller }: IntegrationRequest) => callerOf(caller, credentials.account, parts)
  return request => {
    const actor = find(request)
    if (actor.type === 'refused') throw misconfigured(actor.reason)
    return actor
  }
}

/** The identity behind the key, as it is now: it may be gone since the signature was verified. */
function callerOf(
  caller: CallerKey | null,
  account: string | null,
  { findIdentity }: ActingParts,
): Actor {
  if (caller === null) return { type: 'refused', reason: 'nobody signed the request' }
  const identity = findIdentity(caller.accessKeyId, caller.sessionToken ?? undefined)
  if (typeof identity === 'string') {
    return { type: 'refused', reason: `the caller's key is ${identity}` }
  }
  if (account !== null && identity.account !== account) {
    const reason = `the credentials are for callers of account ${account}, and ${identity.arn} called`
    return { type: 'refused', reason }
  }
  return { type: 'known', identity }
}

/** What a call of the function needs, and what the decision record shows. */
export interface FunctionActing {
  readonly call: Pick<FunctionCall, 'sourceArn' | 'invoker'>
  readonly actor: ActorUse | null
}

/** Of one integration that calls a function. Throws `Refusal` when it may not be called. */
export function prepareFunctionActing(
  credentials: ActingCredentials | null,
  functionArn: string,
  program: Program,
  route: Route,
  parts: ActingParts,
): (request: IntegrationRequest) => FunctionActing {
  if (credentials === null) {
    const own = Object.freeze({
      call: Object.freeze({ sourceArn: methodSourceArn(program, route) }),
      actor: null,
    })
    return () => own
  }
  const find = prepareActor(credentials, program, route, parts)
  return request => {
    const actor = find(request)
    const right = functionRight(actor, functionArn, parts)
    if (right.type === 'refused') {
      throw misconfigured(`Invalid permissions on Lambda function: ${right.reason}`)
    }
    const invoker = right.type === 'ask' ? { invoker: right.invoker } : {}
    return { call: { sourceArn: null, ...invoker }, actor: actorUse(actor, invokeFunction, right) }
  }
}

export function actorUse(
  actor: Exclude<Actor, { type: 'refused' }>,
  action: string,
  { by }: Pick<Extract<FunctionRight, { type: 'allowed' }>, 'by'>,
  denied = '',
): ActorUse {
  const isUnchecked = actor.type === 'unknown'
  const arn = isUnchecked ? actor.arn : actor.identity.arn
  return { arn, action, allowedBy: by, isUnchecked, denied }
}

function misconfigured(reason: string): Refusal {
  return new Refusal('API_CONFIGURATION_ERROR', { reason })
}
