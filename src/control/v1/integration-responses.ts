/**
 * Integration responses: which answer of the back end becomes which answer of the method. One of them, with
 * an empty selection pattern, is the default.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_IntegrationResponse.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, entryOf } from '../draft.ts'
import {
  type Effect,
  patcher,
  plainDialect,
  remove,
  removeEntry,
  setEntry,
  setText,
} from '../patch.ts'
import {
  type IntegrationRecord,
  type IntegrationResponseRecord,
  type MethodRecord,
  resources,
} from '../records.ts'
import { presentIntegrationResponse } from './integration-answers.ts'
import { type MethodName, requireIntegration } from './lookup.ts'
import { checkContentTypes, checkResponseMappings } from './mapping-expressions.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type IntegrationResponse = RestOperations['GetIntegrationResponse']['output']

const unknownStatus = 'Invalid Response status code specified'

export async function putIntegrationResponse(
  ctx: ControlContext,
  input: Input<'PutIntegrationResponse'>,
): Promise<IntegrationResponse> {
  const { restApiId, statusCode } = input
  const { resource, method, integration } = await requireIntegration(ctx, input)
  // Known from users' reports: the method response has to be there first.
  if (!entryOf(method.methodResponses, statusCode)) throw new NotFoundException(unknownStatus)
  const response: IntegrationResponseRecord = defined({
    statusCode,
    selectionPattern: input.selectionPattern,
    responseParameters: input.responseParameters,
    responseTemplates: input.responseTemplates,
    contentHandling: input.contentHandling,
  })
  check(response, method, integration)
  integration.integrationResponses = { ...integration.integrationResponses, [statusCode]: response }
  await ctx.tx.update(resources, restApiId, resource.id, resource)
  return presentIntegrationResponse(response)
}

export async function getIntegrationResponse(
  ctx: ReadContext,
  input: Input<'GetIntegrationResponse'>,
): Promise<IntegrationResponse> {
  return presentIntegrationResponse((await requireIntegrationResponse(ctx, input)).response)
}

const setContentHandling: Effect<IntegrationResponseRecord> = (response, patch) => {
  if (patch.value) setText('contentHandling')(response, patch)
  else delete response.contentHandling
}

const patch = patcher<IntegrationResponseRecord>(plainDialect, {
  '/contentHandling': { replace: setContentHandling },
  '/selectionPattern': { replace: setText('selectionPattern', 4096) },
  '/responseParameters': { remove: remove('responseParameters') },
  '/responseParameters/{name}': {
    add: setEntry('responseParameters'),
    replace: setEntry('responseParameters'),
    remove: removeEntry('responseParameters', 'Invalid parameter name specified'),
  },
  '/responseTemplates': { remove: remove('responseTemplates') },
  '/responseTemplates/{type}': {
    add: setEntry('responseTemplates'),
    replace: setEntry('responseTemplates'),
    remove: removeEntry('responseTemplates', 'Content-Type specified was not found'),
  },
})

export async function updateIntegrationResponse(
  ctx: ControlContext,
  input: Input<'UpdateIntegrationResponse'>,
): Promise<IntegrationResponse> {
  const { resource, method, integration, response } = await requireIntegrationResponse(ctx, input)
  patch(response, input.patchOperations)
  check(response, method, integration)
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
  return presentIntegrationResponse(response)
}

export async function deleteIntegrationResponse(
  ctx: ControlContext,
  input: Input<'DeleteIntegrationResponse'>,
): Promise<undefined> {
  const { resource, integration } = await requireIntegrationResponse(ctx, input)
  delete integration.integrationResponses?.[input.statusCode]
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
}

async function requireIntegrationResponse(
  ctx: ReadContext,
  name: MethodName & { statusCode: string },
) {
  const found = await requireIntegration(ctx, name)
  const response = entryOf(found.integration.integrationResponses, name.statusCode)
  if (!response) throw new NotFoundException(unknownStatus)
  return { ...found, response }
}

function check(
  response: IntegrationResponseRecord,
  method: MethodRecord,
  { integrationResponses = {} }: IntegrationRecord,
): void {
  const { contentHandling, statusCode, selectionPattern = '' } = response
  if (contentHandling && !['CONVERT_TO_BINARY', 'CONVERT_TO_TEXT'].includes(contentHandling)) {
    throw new BadRequestException(
      'Invalid contentHandling specified. Valid options are CONVERT_TO_BINARY,CONVERT_TO_TEXT',
    )
  }
  checkContentTypes(response.responseTemplates)
  const declared = entryOf(method.methodResponses, statusCode)
  checkResponseMappings(response, declared?.responseParameters)
  for (const other of Object.values(integrationResponses)) {
    if (other.statusCode !== statusCode && (other.selectionPattern ?? '') === selectionPattern) {
      // Known from users' reports for the default; for other patterns a guess.
      throw new ConflictException(
        `Integration response with selection pattern ${selectionPattern || 'default'} already exists`,
      )
    }
  }
}
