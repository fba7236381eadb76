/**
 * Base path mappings: which stage of which API answers behind the first segment of a custom domain name's path. The
 * empty base path is written `(none)`. Paths of several segments need version 2 of the service.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_BasePathMapping.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import {
  type BasePathMappingRecord,
  basePathMappings,
  type DomainNameRecord,
  domainKey,
  domainNames,
} from '../domain-records.ts'
import { listPage } from '../paging.ts'
import { type Effect, patcher, plainDialect } from '../patch.ts'
import { restApis, stages } from '../records.ts'
import { isPrivate } from './domain-name-rules.ts'
import { requireDomain } from './domain-names.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type BasePathMapping = RestOperations['GetBasePathMapping']['output']

const none = '(none)'
/** As of API mappings, whose limit is documented. */
const maxLength = 300

export async function createBasePathMapping(
  ctx: ControlContext,
  input: Input<'CreateBasePathMapping'>,
): Promise<BasePathMapping> {
  const domain = await requireDomain(ctx, input)
  const mapping: BasePathMappingRecord = {
    basePath: input.basePath || none,
    restApiId: input.restApiId,
    ...readStage(input.stage),
  }
  await check(ctx, domain, mapping)
  await insert(ctx, domain, mapping)
  return mapping
}

export async function getBasePathMapping(
  ctx: ReadContext,
  input: Input<'GetBasePathMapping'>,
): Promise<BasePathMapping> {
  return (await requireMapping(ctx, input)).mapping
}

export async function getBasePathMappings(ctx: ReadContext, input: Input<'GetBasePathMappings'>) {
  const domain = await requireDomain(ctx, input)
  return listPage(
    ctx.tx,
    basePathMappings,
    domainKey(domain),
    input,
    (each): BasePathMapping => each,
  )
}

const setBasePath: Effect<BasePathMappingRecord> = (mapping, { value }) => {
  mapping.basePath = value || none
}

const setApi: Effect<BasePathMappingRecord> = (mapping, { value = '' }) => {
  mapping.restApiId = value
}

const patch = patcher<BasePathMappingRecord>(plainDialect, {
  // The documentation spells the first two in several ways.
  '/basePath': { replace: setBasePath },
  '/basepath': { replace: setBasePath },
  '/restapiId': { replace: setApi },
  '/restApiId': { replace: setApi },
  '/stage': {
    replace: (mapping, { value }) => {
      delete mapping.stage
      Object.assign(mapping, readStage(value))
    },
  },
})

/** A new base path moves the mapping: it is then known by that. */
export async function updateBasePathMapping(
  ctx: ControlContext,
  { patchOperations, ...name }: Input<'UpdateBasePathMapping'>,
): Promise<BasePathMapping> {
  const { domain, mapping } = await requireMapping(ctx, name)
  const { basePath } = mapping
  patch(mapping, patchOperations)
  await check(ctx, domain, mapping)
  if (mapping.basePath === basePath) {
    await ctx.tx.update(basePathMappings, domainKey(domain), basePath, mapping)
  } else {
    await insert(ctx, domain, mapping)
    await ctx.tx.delete(basePathMappings, domainKey(domain), basePath)
  }
  return mapping
}

export async function deleteBasePathMapping(
  ctx: ControlContext,
  input: Input<'DeleteBasePathMapping'>,
): Promise<undefined> {
  const { domain, mapping } = await requireMapping(ctx, input)
  await ctx.tx.delete(basePathMappings, domainKey(domain), mapping.basePath)
}

/**
 * Throws `BadRequestException` while a domain name leads to the API, or to the one stage of it: `what` is then not
 * deleted. Known from users' reports, for APIs and for stages.
 */
export async function checkIsUnmapped(
  { tx }: ReadContext,
  what: string,
  { restApiId, stageName }: { readonly restApiId: string; readonly stageName?: string },
): Promise<void> {
  const users: string[] = []
  for (const { id: key, record } of await tx.all(domainNames, '')) {
    const mappings = await tx.all(basePathMappings, key)
    const isUser = mappings.some(
      ({ record: each }) =>
        each.restApiId === restApiId && (stageName === undefined || each.stage === stageName),
    )
    if (isUser) users.push(record.domainName)
  }
  if (users.length === 0) return
  const kind = stageName === undefined ? 'RestApi' : 'stage'
  throw new BadRequestException(
    `Deleting ${kind} ${what} failed. Please remove all base path mappings related to the ${kind} in your domains: ` +
      users.join(', '),
  )
}

function readStage(stage: string | undefined): { stage?: string } {
  return stage === undefined || stage === '' || stage === none ? {} : { stage }
}

async function requireMapping(
  ctx: ReadContext,
  input: Input<'GetBasePathMapping'>,
): Promise<{ domain: DomainNameRecord; mapping: BasePathMappingRecord }> {
  const domain = await requireDomain(ctx, input)
  const row = await ctx.tx.get(basePathMappings, domainKey(domain), input.basePath || none)
  if (!row) throw new NotFoundException('Invalid base path mapping identifier specified')
  return { domain, mapping: row.record }
}

async function insert(
  { tx }: ControlContext,
  domain: DomainNameRecord,
  mapping: BasePathMappingRecord,
): Promise<void> {
  const key = domainKey(domain)
  if (await tx.get(basePathMappings, key, mapping.basePath)) {
    throw new ConflictException('Base path already exists for this domain name')
  }
  await tx.insert(basePathMappings, key, mapping.basePath, mapping)
}

async function check(
  ctx: ReadContext,
  { endpointConfiguration: { types }, mutualTlsAuthentication }: DomainNameRecord,
  { basePath, restApiId, stage }: BasePathMappingRecord,
): Promise<void> {
  if (basePath.includes('/')) {
    throw new BadRequestException(
      "API Gateway V1 doesn't support the slash character (/) in base path mappings. " +
        'To create a multi-level base path mapping, use API Gateway V2.',
    )
  }
  if (basePath.length > maxLength || !/^[A-Za-z0-9$\-_.+!*'()]+$/.test(basePath)) {
    throw new BadRequestException('Invalid base path specified') // a guess
  }
  const api = (await ctx.tx.get(restApis, '', restApiId))?.record
  // Known from other programs' copies of AWS's words; those about the stage are reported.
  if (!api) throw new BadRequestException('Invalid REST API identifier specified')
  if (stage !== undefined && !(await ctx.tx.get(stages, restApiId, stage))) {
    throw new BadRequestException('Invalid stage identifier specified')
  }
  const apiTypes = api.endpointConfiguration.types
  if (isPrivate(types) !== apiTypes.includes('PRIVATE')) {
    // Documented; the words are a guess.
    throw new BadRequestException(
      'Private APIs can be mapped to private custom domain names only, and public APIs to public ones',
    )
  }
  if (mutualTlsAuthentication !== undefined && !apiTypes.includes('REGIONAL')) {
    throw new BadRequestException(
      'Mutual TLS authentication is supported for Regional APIs only', // reported
    )
  }
}
