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
  #take: ((value: T) => void) | null = null
  #refuse: ((error: unknown) => void) | null = null

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
    this.#value = value
    this.#take?.(value)
  }

  /** There will be no value; only the first outcome counts. */
  fail(error: unknown): void {
    if (this.#state !== waiting) return
    this.#state = failed
    this.#error = error
    this.#refuse?.(error)
  }

  /** What the functions throw is the failure of what this returns. Called once. */
  then<U>(take: (value: T) => U, refuse: (error: unknown) => U): Later<U> {
    const next = new Later<U>()
    this.#take = value => pass(next, take, value)
    this.#refuse = error => pass(next, refuse, error)
    if (this.#state === settled) this.#take(this.#value as T)
    else if (this.#state === failed) this.#refuse(this.#error)
    return next
  }
}

function pass<V, U>(next: Later<U>, work: (value: V) => U, value: V): void {
  let result: U
  try {
    result = work(value)
  } catch (error) {
    next.fail(error)
    return
  }
  next.settle(result)
}
