/**
 * A body that somebody pushes, piece by piece, before and after it is started: what comes too early waits, and the one who
 * pushes is told to stop.
 *
 *     push -> false ... taken(n) -> push      `taken` tells of bytes that the reader took and has room behind
 */
import type { BodySink, BodyStream } from './body-stream.ts'

/** What the one who pushes is asked. */
export interface PushSource {
  /** The reader took so many bytes more, and wants more. */
  taken(bytes: number): void
  /** Nobody wants the rest; called at most once, and not after `end` or `fail`. */
  abort(): void
}

export class PushedStream implements BodyStream {
  readonly lengthBytes = -1
  readonly #source: PushSource
  readonly #pieces: Buffer[] = []
  #sink: BodySink | undefined
  #isFull = false
  /** Written, but not told of: the reader had enough behind them. */
  #untold = 0
  #end: { readonly error: unknown; readonly failed: boolean } | undefined
  #isOver = false

  constructor(source: PushSource) {
    this.#source = source
  }

  /** False: wait for `taken`. The piece is the stream's own. After an end or abort it is dropped. */
  push(piece: Buffer): boolean {
    if (this.#isOver || this.#end !== undefined) return true
    this.#pieces.push(piece)
    return this.#flow()
  }

  end(): void {
    this.#close({ error: undefined, failed: false })
  }

  fail(error: unknown): void {
    this.#close({ error, failed: true })
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#flow()
  }

  resume(): void {
    this.#isFull = false
    this.#flow()
  }

  abort(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#pieces.length = 0
    if (this.#end === undefined) this.#source.abort()
  }

  #close(end: { readonly error: unknown; readonly failed: boolean }): void {
    this.#end ??= end
    this.#flow()
  }

  /** Writes what there is room for; whether there is room for more. */
  #flow(): boolean {
    const sink = this.#sink
    if (sink === undefined) return false
    while (!this.#isFull && !this.#isOver) {
      const piece = this.#pieces.shift()
      if (piece === undefined) break
      this.#untold += piece.length
      this.#isFull = !sink.write(piece)
    }
    if (this.#isOver) return true
    if (!this.#isFull && this.#untold > 0) this.#tell()
    if (this.#pieces.length === 0 && this.#end !== undefined && !this.#isOver) {
      this.#isOver = true
      if (this.#end.failed) sink.fail(this.#end.error)
      else sink.end()
    }
    return !this.#isFull
  }

  #tell(): void {
    const bytes = this.#untold
    this.#untold = 0
    this.#source.taken(bytes)
  }
}
