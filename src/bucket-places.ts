/**
 * Which token buckets belong to which program: runs of places in the shared table. A program that is published again keeps its
 * run, and with it what its buckets hold, as long as it has no more methods than before.
 */
import type { TokenBuckets } from './limits/token-bucket.ts'

interface Run {
  readonly first: number
  readonly length: number
}

export class BucketPlaces {
  readonly #buckets: TokenBuckets
  readonly #capacity: number
  readonly #runs = new Map<string, Run>()
  readonly #free: Run[] = []
  #end = 0

  constructor(buckets: TokenBuckets, capacity: number) {
    this.#buckets = buckets
    this.#capacity = capacity
  }

  /** The first place of a run of `length` for the program; throws RangeError when the table is full. */
  place(key: string, length: number): number {
    const own = this.#runs.get(key)
    if (own !== undefined && own.length >= length) return own.first
    this.release(key)
    const run = this.#reuse(length) ?? this.#append(length)
    this.#runs.set(key, run)
    return run.first
  }

  /** The program is gone; its buckets are closed, so that the next owner finds them full. */
  release(key: string): void {
    const run = this.#runs.get(key)
    if (run === undefined) return
    this.#runs.delete(key)
    for (let i = 0; i < run.length; i++) this.#buckets.close(run.first + i)
    this.#free.push(run)
  }

  #reuse(length: number): Run | undefined {
    const at = this.#free.findIndex(run => run.length >= length)
    return at < 0 ? undefined : this.#free.splice(at, 1)[0]
  }

  #append(length: number): Run {
    if (this.#end + length > this.#capacity) {
      throw new RangeError(`No room for the throttles of ${length} more methods`)
    }
    const run = { first: this.#end, length }
    this.#end += length
    return run
  }
}
