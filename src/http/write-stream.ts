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
import type { StreamEnd } from './turn.ts'
import {
  closeUnlessRead,
  hasNoLength,
  httpDate,
  promiseKeepAlive,
  writePlain,
} from './write-answer.ts'

/** A client that takes nothing for so long holds a back end's connection no longer. */
const stallLimitMs = 60_000

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
  const hasBody = !hasNoLength(status) && request.method !== 'HEAD'
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
  // `flushHeaders` would write the bytes of header values as UTF-8.
  response.write('', 'latin1')
  const answer = new StreamedAnswer(new NodeOutlet(response, body.lengthBytes >= 0), body, done)
  response.on('drain', () => answer.drained())
  response.once('close', () => answer.closed())
  body.start(answer)
}

/** Where the pieces of an answer go once its head was written. */
export interface Outlet {
  /** false: there is no room for another; who owns the outlet calls `drained` once there is. */
  write(piece: Buffer): boolean
  end(): void
  /** Lets the client see that there would have been more. */
  breakOff(): void
}

/** Puts a body into an outlet; hears from the outlet's owner when there is room again and when the client has gone. */
export class StreamedAnswer extends CoarseTimeout implements BodySink {
  readonly #outlet: Outlet
  readonly #body: BodyStream
  readonly #done: StreamEnd
  #sentBytes = 0
  #isOver = false

  constructor(outlet: Outlet, body: BodyStream, done: StreamEnd) {
    super()
    this.#outlet = outlet
    this.#body = body
    this.#done = done
  }

  write(piece: Buffer): boolean {
    if (this.#isOver) return false
    const { lengthBytes } = this.#body
    this.#sentBytes += piece.length
    if (lengthBytes >= 0 && this.#sentBytes > lengthBytes) {
      this.#breakOff('the body is longer than its length')
      return false
    }
    if (this.#outlet.write(piece)) return true
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
    this.#outlet.end()
    this.#finish(null)
  }

  fail(error: unknown): void {
    this.#breakOff(error)
  }

  /** The client took nothing. */
  override onTimeout(): void {
    this.#breakOff(`the client took nothing for ${stallLimitMs / 1000} s`)
  }

  /** There is room again. */
  drained(): void {
    if (this.#isOver) return
    coarseTimers.cancel(this)
    this.#body.resume()
  }

  /** The client's connection is closed. */
  closed(): void {
    this.#breakOff('the client went away')
  }

  #breakOff(problem: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#body.abort()
    this.#outlet.breakOff()
    this.#finish(problem)
  }

  #finish(problem: unknown): void {
    this.#isOver = true
    coarseTimers.cancel(this)
    this.#done(this.#sentBytes, problem)
  }
}

class NodeOutlet implements Outlet {
  readonly #response: ServerResponse
  readonly #isCounted: boolean

  constructor(response: ServerResponse, isCounted: boolean) {
    this.#response = response
    this.#isCounted = isCounted
  }

  write(piece: Buffer): boolean {
    // A piece that the system took at once leaves room, however large it was.
    return this.#response.write(piece) || this.#response.writableLength === 0
  }

  end(): void {
    endAnswer(this.#response.req, this.#response)
  }

  breakOff(): void {
    const response = this.#response
    const { socket } = response
    const isDelimited = this.#isCounted || response.chunkedEncoding
    if (isDelimited || socket === null) response.destroy()
    // Only plain sockets know how to.
    else if ('resetAndDestroy' in socket) socket.resetAndDestroy()
    else response.destroy()
  }
}
