/**
 * Finds answers in the bytes of a connection, however they are cut: RFC 9112 sections 6 to 8.
 * Fed with the connection's read buffer, it reports the head, then views into that same buffer, then
 * the end. It never copies a body, and buffers a head only if it came in more than one read.
 *
 *     begin() -> head -+-> counted ------+-> done        Content-Length
 *               ^  |   +-> chunked ------+-> done        Transfer-Encoding: chunked
 *               1xx+   +-> until close --eof-> done      neither
 *                      +-----------------> done          HEAD, 204, 304
 */
import { readAnswerHead } from './answer-head.ts'
import { ChunkDecoder } from './chunk-decoder.ts'

/** Hears what the parser finds, in this order, data any number of times. It may call `stop`. */
export interface AnswerEvents {
  /** `length` is the body's, -1 if only its end will tell. */
  onAnswerHead(status: number, headers: string[], length: number): void
  /** `bytes[from..to)` is valid during the call only. */
  onAnswerData(bytes: Buffer, from: number, to: number): void
  /** The last call for this answer: the parser touches nothing afterwards, `begin` may be called in it. */
  onAnswerEnd(isReusable: boolean): void
  /** Instead of the end: what is wrong, and whether it is merely too large. Once. */
  onAnswerRefused(reason: string, isTooLarge: boolean): void
}

const idle = 0
const head = 1
const counted = 2
const chunked = 3
const untilClose = 4

/** Interim answers (RFC 9110 section 15.2) before the real one. */
const maxInterim = 16
/** Most heads are shorter: looking at more than this first would turn whole bodies into text. */
const firstLookBytes = 2048
const startOfHead = 'HTTP/1.'
const endOfHead = '\r\n\r\n'

/** One per connection; not re-entrant except from `onAnswerEnd`. */
export class AnswerParser {
  readonly #events: AnswerEvents
  readonly #maxHeaderBytes: number
  readonly #chunks: ChunkDecoder
  #state = idle
  #expectsBody = true
  #interim = 0
  #left = 0
  #keepsAlive = false
  /** What came of a head that is not complete, and how much of the buffer it fills. */
  #partial: Buffer | null = null
  #partialLength = 0
  /** The last answer's Keep-Alive hint in seconds, -1 if it gave none. */
  keepAliveSeconds = -1

  constructor(events: AnswerEvents, maxHeaderBytes: number) {
    this.#events = events
    this.#maxHeaderBytes = maxHeaderBytes
    this.#chunks = new ChunkDecoder(maxHeaderBytes)
  }

  /** Expects an answer; `expectsBody` is false for HEAD. */
  begin(expectsBody: boolean): void {
    this.#state = head
    this.#expectsBody = expectsBody
    this.#interim = 0
  }

  /** Reports nothing more until `begin`. */
  stop(): void {
    this.#state = idle
    this.#partial = null
  }

  /** Takes `bytes[0..length)`, which it may change. */
  push(bytes: Buffer, length: number): void {
    let at = 0
    while (this.#state === head && at < length) at = this.#takeHead(bytes, at, length)
    if (this.#state === counted) this.#takeCounted(bytes, at, length)
    else if (this.#state === chunked) this.#takeChunked(bytes, at, length)
    else if (this.#state === untilClose && at < length) this.#events.onAnswerData(bytes, at, length)
  }

  /** Says that the connection has ended, and returns whether that was the answer's proper end. */
  end(): boolean {
    if (this.#state !== untilClose) return false
    this.#state = idle
    this.#events.onAnswerEnd(false)
    return true
  }

  /** Returns where the body begins, or `to` if the head is not complete or refused. */
  #takeHead(bytes: Buffer, from: number, to: number): number {
    if (this.#partial !== null) return this.#takeMoreHead(bytes, from, to)
    const look = Math.min(to, from + firstLookBytes)
    let text = bytes.toString('latin1', from, look)
    let end = text.indexOf(endOfHead)
    if (end < 0 && look < to) {
      text = bytes.toString('latin1', from, Math.min(to, from + this.#maxHeaderBytes))
      end = text.indexOf(endOfHead)
    }
    if (end < 0) {
      if (to - from >= this.#maxHeaderBytes) this.#refuse('Head too long', true)
      else this.#checkStart(this.#keepPartial(bytes, from, to))
      return to
    }
    return this.#finishHead(text.slice(0, end + 2), from + end + 4, to)
  }

  #takeMoreHead(bytes: Buffer, from: number, to: number): number {
    const before = this.#partialLength
    const partial = this.#keepPartial(bytes, from, to)
    // The end may have begun in the bytes that came before: look at the last three again.
    const end = partial.subarray(0, this.#partialLength).indexOf(endOfHead, Math.max(0, before - 3))
    if (end < 0) {
      if (this.#partialLength === this.#maxHeaderBytes) this.#refuse('Head too long', true)
      else if (before < startOfHead.length) this.#checkStart(partial)
      return to
    }
    this.#partial = null
    return this.#finishHead(partial.toString('latin1', 0, end + 2), from + end + 4 - before, to)
  }

  /** What is not HTTP is refused at once: its empty line may never come. */
  #checkStart(partial: Buffer): void {
    const length = Math.min(this.#partialLength, startOfHead.length)
    const start = partial.toString('latin1', 0, length)
    if (!startOfHead.startsWith(start)) this.#refuse('Bad status line', false)
  }

  /** Appends, up to the bound: what exceeds it can only be body, or a head to be refused. */
  #keepPartial(bytes: Buffer, from: number, to: number): Buffer {
    const before = this.#partial === null ? 0 : this.#partialLength
    const length = Math.min(before + to - from, this.#maxHeaderBytes)
    let partial = this.#partial
    if (partial === null || partial.length < length) {
      partial = Buffer.allocUnsafe(Math.min(this.#maxHeaderBytes, Math.max(1024, length * 2)))
      this.#partial?.copy(partial, 0, 0, before)
      this.#partial = partial
    }
    bytes.copy(partial, before, from, from + length - before)
    this.#partialLength = length
    return partial
  }

  #finishHead(text: string, bodyFrom: number, to: number): number {
    const answer = readAnswerHead(text)
    if (typeof answer === 'string') {
      this.#refuse(answer, false)
      return to
    }
    const { status } = answer
    if (status < 200) {
      if (status === 101) this.#refuse('Switches protocols unasked', false)
      else if (!answer.keepsAlive) this.#refuse('Interim answer that closes', false)
      else if (++this.#interim > maxInterim) this.#refuse('Too many interim answers', false)
      return this.#state === idle ? to : bodyFrom
    }
    this.#keepsAlive = answer.keepsAlive
    this.keepAliveSeconds = answer.keepAliveSeconds
    const hasNone = !this.#expectsBody || status === 204 || status === 304
    this.#left = hasNone ? 0 : answer.contentLength
    if (this.#left >= 0) this.#state = counted
    else if (!answer.isChunked) this.#state = untilClose
    else {
      this.#chunks.reset()
      this.#state = chunked
    }
    this.#events.onAnswerHead(status, answer.headers, this.#left)
    return bodyFrom
  }

  #takeCounted(bytes: Buffer, from: number, to: number): void {
    const take = Math.min(this.#left, to - from)
    this.#left -= take
    if (take > 0) this.#events.onAnswerData(bytes, from, from + take)
    if (this.#left === 0) this.#finish(from + take < to)
  }

  #takeChunked(bytes: Buffer, from: number, to: number): void {
    const chunks = this.#chunks
    const end = chunks.decode(bytes, from, to)
    if (chunks.dataTo > chunks.dataFrom) {
      this.#events.onAnswerData(bytes, chunks.dataFrom, chunks.dataTo)
    }
    if (chunks.refusal !== '') this.#refuse(chunks.refusal, false)
    else if (chunks.isDone) this.#finish(end < to)
  }

  /** Bytes after the answer belong to no request: the answer counts, the connection does not. */
  #finish(hasMore: boolean): void {
    if (this.#state === idle) return
    this.#state = idle
    this.#events.onAnswerEnd(this.#keepsAlive && !hasMore)
  }

  #refuse(reason: string, isTooLarge: boolean): void {
    if (this.#state === idle) return
    this.stop()
    this.#events.onAnswerRefused(reason, isTooLarge)
  }
}
