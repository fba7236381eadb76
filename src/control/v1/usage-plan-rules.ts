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
  type PatchOperation,
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
    const stage = stageOf(plan, patch.keys[0])
    const key = methodKey(patch)
    stage.throttle = {
      ...stage.throttle,
      [key]: { ...entryOf(stage.throttle, key), [field]: numberOf(patch) },
    }
  }

const setWholeThrottle: PlanEffect = (plan, patch) => {
  stageOf(plan, patch.keys[0]).throttle = readThrottles(patch.value)
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
      // One that the plan does not hold is refused like one that does not exist (a guess).
      const gone = stageOf(plan, value)
      plan.apiStages = plan.apiStages.filter(each => each !== gone)
    },
  },
  '/apiStages/{stage}/throttle': {
    add: setWholeThrottle,
    replace: setWholeThrottle,
    remove: (plan, patch) => {
      delete stageOf(plan, patch.keys[0]).throttle
    },
  },
  '/apiStages/{stage}/throttle/{method}': {
    remove: (plan, patch) => {
      delete stageOf(plan, patch.keys[0]).throttle?.[methodKey(patch)]
    },
  },
  '/apiStages/{stage}/throttle/{method}/burstLimit': {
    add: setMethodThrottle('burstLimit'),
    replace: setMethodThrottle('burstLimit'),
  },
  '/apiStages/{stage}/throttle/{method}/rateLimit': {
    add: setMethodThrottle('rateLimit'),
    replace: setMethodThrottle('rateLimit'),
  },
}

const patchRules = patcher(plainDialect, rules)

/** Applies UpdateUsagePlan's operations. */
export function patchPlan(
  plan: UsagePlanRecord,
  operations: readonly PatchOperation[] | undefined = [],
): void {
  for (const operation of operations) patchRules(plan, [withOneMethod(operation)])
}

/**
 * The operation with resource path and verb as one segment. The documentation writes the path's slashes as `~1`,
 * Terraform as they are:
 *
 *     /apiStages/a1:dev/throttle/~1pets~1{id}/GET/rateLimit
 *     /apiStages/a1:dev/throttle//pets/{id}/GET/rateLimit
 */
function withOneMethod(operation: PatchOperation): PatchOperation {
  const [, start, method, limit = ''] =
    /^(\/apiStages\/[^/]+\/throttle\/)(.+\/[A-Z]+)(\/(?:burstLimit|rateLimit))?$/.exec(
      operation.path ?? '',
    ) ?? []
  if (start === undefined || method === undefined) return operation
  return { ...operation, path: `${start}${method.replaceAll('/', '~1')}${limit}` }
}

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

/** The plan's stage that `apiId:stage` names. Throws `NotFoundException` [R]. */
function stageOf(plan: UsagePlanRecord, name: string | undefined): ApiStageRecord {
  const { apiId, stage } = readStage(name)
  const found = plan.apiStages.find(each => each.apiId === apiId && each.stage === stage)
  if (found) return found
  throw new NotFoundException(
    `Invalid API Stage {api: ${apiId}, stage: ${stage}} specified for usageplan ${plan.id}`,
  )
}

/** `/pets/GET`, whether or not the path came with its first slash. */
function methodKey({ keys: [, method = ''] }: Patch): string {
  return method.startsWith('/') ? method : `/${method}`
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
