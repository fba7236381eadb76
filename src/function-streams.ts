/**
 * Streamed answers of functions between the main thread, where they arrive, and the data-plane threads, which write them:
 *
 *     main     invoked (it streams)   piece, piece, …   ended
 *     thread                          taken, taken, …   dropped
 *
 * At most `aheadBytes` are on their way; what the client does not take stays in the function, which waits.
 */
import type { BodyStream } from './messages/body-stream.ts'
import type { FunctionAnswer } from './messages/messages.ts'
import { PushedStream } from './messages/pushed-stream.ts'

/** What the main thread says of the stream `id`. */
export type StreamNews =
  | { readonly type: 'piece'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'ended'; readonly id: number; readonly problem: string | null }

/** What the data-plane thread says of it. */
export type StreamReply =
  | { readonly type: 'taken'; readonly id: number; readonly bytes: number }
  | { readonly type: 'dropped'; readonly id: number }

/** An answer as it travels: the stream itself stays behind. */
export type SentAnswer =
  | Exclude<FunctionAnswer, { type: 'streaming' }>
  | Omit<Extract<FunctionAnswer, { type: 'streaming' }>, 'body'>

const aheadBytes = 256 * 1024

/** The streams of one data-plane thread as the main thread has them. */
export class OutgoingStreams {
  readonly #send: (news: StreamNews) => void
  readonly #streams = new Map<number, { readonly body: BodyStream; ahead: number }>()

  constructor(send: (news: StreamNews) => void) {
    this.#send = send
  }

  /** Sends the pieces of `body`; call it after the message that announces the stream. */
  open(id: number, body: BodyStream): void {
    const stream = { body, ahead: 0 }
    this.#streams.set(id, stream)
    body.start({
      write: piece => {
        // Its memory may be shared with other buffers, so it is copied, not transferred.
        this.#send({ type: 'piece', id, bytes: piece })
        stream.ahead += piece.length
        return stream.ahead < aheadBytes
      },
      end: () => this.#end(id, null),
      fail: error => this.#end(id, error instanceof Error ? error.message : String(error)),
    })
  }

  take(reply: StreamReply): void {
    const stream = this.#streams.get(reply.id)
    if (stream === undefined) return
    if (reply.type === 'dropped') {
      this.#streams.delete(reply.id)
      stream.body.abort()
      return
    }
    const wasFull = stream.ahead >= aheadBytes
    stream.ahead -= reply.bytes
    if (wasFull && stream.ahead < aheadBytes) stream.body.resume()
  }

  /** The thread is gone. */
  abortAll(): void {
    for (const { body } of this.#streams.values()) body.abort()
    this.#streams.clear()
  }

  #end(id: number, problem: string | null): void {
    this.#streams.delete(id)
    this.#send({ type: 'ended', id, problem })
  }
}

/** The streams of a data-plane thread as it has them itself. */
export class IncomingStreams {
  readonly #send: (reply: StreamReply) => void
  readonly #streams = new Map<number, PushedStream>()

  constructor(send: (reply: StreamReply) => void) {
    this.#send = send
  }

  /** The body of the stream that was announced. */
  open(id: number): BodyStream {
    const stream = new PushedStream({
      taken: bytes => this.#send({ type: 'taken', id, bytes }),
      abort: () => {
        this.#streams.delete(id)
        this.#send({ type: 'dropped', id })
      },
    })
    this.#streams.set(id, stream)
    return stream
  }

  take(news: StreamNews): void {
    const stream = this.#streams.get(news.id)
    if (stream === undefined) return
    if (news.type === 'piece') {
      // Structured cloning makes a plain Uint8Array of a Buffer.
      const { buffer, byteOffset, byteLength } = news.bytes
      stream.push(Buffer.from(buffer, byteOffset, byteLength))
      return
    }
    this.#streams.delete(news.id)
    if (news.problem === null) stream.end()
    else stream.fail(new Error(news.problem))
  }
}
