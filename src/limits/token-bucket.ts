/**
 * Token buckets in shared memory: the data-plane threads take from the same buckets without asking anybody.
 * bench/micro/token-bucket.ts has what a decision costs, alone and contended.
 *
 * A bucket is two int32 words, changed with atomics only:
 *
 *     word 0   tokens, in thousandths
 *     word 1   when they were last refilled, in milliseconds of the clock handed in, modulo 2^32
 *
 * Thousandths and milliseconds fit each other: a rate of r tokens a second adds exactly r thousandths a millisecond.
 * Who moves word 1 forward (compare-and-exchange) owns the refill for that span and adds it to word 0; so no span is
 * added twice, and none is lost, whatever the threads do.
 */

/** Tokens per second and the most that can be saved up. */
export interface BucketLimits {
  readonly rate: number
  readonly burst: number
}

const wordsPerBucket = 2
const unit = 1000
/** int32 holds 2^31 thousandths. */
const burstLimit = 2_000_000

/** A table of buckets over one SharedArrayBuffer; each thread makes its own over the same memory. */
export class TokenBuckets {
  readonly #words: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /** Memory for `count` buckets; each has to be opened before it gives tokens. */
  static allocate(count: number): SharedArrayBuffer {
    return new SharedArrayBuffer(count * wordsPerBucket * Int32Array.BYTES_PER_ELEMENT)
  }

  /** Fills a bucket that was never opened or was closed; else leaves it as it is. Any thread may call it. */
  open(bucket: number, limits: BucketLimits, nowMs: number): void {
    const at = bucket * wordsPerBucket
    if (Atomics.load(this.#words, at + 1) === 0) {
      this.fill(bucket, limits, nowMs)
    }
  }

  /** For who takes the place over: the next `open` fills it. */
  close(bucket: number): void {
    Atomics.store(this.#words, bucket * wordsPerBucket, 0)
    Atomics.store(this.#words, bucket * wordsPerBucket + 1, 0)
  }

  /** Starts a bucket full. `nowMs` from a monotonic clock that all threads share. */
  fill(bucket: number, limits: BucketLimits, nowMs: number): void {
    const at = bucket * wordsPerBucket
    // 0 means closed.
    Atomics.store(this.#words, at + 1, nowMs | 0 || 1)
    Atomics.store(this.#words, at, capacityOf(limits))
  }

  /** Takes one token; false: there is none, and nothing is taken. */
  take(bucket: number, limits: BucketLimits, nowMs: number): boolean {
    const at = bucket * wordsPerBucket
    this.#refill(at, limits, nowMs | 0)
    const capacity = capacityOf(limits)
    for (;;) {
      const held = Atomics.load(this.#words, at)
      // It may hold what a larger burst once allowed.
      const tokens = Math.min(held, capacity)
      if (tokens < unit) return false
      if (Atomics.compareExchange(this.#words, at, held, tokens - unit) === held) return true
    }
  }

  /** Whole tokens that are left now, for the decision record. */
  left(bucket: number): number {
    return Math.floor(Atomics.load(this.#words, bucket * wordsPerBucket) / unit)
  }

  #refill(at: number, limits: BucketLimits, now: number): void {
    const last = Atomics.load(this.#words, at + 1)
    const elapsed = (now - last) | 0
    if (elapsed === 0) return
    const capacity = capacityOf(limits)
    // More than 24 days of silence look like the past: enough to fill any bucket.
    const added = elapsed < 0 && elapsed > -1000 ? 0 : spanTokens(elapsed, limits.rate, capacity)
    if (added === 0) return
    // A slow rate adds a thousandth only every few milliseconds; the clock moves by what was paid for.
    const paidFor = added >= capacity ? elapsed : Math.floor(added / limits.rate)
    if (Atomics.compareExchange(this.#words, at + 1, last, (last + paidFor) | 0) !== last) return
    for (;;) {
      const tokens = Atomics.load(this.#words, at)
      const next = Math.min(capacity, tokens + added)
      if (Atomics.compareExchange(this.#words, at, tokens, next) === tokens) return
    }
  }
}

function capacityOf(limits: BucketLimits): number {
  return Math.min(limits.burst, burstLimit) * unit
}

/** Thousandths for a span, at most a full bucket. */
function spanTokens(elapsedMs: number, rate: number, capacity: number): number {
  if (elapsedMs < 0) return capacity
  return Math.min(capacity, Math.floor(elapsedMs * rate))
}
