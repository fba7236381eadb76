/**
 * API keys: what a client shows to be counted under a usage plan. Values are answered only when asked for.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html
 */
import { randomBytes } from 'node:crypto'
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled, wholeSeconds } from '../draft.ts'
import {
  type ApiKeyRecord,
  apiKeys,
  apiKeyValues,
  usageExtensions,
  usagePlanKeys,
  usagePlans,
} from '../key-records.ts'
import { pageOf } from '../paging.ts'
import { listingDialect, patcher, setFlag, setText } from '../patch.ts'
import { checkTags, withoutEmptyTags } from '../tags.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type ApiKey = RestOperations['GetApiKey']['output']

export async function createApiKey(
  ctx: ControlContext,
  input: Input<'CreateApiKey'>,
): Promise<ApiKey> {
  const { name, description, customerId, enabled = false, stageKeys = [], tags } = input
  checkTags(tags)
  const key = await insertKey(ctx, {
    ...defined({ name, description, customerId, tags: isFilled(tags) ? tags : undefined }),
    value: input.value ?? newValue(),
    enabled,
    stageKeys: stageKeys.map(({ restApiId, stageName }) => `${restApiId}/${stageName}`),
  })
  return withoutEmptyTags(present(key, true))
}

export async function getApiKey(
  ctx: ReadContext,
  { apiKey, includeValue = false }: Input<'GetApiKey'>,
): Promise<ApiKey> {
  return present(await requireKey(ctx, apiKey), includeValue)
}

/** `nameQuery` is the beginning of a name. */
export async function getApiKeys(ctx: ReadContext, input: Input<'GetApiKeys'>) {
  const { nameQuery, customerId, includeValues = false } = input
  const rows = await ctx.tx.all(apiKeys, '')
  const chosen = rows
    .map(row => row.record)
    .filter(key => nameQuery === undefined || key.name?.startsWith(nameQuery))
    .filter(key => customerId === undefined || key.customerId === customerId)
  const { items, ...rest } = pageOf(chosen, key => key.id, input)
  return { items: items.map(key => withoutEmptyTags(present(key, includeValues))), ...rest }
}

const patch = patcher<ApiKeyRecord>(listingDialect, {
  // `checkKey` has AWS's words for these two when they are too long.
  '/description': { replace: setText('description', Number.POSITIVE_INFINITY) },
  '/enabled': { replace: setFlag('enabled') },
  '/name': { replace: setText('name', Number.POSITIVE_INFINITY) },
  '/customerId': { replace: setText('customerId') },
  '/stages': {
    add: (key, { value = '' }) => {
      if (!key.stageKeys.includes(value)) key.stageKeys.push(value)
    },
    remove: (key, { value }) => {
      key.stageKeys = key.stageKeys.filter(each => each !== value)
    },
  },
  // Documented, and in no answer: there is nothing to keep.
  '/labels': { add: () => {}, remove: () => {} },
})

export async function updateApiKey(
  ctx: ControlContext,
  { apiKey, patchOperations }: Input<'UpdateApiKey'>,
): Promise<ApiKey> {
  const key = await requireKey(ctx, apiKey)
  patch(key, patchOperations)
  checkKey(key)
  key.lastUpdatedDate = ctx.clock.now()
  await ctx.tx.update(apiKeys, '', apiKey, key)
  return present(key, false)
}

export async function deleteApiKey(
  ctx: ControlContext,
  { apiKey }: Input<'DeleteApiKey'>,
): Promise<undefined> {
  const { value } = await requireKey(ctx, apiKey)
  for (const { id } of await ctx.tx.all(usagePlans, '')) {
    await ctx.tx.delete(usagePlanKeys, id, apiKey)
    await ctx.tx.delete(usageExtensions, id, apiKey)
  }
  await ctx.tx.delete(apiKeyValues, '', value)
  await ctx.tx.delete(apiKeys, '', apiKey)
}

/** The key with this id. Throws `NotFoundException`. */
export async function requireKey({ tx }: ReadContext, id: string): Promise<ApiKeyRecord> {
  const row = await tx.get(apiKeys, '', id)
  if (!row) throw new NotFoundException('Invalid API Key identifier specified')
  return row.record
}

/** Stores a new key. Throws `ConflictException` when its value is taken [R]. */
export async function insertKey(
  ctx: ControlContext,
  given: Omit<ApiKeyRecord, 'id' | 'createdDate' | 'lastUpdatedDate'>,
): Promise<ApiKeyRecord> {
  checkKey(given)
  if (await ctx.tx.get(apiKeyValues, '', given.value)) {
    throw new ConflictException('API Key already exists')
  }
  const now = ctx.clock.now()
  const key = { ...given, id: ctx.ids.short(10), createdDate: now, lastUpdatedDate: now }
  await ctx.tx.insert(apiKeys, '', key.id, key)
  await ctx.tx.insert(apiKeyValues, '', key.value, { id: key.id })
  return key
}

const maxNameLength = 1024
/** A guess: AWS refuses long descriptions, and where they begin is not known. */
const maxDescriptionLength = 1024

/** Throws `BadRequestException` when AWS would not take the key [R]. */
export function checkKey({
  name = '',
  description = '',
  value,
}: Pick<ApiKeyRecord, 'name' | 'description' | 'value'>): void {
  if (name.length > maxNameLength) {
    throw new BadRequestException('Invalid API Key name, can be at most 1024 characters.')
  }
  if (description.length > maxDescriptionLength) {
    throw new BadRequestException('Invalid API Key description specified.')
  }
  if (value.length < 20) {
    throw new BadRequestException('API Key value should be at least 20 characters')
  }
  if (value.length > 128) {
    throw new BadRequestException('API Key value exceeds maximum size of 128 characters')
  }
  // It has to fit into a header, and into a record's name.
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new BadRequestException('Invalid API Key value specified')
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** 40 letters and digits. Bytes from 248 on are thrown away: 248 is a multiple of 62, so none comes up more often. */
export function newValue(): string {
  let value = ''
  while (value.length < 40) {
    for (const byte of randomBytes(64)) {
      if (byte < 248 && value.length < 40) value += alphabet[byte % 62]
    }
  }
  return value
}

function present({ value, ...key }: ApiKeyRecord, withValue: boolean): ApiKey {
  const { createdDate, lastUpdatedDate } = key
  return {
    ...key,
    ...(withValue ? { value } : {}),
    tags: key.tags ?? {},
    createdDate: wholeSeconds(createdDate),
    lastUpdatedDate: wholeSeconds(lastUpdatedDate),
  }
}
