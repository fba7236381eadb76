/**
 * Program -> loaded program: picks each route's steps and prepares its integration. Done once, when a program
 * arrives; a request finds everything ready.
 */
import type { Finder } from '../aws/identity-finder.ts'
import type { Send } from '../messages/messages.ts'
import type { IntegrationPlan, Program, Route } from '../program/program.ts'
import { type AuthorizerTools, prepareAuthorizer } from './authorize.ts'
import type { Gate, LoadedRoute } from './exchange.ts'
import { stepsFor } from './pipeline.ts'
import { mayStreamBodies } from './request-streaming.ts'
import type { FindNetwork } from './source-network.ts'
import type { StageCache } from './stage-cache.ts'

export interface LoadedProgram {
  readonly program: Program
  readonly routes: ReadonlyMap<Route, LoadedRoute>
  /** null: all requests are for this program. */
  readonly canary: { readonly percentTraffic: number; readonly loaded: LoadedProgram } | null
}

/** Makes the function that calls a back end; one `prepare` per kind of integration, see `integrations/prepare.ts`. */
export type PrepareSend = (plan: IntegrationPlan, program: Program, route: Route) => Send

/** Makes the route's throttle; null: it has none. */
export type PrepareGate = (route: Route) => Gate | null

export interface LoadTools {
  readonly prepareSend: PrepareSend
  readonly prepareGate: PrepareGate
  /** The cache of the program's stage; null: it has none. */
  readonly cacheOf: (program: Program) => StageCache | null
  readonly bodyLimitBytes: number
  /** Who signs requests; always the newest. */
  readonly identities: Finder
  readonly networkOf: FindNetwork
  readonly answerLimitBytes: number
  readonly streamRate: number
  readonly authorizers: AuthorizerTools
}

export function loadProgram(program: Program, tools: LoadTools): LoadedProgram {
  const routes = new Map<Route, LoadedRoute>()
  const store = tools.cacheOf(program)
  for (const route of program.routes.all) {
    const send = tools.prepareSend(route.integration, program, route)
    routes.set(
      route,
      Object.freeze({
        route,
        steps: stepsFor(program, route),
        send,
        gate: tools.prepareGate(route),
        cache: route.cache === null || store === null ? null : { plan: route.cache, store },
        bodyLimitBytes: tools.bodyLimitBytes,
        identities: tools.identities,
        networkOf: tools.networkOf,
        answerLimitBytes: tools.answerLimitBytes,
        streamsBodies: mayStreamBodies(route),
        streamRate: tools.streamRate,
        holdsAnswers: route.cache !== null || program.minimumCompressionBytes !== null,
        authorize:
          route.authorizer === null
            ? null
            : prepareAuthorizer(route.authorizer, program, tools.authorizers),
      }),
    )
  }
  const { canary } = program
  return Object.freeze({
    program,
    routes,
    canary:
      canary === null
        ? null
        : Object.freeze({
            percentTraffic: canary.percentTraffic,
            loaded: loadProgram(canary.program, tools),
          }),
  })
}
