/**
 * Writes an answer whose body is not held: the head, then each piece as it comes, as fast as the client takes it.
 *
 * Without a known length it is sent chunked, and to an HTTP/1.0 client until the connection ends. What breaks off looks
 * broken off: the connection is destroyed without a last chunk or short of the Content-Length, and reset where its end
 * alone would look like the end of the answer (RFC 9112 §8).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CoarseTimeout, coarseTimers } from '../base/coarse-timer.ts'
import type { BodySink, BodyStream } from '../messages/body-stream.ts'
import type { StreamedReply } from '../messages/messages.ts'
import { endAnswer } from './linger.ts'
import { closeUnlessRead, httpDate, promiseKeepAlive, writePlain } from './write-answer.ts'

/** A client that takes nothing for so long holds a back end's connection no longer. */
const stallLimitMs = 60_000

/** Hears once how it went: the bytes of the body that were handed to the client's connection, and what broke it off. */
export type StreamEnd = (sentBytes: number, problem: unknown) => void

/** `headers` become those of the answer; the framing header is added to them. */
export function writeStream(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body }: StreamedReply,
  headers: string[],
  done: StreamEnd,
): void {
  // 1xx cannot be a final status, as in write-answer.ts.
  if (status < 200 || response.destroyed) {
    body.abort()
    if (!response.destroyed) writePlain(request, response, 500, 'Internal server error')
    done(0, status < 200 ? `${status} is no final status` : 'the client went away')
    return
  }
  const hasBody = status !== 204 && status !== 304 && request.method !== 'HEAD'
  if (hasBody && body.lengthBytes >= 0) headers.push('Content-Length', String(body.lengthBytes))
  headers.push('Date', httpDate())
  closeUnlessRead(request, response)
  promiseKeepAlive(response, headers, hasBody && body.lengthBytes >= 0)
  response.sendDate = false
  response.writeHead(status, headers)
  if (!hasBody) {
    body.abort()
    response.end()
    done(0, null)
    return
  }
  response.flushHeaders()
  body.start(new StreamedAnswer(response, body, done))
}

class StreamedAnswer extends CoarseTimeout implements BodySink {
  readonly #response: ServerResponse
  readonly #body: BodyStream
  readonly #done: StreamEnd
  #sentBytes = 0
  #isOver = false

  constructor(response: ServerResponse, body: BodyStream, done: StreamEnd) {
    super()
    this.#response = response
    this.#body = body
    this.#done = done
    response.on('drain', () => this.#onDrain())
    response.once('close', () => this.#breakOff('the client went away'))
  }

  write(piece: Buffer): boolean {
    if (this.#isOver) return false
    const { lengthBytes } = this.#body
    this.#sentBytes += piece.length
    if (lengthBytes >= 0 && this.#sentBytes > lengthBytes) {
      this.#breakOff('the body is longer than its length')
      return false
    }
    const response = this.#response
    // A piece that the system took at once leaves room, however large it was.
    if (response.write(piece) || response.writableLength === 0) return true
    coarseTimers.arm(this, stallLimitMs)
    return false
  }

  end(): void {
    if (this.#isOver) return
    const { lengthBytes } = this.#body
    if (lengthBytes >= 0 && this.#sentBytes < lengthBytes) {
      this.#breakOff('the body is shorter than its length')
      return
    }
    this.#finish(null)
    endAnswer(this.#response.req, this.#response)
  }

  fail(error: unknown): void {
    this.#breakOff(error)
  }

  /** The client took nothing. */
  override onTimeout(): void {
    this.#breakOff(`the client took nothing for ${stallLimitMs / 1000} s`)
  }

  #onDrain(): void {
    if (this.#isOver) return
    coarseTimers.cancel(this)
    this.#body.resume()
  }

  #breakOff(problem: unknown): void {
    if (this.#isOver) return
    this.#finish(problem)
    this.#body.abort()
    const response = this.#response
    const { socket } = response
    const isDelimited = this.#body.lengthBytes >= 0 || response.chunkedEncoding
    if (isDelimited || socket === null) response.destroy()
    // Only plain sockets know how to.
    else if ('resetAndDestroy' in socket) socket.resetAndDestroy()
    else response.destroy()
  }

  #finish(problem: unknown): void {
    this.#isOver = true
    coarseTimers.cancel(this)
    this.#done(this.#sentBytes, problem)
  }
}
