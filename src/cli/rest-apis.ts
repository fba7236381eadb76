/**
 * What the commands need of the REST API control plane, in whole sentences: find an API by its name, bring a document
 * in, deploy it, and say which addresses answer. Operations: API Gateway REST API reference.
 */
import type { ControlClient } from './control-client.ts'
import { CommandFailure } from './failure.ts'

export interface RestApi {
  readonly id: string
  readonly name: string
  readonly warnings?: readonly string[]
}

interface Resource {
  readonly id: string
  readonly path: string
  readonly resourceMethods?: Readonly<Record<string, Method>>
}

interface Method {
  readonly authorizationType?: string
  readonly apiKeyRequired?: boolean
  readonly methodIntegration?: { readonly uri?: string }
}

interface Page<T> {
  readonly item?: readonly T[]
  readonly position?: string
}

/** The API of this name; undefined when there is none. Throws when there are several. */
export async function findApi(client: ControlClient, name: string): Promise<RestApi | undefined> {
  const all = await readAll<RestApi>(client, '/restapis')
  const named = all.filter(api => api.name === name)
  if (named.length > 1) {
    const ids = named.map(api => api.id).join(', ')
    throw new CommandFailure(
      `There are ${named.length} APIs with the name "${name}" (${ids}). Choose another --name, or delete some: ` +
        `aws --endpoint-url ${client.settings.endpoint} apigateway delete-rest-api --rest-api-id ID`,
    )
  }
  return named[0]
}

/** Makes an API of a document, or overwrites an existing one with it. */
export async function putDocument(
  client: ControlClient,
  existing: RestApi | undefined,
  document: string,
  failOnWarnings: boolean,
): Promise<RestApi> {
  const query = `mode=${existing === undefined ? 'import' : 'overwrite'}&failonwarnings=${failOnWarnings}`
  const made = await client.call({
    service: 'apigateway',
    method: existing === undefined ? 'POST' : 'PUT',
    path: existing === undefined ? `/restapis?${query}` : `${apiPath(existing.id)}?${query}`,
    body: document,
  })
  return made as RestApi
}

export async function renameApi(client: ControlClient, id: string, name: string): Promise<void> {
  const patchOperations = [{ op: 'replace', path: '/name', value: name }]
  await client.call({
    service: 'apigateway',
    method: 'PATCH',
    path: apiPath(id),
    body: { patchOperations },
  })
}

/** Deploys what the API is now to a stage, which is made when it is not there. */
export async function deploy(
  client: ControlClient,
  id: string,
  stageName: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  await client.call({
    service: 'apigateway',
    method: 'POST',
    path: `${apiPath(id)}/deployments`,
    body: { stageName, ...(Object.keys(variables).length > 0 ? { variables } : {}) },
  })
}

/** The addresses at which a stage answers: by path, which always works, and by host, as on AWS. */
export function invokeUrls(endpoint: string, id: string, stage: string): [string, string] {
  const { protocol, port } = new URL(endpoint)
  const host = `${id}.execute-api.localhost${port === '' ? '' : `:${port}`}`
  return [`${endpoint}/_aws/execute-api/${id}/${stage}`, `${protocol}//${host}/${stage}`]
}

/** A request that the API most likely answers: preferably a GET that needs neither a parameter nor a key. */
export async function exampleRequest(
  client: ControlClient,
  id: string,
): Promise<{ verb: string; path: string } | undefined> {
  const resources = await readAll<Resource>(client, `${apiPath(id)}/resources?embed=methods`)
  const requests = resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.entries(resourceMethods).map(([verb, method]) => ({
      verb: verb === 'ANY' ? 'GET' : verb,
      path: path.replace(/\{[^}]*\}/g, '1'),
      cost: costOf(verb, path, method),
    })),
  )
  return requests.sort((a, b) => a.cost - b.cost)[0]
}

function costOf(verb: string, path: string, method: Method): number {
  const isGuarded =
    method.apiKeyRequired === true || (method.authorizationType ?? 'NONE') !== 'NONE'
  const needsVariable = method.methodIntegration?.uri?.includes('stageVariables.') === true
  const verbCost = verb === 'GET' || verb === 'ANY' ? 0 : verb === 'OPTIONS' ? 20 : 10
  return verbCost + (path.includes('{') ? 5 : 0) + (isGuarded ? 40 : 0) + (needsVariable ? 8 : 0)
}

export function apiPath(id: string): string {
  return `/restapis/${encodeURIComponent(id)}`
}

async function readAll<T>(client: ControlClient, path: string): Promise<T[]> {
  const found: T[] = []
  let position: string | undefined
  do {
    const next = position === undefined ? '' : `&position=${encodeURIComponent(position)}`
    const page = await client.call({
      service: 'apigateway',
      method: 'GET',
      path: `${path}${path.includes('?') ? '&' : '?'}limit=500${next}`,
    })
    const { item = [], position: following } = page as Page<T>
    found.push(...item)
    position = following
  } while (position !== undefined)
  return found
}
