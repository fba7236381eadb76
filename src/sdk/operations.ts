/**
 * What an SDK has a function for: every method of an API, with the names and places of its parameters.
 * `method.request.querystring.limit: true` becomes the required query parameter `limit`; path parameters come from
 * the path itself and are always required, since without one the path would be another.
 */
import type { ApiSnapshot, Method, Resource } from '../aws/rest-api.ts'
import { NamePool, operationNameFor } from './names.ts'

export interface SdkParameter {
  readonly name: string
  readonly isRequired: boolean
}

/** A part of a path: written as it is (percent-encoded), or the value of a parameter. */
export type PathSegment = string | { readonly param: string; readonly greedy?: true }

export interface SdkOperation {
  /** An identifier, unlike the others'. */
  readonly name: string
  /** `ANY` too. */
  readonly verb: string
  /** As the API has it; not safe in source. */
  readonly path: string
  readonly segments: readonly PathSegment[]
  readonly pathParameters: readonly SdkParameter[]
  readonly query: readonly SdkParameter[]
  readonly headers: readonly SdkParameter[]
  /** The model of the JSON body. */
  readonly requestModel: string | undefined
  /** The models of the JSON answers with a status of 200 to 299, each once. */
  readonly answerModels: readonly string[]
}

/** The operations of an API by path, then verb; never named as one of `reserved`. */
export function sdkOperations(
  snapshot: ApiSnapshot,
  reserved: Iterable<string> = [],
): SdkOperation[] {
  const names = new NamePool([...inherited, ...reserved])
  const resources = [...snapshot.resources].sort((a, b) => compare(a.path, b.path))
  return resources.flatMap(resource =>
    Object.entries(resource.resourceMethods ?? {})
      .sort(([a], [b]) => compare(a, b))
      .map(([verb, method]) => operationOf(resource, verb, method, names)),
  )
}

/** What every object has, and `then`, which would make a client look like a promise. */
const inherited = [...Object.getOwnPropertyNames(Object.prototype), 'then']

function operationOf(
  { path }: Resource,
  verb: string,
  method: Method,
  names: NamePool,
): SdkOperation {
  const segments = path.split('/').filter(Boolean).map(segmentOf)
  const parameters = Object.entries(method.requestParameters ?? {})
  const placed = (place: string): SdkParameter[] =>
    parameters
      .filter(([key]) => key.startsWith(place) && key.length > place.length)
      .map(([key, isRequired]) => ({ name: key.slice(place.length), isRequired }))
      .sort((a, b) => compare(a.name, b.name))
  const inPath = segments.flatMap(segment => (typeof segment === 'string' ? [] : [segment.param]))
  const answers = Object.entries(method.methodResponses ?? {})
    .filter(([status]) => /^2\d\d$/.test(status))
    .map(([, response]) => jsonModel(response.responseModels))
    .filter(model => model !== undefined)
  return {
    name: names.take(operationNameFor(path, verb, method.operationName)),
    verb,
    path,
    segments,
    pathParameters: [...new Set(inPath)].map(name => ({ name, isRequired: true })),
    query: placed('method.request.querystring.'),
    headers: placed('method.request.header.'),
    requestModel: jsonModel(method.requestModels),
    answerModels: [...new Set(answers)],
  }
}

function segmentOf(part: string): PathSegment {
  const [, param, plus] = /^\{([^{}]+?)(\+?)\}$/.exec(part) ?? []
  if (param !== undefined) return plus === '+' ? { param, greedy: true } : { param }
  return encodeURIComponent(part.toWellFormed()).replaceAll('%3A', ':').replaceAll('%40', '@')
}

/** The model for `application/json`, else the one for the first JSON type. */
function jsonModel(models: Readonly<Record<string, string>> = {}): string | undefined {
  const isJson = (type: string) => /^[^;]*[/+]json\s*(;|$)/i.test(type)
  return Object.entries(models)
    .filter(([type]) => isJson(type))
    .sort(([a], [b]) => Number(b === 'application/json') - Number(a === 'application/json'))
    .map(([, model]) => model)[0]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
