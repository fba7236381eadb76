/**
 * Models: JSON Schemas (draft 4) by name. Methods refer to them for their bodies, and models to each other by
 * `https://apigateway.amazonaws.com/restapis/{api}/models/{name}`.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { Ids } from '../../base/ids.ts'
import type { Reader } from '../../store/store.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined } from '../draft.ts'
import { listPage } from '../paging.ts'
import { listingDialect, patcher, setText } from '../patch.ts'
import { type ModelRecord, models, resources } from '../records.ts'
import { requireApi } from './lookup.ts'
import { checkSchema, flatten, modelsIn, sampleTemplate } from './model-schema.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Model = RestOperations['GetModel']['output']

export async function createModel(
  ctx: ControlContext,
  { restApiId, name, description, schema, contentType }: Input<'CreateModel'>,
): Promise<Model> {
  await requireApi(ctx, restApiId)
  if (name === '') throw new BadRequestException('Model name must be non-empty')
  if (!/^[a-zA-Z0-9]+$/.test(name)) {
    throw new BadRequestException(`Model name must be alphanumeric: ${name}`) // a guess at the words
  }
  if (await ctx.tx.get(models, restApiId, name)) {
    throw new ConflictException('Model name already exists for this REST API')
  }
  if (schema !== undefined) checkSchema(schema, contentType)
  const model = defined({ id: ctx.ids.short(6), name, description, schema, contentType })
  await ctx.tx.insert(models, restApiId, name, model)
  return model
}

export async function getModel(ctx: ReadContext, input: Input<'GetModel'>): Promise<Model> {
  const model = await requireModel(ctx, input)
  if (!input.flatten || model.schema === undefined) return model
  const all = await ctx.tx.all(models, input.restApiId)
  return {
    ...model,
    schema: flatten(model.schema, new Map(all.map(row => [row.id, row.record.schema]))),
  }
}

export async function getModels(ctx: ReadContext, input: Input<'GetModels'>) {
  await requireApi(ctx, input.restApiId)
  return listPage(ctx.tx, models, input.restApiId, input, (model): Model => model)
}

export async function getModelTemplate(ctx: ReadContext, input: Input<'GetModelTemplate'>) {
  const { schema } = await requireModel(ctx, input)
  return { value: sampleTemplate(schema ?? '{}') }
}

const patch = patcher<ModelRecord>(listingDialect, {
  '/description': { replace: setText('description') },
  '/schema': { replace: setText('schema', Number.POSITIVE_INFINITY) },
})

export async function updateModel(
  ctx: ControlContext,
  input: Input<'UpdateModel'>,
): Promise<Model> {
  const model = await requireModel(ctx, input)
  patch(model, input.patchOperations)
  checkSchema(model.schema ?? '', model.contentType)
  await ctx.tx.update(models, input.restApiId, model.name, model)
  return model
}

export async function deleteModel(
  ctx: ControlContext,
  input: Input<'DeleteModel'>,
): Promise<undefined> {
  const { name } = await requireModel(ctx, input)
  const user = await userOf(ctx.tx, input.restApiId, name)
  if (user) throw new ConflictException(`Cannot delete model '${name}', is referenced in ${user}`)
  await ctx.tx.delete(models, input.restApiId, name)
}

/** The two models that every new API begins with [R]. */
export function defaultModels(ids: Ids): ModelRecord[] {
  return [
    {
      id: ids.short(6),
      name: 'Empty',
      description: 'This is a default empty schema model',
      contentType: 'application/json',
      schema:
        '{\n  "$schema": "http://json-schema.org/draft-04/schema#",\n' +
        '  "title" : "Empty Schema",\n  "type" : "object"\n}',
    },
    {
      id: ids.short(6),
      name: 'Error',
      description: 'This is a default error schema model',
      contentType: 'application/json',
      schema:
        '{\n  "$schema" : "http://json-schema.org/draft-04/schema#",\n' +
        '  "title" : "Error Schema",\n  "type" : "object",\n  "properties" : {\n' +
        '    "message" : { "type" : "string" }\n  }\n}',
    },
  ]
}

/** Throws `BadRequestException` when a method names a model that does not exist [R]. */
export async function checkModels(
  tx: Reader,
  restApiId: string,
  byContentType: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  for (const name of Object.values(byContentType ?? {})) {
    if (!(await tx.get(models, restApiId, name))) {
      throw new BadRequestException(`Invalid model identifier specified: ${name}`)
    }
  }
}

async function requireModel(
  ctx: ReadContext,
  { restApiId, modelName }: { restApiId: string; modelName: string },
): Promise<ModelRecord> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(models, restApiId, modelName)
  if (!row) throw new NotFoundException(`Invalid model name specified: ${modelName}`)
  return row.record
}

/** Who uses the model, in the words of the refusal; only `method request` is recorded. */
async function userOf(tx: Reader, restApiId: string, name: string): Promise<string | undefined> {
  const rows = await tx.all(resources, restApiId)
  // The recording names `/test` before `/`.
  const deepestFirst = rows.map(row => row.record).sort((a, b) => (a.path < b.path ? 1 : -1))
  for (const { path, resourceMethods = {} } of deepestFirst) {
    for (const [verb, method] of Object.entries(resourceMethods)) {
      if (Object.values(method.requestModels ?? {}).includes(name)) {
        return `method request: ${path}/${verb}`
      }
      for (const response of Object.values(method.methodResponses ?? {})) {
        if (Object.values(response.responseModels ?? {}).includes(name)) {
          return `method response: ${path}/${verb}`
        }
      }
    }
  }
  for (const { id, record } of await tx.all(models, restApiId)) {
    if (id !== name && modelsIn(record.schema ?? '').includes(name)) return `model: ${id}`
  }
  return undefined
}
