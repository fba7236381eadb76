/**
 * A body that API Gateway takes for text, as a stream: what is not UTF-8 becomes U+FFFD (recorded), so its length is not
 * known beforehand. Pieces may end within a character; its first bytes wait for the next piece.
 */
import { isUtf8 } from 'node:buffer'
import type { BodySink, BodyStream } from '../messages/body-stream.ts'

const none = Buffer.alloc(0)

/** Gives the same as converting the whole at once. */
export class TextStream implements BodyStream, BodySink {
  readonly lengthBytes = -1
  readonly #source: BodyStream
  #sink: BodySink | null = null
  #cut: Buffer = none

  constructor(source: BodyStream) {
    this.#source = source
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#source.start(this)
  }

  resume(): void {
    this.#source.resume()
  }

  abort(): void {
    this.#source.abort()
  }

  write(piece: Buffer): boolean {
    const all = this.#cut.length === 0 ? piece : Buffer.concat([this.#cut, piece])
    const whole = all.length - cutLength(all)
    this.#cut = whole === all.length ? none : all.subarray(whole)
    return whole === 0 || this.#taker.write(asText(all.subarray(0, whole)))
  }

  end(): void {
    if (this.#cut.length > 0) this.#taker.write(asText(this.#cut))
    this.#taker.end()
  }

  fail(error: unknown): void {
    this.#taker.fail(error)
  }

  get #taker(): BodySink {
    // Set by `start`, which lets it flow.
    return this.#sink as BodySink
  }
}

function asText(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8'))
}

/** How many bytes at the end begin a character that is not complete. */
function cutLength(bytes: Buffer): number {
  const last = Math.min(3, bytes.length)
  for (let back = 1; back <= last; back++) {
    const byte = bytes[bytes.length - back] as number
    if (byte < 0x80) return 0
    // Not a continuation: the first byte of a character of this many.
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0
  }
  return 0
}
