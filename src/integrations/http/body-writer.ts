/**
 * Sends a streamed request body, as fast as the back end takes it: RFC 9112 sections 6.2 and 7.1.
 * With a known length exactly that many bytes are sent or the connection must die, because the
 * back end would take what follows for another request.
 */
import type { Socket } from 'node:net'
import type { BodySink, BodyStream } from '../../messages/body-stream.ts'
import { HttpClientError } from './errors.ts'

/** Hears how the body goes. */
export interface BodyEvents {
  /** Whose turn it is: the client's to send more, or the back end's to take what was sent. */
  onBodyWait(forClient: boolean): void
  onBodySent(): void
  onBodyFailed(error: HttpClientError): void
}

/** Sends one body over `socket`; `start` lets it flow. */
export class BodyWriter implements BodySink {
  readonly #socket: Socket
  readonly #body: BodyStream
  readonly #events: BodyEvents
  readonly #onDrain = (): void => this.#goOn()
  #sentBytes = 0
  #isOver = false

  constructor(socket: Socket, body: BodyStream, events: BodyEvents) {
    this.#socket = socket
    this.#body = body
    this.#events = events
  }

  start(): void {
    this.#events.onBodyWait(true)
    this.#socket.on('drain', this.#onDrain)
    this.#body.start(this)
  }

  /** Nobody wants the rest. */
  stop(): void {
    if (this.#isOver) return
    this.#close()
    this.#body.abort()
  }

  write(piece: Buffer): boolean {
    // A chunk of length zero would end the body.
    if (this.#isOver || piece.length === 0) return !this.#isOver
    const { lengthBytes } = this.#body
    this.#sentBytes += piece.length
    if (lengthBytes >= 0 && this.#sentBytes > lengthBytes) {
      this.#fail(new HttpClientError('invalid-request', 'Body too long'))
      return false
    }
    const hasRoom = this.#writePiece(piece, lengthBytes < 0) || this.#socket.writableLength === 0
    this.#events.onBodyWait(hasRoom)
    return hasRoom
  }

  end(): void {
    if (this.#isOver) return
    const { lengthBytes } = this.#body
    if (this.#sentBytes < lengthBytes) {
      this.#fail(new HttpClientError('invalid-request', 'Body too short'))
      return
    }
    if (lengthBytes < 0) this.#socket.write('0\r\n\r\n', 'latin1')
    this.#close()
    this.#events.onBodySent()
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    this.#fail(new HttpClientError('aborted', 'The request body failed', error))
  }

  #writePiece(piece: Buffer, isChunked: boolean): boolean {
    const socket = this.#socket
    if (!isChunked) return socket.write(piece)
    socket.cork()
    socket.write(`${piece.length.toString(16)}\r\n`, 'latin1')
    socket.write(piece)
    const hasRoom = socket.write('\r\n', 'latin1')
    socket.uncork()
    return hasRoom
  }

  #goOn(): void {
    this.#events.onBodyWait(true)
    this.#body.resume()
  }

  #fail(error: HttpClientError): void {
    this.stop()
    this.#events.onBodyFailed(error)
  }

  #close(): void {
    this.#isOver = true
    this.#socket.off('drain', this.#onDrain)
  }
}
