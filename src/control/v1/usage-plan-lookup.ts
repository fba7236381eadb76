/**
 * Finds usage plans, says whether a plan and a key go together (of all plans of a key only one may hold a given
 * stage), and takes stages that are gone out of all plans.
 */
import { ConflictException, NotFoundException } from '../../aws/faults.ts'
import type { Writer } from '../../store/store.ts'
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

/**
 * Takes the stage, or all stages of the API, out of every plan, so that the plan can be deleted after them (a guess,
 * after users' guides, which delete a stage and then its plan).
 */
export async function leavePlans(tx: Writer, apiId: string, stageName?: string): Promise<void> {
  for (const { id, record } of await tx.all(usagePlans, '')) {
    const kept = record.apiStages.filter(
      each => each.apiId !== apiId || (stageName !== undefined && each.stage !== stageName),
    )
    if (kept.length < record.apiStages.length) {
      await tx.update(usagePlans, '', id, { ...record, apiStages: kept })
    }
  }
}
