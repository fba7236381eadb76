/**
 * Puts the parts of an imported document into an API: names become ids, existing things of the same name (path,
 * type) are replaced. What comes out is checked by nobody but the importer, which knows AWS's rules for documents.
 */
import { locationKey } from '../../openapi/documentation-parts.ts'
import type { ImportedApi } from '../../openapi/import.ts'
import type { Known } from '../../openapi/known.ts'
import type { Kind } from '../../store/store.ts'
import type { ControlContext } from '../context.ts'
import { draftOf } from '../draft.ts'
import {
  authorizers,
  documentationParts,
  gatewayResponses,
  type MethodRecord,
  models,
  type ResourceRecord,
  type RestApiRecord,
  requestValidators,
  resources,
} from '../records.ts'
import { checkParameters, defaultOf } from './gateway-responses.ts'
import { checkPathPart, childPath } from './resources.ts'

/** What a document that is merged into the API may refer to. */
export async function knownParts({ tx }: ControlContext, apiId: string): Promise<Known> {
  const validators = await tx.all(requestValidators, apiId)
  const callers = await tx.all(authorizers, apiId)
  return {
    models: new Set((await tx.all(models, apiId)).map(({ id }) => id)),
    requestValidators: new Set(validators.map(({ record }) => record.name ?? '')),
    authorizers: new Map(callers.map(({ record }) => [record.name, record.type])),
    paths: (await tx.all(resources, apiId)).map(({ record }) => record.path),
  }
}

/**
 * Takes everything out of the API that a document describes; the root stays, empty. A document whose documentation
 * is ignored describes none.
 */
export async function clearParts(
  { tx }: ControlContext,
  api: RestApiRecord,
  keepsDocumentation: boolean,
): Promise<void> {
  for (const part of [resources, models, requestValidators, gatewayResponses, authorizers]) {
    await tx.deleteChildren(part, api.id)
  }
  if (!keepsDocumentation) await tx.deleteChildren(documentationParts, api.id)
  const root = { id: api.rootResourceId, path: '/' }
  await tx.insert(resources, api.id, root.id, root)
}

/** Adds the document's parts to the API, over those of the same name. */
export async function mergeParts(
  ctx: ControlContext,
  api: RestApiRecord,
  imported: ImportedApi,
): Promise<void> {
  const { tx, ids } = ctx
  for (const model of imported.models) {
    const known = await tx.get(models, api.id, model.name)
    const id = known?.record.id ?? ids.short(6)
    await tx.put(models, api.id, model.name, { ...draftOf(model), id })
  }
  for (const response of imported.gatewayResponses) {
    const whole = { ...defaultOf(response.responseType), ...draftOf(response) }
    checkParameters(whole)
    await tx.put(gatewayResponses, api.id, response.responseType, whole)
  }
  await mergeDocumentation(ctx, api.id, imported)
  const names = {
    validators: await mergeNamed(ctx, requestValidators, api.id, imported.requestValidators),
    authorizers: await mergeNamed(ctx, authorizers, api.id, imported.authorizers),
  }
  await mergeResources(ctx, api, imported, names)
}

async function mergeDocumentation(
  { tx, ids }: ControlContext,
  apiId: string,
  imported: ImportedApi,
): Promise<void> {
  const known = new Map<string, string>()
  for (const { id, record } of await tx.all(documentationParts, apiId)) {
    known.set(locationKey(record.location), id)
  }
  for (const part of imported.documentationParts) {
    const id = known.get(locationKey(part.location)) ?? ids.short(6)
    await tx.put(documentationParts, apiId, id, { ...draftOf(part), id })
  }
}

type Names = ReadonlyMap<string, string>

/** Stores things that have a name beside their id; gives the ids by name. */
async function mergeNamed<T extends { readonly name?: string }>(
  { tx, ids }: ControlContext,
  kind: Kind<T & { id: string }>,
  apiId: string,
  items: readonly T[],
): Promise<Names> {
  const known = new Map<string, string>()
  for (const { id, record } of await tx.all(kind, apiId)) {
    if (record.name !== undefined) known.set(record.name, id)
  }
  for (const item of items) {
    const id = known.get(item.name ?? '') ?? ids.short(6)
    await tx.put(kind, apiId, id, { ...item, id })
    if (item.name !== undefined) known.set(item.name, id)
  }
  return known
}

async function mergeResources(
  { tx, ids }: ControlContext,
  api: RestApiRecord,
  imported: ImportedApi,
  names: { validators: Names; authorizers: Names },
): Promise<void> {
  const byPath = new Map<string, ResourceRecord>()
  for (const { record } of await tx.all(resources, api.id)) byPath.set(record.path, record)
  for (const { path, methods } of imported.resources) {
    const resource = byPath.get(path) ?? newResource(path, byPath, ids.short(6))
    byPath.set(path, resource)
    for (const [verb, method] of Object.entries(methods)) {
      resource.resourceMethods = {
        ...resource.resourceMethods,
        [verb]: resolveNames(draftOf(method), resource.id, names),
      }
    }
    await tx.put(resources, api.id, resource.id, resource)
  }
}

// Parents come before their children.
function newResource(
  path: string,
  byPath: ReadonlyMap<string, ResourceRecord>,
  id: string,
): ResourceRecord {
  const at = path.lastIndexOf('/')
  const parent = byPath.get(path.slice(0, at) || '/')
  const pathPart = path.slice(at + 1)
  if (!parent) throw new TypeError(`an imported resource came before its parent: ${path}`)
  checkPathPart(pathPart)
  return { id, parentId: parent.id, pathPart, path: childPath(parent, pathPart) }
}

function resolveNames(
  imported: MethodRecord & { requestValidatorName?: string; authorizerName?: string },
  resourceId: string,
  names: { validators: Names; authorizers: Names },
): MethodRecord {
  const { requestValidatorName, authorizerName, ...method } = imported
  const validatorId = names.validators.get(requestValidatorName ?? '')
  if (validatorId !== undefined) method.requestValidatorId = validatorId
  const authorizerId = names.authorizers.get(authorizerName ?? '')
  if (authorizerId !== undefined) method.authorizerId = authorizerId
  if (method.methodIntegration) method.methodIntegration.cacheNamespace ??= resourceId
  return method
}
