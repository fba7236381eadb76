/**
 * ImportRestApi and PutRestApi: an OpenAPI document becomes an API, or goes into one. Overwriting keeps the
 * API's id, stages and deployments and replaces everything else; merging keeps what the document does not name.
 * Methods are merged whole: one that the document has replaces the old one of the same path and verb.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { type ImportedApi, importRest } from '../../openapi/import.ts'
import { ImportError } from '../../openapi/import-error.ts'
import type { ControlContext } from '../context.ts'
import { defined, draftOf, entryOf } from '../draft.ts'
import { type RestApiRecord, restApis } from '../records.ts'
import { readEndpoints } from './endpoints.ts'
import { clearParts, mergeParts } from './import-parts.ts'
import { requireApi } from './lookup.ts'
import { readPolicy } from './resource-policy.ts'
import { checkApi } from './rest-api-patch.ts'
import { insertApi, insertRoot, presentApi } from './rest-apis.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type RestApi = RestOperations['GetRestApi']['output']

export async function importRestApi(
  ctx: ControlContext,
  { body, parameters, failOnWarnings }: Input<'ImportRestApi'>,
): Promise<RestApi> {
  // Read twice: the document may fix the id of its own API, which the models then name.
  const draft = read(ctx, body, '', parameters)
  checkWarnings(draft, failOnWarnings)
  const types = entryOf(parameters, 'endpointConfigurationTypes')?.split(',')
  const endpoints = readEndpoints({
    types: types as RestApiRecord['endpointConfiguration']['types'] | undefined,
    vpcEndpointIds: draft.vpcEndpointIds && [...draft.vpcEndpointIds],
  })
  const api = await insertApi(ctx, {
    ...settingsOf(draft),
    apiKeySource: draft.apiKeySource ?? 'HEADER',
    endpointConfiguration: endpoints,
    disableExecuteApiEndpoint: draft.disableExecuteApiEndpoint ?? false,
  })
  await insertRoot(ctx, api)
  await mergeParts(ctx, api, read(ctx, body, api.id, parameters))
  return withWarnings(api, draft)
}

export async function putRestApi(
  ctx: ControlContext,
  { restApiId, mode, body, parameters, failOnWarnings }: Input<'PutRestApi'>,
): Promise<RestApi> {
  const api = await requireApi(ctx, restApiId)
  const imported = read(ctx, body, restApiId, parameters)
  checkWarnings(imported, failOnWarnings)
  if (mode === 'overwrite') {
    await clearParts(ctx, api)
    for (const member of replacedSettings) delete api[member]
    api.apiKeySource = 'HEADER'
  }
  Object.assign(api, settingsOf(imported))
  if (imported.apiKeySource) api.apiKeySource = imported.apiKeySource
  if (imported.policy) api.policy = readPolicy(imported.policy, restApiId, ctx)
  if (imported.disableExecuteApiEndpoint !== undefined) {
    api.disableExecuteApiEndpoint = imported.disableExecuteApiEndpoint
  }
  if (imported.vpcEndpointIds) {
    api.endpointConfiguration.vpcEndpointIds = [...imported.vpcEndpointIds]
  }
  checkApi(api)
  await ctx.tx.update(restApis, '', restApiId, api)
  await mergeParts(ctx, api, imported)
  return withWarnings(api, imported)
}

/** Settings that a document replaces when it overwrites, also by saying nothing (which of them is a guess). */
const replacedSettings = [
  'description',
  'version',
  'binaryMediaTypes',
  'minimumCompressionSize',
  'policy',
] as const

function read(
  { account, region, partition }: ControlContext,
  body: Uint8Array,
  apiId: string,
  parameters: Readonly<Record<string, string>> | undefined,
): ImportedApi {
  const basepath = entryOf(parameters, 'basepath') ?? 'ignore'
  if (basepath !== 'ignore' && basepath !== 'prepend' && basepath !== 'split') {
    throw new BadRequestException(`Invalid value for basepath: ${basepath}`) // a guess at the words
  }
  const ignoreDocumentation = entryOf(parameters, 'ignore') === 'documentation'
  const options = { apiId, basepath, ignoreDocumentation, account, region, partition } as const
  try {
    return importRest(Buffer.from(body.buffer, body.byteOffset, body.byteLength), options)
  } catch (error) {
    if (error instanceof ImportError) throw new BadRequestException(error.message)
    throw error
  }
}

function settingsOf(imported: ImportedApi) {
  const { name, description, version, binaryMediaTypes, minimumCompressionSize } = imported
  const { policy, tags, securityPolicy, endpointAccessMode } = imported
  return draftOf(
    defined({
      name,
      description,
      version,
      binaryMediaTypes,
      minimumCompressionSize,
      policy,
      tags,
      securityPolicy,
      endpointAccessMode,
    }),
  )
}

// The words are a guess; that nothing is kept is documented.
function checkWarnings({ warnings }: ImportedApi, failOnWarnings: boolean | undefined): void {
  if (failOnWarnings && warnings.length > 0) {
    throw new BadRequestException(`Warnings found during import:\n\t${warnings.join('\n\t')}`)
  }
}

function withWarnings(api: RestApiRecord, { warnings }: ImportedApi): RestApi {
  const answer = presentApi(api)
  return warnings.length > 0 ? { ...answer, warnings: [...warnings] } : answer
}
