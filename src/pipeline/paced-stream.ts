/**
 * A streamed answer no faster than AWS sends it: the first 10 MB as fast as they come, what follows at 2 MB/s
 * ("Considerations for response payload streaming" in the developer guide). Even pieces that large come whole; the wait is
 * behind them.
 */
import { CoarseTimeout, coarseTimers } from '../base/coarse-timer.ts'
import type { BodySink, BodyStream } from '../messages/body-stream.ts'

/** AWS's, which count a megabyte as 2^20 bytes (guess). */
export const awsFreeBytes = 10 * 1024 ** 2

/** Lets `freeBytes` pass, then `bytesPerSecond`. */
export class PacedStream extends CoarseTimeout implements BodyStream, BodySink {
  readonly #source: BodyStream
  readonly #freeBytes: number
  readonly #bytesPerSecond: number
  #sink: BodySink | null = null
  #sentBytes = 0
  /** When the free bytes had gone, in monotonic milliseconds; -1: not yet. */
  #slowSince = -1
  #isWaiting = false
  #isSinkFull = false

  constructor(source: BodyStream, freeBytes: number, bytesPerSecond: number) {
    super()
    this.#source = source
    this.#freeBytes = freeBytes
    this.#bytesPerSecond = bytesPerSecond
  }

  get lengthBytes(): number {
    return this.#source.lengthBytes
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#source.start(this)
  }

  resume(): void {
    this.#isSinkFull = false
    if (!this.#isWaiting) this.#source.resume()
  }

  abort(): void {
    coarseTimers.cancel(this)
    this.#source.abort()
  }

  write(piece: Buffer): boolean {
    this.#sentBytes += piece.length
    // Set by `start`, which lets it flow.
    this.#isSinkFull = !(this.#sink as BodySink).write(piece)
    if (this.#sentBytes <= this.#freeBytes) return !this.#isSinkFull
    const now = coarseTimers.clock.monotonic()
    if (this.#slowSince < 0) this.#slowSince = now
    const dueMs = ((this.#sentBytes - this.#freeBytes) / this.#bytesPerSecond) * 1000
    const waitMs = this.#slowSince + dueMs - now
    if (waitMs <= 0) return !this.#isSinkFull
    this.#isWaiting = true
    coarseTimers.arm(this, waitMs)
    return false
  }

  end(): void {
    coarseTimers.cancel(this)
    this.#sink?.end()
  }

  fail(error: unknown): void {
    coarseTimers.cancel(this)
    this.#sink?.fail(error)
  }

  /** It is time for more. */
  override onTimeout(): void {
    this.#isWaiting = false
    if (!this.#isSinkFull) this.#source.resume()
  }
}
