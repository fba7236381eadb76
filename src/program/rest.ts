/**
 * REST API: deployment snapshot + stage -> program. Each method becomes a route with its checks and its
 * integration plan; all that can be decided before the first request is decided here. Equal templates and models
 * are compiled once.
 *
 * Errors are found here and not by a client: whatever cannot run is a `ProgramError` that names method and path,
 * or an obstacle where AWS itself would deploy and then answer with an error.
 */
import type { Method, Resource } from '../aws/rest-api.ts'
import type { AuthorizerPlan } from './authorizer-plan.ts'
import { planAuthorizer } from './authorizer-plans.ts'
import { cacheCapacity, cacheScope, compileCaching } from './caching.ts'
import { canarySource } from './canary.ts'
import { compileGatewayResponses, gatewayResponseNotices } from './gateway-responses.ts'
import { type PlanSettings, planIntegration } from './integration-plans.ts'
import { compileMediaTypes } from './media-types.ts'
import { compileModels, type Models } from './models.ts'
import {
  callerObstacle,
  methodObstacle,
  obstacle,
  stageNotices,
  stageObstacle,
} from './obstacles.ts'
import type { Canary, MediaTypeSet, Obstacle, Program, ProgramSource, Route } from './program.ts'
import { type Place, ProgramError } from './program-error.ts'
import { compileResourcePolicy } from './resource-policy.ts'
import { buildRouteTree } from './routes.ts'
import { type EffectiveSettings, methodSettings, throttleOf } from './stage.ts'
import { compileValidation } from './validation.ts'

/** Compiles one stage of one REST API, with its canary. Throws `ProgramError` when a deployment cannot run. */
export function compileRest(source: ProgramSource): Program {
  const ofCanary = canarySource(source)
  if (ofCanary === null) return compileDeployment(source, null, null)
  const percentTraffic = source.stage.canarySettings?.percentTraffic ?? 0
  const program = compileDeployment(ofCanary, true, null)
  return compileDeployment(source, false, Object.freeze({ percentTraffic, program }))
}

function compileDeployment(
  source: ProgramSource,
  isCanary: boolean | null,
  canary: Canary | null,
): Program {
  const { snapshot, stage } = source
  const { api } = snapshot
  const stageVariables: Readonly<Record<string, string>> = Object.freeze(
    Object.assign(Object.create(null), stage.variables),
  )
  const guard = compileResourcePolicy(api.policy)
  const binary = compileMediaTypes(api.binaryMediaTypes ?? [])
  const compilation: Compilation = {
    source,
    binary,
    cacheScope: cacheScope(source, isCanary === true),
    models: compileModels(snapshot.models),
    plans: {
      account: source.account,
      isEdge: api.endpointConfiguration.types.includes('EDGE'),
      clientCertificate: source.clientCertificate ?? null,
      stageName: stage.stageName,
      stageVariables,
      templates: new Map(),
    },
    settingsOf: methodSettings(stage),
  }
  const routes = snapshot.resources.flatMap(resource =>
    Object.entries(resource.resourceMethods ?? {}).map(([verb, method]) =>
      compileRoute(compilation, resource, verb, method),
    ),
  )
  return Object.freeze({
    type: 'rest',
    account: source.account,
    region: source.region,
    apiId: source.apiId,
    apiName: api.name,
    stageName: stage.stageName,
    stageVariables,
    deploymentId: source.deployment.id,
    deployedAt: source.deployment.createdDate,
    isCanary,
    canary,
    isDefaultEndpointDisabled: api.disableExecuteApiEndpoint,
    isPrivate: api.endpointConfiguration.types.includes('PRIVATE'),
    resourcePolicy: guard.policy,
    obstacle: guard.obstacle ?? stageObstacle(source),
    routes: buildRouteTree(routes),
    gatewayResponses: compileGatewayResponses(snapshot.gatewayResponses),
    binaryMediaTypes: binary,
    minimumCompressionBytes: api.minimumCompressionSize ?? null,
    cacheBytes: cacheCapacity(stage),
    notices: Object.freeze([
      ...stageNotices(stage),
      ...gatewayResponseNotices(snapshot.gatewayResponses),
    ]),
  })
}

interface Compilation {
  readonly source: ProgramSource
  readonly binary: MediaTypeSet
  readonly cacheScope: string
  readonly models: Models
  readonly plans: PlanSettings
  readonly settingsOf: (path: string, verb: string) => EffectiveSettings
}

function compileRoute(
  { source, binary, cacheScope: scope, models, plans, settingsOf }: Compilation,
  resource: Resource,
  verb: string,
  method: Method,
): Route {
  const place: Place = { method: verb, path: resource.path }
  if (method.methodIntegration === undefined) {
    throw new ProgramError(place, 'No integration defined for method')
  }
  const settings = settingsOf(resource.path, verb)
  const guard = guardOf(method, source, plans)
  const definition = method.methodIntegration
  const integration = planIntegration(definition, plans, place)
  const cached = { stage: source.stage, scope, settings, verb, binary, integration: definition }
  return Object.freeze({
    resourceId: resource.id,
    resourcePath: resource.path,
    httpMethod: verb,
    operationName: method.operationName,
    authorizationType: method.authorizationType,
    apiKeyRequired: method.apiKeyRequired,
    throttle: throttleOf(settings),
    obstacle: guard.obstacle ?? integration.obstacle ?? callerObstacle(method, integration.plan),
    authorizer: guard.authorizer,
    cache: compileCaching({ ...cached, resourceId: resource.id }, place),
    ...compileValidation(method, source.snapshot.requestValidators, models, place),
    integration: integration.plan,
  })
}

/** What stands before the method: an authorizer, or what keeps it from being asked. */
function guardOf(
  method: Method,
  { snapshot, account, region, apiId }: ProgramSource,
  { stageVariables }: PlanSettings,
): { readonly authorizer: AuthorizerPlan | null; readonly obstacle: Obstacle | null } {
  const { authorizationType: type } = method
  if (type !== 'CUSTOM' && type !== 'COGNITO_USER_POOLS') {
    return { authorizer: null, obstacle: methodObstacle(method) }
  }
  const home = { account, region, apiId, stageVariables }
  const authorizer = planAuthorizer(method, snapshot.authorizers, home)
  if (typeof authorizer !== 'string') return { authorizer, obstacle: null }
  return { authorizer: null, obstacle: obstacle('AUTHORIZER_CONFIGURATION_ERROR', authorizer) }
}
