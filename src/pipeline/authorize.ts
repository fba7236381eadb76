/**
 * Asks the method's authorizer who calls: a Lambda function, whose answers may be kept, or a user pool. What is found out
 * is put on the exchange; whether the policies let the caller pass is weighed by the step behind this one.
 *
 *     not let in at all        Refusal (401; 500 when the authorizer itself is at fault)
 *     known                    x.authOutcome, $context.authorizer, x.authorizerUse for the decision record
 */
import {
  type AuthorizationCaches,
  callerKey,
  type Grant,
} from '../authorizers/authorization-cache.ts'
import { grantOf } from '../authorizers/grant.ts'
import { type LambdaAuthorizerTools, prepareLambdaAuthorizer } from '../authorizers/lambda.ts'
import { prepareUserPool, type TokenTools } from '../authorizers/user-pool.ts'
import type { AuthorizerUse } from '../observe/decision-record.ts'
import type {
  AuthorizerPlan,
  LambdaAuthorizerPlan,
  UserPoolPlan,
} from '../program/authorizer-plan.ts'
import type { Program } from '../program/program.ts'
import type { AuthOutcome } from './auth-outcome.ts'
import type { Exchange, RunAuthorizer } from './exchange.ts'
import { methodArn } from './method-arn.ts'

/** What authorizers need of the thread they run in. */
export interface AuthorizerTools extends LambdaAuthorizerTools {
  readonly tokens: TokenTools
  readonly caches: AuthorizationCaches
}

export function authorize(x: Exchange): undefined | Promise<undefined> {
  // The step is only there when the route has an authorizer.
  return (x.loaded.authorize as RunAuthorizer)(x)
}

/** Called once per route, when its program is loaded. */
export function prepareAuthorizer(
  plan: AuthorizerPlan,
  program: Program,
  tools: AuthorizerTools,
): RunAuthorizer {
  return plan.type === 'COGNITO_USER_POOLS'
    ? runUserPool(plan, tools.tokens)
    : runLambda(plan, program, tools)
}

/** What a user pool's token makes of an exchange, the same for every request that has it. */
interface Admitted {
  readonly authorizer: Readonly<Record<string, unknown>>
  readonly use: AuthorizerUse
}

const ofUserPool: AuthOutcome = Object.freeze({ type: 'cognito' })

function runUserPool(plan: UserPoolPlan, tokens: TokenTools): RunAuthorizer {
  const { id, name, type } = plan
  const base = { id, name, type, key: '', ageMs: 0, requestId: '', latencyMs: 0 }
  const refused: AuthorizerUse = Object.freeze({ ...base, verdict: 'refused', principal: '' })
  const verify = prepareUserPool(plan, tokens, ({ authorizer, subject: principal }) => {
    const use: AuthorizerUse = Object.freeze({ ...base, verdict: 'verified', principal })
    return { authorizer, use }
  })
  const admit = (x: Exchange, { authorizer, use }: Admitted): undefined => {
    x.authorizerUse = use
    x.admit(ofUserPool, authorizer)
  }
  return x => {
    x.authorizerUse = refused
    const caller = verify(x.methodRequest, x)
    return caller instanceof Promise ? caller.then(given => admit(x, given)) : admit(x, caller)
  }
}

function runLambda(
  plan: LambdaAuthorizerPlan,
  program: Program,
  tools: AuthorizerTools,
): RunAuthorizer {
  const { authorize: ask, identify } = prepareLambdaAuthorizer(plan, tools)
  const { id, name, type, ttlMs } = plan
  const keyOf = callerKey(plan, program.deploymentId)
  const cache = tools.caches.of(program.apiId, program.stageName)
  const refused: AuthorizerUse = Object.freeze({
    ...{ id, name, type, key: '', ageMs: 0, requestId: '', latencyMs: 0 },
    ...{ verdict: 'refused' as const, principal: '' },
  })

  const call = async (x: Exchange): Promise<Grant> => {
    const started = performance.now()
    const arn = methodArn(x)
    const given = await ask(x.methodRequest, x, { methodArn: arn, traceId: x.traceId })
    return grantOf(given, performance.now() - started)
  }
  const admit = (
    x: Exchange,
    grant: Grant,
    verdict: 'called' | 'joined' | 'hit',
    found: { key: string; ageMs: number; requestId: string },
  ): undefined => {
    const latencyMs = verdict === 'called' ? grant.latencyMs : 0
    const { principalId: principal, usageIdentifierKey } = grant
    x.authorizerUse = { id, name, type, verdict, ...found, latencyMs, principal }
    x.usageIdentifierKey = usageIdentifierKey
    x.admit(
      { type: 'lambda', policy: grant.policy },
      verdict === 'called' ? grant.fresh : grant.cached,
    )
  }

  if (ttlMs === 0) {
    return x => {
      x.authorizerUse = refused
      return call(x).then(grant => admit(x, grant, 'called', { key: '', ageMs: 0, requestId: '' }))
    }
  }
  return x => {
    x.authorizerUse = refused
    identify(x.methodRequest, x)
    const key = keyOf(x.methodRequest, x)
    const found = cache.find(key, ttlMs)
    if (found?.type === 'hit') {
      const { grant, ageMs, requestId } = found
      return admit(x, grant, 'hit', { key, ageMs, requestId })
    }
    if (found !== undefined) {
      const { requestId } = found
      return found.grant.then(grant => admit(x, grant, 'joined', { key, ageMs: 0, requestId }))
    }
    const asking = call(x)
    cache.ask(key, x.arrival.requestId, asking)
    return asking.then(grant => admit(x, grant, 'called', { key, ageMs: 0, requestId: '' }))
  }
}
