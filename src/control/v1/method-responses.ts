/**
 * Method responses: the statuses that a method may answer, with their headers and models.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_MethodResponse.html
 */
import { ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, entryOf } from '../draft.ts'
import {
  onlyExisting,
  patcher,
  plainDialect,
  removeEntry,
  setEntry,
  setFlagEntry,
} from '../patch.ts'
import { type MethodResponseRecord, resources } from '../records.ts'
import { type MethodName, requireMethod } from './lookup.ts'
import { checkResponseHeaders } from './mapping-expressions.ts'
import { checkModels } from './models.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type MethodResponse = RestOperations['GetMethodResponse']['output']

export async function putMethodResponse(
  ctx: ControlContext,
  input: Input<'PutMethodResponse'>,
): Promise<MethodResponse> {
  const { restApiId, statusCode, responseParameters, responseModels } = input
  const { resource, method } = await requireMethod(ctx, input)
  if (entryOf(method.methodResponses, statusCode)) {
    // The words are known from users' reports.
    throw new ConflictException('Response already exists for this resource')
  }
  const response = defined({ statusCode, responseParameters, responseModels })
  await check(ctx, restApiId, response)
  method.methodResponses = { ...method.methodResponses, [statusCode]: response }
  await ctx.tx.update(resources, restApiId, resource.id, resource)
  return response
}

export async function getMethodResponse(
  ctx: ReadContext,
  input: Input<'GetMethodResponse'>,
): Promise<MethodResponse> {
  return (await requireMethodResponse(ctx, input)).response
}

const unknownName = 'Invalid parameter name specified'
const unknownType = 'Content-Type specified was not found'

const patch = patcher<MethodResponseRecord>(plainDialect, {
  '/responseParameters/{name}': {
    add: setFlagEntry('responseParameters'),
    replace: onlyExisting('responseParameters', unknownName, setFlagEntry('responseParameters')),
    remove: removeEntry('responseParameters', unknownName),
  },
  '/responseModels/{type}': {
    add: setEntry('responseModels'),
    replace: onlyExisting('responseModels', unknownType, setEntry('responseModels')),
    remove: removeEntry('responseModels', unknownType),
  },
})

export async function updateMethodResponse(
  ctx: ControlContext,
  input: Input<'UpdateMethodResponse'>,
): Promise<MethodResponse> {
  const { resource, response } = await requireMethodResponse(ctx, input)
  patch(response, input.patchOperations)
  await check(ctx, input.restApiId, response)
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
  return response
}

export async function deleteMethodResponse(
  ctx: ControlContext,
  input: Input<'DeleteMethodResponse'>,
): Promise<undefined> {
  const { resource, method } = await requireMethodResponse(ctx, input)
  delete method.methodResponses?.[input.statusCode]
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
}

async function requireMethodResponse(ctx: ReadContext, name: MethodName & { statusCode: string }) {
  const { resource, method } = await requireMethod(ctx, name)
  const response = entryOf(method.methodResponses, name.statusCode)
  if (!response) throw new NotFoundException('Invalid Response status code specified')
  return { resource, method, response }
}

async function check(
  ctx: ReadContext,
  restApiId: string,
  response: MethodResponseRecord,
): Promise<void> {
  checkResponseHeaders(response.responseParameters)
  await checkModels(ctx.tx, restApiId, response.responseModels)
}
