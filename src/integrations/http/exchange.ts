/**
 * One call on its way: first in the pool's queue, then on a connection, then over. It is its own
 * timer entry and its own queue entry, so that a call costs one object.
 *
 * `BufferedExchange` gathers the answer for a promise; open-exchange.ts can stream it.
 */
import { CoarseTimeout, type CoarseTimers } from '../../base/coarse-timer.ts'
import { HttpClientError } from './errors.ts'
import type { HttpAnswer, HttpCall, HttpTimings } from './http-call.ts'
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

/** What both kinds have in common; made with the request already written and checked. */
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

/** Gathers the answer; its body may have `limitBytes` at most, else the call fails with `too-large`. */
export class BufferedExchange extends Exchange {
  readonly answer: Promise<HttpAnswer>
  readonly #limitBytes: number
  #resolve!: (answer: HttpAnswer) => void
  #reject!: (error: HttpClientError) => void
  #status = 0
  #headers: string[] = []
  #isLengthKnown = false
  #body: Buffer = nothing
  #filled = 0

  constructor(call: HttpCall, timers: CoarseTimers, limitBytes: number) {
    super(call, timers)
    this.#limitBytes = limitBytes
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  override takeHead(status: number, headers: string[], length: number): void {
    this.#status = status
    this.#headers = headers
    this.#isLengthKnown = length >= 0
    if (length > this.#limitBytes) this.#failTooLarge()
    else if (length > 0) this.#body = Buffer.allocUnsafe(length)
  }

  override takeData(bytes: Buffer, from: number, to: number): boolean {
    const filled = this.#filled + to - from
    if (filled > this.#body.length) {
      if (filled > this.#limitBytes) {
        this.#failTooLarge()
        return true
      }
      // Doubling, not a list of pieces: a thousand tiny pieces must not cost more than their bytes.
      const grown = Buffer.allocUnsafe(
        Math.min(this.#limitBytes, Math.max(filled, 2 * this.#filled)),
      )
      this.#body.copy(grown, 0, 0, this.#filled)
      this.#body = grown
    }
    bytes.copy(this.#body, this.#filled, from, to)
    this.#filled = filled
    return true
  }

  protected override deliver(): void {
    const body = this.#isLengthKnown ? this.#body : this.#body.subarray(0, this.#filled)
    const timings = this.timings()
    this.#resolve({ status: this.#status, headers: this.#headers, body, timings })
  }

  protected override deliverError(error: HttpClientError): void {
    this.#reject(error)
  }

  #failTooLarge(): void {
    this.fail(new HttpClientError('too-large', `Body longer than ${this.#limitBytes} bytes`))
  }
}

const nothing = Buffer.alloc(0)
