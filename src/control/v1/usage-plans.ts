/**
 * Usage plans: which stages the keys of a plan may call, how fast, and how often per day, week or month.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled } from '../draft.ts'
import { type UsagePlanRecord, usageExtensions, usagePlanKeys, usagePlans } from '../key-records.ts'
import { listPage, pageOf } from '../paging.ts'
import { stages } from '../records.ts'
import { checkTags, withoutEmptyTags } from '../tags.ts'
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
      quota: quota && { offset: 0, ...defined(quota) },
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

export async function getUsagePlan(
  ctx: ReadContext,
  { usagePlanId }: Input<'GetUsagePlan'>,
): Promise<UsagePlan> {
  return present(await requirePlan(ctx, usagePlanId))
}

/** With `keyId`: the plans that hold this key. */
export async function getUsagePlans(ctx: ReadContext, input: Input<'GetUsagePlans'>) {
  const { keyId } = input
  if (keyId === undefined)
    return listPage(ctx.tx, usagePlans, '', input, plan => withoutEmptyTags(present(plan)))
  const plans: UsagePlan[] = []
  for (const { id, record } of await ctx.tx.all(usagePlans, '')) {
    if (await ctx.tx.get(usagePlanKeys, id, keyId)) plans.push(withoutEmptyTags(present(record)))
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
  return present(plan)
}

export async function deleteUsagePlan(
  ctx: ControlContext,
  { usagePlanId }: Input<'DeleteUsagePlan'>,
): Promise<undefined> {
  const { apiStages } = await requirePlan(ctx, usagePlanId)
  if (apiStages.length > 0) {
    // The words are known from users' reports.
    throw new BadRequestException(
      `Cannot delete Usage Plan ${usagePlanId} because there are API Stages associated with it`,
    )
  }
  await ctx.tx.deleteChildren(usagePlanKeys, usagePlanId)
  await ctx.tx.deleteChildren(usageExtensions, usagePlanId)
  await ctx.tx.delete(usagePlans, '', usagePlanId)
}

/** What AWS answers for a plan. */
function present(plan: UsagePlanRecord): UsagePlan {
  return { ...plan, tags: plan.tags ?? {} }
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
