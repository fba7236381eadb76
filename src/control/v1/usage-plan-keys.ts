/**
 * The keys of a usage plan. A key may be in several plans, but only one of them may hold a given stage: else
 * it would not be known which plan's limits count.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlanKey.html
 */
import { BadRequestException, ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { type ApiKeyRecord, apiKeys, usageExtensions, usagePlanKeys } from '../key-records.ts'
import { pageOf } from '../paging.ts'
import { requireKey } from './api-keys.ts'
import { checkOnePlanPerStage, requirePlan } from './usage-plan-lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type UsagePlanKey = RestOperations['GetUsagePlanKey']['output']

export async function createUsagePlanKey(
  ctx: ControlContext,
  { usagePlanId, keyId, keyType }: Input<'CreateUsagePlanKey'>,
): Promise<UsagePlanKey> {
  const plan = await requirePlan(ctx, usagePlanId)
  // The words of this and of the next refusal but one are a guess.
  if (keyType !== 'API_KEY') throw new BadRequestException(`Invalid key type specified: ${keyType}`)
  const key = await requireKey(ctx, keyId)
  if (await ctx.tx.get(usagePlanKeys, usagePlanId, keyId)) {
    throw new ConflictException('This key is already in the usage plan')
  }
  await checkOnePlanPerStage(ctx, plan, keyId)
  await ctx.tx.insert(usagePlanKeys, usagePlanId, keyId, { keyId })
  return present(key)
}

export async function getUsagePlanKey(
  ctx: ReadContext,
  input: Input<'GetUsagePlanKey'>,
): Promise<UsagePlanKey> {
  return present(await requireMember(ctx, input))
}

/** `nameQuery` is the beginning of a name. */
export async function getUsagePlanKeys(ctx: ReadContext, input: Input<'GetUsagePlanKeys'>) {
  const { usagePlanId, nameQuery = '' } = input
  await requirePlan(ctx, usagePlanId)
  const keys: UsagePlanKey[] = []
  for (const { id } of await ctx.tx.all(usagePlanKeys, usagePlanId)) {
    const row = await ctx.tx.get(apiKeys, '', id)
    if (row && (row.record.name ?? '').startsWith(nameQuery)) keys.push(present(row.record))
  }
  return pageOf(keys, key => key.id ?? '', input)
}

export async function deleteUsagePlanKey(
  ctx: ControlContext,
  input: Input<'DeleteUsagePlanKey'>,
): Promise<undefined> {
  const { id } = await requireMember(ctx, input)
  await ctx.tx.delete(usagePlanKeys, input.usagePlanId, id)
  await ctx.tx.delete(usageExtensions, input.usagePlanId, id)
}

/** The key, as a member of the plan. Throws `NotFoundException`. */
export async function requireMember(
  ctx: ReadContext,
  { usagePlanId, keyId }: { usagePlanId: string; keyId: string },
): Promise<ApiKeyRecord> {
  await requirePlan(ctx, usagePlanId)
  if (!(await ctx.tx.get(usagePlanKeys, usagePlanId, keyId))) {
    throw new NotFoundException('Invalid Usage Plan Key identifier specified') // a guess
  }
  return requireKey(ctx, keyId)
}

function present({ id, value, name }: ApiKeyRecord): UsagePlanKey {
  return { id, type: 'API_KEY', value, ...(name === undefined ? {} : { name }) }
}
