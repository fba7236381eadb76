/**
 * Usage of a plan's keys, per key and day: `[used, remaining]`. What was used is counted by the data plane, which does not
 * meter yet: it is 0 (docs/reference/compatibility.md says so). UpdateUsage gives a key a number of requests that remain to
 * it until the quota's period ends.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html, API_UpdateUsage.html. The words of refusals, that
 * weeks begin on Sunday, and what remains to a key without quota are guesses. Days are UTC's.
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import {
  type QuotaRecord,
  type UsageExtensionRecord,
  type UsagePlanRecord,
  usageExtensions,
  usagePlanKeys,
} from '../key-records.ts'
import { listPage } from '../paging.ts'
import { patcher, plainDialect, setNumber } from '../patch.ts'
import { requireMember } from './usage-plan-keys.ts'
import { requirePlan } from './usage-plan-lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Usage = RestOperations['GetUsage']['output']

const dayMs = 86_400_000
const maxDays = 90

/** Java's largest number, as far as JSON carries it. */
const unlimited = Number.MAX_SAFE_INTEGER

export async function getUsage(ctx: ReadContext, input: Input<'GetUsage'>): Promise<Usage> {
  const { usagePlanId, keyId, startDate, endDate } = input
  const plan = await requirePlan(ctx, usagePlanId)
  const days = daysBetween(startDate, endDate)
  const period = { usagePlanId, startDate, endDate }
  if (keyId !== undefined) {
    await requireMember(ctx, { usagePlanId, keyId })
    return { ...period, items: { [keyId]: await usageOf(ctx, plan, keyId, days) } }
  }
  const { items, ...rest } = await listPage(ctx.tx, usagePlanKeys, plan.id, input, row => row.keyId)
  const usages = items.map(async id => [id, await usageOf(ctx, plan, id, days)] as const)
  return { ...period, items: Object.fromEntries(await Promise.all(usages)), ...rest }
}

const patch = patcher<{ remaining?: number }>(plainDialect, {
  '/remaining': { replace: setNumber('remaining') },
})

export async function updateUsage(
  ctx: ControlContext,
  { usagePlanId, keyId, patchOperations }: Input<'UpdateUsage'>,
): Promise<Usage> {
  const plan = await requirePlan(ctx, usagePlanId)
  await requireMember(ctx, { usagePlanId, keyId })
  const asked: { remaining?: number } = {}
  patch(asked, patchOperations)
  const today = Math.floor(ctx.clock.now() / dayMs) * dayMs
  if (asked.remaining !== undefined) {
    const { remaining } = asked
    if (plan.quota === undefined) throw new BadRequestException('Usage Plan has no quota')
    if (!Number.isSafeInteger(remaining) || remaining < 0) {
      throw new BadRequestException('Invalid remaining quota specified')
    }
    const extension: UsageExtensionRecord = { from: today, remaining }
    await ctx.tx.put(usageExtensions, usagePlanId, keyId, extension)
  }
  const items = { [keyId]: await usageOf(ctx, plan, keyId, [today]) }
  return { usagePlanId, startDate: dateOf(today), endDate: dateOf(today), items }
}

/** One pair for each day. */
async function usageOf(
  { tx }: ReadContext,
  { id, quota }: UsagePlanRecord,
  keyId: string,
  days: readonly number[],
): Promise<number[][]> {
  const row = await tx.get(usageExtensions, id, keyId)
  return days.map(day => [0, remainingOn(day, quota, row?.record)])
}

function remainingOn(
  day: number,
  quota: QuotaRecord | undefined,
  extension: UsageExtensionRecord | undefined,
): number {
  if (quota === undefined) return unlimited
  const isExtended =
    extension !== undefined &&
    day >= extension.from &&
    periodOf(day, quota) === periodOf(extension.from, quota)
  return isExtended ? extension.remaining : (quota.limit ?? 0)
}

/** The first day of the quota's period that a day belongs to. */
function periodOf(day: number, { period }: QuotaRecord): number {
  const date = new Date(day)
  switch (period) {
    case 'MONTH':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
    case 'WEEK':
      return day - date.getUTCDay() * dayMs
    default:
      return day
  }
}

/** Every day from the first to the last, both of the form `2026-11-22`. */
function daysBetween(startDate: string, endDate: string): number[] {
  const start = parseDate(startDate)
  const end = parseDate(endDate)
  if (end < start) throw new BadRequestException('Usage start date must not be after the end date')
  const count = (end - start) / dayMs + 1
  if (count > maxDays) {
    throw new BadRequestException(`Usage can be asked for at most ${maxDays} days at once`)
  }
  return Array.from({ length: count }, (_, index) => start + index * dayMs)
}

function parseDate(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(ms) || dateOf(ms) !== text) {
    throw new BadRequestException(`Invalid date specified: ${text}`)
  }
  return ms
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
