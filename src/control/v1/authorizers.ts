/**
 * Authorizers: who says whether a caller may pass. Methods refer to them by id.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined } from '../draft.ts'
import { listPage } from '../paging.ts'
import { patcher, plainDialect, remove, setNumber, setText } from '../patch.ts'
import { type AuthorizerRecord, authorizers, resources } from '../records.ts'
import { hasApi, requireApi } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Authorizer = RestOperations['GetAuthorizer']['output']

const maxTtlSeconds = 3600

export async function createAuthorizer(
  ctx: ControlContext,
  input: Input<'CreateAuthorizer'>,
): Promise<Authorizer> {
  const { restApiId, name, type } = input
  // Not a 404 [R].
  if (!(await hasApi(ctx.tx, restApiId))) {
    throw new ConflictException(
      'Unable to complete operation due to concurrent modification. Please try again later.',
    )
  }
  const isLambda = type !== 'COGNITO_USER_POOLS'
  const authorizer: AuthorizerRecord = defined({
    id: ctx.ids.short(6),
    name,
    type,
    providerARNs: input.providerARNs,
    // As in the CLI's examples.
    authType: input.authType ?? (isLambda ? 'custom' : 'cognito_user_pools'),
    authorizerUri: input.authorizerUri,
    // Ignored for user pools, where only an update can set them (users' reports).
    authorizerCredentials: isLambda ? input.authorizerCredentials : undefined,
    identitySource: input.identitySource,
    identityValidationExpression: input.identityValidationExpression,
    // Not filled in: the default of 300 seconds is not answered (seen in a user's transcript).
    authorizerResultTtlInSeconds: input.authorizerResultTtlInSeconds,
  })
  check(authorizer)
  await checkNameIsFree(ctx, restApiId, authorizer)
  await ctx.tx.insert(authorizers, restApiId, authorizer.id, authorizer)
  return authorizer
}

export function getAuthorizer(
  ctx: ReadContext,
  input: Input<'GetAuthorizer'>,
): Promise<Authorizer> {
  return requireAuthorizer(ctx, input)
}

export async function getAuthorizers(ctx: ReadContext, input: Input<'GetAuthorizers'>) {
  await requireApi(ctx, input.restApiId)
  return listPage(ctx.tx, authorizers, input.restApiId, input, (each): Authorizer => each)
}

const patch = patcher<AuthorizerRecord>(plainDialect, {
  '/name': { replace: setText('name') },
  '/type': { replace: setText('type') },
  '/authType': { replace: setText('authType') },
  '/authorizerUri': { replace: setText('authorizerUri') },
  '/authorizerCredentials': {
    replace: (authorizer, operation) => {
      if (operation.value) setText('authorizerCredentials')(authorizer, operation)
      else delete authorizer.authorizerCredentials
    },
  },
  '/authorizerResultTtlInSeconds': { replace: setNumber('authorizerResultTtlInSeconds') },
  '/identityValidationExpression': {
    replace: (authorizer, operation) => {
      if (operation.value) setText('identityValidationExpression', 4096)(authorizer, operation)
      else delete authorizer.identityValidationExpression
    },
  },
  '/identitySource': {
    add: setText('identitySource'),
    replace: setText('identitySource'),
    remove: remove('identitySource'),
  },
  '/providerARNs': {
    add: (authorizer, { value = '' }) => {
      const others = (authorizer.providerARNs ?? []).filter(arn => arn !== value)
      authorizer.providerARNs = [...others, value]
    },
    replace: (authorizer, { value = '' }) => {
      authorizer.providerARNs = value.split(',')
    },
    remove: (authorizer, { value }) => {
      authorizer.providerARNs = (authorizer.providerARNs ?? []).filter(arn => arn !== value)
    },
  },
})

export async function updateAuthorizer(
  ctx: ControlContext,
  input: Input<'UpdateAuthorizer'>,
): Promise<Authorizer> {
  const authorizer = await requireAuthorizer(ctx, input)
  patch(authorizer, input.patchOperations)
  check(authorizer)
  await checkNameIsFree(ctx, input.restApiId, authorizer)
  await ctx.tx.update(authorizers, input.restApiId, authorizer.id, authorizer)
  return authorizer
}

/** A guess: an authorizer that methods refer to stays, as models do. */
export async function deleteAuthorizer(
  ctx: ControlContext,
  input: Input<'DeleteAuthorizer'>,
): Promise<undefined> {
  const { id } = await requireAuthorizer(ctx, input)
  for (const { record } of await ctx.tx.all(resources, input.restApiId)) {
    for (const [verb, method] of Object.entries(record.resourceMethods ?? {})) {
      if (method.authorizerId !== id) continue
      throw new ConflictException(
        `Cannot delete authorizer '${id}', is referenced in method: ${record.path}/${verb}`,
      )
    }
  }
  await ctx.tx.delete(authorizers, input.restApiId, id)
}

/** The authorizer, after its API. Throws `NotFoundException`. */
export async function requireAuthorizer(
  ctx: ReadContext,
  { restApiId, authorizerId }: { restApiId: string; authorizerId: string },
): Promise<AuthorizerRecord> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(authorizers, restApiId, authorizerId)
  if (!row) throw new NotFoundException('Invalid Authorizer identifier specified')
  return row.record
}

// The words are known from users' reports.
async function checkNameIsFree(
  { tx }: ReadContext,
  restApiId: string,
  { id, name }: AuthorizerRecord,
): Promise<void> {
  const others = await tx.all(authorizers, restApiId)
  if (others.some(({ record }) => record.name === name && record.id !== id)) {
    throw new BadRequestException(
      `Authorizer name must be unique. Authorizer ${name} already exists in this RestApi.`,
    )
  }
}

// The rules are documented; the words are a guess, but for the URI's, which users have reported.
function check(authorizer: AuthorizerRecord): void {
  const { name, type, authorizerUri, providerARNs = [], identitySource } = authorizer
  const ttl = authorizer.authorizerResultTtlInSeconds
  if (!name) throw new BadRequestException('Authorizer name cannot be empty')
  if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 0 && ttl <= maxTtlSeconds)) {
    throw new BadRequestException(
      `Authorizer result TTL must be between 0 and ${maxTtlSeconds} seconds`,
    )
  }
  const wrong = providerARNs.find(
    arn => !/^arn:aws[a-z-]*:cognito-idp:[^:]+:\d{12}:userpool\/.+$/.test(arn),
  )
  if (wrong !== undefined) throw new BadRequestException(`Invalid provider ARN specified: ${wrong}`)
  switch (type) {
    case 'TOKEN':
    case 'REQUEST':
      if (!/^arn:[^:]+:apigateway:[^:]+:lambda:path\/.+\/invocations$/.test(authorizerUri ?? '')) {
        throw new BadRequestException(
          `Invalid Authorizer URI: ${authorizerUri ?? 'null'}. Authorizer URI should be a valid ` +
            'API Gateway ARN that represents a Lambda function invocation.',
        )
      }
      if (type === 'REQUEST' && ttl !== 0 && !identitySource) {
        throw new BadRequestException('Identity source is required when authorization is cached')
      }
      break
    case 'COGNITO_USER_POOLS':
      if (providerARNs.length === 0) {
        throw new BadRequestException(
          'Provider ARNs are required for COGNITO_USER_POOLS authorizers',
        )
      }
      break
    default:
      throw new BadRequestException(`Invalid authorizer type specified: ${type satisfies never}`)
  }
}
