/**
 * Finds usage plans, and says whether a plan and a key go together: of all plans of a key only one may
 * hold a given stage.
 */
import { ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { ReadContext } from '../context.ts'
import { type UsagePlanRecord, usagePlanKeys, usagePlans } from '../key-records.ts'

/** The plan with this id. Throws `NotFoundException` [R]. */
export async function requirePlan({ tx }: ReadContext, id: string): Promise<UsagePlanRecord> {
  const row = await tx.get(usagePlans, '', id)
  if (!row) throw new NotFoundException('Invalid Usage Plan ID specified')
  return row.record
}

/** Throws `ConflictException` when another plan of the key holds one of this plan's stages. A guess at the words. */
export async function checkOnePlanPerStage(
  { tx }: ReadContext,
  plan: UsagePlanRecord,
  keyId: string,
): Promise<void> {
  const own = new Set(plan.apiStages.map(each => `${each.apiId}:${each.stage}`))
  for (const { id, record } of await tx.all(usagePlans, '')) {
    if (id === plan.id || !(await tx.get(usagePlanKeys, id, keyId))) continue
    const shared = record.apiStages.find(each => own.has(`${each.apiId}:${each.stage}`))
    if (!shared) continue
    throw new ConflictException(
      `API Key ${keyId} cannot be added because it cannot reference multiple Usage Plans with ` +
        `the same API stage: ${shared.apiId}:${shared.stage}`,
    )
  }
}
