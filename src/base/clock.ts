/**
 * Time, as something that is handed over. Production takes `systemClock`; a test takes a `FakeClock`
 * and moves it, so that no test waits for time to pass.
 */

export interface Clock {
  /** Wall-clock time in milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Milliseconds from an arbitrary start, never going back; with fractions. For durations. */
  monotonic(): number
}

export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
})

/** A clock that stands still until `advance` moves it. */
export class FakeClock implements Clock {
  #now: number
  #monotonic = 0

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  monotonic(): number {
    return this.#monotonic
  }

  /** Moves both readings forward by `ms` milliseconds. */
  advance(ms: number): void {
    this.#now += ms
    this.#monotonic += ms
  }
}
