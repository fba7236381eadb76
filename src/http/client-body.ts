/**
 * A request's body that is not held: it leaves the client's connection as fast as the back end takes it. What nobody takes
 * stays in the client's socket, and so with the client.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BodySink } from '../messages/body-stream.ts'
import type { RequestBody } from '../pipeline/exchange.ts'
import { bodyTooLarge } from './body.ts'

export class ClientBody implements RequestBody {
  readonly lengthBytes: number
  takenBytes = 0
  readonly #request: IncomingMessage
  /** Set while the client waits for `100 Continue`. */
  #asking: ServerResponse | null
  readonly #limitBytes: number
  /** What was read before it was known to be long. */
  #first: Buffer | null
  #sink: BodySink | null = null
  #isFull = false

  constructor(
    request: IncomingMessage,
    asking: ServerResponse | null,
    lengthBytes: number,
    limitBytes: number,
    first: Buffer | null,
  ) {
    this.lengthBytes = lengthBytes
    this.#request = request
    this.#asking = asking
    this.#limitBytes = limitBytes
    this.#first = first
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#asking?.writeContinue()
    this.#asking = null
    const first = this.#first
    this.#first = null
    const request = this.#request
    if (first !== null) this.#take(first)
    request.on('data', this.#take)
    request.on('end', () => this.#end())
    request.on('error', error => this.#fail(error))
    request.on('close', () => this.#fail(new Error('the client went away')))
    if (this.#isFull) request.pause()
    else request.resume()
  }

  resume(): void {
    if (this.#sink === null || !this.#isFull) return
    this.#isFull = false
    this.#request.resume()
  }

  abort(): void {
    if (this.#sink === null) return
    this.#sink = null
    this.#request.off('data', this.#take)
    this.#request.pause()
  }

  readonly #take = (piece: Buffer): void => {
    const sink = this.#sink
    if (sink === null) return
    this.takenBytes += piece.length
    if (this.takenBytes > this.#limitBytes) {
      this.#fail(bodyTooLarge(this.#limitBytes))
    } else if (!sink.write(piece)) {
      this.#isFull = true
      this.#request.pause()
    }
  }

  #end(): void {
    const sink = this.#sink
    this.#sink = null
    sink?.end()
  }

  #fail(error: unknown): void {
    const sink = this.#sink
    this.abort()
    sink?.fail(error)
  }
}
