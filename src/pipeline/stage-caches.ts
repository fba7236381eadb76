/**
 * The caches of a thread's stages. They outlive programs: what is kept stays when a stage's settings change, and is gone
 * when its cache is switched off or gets another size, as on AWS.
 */
import type { Clock } from '../base/clock.ts'
import type { Program } from '../program/program.ts'
import { StageCache } from './stage-cache.ts'

/** A client wants a fresh answer for this key, and nobody is to get the old one. */
export interface CacheDemand {
  readonly apiId: string
  readonly stage: string
  readonly key: string
}

export class StageCaches {
  readonly #limitBytes: number
  readonly #clock: Clock
  readonly #tellOthers: (demand: CacheDemand) => void
  readonly #caches = new Map<string, StageCache>()

  /** `limitBytes`: of each stage, where its cluster is not smaller; `tellOthers`: the threads with caches of their own. */
  constructor(limitBytes: number, clock: Clock, tellOthers: (demand: CacheDemand) => void) {
    this.#limitBytes = limitBytes
    this.#clock = clock
    this.#tellOthers = tellOthers
  }

  /** The cache of the program's stage, made when there is none yet; null: the stage has none any more. */
  of({ apiId, stageName, cacheBytes }: Program): StageCache | null {
    if (cacheBytes === null) {
      this.remove(apiId, stageName)
      return null
    }
    const key = keyOf(apiId, stageName)
    const capacityBytes = Math.min(cacheBytes, this.#limitBytes)
    const known = this.#caches.get(key)
    if (known?.capacityBytes === capacityBytes) return known
    const made = new StageCache(capacityBytes, this.#clock, entry =>
      this.#tellOthers({ apiId, stage: stageName, key: entry }),
    )
    this.#caches.set(key, made)
    return made
  }

  /** Another thread's client demanded it. */
  forget({ apiId, stage, key }: CacheDemand): void {
    this.#caches.get(keyOf(apiId, stage))?.forget(key)
  }

  flush(apiId: string, stage: string): void {
    this.#caches.get(keyOf(apiId, stage))?.flush()
  }

  remove(apiId: string, stage: string): void {
    this.#caches.delete(keyOf(apiId, stage))
  }
}

function keyOf(apiId: string, stage: string): string {
  return `${apiId}/${stage}`
}
