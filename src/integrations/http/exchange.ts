/**
 * One call on its way: first in the pool's queue, then on a connection, then over. It is its own
 * timer entry and its own queue entry, so that a call costs one object.
 *
 * What becomes of the answer's body is in open-exchange.ts.
 */
import { CoarseTimeout, type CoarseTimers } from '../../base/coarse-timer.ts'
import { HttpClientError } from './errors.ts'
import type { HttpCall, HttpTimings } from './http-call.ts'
import type { OriginCounters } from './origin-counters.ts'
import { isRepeatable, writeRequestHead } from './request-head.ts'

/** Who has the exchange at the moment: the queue or a connection. */
export interface Holder {
  /** The exchange ends by itself: forget it. A connection closes, for the answer may still come. */
  letGo(exchange: Exchange): void
  /** The sink wants more. */
  resume(): void
  /** For the error text: what the exchange is waiting for. */
  readonly waitingFor: string
}

/** Made with the request already written and checked. */
export abstract class Exchange extends CoarseTimeout {
  readonly call: HttpCall
  /** Request line and headers. */
  readonly head: string
  holder: Holder | null = null
  /** Those of its target, once it was submitted. */
  counters: OriginCounters | null = null
  queuePrevious: Exchange | null = null
  queueNext: Exchange | null = null
  isReused = false
  wasRetried = false
  isPaused = false
  connectedAt = 0
  firstByteAt = 0
  readonly #timers: CoarseTimers
  readonly #startedAt: number
  /** From when `timeoutMs` counts: the start, or the last progress of a streamed request body. */
  #countedFrom: number
  #waitsForClient = false
  #lastByteAt = 0
  #pausedAt = 0
  /** How long it was paused, until it last went on. */
  #pausedMs = 0
  #isOver = false

  /** Starts the call's time; throws HttpClientError `invalid-request`. */
  constructor(call: HttpCall, timers: CoarseTimers) {
    super()
    this.call = call
    this.head = writeRequestHead(call)
    this.#timers = timers
    this.#startedAt = timers.clock.monotonic()
    this.#countedFrom = this.#startedAt
    timers.arm(this, call.timeoutMs, this.#startedAt)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether it may be sent once more after a used connection closed without a byte of an answer. */
  get mayRetry(): boolean {
    return this.isReused && this.firstByteAt === 0 && !this.wasRetried && isRepeatable(this.call)
  }

  abstract takeHead(status: number, headers: string[], length: number): void
  /** Takes `bytes[from..to)`, valid during the call only; false asks the connection to pause. */
  abstract takeData(bytes: Buffer, from: number, to: number): boolean
  protected abstract deliver(): void
  protected abstract deliverError(error: HttpClientError): void

  noteConnected(isReused: boolean): void {
    this.isReused = isReused
    // One that never waited has its connection since it began.
    this.connectedAt = this.holder === null ? this.#startedAt : this.#timers.clock.monotonic()
  }

  /** Called for each read that brings bytes of the answer. */
  noteBytes(): void {
    if (this.firstByteAt !== 0 && this.call.idleTimeoutMs === undefined) return
    const now = this.#timers.clock.monotonic()
    this.#lastByteAt = now
    if (this.firstByteAt !== 0) return
    this.firstByteAt = now
    if (this.call.idleTimeoutMs !== undefined) this.#timers.arm(this, this.#remainingMs(now))
  }

  /** The answer is complete. */
  succeed(): void {
    if (this.#close()) this.deliver()
  }

  /** Ends the call with `error`, wherever it is; does nothing once it is over. */
  fail(error: HttpClientError): void {
    if (!this.#close()) return
    this.counters?.noteFailure(error.type)
    this.deliverError(error)
  }

  override onTimeout(): void {
    const left = this.#remainingMs(this.#timers.clock.monotonic())
    if (left > 0) {
      this.#timers.arm(this, left)
      return
    }
    const what = this.holder?.waitingFor ?? 'nothing'
    this.fail(new HttpClientError('timeout', `Timed out waiting for ${what}`))
  }

  /** The request's body went on; the time-out begins again, and stands still while the client is waited for. */
  noteUpload(waitsForClient: boolean): void {
    this.#waitsForClient = waitsForClient
    this.#countedFrom = this.#timers.clock.monotonic()
  }

  /** The request is with the back end in full. */
  noteUploaded(): void {
    this.noteUpload(false)
    this.#timers.arm(this, this.call.timeoutMs)
  }

  /** Nothing more is read until `resume`. */
  pause(): void {
    if (this.isPaused) return
    this.isPaused = true
    this.#pausedAt = this.#timers.clock.monotonic()
  }

  /** Goes on after `takeData` returned false. */
  resume(): void {
    if (!this.isPaused || this.#isOver) return
    this.isPaused = false
    const now = this.#timers.clock.monotonic()
    this.#pausedMs += now - this.#pausedAt
    // The silence until now was the sink's, not the back end's.
    this.#lastByteAt = now
    this.holder?.resume()
  }

  /** Whether the time that it is paused comes on top of `timeoutMs`. */
  protected get grantsPauses(): boolean {
    return false
  }

  protected timings(): HttpTimings {
    return {
      connectMs: this.connectedAt - this.#startedAt,
      firstByteMs: this.firstByteAt - this.#startedAt,
      totalMs: this.#timers.clock.monotonic() - this.#startedAt,
      reused: this.isReused,
    }
  }

  #remainingMs(now: number): number {
    // How long a client may take to send its request is for who took it in to say.
    if (this.#waitsForClient) return this.call.timeoutMs
    const whole = this.#countedFrom + this.call.timeoutMs + this.#grantedMs(now) - now
    const idleMs = this.call.idleTimeoutMs
    if (idleMs === undefined || this.firstByteAt === 0) return whole
    return Math.min(whole, this.isPaused ? idleMs : this.#lastByteAt + idleMs - now)
  }

  #grantedMs(now: number): number {
    if (!this.grantsPauses) return 0
    return this.isPaused ? this.#pausedMs + now - this.#pausedAt : this.#pausedMs
  }

  #close(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#timers.cancel(this)
    const { holder } = this
    this.holder = null
    holder?.letGo(this)
    const { body } = this.call
    if (body !== null && !Buffer.isBuffer(body)) body.abort()
    return true
  }
}
