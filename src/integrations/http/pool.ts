/**
 * The connections to one target. A call takes the connection that was used last, because it is the
 * least likely to have been closed; else it waits, and a connection is opened for it if the limit
 * allows. Whatever becomes free first, an old connection or a new one, serves the first that waits.
 */
import { CoarseTimeout } from '../../base/coarse-timer.ts'
import { Connection, type ConnectionOwner, type ConnectionSettings } from './connection.ts'
import { HttpClientError } from './errors.ts'
import type { Exchange, Holder } from './exchange.ts'
import type { HttpTarget } from './http-call.ts'
import type { OriginCounters, OriginMetrics } from './origin-counters.ts'
import { WaitList } from './wait-list.ts'

/** Bounds of each pool. */
export interface PoolLimits {
  readonly maxConnections: number
  readonly maxIdle: number
  readonly maxWaiting: number
  /** How long a connection may lie unused; less if the back end's Keep-Alive header says so. */
  readonly idleMs: number
}

/** A back end is not expected to close a connection so soon after its last answer. */
const surelyOpenMs = 500

/** One target's connections; `onEmpty` is called when the last is gone and nobody waits. */
export class Pool extends CoarseTimeout implements Holder, ConnectionOwner {
  readonly waitingFor = 'a connection'
  readonly #target: HttpTarget
  readonly #limits: PoolLimits
  readonly #settings: ConnectionSettings
  readonly #onEmpty: () => void
  readonly #counters: OriginCounters
  readonly #waiting = new WaitList()
  /** Longest idle first. */
  readonly #idle: Connection[] = []
  #size = 0
  #connecting = 0
  #isClosing = false

  constructor(
    target: HttpTarget,
    limits: PoolLimits,
    settings: ConnectionSettings,
    counters: OriginCounters,
    onEmpty: () => void,
  ) {
    super()
    this.#target = target
    this.#limits = limits
    this.#settings = settings
    this.#counters = counters
    this.#onEmpty = onEmpty
  }

  /** Sends the exchange as soon as there is a connection for it. */
  submit(exchange: Exchange): void {
    exchange.counters = this.#counters
    this.#counters.calls++
    const last = this.#idle.at(-1)
    if (last !== undefined && this.#suits(last, exchange)) {
      this.#idle.pop()
      this.#counters.reused++
      last.send(exchange)
      return
    }
    if (this.#waiting.length >= this.#limits.maxWaiting) {
      const error = new HttpClientError('pool-exhausted', 'Too many calls wait for a connection')
      queueMicrotask(() => exchange.fail(error))
      return
    }
    exchange.holder = this
    this.#waiting.push(exchange)
    // If the one used last is stale, so are the others.
    this.#closeIdle()
    this.#openForWaiting()
  }

  /** How it stands at the moment. */
  get state(): Pick<OriginMetrics, 'open' | 'idle' | 'connecting' | 'waiting'> {
    return {
      open: this.#size - this.#connecting,
      idle: this.#idle.length,
      connecting: this.#connecting,
      waiting: this.#waiting.length,
    }
  }

  /** Closes what is idle now, and the rest when its call is over. */
  close(): void {
    this.#isClosing = true
    this.#closeIdle()
    this.#reportIfEmpty()
  }

  letGo(exchange: Exchange): void {
    this.#waiting.remove(exchange)
    this.#reportIfEmpty()
  }

  /** Nothing comes while waiting, so nothing is paused. */
  resume(): void {}

  onConnected(connection: Connection): void {
    this.#connecting--
    this.#counters.connections++
    this.#counters.connectMs += connection.connectMs
    this.onReady(connection)
  }

  onReady(connection: Connection): void {
    const next = this.#waiting.shift()
    if (next !== null) {
      connection.send(next)
    } else if (this.#isClosing || this.#idle.length >= this.#limits.maxIdle) {
      connection.close()
    } else {
      connection.rest(this.#settings.timers.clock.monotonic())
      if (this.#idle.push(connection) === 1) this.#settings.timers.arm(this, this.#limits.idleMs)
    }
  }

  onGone(connection: Connection, failure: HttpClientError | null): void {
    this.#size--
    if (failure === null) {
      const place = this.#idle.indexOf(connection)
      if (place >= 0) this.#idle.splice(place, 1)
    } else {
      this.#connecting--
      // If the call that this attempt was made for has been served otherwise, nobody need hear of it.
      if (this.#waiting.length > this.#connecting) this.#waiting.peek()?.fail(failure)
    }
    this.#openForWaiting()
    this.#reportIfEmpty()
  }

  onRetry(exchange: Exchange): void {
    exchange.wasRetried = true
    this.#counters.retries++
    exchange.holder = this
    this.#waiting.unshift(exchange)
    this.#openForWaiting()
  }

  /** Closes the connections that have been idle for too long. */
  override onTimeout(): void {
    const now = this.#settings.timers.clock.monotonic()
    for (const connection of this.#idle.filter(each => this.#isStale(each, now))) connection.close()
    const oldest = this.#idle[0]
    if (oldest === undefined) return
    this.#settings.timers.arm(this, oldest.idleSince + this.#limits.idleMs - now)
  }

  #suits(connection: Connection, { call }: Exchange): boolean {
    const now = this.#settings.timers.clock.monotonic()
    if (this.#isStale(connection, now)) return false
    // A streamed body cannot be sent again when the back end closed the connection meanwhile.
    const isHeld = call.body === null || Buffer.isBuffer(call.body)
    return isHeld || now - connection.idleSince < surelyOpenMs
  }

  #closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }

  #isStale(connection: Connection, now: number): boolean {
    const { idleMs } = this.#limits
    const hint = connection.keepAliveSeconds
    // A fifth less than the back end promised: the request must arrive before it closes.
    const allowedMs = hint < 0 ? idleMs : Math.min(idleMs, hint * 800)
    return now - connection.idleSince >= allowedMs
  }

  /** Opens connections until there is one on its way for each call that waits, or the limit is reached. */
  #openForWaiting(): void {
    while (this.#waiting.length > this.#connecting && this.#size < this.#limits.maxConnections) {
      const first = this.#waiting.peek() as Exchange
      this.#size++
      this.#connecting++
      try {
        new Connection(this, this.#target, first.call.connectTimeoutMs, this.#settings)
      } catch (error) {
        // A client certificate that OpenSSL does not take, say.
        this.#size--
        this.#connecting--
        this.#waiting.remove(first)
        first.holder = null
        const failure = new HttpClientError('tls', 'Cannot set up a connection', error)
        queueMicrotask(() => first.fail(failure))
      }
    }
  }

  #reportIfEmpty(): void {
    if (this.#size > 0 || this.#waiting.length > 0) return
    this.#settings.timers.cancel(this)
    this.#onEmpty()
  }
}
