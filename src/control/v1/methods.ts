/**
 * Methods: what a resource answers to, who may call it, and what a request must bring.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html
 */
import { BadRequestException, ConflictException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, entryOf } from '../draft.ts'
import {
  opsDialect,
  patcher,
  removeEntry,
  setEntry,
  setFlag,
  setFlagEntry,
  setText,
} from '../patch.ts'
import { authorizers, type MethodRecord, resources } from '../records.ts'
import { presentMethod } from './integration-answers.ts'
import { requireMethod, requireResource } from './lookup.ts'
import { checkParameterNames } from './mapping-expressions.ts'
import { checkModels } from './models.ts'
import { checkValidator } from './request-validators.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Method = RestOperations['GetMethod']['output']

/** What a method of a resource may be called. */
export const verbs = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'ANY']
const authorizationTypes = ['NONE', 'AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS']

export async function putMethod(ctx: ControlContext, input: Input<'PutMethod'>): Promise<Method> {
  const { restApiId, resourceId, httpMethod } = input
  const resource = await requireResource(ctx, restApiId, resourceId)
  if (!verbs.includes(httpMethod)) {
    throw new BadRequestException(
      `Invalid HttpMethod specified. Valid options are ${verbs.join(',')}`,
    )
  }
  if (entryOf(resource.resourceMethods, httpMethod)) {
    throw new ConflictException('Method already exists for this resource')
  }
  const method: MethodRecord = defined({
    httpMethod,
    // `checkMethod` refuses any other text.
    authorizationType: input.authorizationType as MethodRecord['authorizationType'],
    authorizerId: input.authorizerId,
    apiKeyRequired: input.apiKeyRequired ?? false,
    requestValidatorId: input.requestValidatorId,
    operationName: input.operationName,
    requestParameters: input.requestParameters,
    requestModels: input.requestModels,
    authorizationScopes: input.authorizationScopes,
  })
  await checkMethod(ctx, restApiId, method)
  resource.resourceMethods = { ...resource.resourceMethods, [httpMethod]: method }
  await ctx.tx.update(resources, restApiId, resourceId, resource)
  return method
}

export async function getMethod(ctx: ReadContext, input: Input<'GetMethod'>): Promise<Method> {
  return presentMethod((await requireMethod(ctx, input)).method)
}

const patch = patcher<MethodRecord>(opsDialect, {
  '/authorizationType': { replace: setText('authorizationType') },
  '/authorizerId': { replace: setText('authorizerId') },
  '/apiKeyRequired': { replace: setFlag('apiKeyRequired') },
  '/operationName': { replace: setText('operationName') },
  '/requestValidatorId': { replace: setOrRemove('requestValidatorId') },
  '/authorizationScopes': {
    add: (method, { value = '' }) => {
      const scopes = method.authorizationScopes ?? []
      if (!scopes.includes(value)) scopes.push(value)
      method.authorizationScopes = scopes
    },
    remove: (method, { value }) => {
      const scopes = (method.authorizationScopes ?? []).filter(scope => scope !== value)
      if (scopes.length > 0 && value !== undefined) method.authorizationScopes = scopes
      else delete method.authorizationScopes
    },
  },
  '/requestParameters/{name}': {
    add: setFlagEntry('requestParameters'),
    replace: setFlagEntry('requestParameters'),
    remove: removeEntry('requestParameters', 'Invalid parameter name specified'),
  },
  '/requestModels/{type}': {
    add: setEntry('requestModels'),
    replace: setEntry('requestModels'),
    remove: removeEntry('requestModels', 'Content-Type specified was not found'),
  },
})

export async function updateMethod(
  ctx: ControlContext,
  input: Input<'UpdateMethod'>,
): Promise<Method> {
  const { resource, method } = await requireMethod(ctx, input)
  patch(method, input.patchOperations)
  await checkMethod(ctx, input.restApiId, method)
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
  return presentMethod(method)
}

export async function deleteMethod(
  ctx: ControlContext,
  input: Input<'DeleteMethod'>,
): Promise<undefined> {
  const { resource } = await requireMethod(ctx, input)
  delete resource.resourceMethods?.[input.httpMethod]
  await ctx.tx.update(resources, input.restApiId, resource.id, resource)
}

/** Throws `BadRequestException` unless everything that the method names exists and fits. */
async function checkMethod(
  { tx }: ReadContext,
  restApiId: string,
  method: MethodRecord,
): Promise<void> {
  const { authorizationType, authorizerId } = method
  if (!authorizationTypes.includes(authorizationType)) {
    // A guess at the words.
    throw new BadRequestException(
      `Invalid AuthorizationType specified. Valid options are ${authorizationTypes.join(',')}`,
    )
  }
  if (authorizationType === 'CUSTOM' || authorizationType === 'COGNITO_USER_POOLS') {
    if (!authorizerId || !(await tx.get(authorizers, restApiId, authorizerId))) {
      throw new BadRequestException(
        'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or ' +
          'COGNITO_USER_POOLS requires a valid authorizer.',
      )
    }
  } else {
    delete method.authorizerId // has no meaning for these types; that AWS drops it is a guess
  }
  await checkValidator(tx, restApiId, method.requestValidatorId)
  checkParameterNames(method.requestParameters)
  await checkModels(tx, restApiId, method.requestModels)
}

// An empty value takes the validator away: Terraform sends that.
function setOrRemove(field: 'requestValidatorId') {
  return (method: MethodRecord, patch: Parameters<ReturnType<typeof setText>>[1]) => {
    if (patch.value) method[field] = patch.value
    else delete method[field]
  }
}
