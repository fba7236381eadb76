/**
 * Usage plans: which stages the keys of a plan may call, how fast, and how often per day, week or month.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled } from '../draft.ts'
import { type UsagePlanRecord, usagePlanKeys, usagePlans } from '../key-records.ts'
import { listPage, pageOf } from '../paging.ts'
import { stages } from '../records.ts'
import { checkTags } from '../tags.ts'
import { checkOnePlanPerStage, requirePlan } from './usage-plan-lookup.ts'
import { checkPlan, patchPlan } from './usage-plan-rules.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type UsagePlan = RestOperations['GetUsagePlan']['output']

export async function createUsagePlan(
  ctx: ControlContext,
  { name, description, apiStages = [], throttle, quota, tags }: Input<'CreateUsagePlan'>,
): Promise<UsagePlan> {
  checkTags(tags)
  const plan: UsagePlanRecord = {
    ...defined({
      id: ctx.ids.short(6),
      name,
      description,
      throttle: throttle && defined(throttle),
      quota: quota && defined(quota),
      tags: isFilled(tags) ? tags : undefined,
    }),
    apiStages: apiStages.map(({ apiId = '', stage = '', throttle: own }) => ({
      apiId,
      stage,
      ...(own ? { throttle: definedEach(own) } : {}),
    })),
  }
  checkPlan(plan)
  await checkStages(ctx, plan, [])
  await ctx.tx.insert(usagePlans, '', plan.id, plan)
  return plan
}

export function getUsagePlan(
  ctx: ReadContext,
  { usagePlanId }: Input<'GetUsagePlan'>,
): Promise<UsagePlan> {
  return requirePlan(ctx, usagePlanId)
}

/** With `keyId`: the plans that hold this key. */
export async function getUsagePlans(ctx: ReadContext, input: Input<'GetUsagePlans'>) {
  const { keyId } = input
  if (keyId === undefined) return listPage(ctx.tx, usagePlans, '', input, (p): UsagePlan => p)
  const plans: UsagePlan[] = []
  for (const { id, record } of await ctx.tx.all(usagePlans, '')) {
    if (await ctx.tx.get(usagePlanKeys, id, keyId)) plans.push(record)
  }
  return pageOf(plans, plan => plan.id ?? '', input)
}

export async function updateUsagePlan(
  ctx: ControlContext,
  { usagePlanId, patchOperations }: Input<'UpdateUsagePlan'>,
): Promise<UsagePlan> {
  const plan = await requirePlan(ctx, usagePlanId)
  const before = plan.apiStages.map(each => `${each.apiId}:${each.stage}`)
  patchPlan(plan, patchOperations)
  checkPlan(plan)
  await checkStages(ctx, plan, before)
  for (const { id } of await ctx.tx.all(usagePlanKeys, plan.id)) {
    await checkOnePlanPerStage(ctx, plan, id)
  }
  await ctx.tx.update(usagePlans, '', usagePlanId, plan)
  return plan
}

export async function deleteUsagePlan(
  ctx: ControlContext,
  { usagePlanId }: Input<'DeleteUsagePlan'>,
): Promise<undefined> {
  const { apiStages } = await requirePlan(ctx, usagePlanId)
  if (apiStages.length > 0) {
    // That AWS refuses is known (Terraform takes the stages out first); the words are a guess.
    throw new BadRequestException(
      `Cannot delete usage plan '${usagePlanId}' because it contains API Stages`,
    )
  }
  await ctx.tx.deleteChildren(usagePlanKeys, usagePlanId)
  await ctx.tx.delete(usagePlans, '', usagePlanId)
}

// Stages that were in the plan before may be gone meanwhile; new ones have to exist.
async function checkStages(
  { tx }: ReadContext,
  { id, apiStages }: UsagePlanRecord,
  known: readonly string[],
): Promise<void> {
  for (const { apiId, stage } of apiStages) {
    if (known.includes(`${apiId}:${stage}`) || (await tx.get(stages, apiId, stage))) continue
    throw new NotFoundException(
      `Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${id}`,
    )
  }
}

function definedEach<T extends object>(map: Readonly<Record<string, T>>) {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, defined(value)]))
}
