/**
 * What a stage begins with, and what must hold of it however it was changed.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { CanarySettings, MethodSetting } from '../../aws/rest-api.ts'
import { type Draft, defined } from '../draft.ts'
import type { StageRecord } from '../records.ts'

const maxVariables = 100
const cacheSizes = ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237']

/** A stage with AWS's defaults [R]. */
export function newStage(stageName: string, deploymentId: string, now: number): StageRecord {
  return {
    stageName,
    deploymentId,
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: false,
    createdDate: now,
    lastUpdatedDate: now,
  }
}

/** What a method's entry begins with when one of its settings is set [R]; `loggingLevel` is not there. */
export function newMethodSetting(): Draft<MethodSetting> {
  return {
    metricsEnabled: false,
    dataTraceEnabled: false,
    throttlingBurstLimit: 5000,
    throttlingRateLimit: 10_000,
    cachingEnabled: false,
    cacheTtlInSeconds: 300,
    cacheDataEncrypted: false,
    requireAuthorizationForCacheControl: true,
    unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
  }
}

/** Canary settings as they were asked for, with defaults. */
export function readCanary(asked: {
  deploymentId?: string | undefined
  percentTraffic?: number | undefined
  stageVariableOverrides?: Record<string, string> | undefined
  useStageCache?: boolean | undefined
}): Draft<CanarySettings> {
  return defined({
    deploymentId: asked.deploymentId,
    percentTraffic: asked.percentTraffic ?? 0,
    stageVariableOverrides: asked.stageVariableOverrides,
    useStageCache: asked.useStageCache ?? false,
  })
}

/** Settles the cache's status and throws `BadRequestException` when the stage cannot be like this. */
export function checkStage(stage: StageRecord): void {
  if (!/^[a-zA-Z0-9_-]{1,128}$/.test(stage.stageName)) {
    // Known from users' reports, who quote it without the hyphen that is now allowed.
    throw new BadRequestException('Stage name only allows a-zA-Z0-9_-')
  }
  checkVariables(stage.variables)
  checkVariables(stage.canarySettings?.stageVariableOverrides)
  settleCache(stage)
  const percent = stage.canarySettings?.percentTraffic ?? 0
  if (!(percent >= 0 && percent <= 100)) {
    throw new BadRequestException('Canary percentTraffic must be between 0.0 and 100.0') // a guess
  }
  for (const setting of Object.values(stage.methodSettings ?? {})) checkSetting(setting)
}

// There is no cluster: it is "available" at once, which tells clients not to wait.
function settleCache(stage: StageRecord): void {
  if (stage.cacheClusterSize !== undefined && !cacheSizes.includes(stage.cacheClusterSize)) {
    throw new BadRequestException('Invalid cache cluster size') // a guess
  }
  if (stage.cacheClusterEnabled) {
    stage.cacheClusterSize ??= '0.5'
    stage.cacheClusterStatus = 'AVAILABLE'
  } else {
    stage.cacheClusterStatus = 'NOT_AVAILABLE'
  }
}

function checkVariables(variables: Readonly<Record<string, string>> = {}): void {
  const entries = Object.entries(variables)
  if (entries.length > maxVariables) {
    throw new BadRequestException(`A stage can have at most ${maxVariables} variables`)
  }
  for (const [name, value] of entries) {
    if (!/^[A-Za-z0-9_]{1,64}$/.test(name)) {
      throw new BadRequestException(
        `Invalid stage variable name: ${name}. Please use alphanumeric characters and underscores.`,
      )
    }
    // The documented pattern has no space; AWS takes it all the same (seen in a user's transcript).
    if (!/^[A-Za-z0-9\-._~:/?#&=, ]{0,512}$/.test(value)) {
      throw new BadRequestException(
        `Invalid stage variable value: ${value}. Please use values with alphanumeric characters ` +
          "and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.",
      )
    }
  }
}

const logLevels = ['OFF', 'ERROR', 'INFO']
const strategies = [
  'FAIL_WITH_403',
  'SUCCEED_WITH_RESPONSE_HEADER',
  'SUCCEED_WITHOUT_RESPONSE_HEADER',
]

// The words are a guess.
function checkSetting(setting: MethodSetting): void {
  const { loggingLevel, unauthorizedCacheControlHeaderStrategy, cacheTtlInSeconds = 0 } = setting
  if (loggingLevel !== undefined && !logLevels.includes(loggingLevel)) {
    throw new BadRequestException(`Invalid logging level. Valid options are ${logLevels.join(',')}`)
  }
  const strategy = unauthorizedCacheControlHeaderStrategy
  if (strategy !== undefined && !strategies.includes(strategy)) {
    throw new BadRequestException(
      `Invalid cache control header strategy. Valid options are ${strategies.join(',')}`,
    )
  }
  if (!(cacheTtlInSeconds >= 0 && cacheTtlInSeconds <= 3600)) {
    throw new BadRequestException('Cache TTL must be between 0 and 3600 seconds')
  }
}
