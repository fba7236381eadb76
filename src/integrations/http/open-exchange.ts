/**
 * A call whose answer is held while it is short and streamed when it is long. The caller gets the answer
 *
 *     with a Buffer      when all of it came, if it is no longer than `holdBytes`
 *     with a stream      as soon as it is known to be longer; nothing is read on before the stream is started
 *     with either        when all of it came at once: as a stream that has it at hand, if the caller wants it so
 *
 * `holdBytes` -1 gives a stream as soon as the head is there, unless the head says that there is no body.
 */
import type { CoarseTimers } from '../../base/coarse-timer.ts'
import { Later } from '../../base/later.ts'
import type { BodySink, BodyStream } from '../../messages/body-stream.ts'
import { HttpClientError } from './errors.ts'
import { Exchange } from './exchange.ts'
import type { HttpCall, OpenAnswer } from './http-call.ts'

/** How much of an answer is held, and how long it may be at all. */
export interface AnswerLimits {
  readonly holdBytes: number
  /** `Infinity`: as long as it likes. */
  readonly limitBytes: number
  /** A body that came whole in one read is given as a stream that has it at hand, and is not copied unless it must be. */
  readonly lends: boolean
}

const nothing = Buffer.alloc(0)

/** Gathers the answer, or becomes the stream of its body. */
export class OpenExchange extends Exchange implements BodyStream {
  readonly answer = new Later<OpenAnswer>()
  /** Of the body; -1 while only its end will tell. */
  lengthBytes = -1
  readonly #limits: AnswerLimits
  #status = 0
  #headers: string[] = []
  #body: Buffer = nothing
  /** The whole body where it was read, see `BodyStream.atHand`. */
  #lent: Buffer | null = null
  #filled = 0
  #isOpen = false
  #sink: BodySink | null = null
  /** How it ended before the stream was started: null, well. */
  #failure: HttpClientError | null = null

  constructor(call: HttpCall, timers: CoarseTimers, limits: AnswerLimits) {
    super(call, timers)
    this.#limits = limits
  }

  override takeHead(status: number, headers: string[], length: number): void {
    const { holdBytes, limitBytes } = this.#limits
    this.#status = status
    this.#headers = headers
    this.lengthBytes = length
    if (length > limitBytes) this.#failTooLarge()
    else if (length > 0 ? length > holdBytes : length < 0 && holdBytes < 0) this.#open()
  }

  override takeData(bytes: Buffer, from: number, to: number): boolean {
    const filled = this.#filled + to - from
    if (filled > this.#limits.limitBytes) {
      this.#failTooLarge()
      return true
    }
    if (this.#sink !== null) {
      this.#filled = filled
      return this.#sink.write(Buffer.from(bytes.subarray(from, to)))
    }
    if (this.#limits.lends && to - from === this.lengthBytes) {
      this.#filled = filled
      this.#lent = bytes.subarray(from, to)
      return true
    }
    this.#gather(bytes, from, to, filled)
    if (!this.#isOpen && this.lengthBytes < 0 && filled > this.#limits.holdBytes) this.#open()
    return !this.#isOpen
  }

  get atHand(): Buffer | null {
    return this.#lent
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#takeBack()
    const first = this.#body.subarray(0, this.#filled)
    this.#body = nothing
    const goesOn = first.length === 0 || sink.write(first)
    if (this.isOver) {
      if (this.#failure === null) sink.end()
      else sink.fail(this.#failure)
    } else if (goesOn) {
      this.resume()
    }
  }

  abort(): void {
    this.#sink = mute
    this.#lent = null
    // An error is dear, and a lent body ends so every time.
    if (this.isOver) return
    this.fail(new HttpClientError('aborted', 'The answer was not wanted any more'))
  }

  protected override deliver(): void {
    if (this.#lent !== null) {
      this.#settle(this)
      this.#takeBack()
    } else if (!this.#isOpen) {
      const body = this.lengthBytes < 0 ? this.#body.subarray(0, this.#filled) : this.#body
      this.#settle(body)
    } else {
      this.#sink?.end()
    }
  }

  protected override deliverError(error: HttpClientError): void {
    this.#failure = error
    if (!this.#isOpen) this.answer.fail(error)
    else this.#sink?.fail(error)
  }

  /** The time that the client took to make room is not the back end's, unless silence is what is measured. */
  protected override get grantsPauses(): boolean {
    return this.call.idleTimeoutMs === undefined
  }

  #open(): void {
    this.#isOpen = true
    this.pause()
    // The parser is in the middle of its bytes.
    queueMicrotask(() => this.#settle(this))
  }

  #settle(body: Buffer | BodyStream): void {
    this.answer.settle({
      status: this.#status,
      headers: this.#headers,
      body,
      timings: this.timings(),
    })
  }

  /** Doubling, not a list of pieces: a thousand tiny pieces must not cost more than their bytes. */
  #gather(bytes: Buffer, from: number, to: number, filled: number): void {
    if (filled > this.#body.length) {
      const grown = Buffer.allocUnsafe(Math.max(filled, this.lengthBytes, 2 * this.#filled))
      this.#body.copy(grown, 0, 0, this.#filled)
      this.#body = grown
    }
    bytes.copy(this.#body, this.#filled, from, to)
    this.#filled = filled
  }

  /** What was lent is read over next, so that whoever comes later gets a copy. */
  #takeBack(): void {
    if (this.#lent === null) return
    this.#body = Buffer.from(this.#lent)
    this.#lent = null
  }

  #failTooLarge(): void {
    const { limitBytes } = this.#limits
    this.fail(new HttpClientError('too-large', `Body longer than ${limitBytes} bytes`))
  }
}

/** For who aborted: nothing more is heard. */
const mute: BodySink = Object.freeze({ write: () => true, end() {}, fail() {} })
