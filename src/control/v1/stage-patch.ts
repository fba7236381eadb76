/**
 * UpdateStage. Its paths are of two sorts: members of the stage, and settings of methods, which have the
 * resource's path and the verb in front:
 *
 *     /variables/colour                               a member
 *     /~1pets~1{id}/GET/throttling/rateLimit          the key `~1pets~1{id}/GET`, setting throttlingRateLimit
 *     /pets/{id}/GET/throttling/rateLimit             the key `pets/{id}/GET`: kept as it was written
 *  *
 * Two stars in place of path and verb mean every method. Whatever is not a member is taken for a setting, and refused as one, also where that makes little
 * sense: the words are recorded from AWS.
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { CanarySettings, MethodSetting } from '../../aws/rest-api.ts'
import type { Draft } from '../draft.ts'
import {
  type Dialect,
  type Effect,
  flagOf,
  numberOf,
  type Patch,
  type PatchOperation,
  type PatchRules,
  patcher,
  remove,
  removeEntry,
  setFlag,
  setText,
} from '../patch.ts'
import type { StageRecord } from '../records.ts'
import { newMethodSetting } from './stage-rules.ts'

/** Applies UpdateStage's operations. */
export function patchStage(
  stage: StageRecord,
  operations: readonly PatchOperation[] | undefined = [],
): void {
  for (const operation of operations) {
    const { op, path = 'null', from } = operation
    if (op === 'copy' && !copyTargets.includes(path)) throw invalidCopy(path, from)
    if (!patchSetting(stage, operation)) patchMember(stage, [operation])
  }
}

const copyTargets = ['/deploymentId', '/variables']
const accessLogPaths = '[/accessLogSettings/destinationArn, /accessLogSettings/format]'

const dialect: Dialect = {
  unknownPath(op, path) {
    if (op === 'remove') return nothingToRemove(path.slice(1))
    if (path.startsWith('/accessLogSettings')) {
      return new BadRequestException(
        `Invalid accessLogSettings path. Must be one of : ${accessLogPaths}`,
      )
    }
    if (op === 'add') return new BadRequestException(`Invalid add operation with path: ${path}`)
    return new BadRequestException(
      `Invalid method setting path: ${path}. Must be one of: ${settingPaths}`,
    )
  },
  wrongOp: (op, path, _ops, known) => dialect.unknownPath(op, path, known),
}

const setAccessLog =
  (field: 'destinationArn' | 'format'): Effect<StageRecord> =>
  (stage, { value }) => {
    if (!value) throw new BadRequestException('Access Log value must not be empty')
    stage.accessLogSettings = { ...stage.accessLogSettings, [field]: value }
  }

const setVariable: Effect<StageRecord> = (stage, { value = '', keys: [name = ''] }) => {
  stage.variables = { ...stage.variables, [name]: value }
}

/** Changes the canary; a stage that has none gets one that takes no traffic [R]. */
const onCanary =
  (change: (canary: Draft<CanarySettings>, patch: Patch) => void): Effect<StageRecord> =>
  (stage, patch) => {
    stage.canarySettings ??= { percentTraffic: 0, useStageCache: false }
    change(stage.canarySettings, patch)
  }

const promoteDeployment: Effect<StageRecord> = (stage, { path, from }) => {
  if (from !== '/canarySettings/deploymentId') throw invalidCopy(path, from)
  if (!stage.canarySettings?.deploymentId) throw noCanary()
  stage.deploymentId = stage.canarySettings.deploymentId
}

// That the overrides are merged into the variables, instead of replacing them, is a guess.
const promoteVariables: Effect<StageRecord> = (stage, { path, from }) => {
  if (from !== '/canarySettings/stageVariableOverrides') throw invalidCopy(path, from)
  if (!stage.canarySettings) throw noCanary()
  stage.variables = { ...stage.variables, ...stage.canarySettings.stageVariableOverrides }
}

const rules: PatchRules<StageRecord> = {
  '/deploymentId': { replace: setText('deploymentId'), copy: promoteDeployment },
  '/description': { replace: setText('description') },
  '/cacheClusterEnabled': { replace: setFlag('cacheClusterEnabled') },
  '/cacheClusterSize': { replace: setText('cacheClusterSize') },
  '/clientCertificateId': {
    replace: (stage, patch) => {
      if (patch.value) setText('clientCertificateId')(stage, patch)
      else delete stage.clientCertificateId
    },
  },
  '/documentationVersion': { replace: setText('documentationVersion') },
  '/tracingEnabled': { replace: setFlag('tracingEnabled') },
  '/accessLogSettings': { remove: remove('accessLogSettings') },
  '/accessLogSettings/destinationArn': {
    add: setAccessLog('destinationArn'),
    replace: setAccessLog('destinationArn'),
  },
  '/accessLogSettings/format': { add: setAccessLog('format'), replace: setAccessLog('format') },
  '/variables': { copy: promoteVariables },
  '/variables/{name}': {
    add: setVariable,
    replace: setVariable,
    remove: removeEntry('variables', 'Invalid stage variable name specified'),
  },
  '/canarySettings': { remove: remove('canarySettings') },
  '/canarySettings/deploymentId': { replace: onCanary(setText('deploymentId')) },
  '/canarySettings/percentTraffic': {
    replace: onCanary((canary, patch) => {
      canary.percentTraffic = numberOf(patch)
    }),
  },
  '/canarySettings/useStageCache': { replace: onCanary(setFlag('useStageCache')) },
  '/canarySettings/stageVariableOverrides': {
    replace: onCanary((canary, { value }) => {
      canary.stageVariableOverrides = readTexts(value)
    }),
  },
  '/canarySettings/stageVariableOverrides/{name}': {
    replace: onCanary((canary, { value = '', keys: [name = ''] }) => {
      canary.stageVariableOverrides = { ...canary.stageVariableOverrides, [name]: value }
    }),
    // Not documented; Terraform does it.
    remove: (stage, { path, keys: [name = ''] }) => {
      const overrides = stage.canarySettings?.stageVariableOverrides
      if (!overrides || !Object.hasOwn(overrides, name)) throw nothingToRemove(path.slice(1))
      delete overrides[name]
    },
  },
}

const patchMember = patcher(dialect, rules)

/** Every setting by the end of its path. */
const settings: Readonly<Record<string, (setting: Draft<MethodSetting>, patch: Patch) => void>> = {
  'metrics/enabled': setFlag('metricsEnabled'),
  'logging/loglevel': setText('loggingLevel'),
  'logging/dataTrace': setFlag('dataTraceEnabled'),
  'throttling/burstLimit': (setting, patch) => {
    setting.throttlingBurstLimit = numberOf(patch)
  },
  'throttling/rateLimit': (setting, patch) => {
    setting.throttlingRateLimit = numberOf(patch)
  },
  'caching/enabled': setFlag('cachingEnabled'),
  'caching/dataEncrypted': setFlag('cacheDataEncrypted'),
  'caching/ttlInSeconds': (setting, patch) => {
    setting.cacheTtlInSeconds = numberOf(patch)
  },
  'caching/requireAuthorizationForCacheControl': (setting, patch) => {
    setting.requireAuthorizationForCacheControl = flagOf(patch)
  },
  'caching/unauthorizedCacheControlHeaderStrategy': setText(
    'unauthorizedCacheControlHeaderStrategy',
  ),
}

/** Applies an operation on methods' settings; false when it is none. */
function patchSetting(stage: StageRecord, operation: PatchOperation): boolean {
  const { op = 'null', path = '', value, from } = operation
  if (!path.startsWith('/')) return false
  if (op === 'remove') return removeSetting(stage, path.slice(1))
  if (op !== 'replace') return false

  const segments = path.slice(1).split('/')
  const name = segments.slice(-2).join('/')
  const change = Object.hasOwn(settings, name) ? settings[name] : undefined
  const key = segments.slice(0, -2).join('/')
  if (!change || segments.length < 4 || key === '__proto__') return false

  stage.methodSettings ??= {}
  const all = stage.methodSettings
  const setting = Object.hasOwn(all, key) ? all[key] : undefined
  const changed = setting ?? newMethodSetting()
  change(changed, { op, path, value, from, keys: [] })
  all[key] = changed
  return true
}

/** Removes a method's whole entry: `pets/GET`. */
function removeSetting(stage: StageRecord, key: string): boolean {
  const all = stage.methodSettings ?? {}
  if (!Object.hasOwn(all, key)) return false
  delete all[key]
  return true
}

/** A map as a JSON text: the form is a guess. */
function readTexts(text = ''): Record<string, string> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, String(each)]))
    }
  } catch {
    // Refused below.
  }
  throw new BadRequestException(`Invalid stage variable overrides specified: ${text}`)
}

function nothingToRemove(key: string): BadRequestException {
  return new BadRequestException(
    `Cannot remove method setting ${key} because there is no method setting for this method `,
  )
}

function noCanary(): BadRequestException {
  return new BadRequestException('Promotion not available. Canary does not exist.')
}

function invalidCopy(path: string, from: string | undefined): BadRequestException {
  return new BadRequestException(
    `Invalid copy operation with path: ${path} and from ${from ?? 'null'}. ` +
      'Valid copy:path are [/deploymentId, /variables] and valid copy:from are ' +
      '[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]',
  )
}

/** As AWS prints it, with the commas that are missing there. */
const settingPaths =
  '[/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, ' +
  '/accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, ' +
  '/{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, ' +
  '/{resourcePath}/{httpMethod}/logging/loglevel, ' +
  '/{resourcePath}/{httpMethod}/throttling/burstLimit' +
  '/{resourcePath}/{httpMethod}/throttling/rateLimit' +
  '/{resourcePath}/{httpMethod}/caching/ttlInSeconds, ' +
  '/{resourcePath}/{httpMethod}/caching/enabled, ' +
  '/{resourcePath}/{httpMethod}/caching/dataEncrypted, ' +
  '/{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, ' +
  '/{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, ' +
  '/*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, ' +
  '/*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, ' +
  '/*/*/caching/enabled, /*/*/caching/dataEncrypted, ' +
  '/*/*/caching/requireAuthorizationForCacheControl, ' +
  '/*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, ' +
  '/tracingEnabled]'
