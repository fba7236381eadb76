/**
 * Gateway responses: what the gateway itself answers when it refuses a request. All of them exist from the start as
 * AWS's defaults; only those that were put are stored.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { defaultTemplate, gatewayParameterProblem } from '../../program/gateway-responses.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { draftOf, entryOf } from '../draft.ts'
import { pageOf } from '../paging.ts'
import {
  type Effect,
  onlyExisting,
  patcher,
  plainDialect,
  remove,
  removeEntry,
  setEntry,
  setText,
} from '../patch.ts'
import { type GatewayResponseRecord, gatewayResponses } from '../records.ts'
import { requireApi } from './lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type GatewayResponse = RestOperations['GetGatewayResponse']['output']

/** Type -> default status; the two defaults of defaults have none [R]. */
const defaultStatuses: Readonly<Record<string, string | undefined>> = {
  ACCESS_DENIED: '403',
  API_CONFIGURATION_ERROR: '500',
  AUTHORIZER_CONFIGURATION_ERROR: '500',
  AUTHORIZER_FAILURE: '500',
  BAD_REQUEST_BODY: '400',
  BAD_REQUEST_PARAMETERS: '400',
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  EXPIRED_TOKEN: '403',
  INTEGRATION_FAILURE: '504',
  INTEGRATION_TIMEOUT: '504',
  INVALID_API_KEY: '403',
  INVALID_SIGNATURE: '403',
  MISSING_AUTHENTICATION_TOKEN: '403',
  QUOTA_EXCEEDED: '429',
  REQUEST_TOO_LARGE: '413',
  RESOURCE_NOT_FOUND: '404',
  THROTTLED: '429',
  UNAUTHORIZED: '401',
  UNSUPPORTED_MEDIA_TYPE: '415',
  WAF_FILTERED: '403',
}

const defaultTemplates = { 'application/json': defaultTemplate }

export async function putGatewayResponse(
  ctx: ControlContext,
  input: Input<'PutGatewayResponse'>,
): Promise<GatewayResponse> {
  const { restApiId, responseType, statusCode, responseParameters, responseTemplates } = input
  await requireApi(ctx, restApiId)
  const response: GatewayResponseRecord = { ...defaultOf(responseType) }
  if (statusCode !== undefined) response.statusCode = statusCode
  if (responseParameters !== undefined) response.responseParameters = responseParameters
  if (responseTemplates !== undefined) response.responseTemplates = responseTemplates
  checkParameters(response)
  await ctx.tx.put(gatewayResponses, restApiId, responseType, response)
  return present(response, false)
}

export async function getGatewayResponse(
  ctx: ReadContext,
  { restApiId, responseType }: Input<'GetGatewayResponse'>,
): Promise<GatewayResponse> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(gatewayResponses, restApiId, responseType)
  return row ? present(row.record, false) : present(defaultOf(responseType), true)
}

export async function getGatewayResponses(ctx: ReadContext, input: Input<'GetGatewayResponses'>) {
  await requireApi(ctx, input.restApiId)
  const rows = await ctx.tx.all(gatewayResponses, input.restApiId)
  const own = new Map(rows.map(({ id, record }) => [id, record]))
  const all = Object.keys(defaultStatuses).map(type => {
    const record = own.get(type)
    return record ? present(record, false) : present(defaultOf(type), true)
  })
  return pageOf(all, response => response.responseType ?? '', input)
}

const setFilledEntry =
  (field: 'responseParameters' | 'responseTemplates'): Effect<GatewayResponseRecord> =>
  (draft, patch) => {
    if (!patch.value) throw new BadRequestException(`Invalid null or empty value in ${field}`)
    setEntry(field)(draft, patch)
  }

const replaceParameter = onlyExisting(
  'responseParameters',
  'Invalid parameter name specified',
  setFilledEntry('responseParameters'),
)

const patch = patcher<GatewayResponseRecord>(plainDialect, {
  '/statusCode': { replace: setText('statusCode') },
  '/responseParameters': { remove: remove('responseParameters') },
  '/responseParameters/{name}': {
    add: setFilledEntry('responseParameters'),
    replace: (draft, operation) => {
      // An empty value is noticed before a missing entry [R].
      if (!operation.value) setFilledEntry('responseParameters')(draft, operation)
      replaceParameter(draft, operation)
    },
    remove: removeEntry('responseParameters', 'Invalid parameter name specified'),
  },
  '/responseTemplates': { remove: remove('responseTemplates') },
  '/responseTemplates/{type}': {
    add: setFilledEntry('responseTemplates'),
    replace: setFilledEntry('responseTemplates'),
    remove: removeEntry('responseTemplates', 'Content-Type specified was not found'),
  },
})

export async function updateGatewayResponse(
  ctx: ControlContext,
  { restApiId, responseType, patchOperations }: Input<'UpdateGatewayResponse'>,
): Promise<GatewayResponse> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(gatewayResponses, restApiId, responseType)
  const response = row?.record ?? defaultOf(responseType)
  patch(response, patchOperations)
  if (response.statusCode !== undefined && !/^[1-5]\d\d$/.test(response.statusCode)) {
    throw new BadRequestException('Invalid status code specified') // a guess
  }
  checkParameters(response)
  await ctx.tx.put(gatewayResponses, restApiId, responseType, response)
  return present(response, false)
}

export async function deleteGatewayResponse(
  ctx: ControlContext,
  { restApiId, responseType }: Input<'DeleteGatewayResponse'>,
): Promise<undefined> {
  await requireApi(ctx, restApiId)
  if (!(await ctx.tx.delete(gatewayResponses, restApiId, responseType))) {
    throw new NotFoundException('Gateway response type not defined on api')
  }
}

/**
 * AWS's own answer of a type: what a response has where it says nothing. Without the status, which is told and not kept:
 * DEFAULT_4XX and DEFAULT_5XX give theirs to whatever set none, and refusals of one type may differ in it.
 */
export function defaultOf(responseType: string): GatewayResponseRecord {
  return draftOf({ responseType, responseParameters: {}, responseTemplates: defaultTemplates })
}

// A response whose map was taken away altogether answers an empty one, like the defaults [R].
function present(response: GatewayResponseRecord, defaultResponse: boolean): GatewayResponse {
  const { responseType = '', responseParameters = {}, responseTemplates = {} } = response
  const status = entryOf(defaultStatuses, responseType)
  return {
    ...(status === undefined ? {} : { statusCode: status }),
    ...response,
    responseParameters,
    responseTemplates,
    defaultResponse,
  } as GatewayResponse
}

/**
 * Throws `BadRequestException` for a parameter that is neither of header, path nor query, or an expression that reads
 * nothing. The words follow those for other mappings; not recorded for this resource.
 */
export function checkParameters({ responseParameters }: GatewayResponseRecord): void {
  for (const [name, expression] of Object.entries(responseParameters ?? {})) {
    const problem = gatewayParameterProblem(name, expression)
    if (problem === null) continue
    throw new BadRequestException(
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : ' +
        (problem === 'name'
          ? `[Invalid mapping expression parameter specified: ${name}]`
          : `[Invalid mapping expression specified: ${expression}]`),
    )
  }
}
