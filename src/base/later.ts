/**
 * A value that comes later and is handed on in the very moment it comes. A promise hands it on when the microtasks have their
 * turn, and costs three objects and two turns where this costs one object and none; on the path of every proxied request
 * that is a microsecond. Whoever settles one runs what waits for it, so it is settled last, when everything else is in order.
 */
const waiting = 0
const settled = 1
const failed = 2

/** For one who waits; it may be awaited. Functions given to `then` return values, not promises. */
export class Later<T> {
  #state = waiting
  #value: T | undefined = undefined
  #error: unknown = undefined
  /** Fields, not closures: with these each request kept the one before it in memory until the next full collection. */
  #take: ((value: T) => unknown) | null = null
  #refuse: ((error: unknown) => unknown) | null = null
  #next: Later<unknown> | null = null

  /** One that has failed already. */
  static failed<T>(error: unknown): Later<T> {
    const later = new Later<T>()
    later.fail(error)
    return later
  }

  /** The value is here; only the first outcome counts. */
  settle(value: T): void {
    if (this.#state !== waiting) return
    this.#state = settled
    const take = this.#take
    if (take === null) this.#value = value
    else pass(this.#leave(), take, value)
  }

  /** There will be no value; only the first outcome counts. */
  fail(error: unknown): void {
    if (this.#state !== waiting) return
    this.#state = failed
    const refuse = this.#refuse
    if (refuse === null) this.#error = error
    else pass(this.#leave(), refuse, error)
  }

  /** What the functions throw is the failure of what this returns. Called once. */
  then<U>(take: (value: T) => U, refuse: (error: unknown) => U): Later<U> {
    const next = new Later<U>()
    if (this.#state === settled) {
      pass(next as Later<unknown>, take, this.#value as T)
    } else if (this.#state === failed) {
      pass(next as Later<unknown>, refuse, this.#error)
    } else {
      this.#take = take
      this.#refuse = refuse
      this.#next = next as Later<unknown>
    }
    return next
  }

  /** What waited is kept in memory by nobody any more. */
  #leave(): Later<unknown> {
    const next = this.#next as Later<unknown>
    this.#take = null
    this.#refuse = null
    this.#next = null
    return next
  }
}

function pass<V>(next: Later<unknown>, work: (value: V) => unknown, value: V): void {
  let result: unknown
  try {
    result = work(value)
  } catch (error) {
    next.fail(error)
    return
  }
  next.settle(result)
}
