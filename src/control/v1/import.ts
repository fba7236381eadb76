/**
 * ImportRestApi and PutRestApi: an OpenAPI document becomes an API, or goes into one. Overwriting keeps the
 * API's id, stages and deployments and replaces everything else; merging keeps what the document does not name.
 * Methods are merged whole: one that the document has replaces the old one of the same path and verb.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-import-api.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import {
  convertRest,
  type ImportedApi,
  type ImportOptions,
  parseRest,
} from '../../openapi/import.ts'
import { ImportError } from '../../openapi/import-error.ts'
import type { ControlContext } from '../context.ts'
import { defined, draftOf, entryOf } from '../draft.ts'
import { type RestApiRecord, restApis } from '../records.ts'
import { withoutEmptyTags } from '../tags.ts'
import { readEndpoints } from './endpoints.ts'
import { importChecks } from './import-checks.ts'
import { clearParts, knownParts, mergeParts } from './import-parts.ts'
import { requireApi } from './lookup.ts'
import { readPolicy } from './resource-policy.ts'
import { checkApi } from './rest-api-patch.ts'
import { insertApi, insertRoot, presentApi } from './rest-apis.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type RestApi = RestOperations['GetRestApi']['output']

/**
 * Makes an API. It has the models of the document and no others: that the two models of CreateRestApi are not added is
 * a guess, after AWS's own sample documents, which define `Empty` themselves.
 */
export async function importRestApi(
  ctx: ControlContext,
  { body, parameters, failOnWarnings }: Input<'ImportRestApi'>,
): Promise<RestApi> {
  const convert = reader(ctx, body, parameters)
  // Converted twice: the document may fix the id of its own API, which the models then name.
  const draft = convert({ apiId: '' })
  checkWarnings(draft, failOnWarnings)
  const endpoints = readEndpoints({
    types: typesOf(parameters),
    vpcEndpointIds: draft.vpcEndpointIds && [...draft.vpcEndpointIds],
  })
  const api = await insertApi(ctx, {
    ...settingsOf(draft),
    apiKeySource: draft.apiKeySource ?? 'HEADER',
    endpointConfiguration: endpoints,
    disableExecuteApiEndpoint: draft.disableExecuteApiEndpoint ?? false,
  })
  await insertRoot(ctx, api)
  await mergeParts(ctx, api, convert({ apiId: api.id }))
  return withoutEmptyTags(withWarnings(api, draft))
}

export async function putRestApi(
  ctx: ControlContext,
  { restApiId, mode, body, parameters, failOnWarnings }: Input<'PutRestApi'>,
): Promise<RestApi> {
  const api = await requireApi(ctx, restApiId)
  const isOverwrite = mode === 'overwrite'
  const known = isOverwrite ? {} : { known: await knownParts(ctx, restApiId) }
  const imported = reader(ctx, body, parameters)({ apiId: restApiId, ...known })
  checkWarnings(imported, failOnWarnings)
  if (isOverwrite) {
    await clearParts(ctx, api, isWithoutDocumentation(parameters))
    for (const member of replacedSettings) delete api[member]
    delete api.endpointConfiguration.vpcEndpointIds
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

/**
 * Settings that a document replaces when it overwrites, also by saying nothing: those that Terraform's provider puts
 * back after each overwrite, and the version (a guess). `disableExecuteApiEndpoint` stays: silence must open nothing.
 */
const replacedSettings = [
  'description',
  'version',
  'binaryMediaTypes',
  'minimumCompressionSize',
  'policy',
] as const

/** Reads the document once and gives what converts it. */
function reader(
  { account, region, partition, integrationTimeoutMs }: ControlContext,
  body: Uint8Array,
  parameters: Parameters | undefined,
): (target: Pick<ImportOptions, 'apiId' | 'known'>) => ImportedApi {
  const basepath = entryOf(parameters, 'basepath') ?? 'ignore'
  if (basepath !== 'ignore' && basepath !== 'prepend' && basepath !== 'split') {
    throw new BadRequestException(`Invalid value for basepath: ${basepath}`) // a guess at the words
  }
  const ignoreDocumentation = isWithoutDocumentation(parameters)
  const checks = importChecks(integrationTimeoutMs)
  const options = { basepath, ignoreDocumentation, checks } as const
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const root = orRefused(() => parseRest(bytes, { account, region, partition }))
  return target => orRefused(() => convertRest(root, { ...options, ...target }))
}

function orRefused<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ImportError) throw new BadRequestException(error.message)
    throw error
  }
}

type Parameters = Readonly<Record<string, string>>

function isWithoutDocumentation(parameters: Parameters | undefined): boolean {
  return entryOf(parameters, 'ignore') === 'documentation'
}

type EndpointType = RestApiRecord['endpointConfiguration']['types'][number]

function typesOf(parameters: Parameters | undefined): EndpointType[] | undefined {
  const types = entryOf(parameters, 'endpointConfigurationTypes')?.split(',')
  return types?.map(type => {
    if (type === 'REGIONAL' || type === 'EDGE' || type === 'PRIVATE') return type
    throw new BadRequestException(
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    )
  })
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
