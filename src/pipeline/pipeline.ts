/**
 * The life of a request, in order. READ THIS FIRST.
 *
 *     accept -> match -> [steps below] -> respond -> observe
 *
 * `http/` accepts and matches; then the steps of the matched route run. A step returns nothing: go on. It returns a
 * reply: answer now. It throws a `Refusal`: the gateway says no. `respond` and `observe` run for every request, also
 * after a refusal or a crash.
 *
 * Which steps a route has is decided when its program is loaded: a route without a validator has no validate step.
 * The order is AWS's own for REST APIs (docs/guides/lifecycle.md tells where each refusal comes from).
 */
import { Later } from '../base/later.ts'
import type { Reply } from '../messages/messages.ts'
import type { Program, Route } from '../program/program.ts'
import { requireApiKey } from './api-key.ts'
import { authorize } from './authorize.ts'
import { authorizeIam } from './authorize-iam.ts'
import { crash, land, lookUp } from './cache.ts'
import { decompress } from './decompress.ts'
import type { Exchange, Pending, Step } from './exchange.ts'
import { integrate } from './integrate.ts'
import { mapProxyRequest, mapRequest } from './map-request.ts'
import { mapProxyResponse, mapResponse } from './map-response.ts'
import { refuseObstacle } from './obstacle.ts'
import { requireEndpoint } from './private-api.ts'
import { throttle } from './throttle.ts'
import { validateBody, validateParameters } from './validate.ts'
import { denyEarly, weighPolicies } from './weigh-policies.ts'

interface StepRow extends Step {
  readonly isNeeded: (program: Program, route: Route) => boolean
}

/** Every step of a REST API, in the order in which they run. */
export const restSteps: readonly StepRow[] = Object.freeze([
  { name: 'obstacle', run: refuseObstacle, isNeeded: hasObstacle },
  { name: 'private', run: requireEndpoint, isNeeded: program => program.isPrivate },
  { name: 'resource-policy', run: denyEarly, isNeeded: hasEarlyPolicy },
  { name: 'authorize', run: authorize, isNeeded: (_, route) => route.authorizer !== null },
  { name: 'authorize', run: authorizeIam, isNeeded: (_, route) => isSigned(route) },
  { name: 'weigh-policies', run: weighPolicies, isNeeded: hasPolicies },
  { name: 'api-key', run: requireApiKey, isNeeded: (_, route) => route.apiKeyRequired },
  { name: 'throttle', run: throttle, isNeeded: (_, route) => route.throttle !== null },
  { name: 'decompress', run: decompress, isNeeded: () => true },
  {
    name: 'validate-parameters',
    run: validateParameters,
    isNeeded: (_, r) => r.checkParameters !== null,
  },
  { name: 'validate-body', run: validateBody, isNeeded: (_, route) => route.checkBody !== null },
  { name: 'cache', run: lookUp, isNeeded: (_, route) => route.cache !== null },
  { name: 'map-request', run: mapRequest, isNeeded: (_, route) => !isProxy(route) },
  { name: 'map-request', run: mapProxyRequest, isNeeded: (_, route) => isProxy(route) },
  { name: 'integrate', run: integrate, isNeeded: () => true },
  { name: 'map-response', run: mapResponse, isNeeded: (_, route) => !isProxy(route) },
  { name: 'map-response', run: mapProxyResponse, isNeeded: (_, route) => isProxy(route) },
])

export function stepsFor(program: Program, route: Route): readonly Step[] {
  return Object.freeze(restSteps.filter(row => row.isNeeded(program, route)))
}

function hasObstacle(program: Program, route: Route): boolean {
  return program.obstacle !== null || route.obstacle !== null
}

/** A Lambda authorizer is not asked about what the resource policy denies anyway. */
function hasEarlyPolicy(program: Program, route: Route): boolean {
  return program.resourcePolicy !== null && route.authorizationType === 'CUSTOM'
}

function isSigned(route: Route): boolean {
  return route.authorizationType === 'AWS_IAM'
}

function hasPolicies(program: Program, route: Route): boolean {
  const isWeighed = isSigned(route) || route.authorizationType === 'CUSTOM'
  return isWeighed || program.resourcePolicy !== null || program.isPrivate
}

function isProxy(route: Route): boolean {
  return route.integration.type === 'HTTP_PROXY' || route.integration.type === 'AWS_PROXY'
}

/** What the runner calls at the end, exactly once; neither may throw. */
export interface Finish {
  reply(x: Exchange, reply: Reply): void
  failed(x: Exchange, error: unknown): void
}

/**
 * Runs the steps of `x` from the first; waits only where a step returned a promise or a `Later`.
 * bench/micro/runner.ts has what an `await` on every step would cost.
 */
export function run(x: Exchange, finish: Finish): void {
  runFrom(x, 0, finish)
}

function runFrom(x: Exchange, first: number, finish: Finish): void {
  const steps = x.loaded.steps
  let reply: Reply | undefined
  try {
    for (let i = first; i < steps.length; i++) {
      const step = steps[i] as Step
      x.step = step.name
      const result = step.run(x)
      if (result === undefined) continue
      if (result instanceof Later || result instanceof Promise) {
        resumeLater(x, result, i + 1, finish)
        return
      }
      reply = result
      break
    }
  } catch (error) {
    fail(x, error, finish)
    return
  }
  if (reply === undefined) fail(x, new Error('No step gave a reply'), finish)
  else end(x, reply, finish)
}

function resumeLater(x: Exchange, pending: Pending, next: number, finish: Finish): void {
  const goOn = (reply: Reply | undefined): void => {
    if (reply === undefined) runFrom(x, next, finish)
    else end(x, reply, finish)
  }
  const refuse = (error: unknown): void => fail(x, error, finish)
  if (pending instanceof Later) pending.then(goOn, refuse)
  else pending.then(goOn, refuse)
}

/** Others may wait for the same reply. */
function end(x: Exchange, reply: Reply, finish: Finish): void {
  if (x.piloted !== null) {
    try {
      land(x, x.piloted, reply)
    } catch (error) {
      finish.failed(x, error)
      return
    }
  }
  finish.reply(x, reply)
}

function fail(x: Exchange, error: unknown, finish: Finish): void {
  if (x.piloted !== null) crash(x, x.piloted, error)
  finish.failed(x, error)
}
