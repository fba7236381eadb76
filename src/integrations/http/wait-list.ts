/**
 * Calls that wait for a connection, first come, first served. A linked list through the exchanges
 * themselves, so that one that times out in the middle leaves at once.
 */
import type { Exchange } from './exchange.ts'

/** A queue of exchanges; each is in one list at most. */
export class WaitList {
  #first: Exchange | null = null
  #last: Exchange | null = null
  #length = 0

  get length(): number {
    return this.#length
  }

  push(exchange: Exchange): void {
    exchange.queuePrevious = this.#last
    if (this.#last === null) this.#first = exchange
    else this.#last.queueNext = exchange
    this.#last = exchange
    this.#length++
  }

  /** Puts it before all others. */
  unshift(exchange: Exchange): void {
    exchange.queueNext = this.#first
    if (this.#first === null) this.#last = exchange
    else this.#first.queuePrevious = exchange
    this.#first = exchange
    this.#length++
  }

  /** Takes the first out; null if there is none. */
  shift(): Exchange | null {
    const first = this.#first
    if (first !== null) this.remove(first)
    return first
  }

  /** Takes it out; it must be in. */
  remove(exchange: Exchange): void {
    const { queuePrevious, queueNext } = exchange
    if (queuePrevious === null) this.#first = queueNext
    else queuePrevious.queueNext = queueNext
    if (queueNext === null) this.#last = queuePrevious
    else queueNext.queuePrevious = queuePrevious
    exchange.queuePrevious = null
    exchange.queueNext = null
    this.#length--
  }

  /** The first, left where it is; null if there is none. */
  peek(): Exchange | null {
    return this.#first
  }
}
