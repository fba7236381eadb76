/**
 * What a stage's cache settings mean for a method: whether its answers are cached, for how long, and which requests get
 * the same answer ("Cache settings for REST APIs in API Gateway" in the developer guide).
 *
 * A key is made of the deployment, the namespace (the resource, unless the integration names another), the verb, and the
 * values of the parameters that were chosen as cache keys. Whatever was not chosen, also in the path, is ignored.
 */
import type { Integration, Stage } from '../aws/rest-api.ts'
import type { HeaderList, MethodRequest } from '../messages/messages.ts'
import { compileRequestParameter, requestReader } from './mappings.ts'
import { firstAccepted } from './media-types.ts'
import type {
  CachePlan,
  MappedValue,
  MediaTypeSet,
  ProgramSource,
  RequestSource,
} from './program.ts'
import { at, type Place } from './program-error.ts'
import type { EffectiveSettings } from './stage.ts'

type Read = (source: RequestSource) => MappedValue

const defaultTtlSeconds = 300
const bytesOfGigabyte = 1024 ** 3

export interface CachedMethod {
  readonly stage: Stage
  /** Entries of one scope are not seen by another: the deployment, or the canary's. */
  readonly scope: string
  readonly settings: EffectiveSettings
  readonly resourceId: string
  readonly verb: string
  readonly integration: Integration
  readonly binary: MediaTypeSet
}

/**
 * A canary has entries of its own unless it was given the stage's (documented). That a new deployment begins with none is a
 * guess: its answers may be other ones.
 */
export function cacheScope({ stage, deployment }: ProgramSource, isCanary: boolean): string {
  const isOwn = isCanary && stage.canarySettings?.useStageCache !== true
  return isOwn ? `canary ${deployment.id}` : stage.deploymentId
}

/** null: the answers of the method are not cached. Throws `ProgramError`. */
export function compileCaching(method: CachedMethod, place: Place): CachePlan | null {
  const { settings, integration } = method
  if (method.stage.cacheClusterEnabled !== true || !isCached(method.verb, settings)) return null
  const { own, all } = settings
  const ttlSeconds = own.cacheTtlInSeconds ?? all.cacheTtlInSeconds ?? defaultTtlSeconds
  // Streamed answers are not cached (documented).
  if (ttlSeconds <= 0 || integration.responseTransferMode === 'STREAM') return null
  const names = [...new Set(integration.cacheKeyParameters)].sort()
  const namespace = integration.cacheNamespace || method.resourceId
  const start = JSON.stringify([method.scope, namespace, ...names])
  const reads = names.map(name => at(place, 'cache key', () => compilePart(name, integration)))
  if (dependsOnAccept(method)) reads.push(readAccept)
  return Object.freeze({
    ttlMs: ttlSeconds * 1000,
    isEncrypted: own.cacheDataEncrypted ?? all.cacheDataEncrypted ?? false,
    requiresAuthorization:
      own.requireAuthorizationForCacheControl ?? all.requireAuthorizationForCacheControl ?? true,
    unauthorizedStrategy: strategyOf(
      own.unauthorizedCacheControlHeaderStrategy ?? all.unauthorizedCacheControlHeaderStrategy,
    ),
    keyOf(source: RequestSource): string {
      let key = `${start}${source.request.method} `
      for (const read of reads) key += encoded(read(source))
      return key
    },
  })
}

/** `cacheClusterSize`, gigabytes, in bytes; null: the stage has no cache. */
export function cacheCapacity(stage: Stage): number | null {
  if (stage.cacheClusterEnabled !== true) return null
  const size = Number(stage.cacheClusterSize ?? '0.5')
  return Number.isFinite(size) && size > 0 ? Math.floor(size * bytesOfGigabyte) : null
}

/** A stage-wide setting caches GET only; any other method must be named (documented). */
function isCached(verb: string, { own, all }: EffectiveSettings): boolean {
  return own.cachingEnabled ?? (verb === 'GET' && all.cachingEnabled === true)
}

function strategyOf(text: string | undefined): CachePlan['unauthorizedStrategy'] {
  switch (text) {
    case 'FAIL_WITH_403':
    case 'SUCCEED_WITHOUT_RESPONSE_HEADER':
      return text
    default:
      return 'SUCCEED_WITH_RESPONSE_HEADER'
  }
}

/** `method.request.…` is read as it is; `integration.request.…` through the mapping that sets it, if there is one. */
function compilePart(name: string, { requestParameters = {} }: Integration): Read {
  const [, location = '', field = ''] = /^method\.request\.([a-z]+)\.(.+)$/s.exec(name) ?? []
  const read = partReader(location, field)
  if (read !== undefined) return source => read(source.request)
  if (!name.startsWith('integration.request.')) {
    throw new SyntaxError(`${name} is neither method.request.… nor integration.request.…`)
  }
  const expression = Object.hasOwn(requestParameters, name) ? requestParameters[name] : undefined
  if (expression === undefined) return () => undefined
  const parameter = compileRequestParameter(name, expression)
  return source => parameter.read(source)
}

/**
 * Stricter than a mapping, which reads one value of a name that is written as declared: a proxy integration passes on all
 * values, and headers however they are written, so that whoever differs in any of them must not get the answer (guess).
 */
function partReader(
  location: string,
  name: string,
): ((request: MethodRequest) => MappedValue) | undefined {
  switch (location) {
    case 'header':
    case 'multivalueheader': {
      const lowerName = name.toLowerCase()
      return request => linesOf(request.headers, lowerName)
    }
    case 'querystring':
    case 'multivaluequerystring':
      return request => request.query.get(name)
    default:
      return requestReader(location, name)
  }
}

/** Names and values of a header as they were sent; undefined: it was not. */
function linesOf(headers: HeaderList, lowerName: string): string[] | undefined {
  let lines: string[] | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue
    lines ??= []
    lines.push(name, headers[i + 1] as string)
  }
  return lines
}

/** The Accept header decides between templates, and between bytes and base64: then it tells requests apart (guess). */
function dependsOnAccept({ integration, binary }: CachedMethod): boolean {
  if (!binary.isEmpty) return true
  const responses = Object.values(integration.integrationResponses ?? {})
  return responses.some(({ responseTemplates = {} }) => Object.keys(responseTemplates).length > 1)
}

function readAccept({ request }: RequestSource): string | undefined {
  const accept = request.headerNoCase('accept')
  return accept === undefined ? undefined : firstAccepted(accept)
}

/** With lengths in front, so that no two lists of values look the same. */
function encoded(value: MappedValue): string {
  if (value === undefined) return '-'
  if (typeof value === 'string') return `s${value.length}:${value}`
  return `l${value.length}:${value.map(encoded).join('')}`
}
