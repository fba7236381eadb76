/**
 * A body that API Gateway takes for text, as a stream: what is not UTF-8 becomes U+FFFD (recorded), so its length is not
 * known beforehand. Pieces may end within a character; its first bytes wait for the next piece.
 */
import { isUtf8 } from 'node:buffer'
import type { BodySink, BodyStream } from '../messages/body-stream.ts'
import { Refusal } from '../messages/refusals.ts'

const none = Buffer.alloc(0)

/**
 * Gives the same as converting the whole at once. With a length that was promised already it cannot: what is not UTF-8 ends
 * it with a refusal.
 */
export class TextStream implements BodyStream, BodySink {
  readonly lengthBytes: number
  readonly #source: BodyStream
  #sink: BodySink | null = null
  #cut: Buffer = none

  constructor(source: BodyStream, lengthBytes = -1) {
    this.#source = source
    this.lengthBytes = lengthBytes
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
    return whole === 0 || this.#give(all.subarray(0, whole))
  }

  end(): void {
    if (this.#cut.length === 0 || this.#give(this.#cut) || this.lengthBytes < 0) this.#taker.end()
  }

  fail(error: unknown): void {
    this.#taker.fail(error)
  }

  #give(bytes: Buffer): boolean {
    if (isUtf8(bytes)) return this.#taker.write(bytes)
    if (this.lengthBytes < 0) return this.#taker.write(Buffer.from(bytes.toString('utf8')))
    this.#source.abort()
    this.#taker.fail(notText())
    return false
  }

  get #taker(): BodySink {
    // Set by `start`, which lets it flow.
    return this.#sink as BodySink
  }
}

/** AWS would send on something else than it was given. */
function notText(): Refusal {
  return new Refusal('UNSUPPORTED_MEDIA_TYPE', {
    reason:
      'the body is not UTF-8, and its media type is not among the binaryMediaTypes of the API, so that bytes in it would be replaced; it is too long to be held for that',
  })
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
