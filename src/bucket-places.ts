/**
 * Which token bucket in the shared table belongs to which method of which stage. A method keeps its bucket, and with it what
 * the bucket holds, when its stage is published again.
 */
import type { TokenBuckets } from './limits/token-bucket.ts'

/** `GET /pets/{id}` -> place in the table. */
export type Places = Readonly<Record<string, number>>

export class BucketPlaces {
  readonly #buckets: TokenBuckets
  readonly #capacity: number
  readonly #owned = new Map<string, Map<string, number>>()
  readonly #free: number[] = []
  #end = 0

  constructor(buckets: TokenBuckets, capacity: number) {
    this.#buckets = buckets
    this.#capacity = capacity
  }

  /** Places for the stage's methods; those that it no longer has are given back. Throws RangeError when the table is full. */
  place(stage: string, methods: readonly string[]): Places {
    const before = this.#owned.get(stage) ?? new Map<string, number>()
    const now = new Map<string, number>()
    for (const method of methods) {
      now.set(method, before.get(method) ?? this.#next())
      before.delete(method)
    }
    this.#giveBack(before.values())
    this.#owned.set(stage, now)
    return Object.fromEntries(now)
  }

  /** The stage is gone. */
  release(stage: string): void {
    this.#giveBack(this.#owned.get(stage)?.values() ?? [])
    this.#owned.delete(stage)
  }

  #next(): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    if (this.#end === this.#capacity) {
      throw new RangeError(`There is room for the throttles of ${this.#capacity} methods`)
    }
    return this.#end++
  }

  /** Closed, so that the next owner finds them full. */
  #giveBack(places: Iterable<number>): void {
    for (const place of places) {
      this.#buckets.close(place)
      this.#free.push(place)
    }
  }
}

/** How a method is named in `Places`. */
export function methodKey(verb: string, resourcePath: string): string {
  return `${verb} ${resourcePath}`
}
