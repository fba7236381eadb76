/**
 * Request validators: which parts of a request are held against the method's declaration.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_RequestValidator.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { Reader } from '../../store/store.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined } from '../draft.ts'
import { listPage } from '../paging.ts'
import { listingDialect, patcher, setFlag, setText } from '../patch.ts'
import { type RequestValidatorRecord, requestValidators, resources } from '../records.ts'
import { hasApi, requireApi } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type RequestValidator = RestOperations['GetRequestValidator']['output']

const unknownValidator = 'Invalid Request Validator identifier specified'

export async function createRequestValidator(
  ctx: ControlContext,
  input: Input<'CreateRequestValidator'>,
): Promise<RequestValidator> {
  const { restApiId, name, validateRequestBody = false, validateRequestParameters = false } = input
  // Not the usual 404 [R].
  if (!(await hasApi(ctx.tx, restApiId))) {
    throw new BadRequestException('Invalid REST API identifier specified')
  }
  checkName(name)
  const id = ctx.ids.short(6)
  const validator = defined({ id, name, validateRequestBody, validateRequestParameters })
  await ctx.tx.insert(requestValidators, restApiId, id, validator)
  return validator
}

export function getRequestValidator(
  ctx: ReadContext,
  input: Input<'GetRequestValidator'>,
): Promise<RequestValidator> {
  return requireValidator(ctx, input)
}

export async function getRequestValidators(ctx: ReadContext, input: Input<'GetRequestValidators'>) {
  await requireApi(ctx, input.restApiId)
  return listPage(ctx.tx, requestValidators, input.restApiId, input, (v): RequestValidator => v)
}

const patch = patcher<RequestValidatorRecord>(listingDialect, {
  '/name': { replace: setText('name') },
  '/validateRequestParameters': { replace: setFlag('validateRequestParameters') },
  '/validateRequestBody': { replace: setFlag('validateRequestBody') },
})

export async function updateRequestValidator(
  ctx: ControlContext,
  input: Input<'UpdateRequestValidator'>,
): Promise<RequestValidator> {
  const validator = await requireValidator(ctx, input)
  const hadName = validator.name !== undefined
  patch(validator, input.patchOperations)
  checkName(validator.name ?? (hadName ? '' : undefined))
  await ctx.tx.update(requestValidators, input.restApiId, validator.id, validator)
  return validator
}

export async function deleteRequestValidator(
  ctx: ControlContext,
  input: Input<'DeleteRequestValidator'>,
): Promise<undefined> {
  const { id } = await requireValidator(ctx, input)
  for (const { record } of await ctx.tx.all(resources, input.restApiId)) {
    for (const [verb, method] of Object.entries(record.resourceMethods ?? {})) {
      if (method.requestValidatorId !== id) continue
      // How the sentence begins is known from a program that ignores it; the rest is as for models.
      throw new ConflictException(
        `Cannot delete Request Validator '${id}', is referenced in method: ${record.path}/${verb}`,
      )
    }
  }
  await ctx.tx.delete(requestValidators, input.restApiId, id)
}

/** Throws `BadRequestException` when a method names a validator that does not exist [R]. */
export async function checkValidator(
  tx: Reader,
  restApiId: string,
  id: string | undefined,
): Promise<void> {
  if (id !== undefined && !(await tx.get(requestValidators, restApiId, id))) {
    throw new BadRequestException(unknownValidator)
  }
}

// Says the same whether the API or the validator is missing [R].
async function requireValidator(
  { tx }: ReadContext,
  { restApiId, requestValidatorId }: { restApiId: string; requestValidatorId: string },
): Promise<RequestValidatorRecord> {
  const row = await tx.get(requestValidators, restApiId, requestValidatorId)
  if (!row) throw new NotFoundException(unknownValidator)
  return row.record
}

function checkName(name: string | undefined): void {
  if (name !== undefined && name.trim() === '') {
    throw new BadRequestException('Request Validator name cannot be blank')
  }
}
