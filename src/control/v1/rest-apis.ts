/**
 * REST APIs themselves. A new one has a root resource and two models; deleting one takes everything with it,
 * stages first out of the data plane. Changes here reach callers with the next deployment, as in AWS.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html
 */
import { BadRequestException, ConflictException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled, wholeSeconds } from '../draft.ts'
import { listPage } from '../paging.ts'
import {
  authorizers,
  gatewayResponses,
  models,
  partsOfApi,
  type RestApiRecord,
  requestValidators,
  resources,
  restApis,
  stages,
} from '../records.ts'
import { checkTags, withoutEmptyTags } from '../tags.ts'
import { checkIsUnmapped } from './base-path-mappings.ts'
import { readEndpoints } from './endpoints.ts'
import { requireApi } from './lookup.ts'
import { defaultModels } from './models.ts'
import { readPolicy, writePolicy } from './resource-policy.ts'
import { checkApi, patchApi } from './rest-api-patch.ts'
import { leavePlans } from './usage-plan-lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type RestApi = RestOperations['GetRestApi']['output']

export async function createRestApi(
  ctx: ControlContext,
  input: Input<'CreateRestApi'>,
): Promise<RestApi> {
  if (input.description === '')
    throw new BadRequestException('Description cannot be an empty string')
  const api = await insertApi(ctx, {
    ...defined({
      name: input.name,
      description: input.description,
      version: input.version,
      binaryMediaTypes: input.binaryMediaTypes,
      minimumCompressionSize: input.minimumCompressionSize,
      policy: input.policy,
      securityPolicy: input.securityPolicy,
      endpointAccessMode: input.endpointAccessMode,
      tags: isFilled(input.tags) ? input.tags : undefined,
    }),
    apiKeySource: input.apiKeySource ?? 'HEADER',
    endpointConfiguration: readEndpoints(input.endpointConfiguration),
    disableExecuteApiEndpoint: input.disableExecuteApiEndpoint ?? false,
  })
  if (input.cloneFrom !== undefined) await cloneParts(ctx, input.cloneFrom, api)
  else {
    await insertRoot(ctx, api)
    for (const model of defaultModels(ctx.ids))
      await ctx.tx.insert(models, api.id, model.name, model)
  }
  return withoutEmptyTags(presentApi(api))
}

export async function getRestApi(
  ctx: ReadContext,
  { restApiId }: Input<'GetRestApi'>,
): Promise<RestApi> {
  return presentApi(await requireApi(ctx, restApiId))
}

export function getRestApis(ctx: ReadContext, input: Input<'GetRestApis'>) {
  return listPage(ctx.tx, restApis, '', input, api => withoutEmptyTags(presentApi(api)))
}

export async function updateRestApi(
  ctx: ControlContext,
  { restApiId, patchOperations }: Input<'UpdateRestApi'>,
): Promise<RestApi> {
  const api = await requireApi(ctx, restApiId)
  const policyBefore = api.policy
  patchApi(api, patchOperations)
  if (api.policy !== undefined && api.policy !== policyBefore) {
    api.policy = readPolicy(api.policy, api.id, ctx)
  }
  checkApi(api)
  await ctx.tx.update(restApis, '', restApiId, api)
  return presentApi(api)
}

export async function deleteRestApi(
  ctx: ControlContext,
  { restApiId }: Input<'DeleteRestApi'>,
): Promise<undefined> {
  await requireApi(ctx, restApiId)
  await checkIsUnmapped(ctx, restApiId, { restApiId })
  for (const { id } of await ctx.tx.all(stages, restApiId)) ctx.retract(restApiId, id)
  for (const part of partsOfApi) await ctx.tx.deleteChildren(part, restApiId)
  await leavePlans(ctx.tx, restApiId)
  await ctx.tx.delete(restApis, '', restApiId)
}

/** Gives a new API its ids and stores it; its parts are the caller's business. */
export async function insertApi(
  ctx: ControlContext,
  asked: Omit<RestApiRecord, 'id' | 'createdDate' | 'rootResourceId'>,
): Promise<RestApiRecord> {
  checkTags(asked.tags)
  const id = await newApiId(ctx, asked.tags)
  const api: RestApiRecord = {
    ...asked,
    id,
    createdDate: ctx.clock.now(),
    rootResourceId: ctx.ids.short(10),
  }
  if (asked.policy) api.policy = readPolicy(asked.policy, id, ctx)
  checkApi(api)
  await ctx.tx.insert(restApis, '', id, api)
  return api
}

/** Stores the resource `/`. */
export async function insertRoot(ctx: ControlContext, api: RestApiRecord): Promise<void> {
  const root = { id: api.rootResourceId, path: '/' }
  await ctx.tx.insert(resources, api.id, root.id, root)
}

/** What AWS answers for an API. */
export function presentApi(api: RestApiRecord): RestApi {
  const { policy, securityPolicy, ...plain } = api
  return {
    ...plain,
    createdDate: wholeSeconds(api.createdDate),
    tags: api.tags ?? {},
    ...(policy === undefined ? {} : { policy: writePolicy(policy) }),
    // The status came with the newer security policies; without one it was not seen in answers [R].
    ...(securityPolicy === undefined ? {} : { securityPolicy, apiStatus: 'AVAILABLE' }),
    // The wire has checked the enumerations on their way in, so the strings are the SDK's.
  } as RestApi
}

/** Tags that fix the id of a new API, so that its address is known before it exists. Ours, not AWS's. */
const idTags = ['_custom_id_', 'ms-custom-id', 'floci:override-id']

async function newApiId({ tx, ids }: ControlContext, tags: RestApiRecord['tags']): Promise<string> {
  const tag = idTags.find(name => tags !== undefined && Object.hasOwn(tags, name))
  const wanted = tag && tags?.[tag]
  if (wanted === undefined) {
    let id = ids.short(10)
    while (await tx.find(restApis, id)) id = ids.short(10)
    return id
  }
  // It becomes a label of a host name.
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(wanted)) {
    throw new BadRequestException(
      `The tag ${tag} must be 1 to 63 lower-case letters, digits and hyphens: ${wanted}`,
    )
  }
  if (await tx.find(restApis, wanted)) {
    throw new ConflictException(`An API with the id ${wanted} already exists`)
  }
  return wanted
}

// Copies what a deployment would freeze; stages and deployments stay behind (a guess).
async function cloneParts(
  ctx: ControlContext,
  sourceId: string,
  api: RestApiRecord,
): Promise<void> {
  const source = await requireApi(ctx, sourceId)
  const newIds = new Map([[source.rootResourceId, api.rootResourceId]])
  const idOf = (id: string) => {
    const known = newIds.get(id) ?? ctx.ids.short(6)
    newIds.set(id, known)
    return known
  }
  for (const { record } of await ctx.tx.all(resources, sourceId)) {
    const id = idOf(record.id)
    if (record.parentId !== undefined) record.parentId = idOf(record.parentId)
    for (const method of Object.values(record.resourceMethods ?? {})) {
      if (method.authorizerId) method.authorizerId = idOf(method.authorizerId)
      if (method.requestValidatorId) method.requestValidatorId = idOf(method.requestValidatorId)
      const integration = method.methodIntegration
      if (integration?.cacheNamespace === record.id) integration.cacheNamespace = id
    }
    await ctx.tx.insert(resources, api.id, id, { ...record, id })
  }
  for (const kind of [requestValidators, authorizers] as const) {
    for (const { record } of await ctx.tx.all<{ id: string }>(kind, sourceId)) {
      const id = idOf(record.id)
      await ctx.tx.insert<{ id: string }>(kind, api.id, id, { ...record, id })
    }
  }
  for (const { id, record } of await ctx.tx.all(models, sourceId)) {
    await ctx.tx.insert(models, api.id, id, { ...record, id: ctx.ids.short(6) })
  }
  for (const { id, record } of await ctx.tx.all(gatewayResponses, sourceId)) {
    await ctx.tx.insert(gatewayResponses, api.id, id, record)
  }
}
