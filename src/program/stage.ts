/**
 * What a stage's settings mean for a program: throttles per method, and what has no effect here. Settings that
 * guard or change answers and that this version cannot carry out become obstacles (see `obstacles.ts`).
 */
import type { MethodSetting, Stage } from '../aws/rest-api.ts'
import type { Throttle } from './program.ts'

/** The settings of one method: its own entry, and `*` + `/*` for what that leaves open. */
export interface EffectiveSettings {
  readonly own: MethodSetting
  readonly all: MethodSetting
}

/** Finds settings by resource path and verb; built once per compilation. */
export function methodSettings(stage: Stage): (path: string, verb: string) => EffectiveSettings {
  const entries = new Map<string, MethodSetting>()
  for (const [key, setting] of Object.entries(stage.methodSettings ?? {})) {
    entries.set(settingKey(key), setting)
  }
  const all = entries.get('*/*') ?? {}
  return (path, verb) => ({ own: entries.get(settingKey(`${path}/${verb}`)) ?? {}, all })
}

/** `/pets/{id}/GET`, `pets/{id}/GET` and `~1pets~1{id}/GET` are the same key (the form on read is not confirmed). */
function settingKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~').replace(/^\/+/, '')
}

/** AWS's account-wide defaults, for a method that sets only one of the two. */
const accountRate = 10_000
const accountBurst = 5000

/** A method's throttle; null: none is set. A negative limit means that there is none. */
export function throttleOf({ own, all }: EffectiveSettings): Throttle | null {
  const rateLimit = limit(own.throttlingRateLimit ?? all.throttlingRateLimit)
  const burstLimit = limit(own.throttlingBurstLimit ?? all.throttlingBurstLimit)
  if (rateLimit === null && burstLimit === null) return null
  return Object.freeze({
    rateLimit: rateLimit ?? accountRate,
    burstLimit: burstLimit ?? accountBurst,
  })
}

function limit(value: number | undefined): number | null {
  return value === undefined || value < 0 || !Number.isFinite(value) ? null : value
}
