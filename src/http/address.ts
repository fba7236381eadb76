/**
 * Which API, stage and path a request is for. By host: `{api}.execute-api.{anything}/{stage}/…`; by path:
 * `/restapis/{api}/{stage}/_user_request_/…` and `/_aws/execute-api/{api}/{stage}/…`. `/_portcullis/…` is ours; all
 * else is for the control plane. Paths stay undecoded: REST APIs match and hand on what the client wrote.
 *
 * Of several slashes between stage and path one counts: `/prod//orders` is the resource `/orders`, for functions and
 * policies too; only `$context.path` has them all (recorded). Slashes further in are not merged.
 */

export type Address =
  | {
      readonly type: 'api'
      readonly apiId: string
      readonly stage: string
      /** After the stage; begins with one `/`. */
      readonly path: string
      readonly pathWithStage: string
      readonly rawQuery: string
    }
  | { readonly type: 'control' }

export type ApiAddress = Extract<Address, { type: 'api' }>

const control: Address = Object.freeze({ type: 'control' })
const byUserRequest = '/restapis/'
const byExecuteApi = '/_aws/execute-api/'

/** `target` is the request line's: origin form, or absolute form, whose authority the caller has taken as host. */
export function locate(host: string, target: string): Address {
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const rawQuery = question < 0 ? '' : target.slice(question + 1)
  const apiId = apiOfHost(host)
  if (apiId !== undefined) return fromStage(apiId, path, 0, rawQuery)
  // A function's own address: its paths are the function's, whatever they look like.
  if (host.startsWith('lambda-url.', host.indexOf('.') + 1)) return control
  if (path.startsWith(byExecuteApi)) {
    const end = path.indexOf('/', byExecuteApi.length)
    if (end < 0) return control
    return fromStage(path.slice(byExecuteApi.length, end), path, end, rawQuery)
  }
  if (path.startsWith(byUserRequest)) return fromUserRequest(path, rawQuery)
  return control
}

/** `abc.execute-api.localhost:4566` -> `abc`. A VPC endpoint's `abc-vpce…` is for the private listener. */
function apiOfHost(host: string): string | undefined {
  const dot = host.indexOf('.')
  if (dot <= 0 || !host.startsWith('execute-api.', dot + 1)) return undefined
  return host.slice(0, dot)
}

function fromStage(apiId: string, path: string, at: number, rawQuery: string): Address {
  const end = path.indexOf('/', at + 1)
  const stage = end < 0 ? path.slice(at + 1) : path.slice(at + 1, end)
  const rest = end < 0 ? '/' : fromLastSlash(path, end)
  return { type: 'api', apiId, stage, path: rest, pathWithStage: path.slice(at), rawQuery }
}

/** `at`: of the first of the slashes that stand together. */
function fromLastSlash(path: string, at: number): string {
  let last = at
  while (path.charCodeAt(last + 1) === 47) last++
  return path.slice(last)
}

function fromUserRequest(path: string, rawQuery: string): Address {
  const apiEnd = path.indexOf('/', byUserRequest.length)
  const stageEnd = apiEnd < 0 ? -1 : path.indexOf('/', apiEnd + 1)
  if (stageEnd < 0) return control
  const marker = '_user_request_'
  if (!path.startsWith(marker, stageEnd + 1)) return control
  const restAt = stageEnd + 1 + marker.length
  if (restAt < path.length && path.charCodeAt(restAt) !== 47) return control
  const rest = restAt === path.length ? '/' : path.slice(restAt)
  const stage = path.slice(apiEnd + 1, stageEnd)
  return {
    type: 'api',
    apiId: path.slice(byUserRequest.length, apiEnd),
    stage,
    path: fromLastSlash(rest, 0),
    pathWithStage: `/${stage}${rest}`,
    rawQuery,
  }
}
