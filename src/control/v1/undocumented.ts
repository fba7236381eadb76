/**
 * The places of an API that nothing is said about: what GetDocumentationParts answers for locationStatus UNDOCUMENTED.
 * Such an item is a location without id and properties. A guess: AWS documents the parameter and not the answer; what a more
 * general part says of a whole family of places does not count here.
 */
import { locationKey } from '../../openapi/documentation-parts.ts'
import type { ReadContext } from '../context.ts'
import {
  authorizers,
  type DocumentationPartRecord,
  type MethodRecord,
  models,
  resources,
} from '../records.ts'

type Location = DocumentationPartRecord['location']

const parameterTypes: Readonly<Record<string, string>> = {
  path: 'PATH_PARAMETER',
  querystring: 'QUERY_PARAMETER',
  header: 'REQUEST_HEADER',
}

/** In the order of the resources; `parts` are all of the API. */
export async function undocumentedPlaces(
  { tx }: ReadContext,
  restApiId: string,
  parts: readonly DocumentationPartRecord[],
): Promise<Location[]> {
  const places: Location[] = [{ type: 'API' }]
  for (const { record } of await tx.all(authorizers, restApiId)) {
    places.push({ type: 'AUTHORIZER', name: record.name })
  }
  for (const { record } of await tx.all(models, restApiId)) {
    places.push({ type: 'MODEL', name: record.name })
  }
  for (const { record } of await tx.all(resources, restApiId)) {
    const { path, resourceMethods = {} } = record
    places.push({ type: 'RESOURCE', path })
    for (const [verb, method] of Object.entries(resourceMethods)) {
      places.push(...placesOfMethod(path, verb, method))
    }
  }
  const said = new Set(parts.map(part => locationKey(part.location)))
  return places.filter(place => !said.has(locationKey(place)))
}

function placesOfMethod(path: string, method: string, record: MethodRecord): Location[] {
  const places: Location[] = [{ type: 'METHOD', path, method }]
  for (const key of Object.keys(record.requestParameters ?? {})) {
    const [, where = '', name = ''] = /^method\.request\.([a-z]+)\.(.+)$/s.exec(key) ?? []
    const type = parameterTypes[where]
    if (type !== undefined) places.push({ type, path, method, name })
  }
  if (Object.keys(record.requestModels ?? {}).length > 0) {
    places.push({ type: 'REQUEST_BODY', path, method })
  }
  for (const [statusCode, response] of Object.entries(record.methodResponses ?? {})) {
    places.push({ type: 'RESPONSE', path, method, statusCode })
    for (const key of Object.keys(response.responseParameters ?? {})) {
      const name = key.replace(/^method\.response\.header\./, '')
      places.push({ type: 'RESPONSE_HEADER', path, method, statusCode, name })
    }
    if (Object.keys(response.responseModels ?? {}).length > 0) {
      places.push({ type: 'RESPONSE_BODY', path, method, statusCode })
    }
  }
  return places
}
