/**
 * What UpdateUsagePlan can change, and what must hold of a plan however it was changed.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html#UpdateUsagePlan-Patch
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import { entryOf } from '../draft.ts'
import type { ApiStageRecord, ThrottleRecord, UsagePlanRecord } from '../key-records.ts'
import {
  type Effect,
  numberOf,
  type Patch,
  type PatchRules,
  patcher,
  plainDialect,
  remove,
  setText,
} from '../patch.ts'

type PlanEffect = Effect<UsagePlanRecord>

const setThrottle =
  (field: 'burstLimit' | 'rateLimit'): PlanEffect =>
  (plan, patch) => {
    plan.throttle = { ...plan.throttle, [field]: numberOf(patch) }
  }

const setQuotaNumber =
  (field: 'limit' | 'offset'): PlanEffect =>
  (plan, patch) => {
    plan.quota = { ...plan.quota, [field]: numberOf(patch) }
  }

const setPeriod: PlanEffect = (plan, { value }) => {
  if (value !== 'DAY' && value !== 'WEEK' && value !== 'MONTH') throw invalidPeriod()
  plan.quota = { ...plan.quota, period: value }
}

const setMethodThrottle =
  (field: 'burstLimit' | 'rateLimit'): PlanEffect =>
  (plan, patch) => {
    const stage = stageOf(plan, patch)
    const key = methodKey(patch)
    stage.throttle = {
      ...stage.throttle,
      [key]: { ...entryOf(stage.throttle, key), [field]: numberOf(patch) },
    }
  }

const setWholeThrottle: PlanEffect = (plan, patch) => {
  stageOf(plan, patch).throttle = readThrottles(patch.value)
}

const rules: PatchRules<UsagePlanRecord> = {
  '/name': { replace: setText('name') },
  '/description': { replace: setText('description') },
  '/productCode': {
    add: setText('productCode'),
    replace: setText('productCode'),
    remove: remove('productCode'),
  },
  '/quota': { remove: remove('quota') },
  '/quota/limit': { add: setQuotaNumber('limit'), replace: setQuotaNumber('limit') },
  '/quota/offset': { add: setQuotaNumber('offset'), replace: setQuotaNumber('offset') },
  '/quota/period': { add: setPeriod, replace: setPeriod },
  '/throttle': { remove: remove('throttle') },
  '/throttle/burstLimit': { add: setThrottle('burstLimit'), replace: setThrottle('burstLimit') },
  '/throttle/rateLimit': { add: setThrottle('rateLimit'), replace: setThrottle('rateLimit') },
  '/apiStages': {
    add: (plan, { value }) => {
      const { apiId, stage } = readStage(value)
      const isThere = plan.apiStages.some(each => each.apiId === apiId && each.stage === stage)
      if (!isThere) plan.apiStages.push({ apiId, stage })
    },
    remove: (plan, { value }) => {
      const { apiId, stage } = readStage(value)
      plan.apiStages = plan.apiStages.filter(each => each.apiId !== apiId || each.stage !== stage)
    },
  },
  '/apiStages/{stage}/throttle': {
    add: setWholeThrottle,
    replace: setWholeThrottle,
    remove: (plan, patch) => {
      delete stageOf(plan, patch).throttle
    },
  },
  '/apiStages/{stage}/throttle/{path}/{verb}': {
    remove: (plan, patch) => {
      delete stageOf(plan, patch).throttle?.[methodKey(patch)]
    },
  },
  '/apiStages/{stage}/throttle/{path}/{verb}/burstLimit': {
    add: setMethodThrottle('burstLimit'),
    replace: setMethodThrottle('burstLimit'),
  },
  '/apiStages/{stage}/throttle/{path}/{verb}/rateLimit': {
    add: setMethodThrottle('rateLimit'),
    replace: setMethodThrottle('rateLimit'),
  },
}

/** Applies UpdateUsagePlan's operations. */
export const patchPlan = patcher(plainDialect, rules)

/** Throws `BadRequestException` when the plan cannot be like this. The words are a guess. */
export function checkPlan({ name, throttle, quota, apiStages }: UsagePlanRecord): void {
  if (!name) throw new BadRequestException('Usage plan name cannot be empty')
  const throttles = apiStages.flatMap(each => Object.values(each.throttle ?? {}))
  for (const each of [throttle ?? {}, ...throttles]) checkThrottle(each)
  if (!quota) return
  const { limit, offset = 0, period } = quota
  if (!period) throw invalidPeriod()
  if (limit === undefined || !Number.isInteger(limit) || limit < 0) {
    throw new BadRequestException('Invalid quota limit specified')
  }
  const last = { DAY: 0, WEEK: 6, MONTH: 27 }[period]
  if (!Number.isInteger(offset) || offset < 0 || offset > last) {
    throw new BadRequestException(
      `Usage Plan quota offset must be between 0 and ${last} in the ${period} period`,
    )
  }
}

function checkThrottle({ burstLimit = 0, rateLimit = 0 }: ThrottleRecord): void {
  if (!Number.isInteger(burstLimit) || burstLimit < 0 || rateLimit < 0) {
    throw new BadRequestException('Invalid throttle settings specified')
  }
}

function readStage(value = ''): { apiId: string; stage: string } {
  const [apiId, stage, ...rest] = value.split(':')
  if (!apiId || !stage || rest.length > 0)
    throw new BadRequestException('Invalid API Stage specified')
  return { apiId, stage }
}

function stageOf(plan: UsagePlanRecord, { keys: [key = ''] }: Patch): ApiStageRecord {
  const { apiId, stage } = readStage(key)
  const found = plan.apiStages.find(each => each.apiId === apiId && each.stage === stage)
  if (found) return found
  throw new NotFoundException(
    `Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${plan.id}`,
  )
}

/** `/pets/GET`, whether or not the path came with its first slash. */
function methodKey({ keys: [, path = '', verb = ''] }: Patch): string {
  return `${path.startsWith('/') ? path : `/${path}`}/${verb}`
}

function readThrottles(text = ''): Record<string, ThrottleRecord> {
  const throttles: Record<string, ThrottleRecord> = {}
  for (const [key, value] of Object.entries(parse(text))) {
    const { burstLimit, rateLimit } = (value ?? {}) as Record<string, unknown>
    throttles[key] = {
      ...(typeof burstLimit === 'number' ? { burstLimit } : {}),
      ...(typeof rateLimit === 'number' ? { rateLimit } : {}),
    }
  }
  return throttles
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Refused below.
  }
  throw new BadRequestException('Invalid throttle settings specified')
}

function invalidPeriod(): BadRequestException {
  return new BadRequestException('Invalid quota period specified. Valid options are DAY,WEEK,MONTH')
}
