/**
 * One client's connection and the requests on it that wait for their answers.
 *
 * HTTP/1.1 lets a client send the next request before it has the answer to the last (pipelining, RFC 9112 §9.3.2). node
 * starts them all at once and puts the answers in order, but leaves three things open that are done here: how many may
 * wait, that all of them end when the client goes, and that a complaint about bytes that are no request does not go out
 * as the answer to a request before them.
 *
 * A client goes when its connection is reset or fails, not when it closes its half of it. Such a client has sent all that it
 * has to say and waits (`printf … | nc`), or it is gone: TCP tells the two apart only when something is sent. It is served
 * as if it waited. What it would cost to be wrong is bounded: one call that nobody waits for, which ends with the
 * integration's time-outs, and a streamed one with the first pieces that are reset. To be wrong the other way would
 * take the answer from a client that did nothing against HTTP. AWS, too, lets a function run on whose client has left.
 * Proxies differ: haproxy waits unless told `abortonclose`, nginx gives up unless told `proxy_ignore_client_abort`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { HeldReply, StreamedReply } from '../messages/messages.ts'
import { CancelList } from './cancel-list.ts'
import type { StreamEnd, Turn } from './turn.ts'
import { writeAnswer, writePlain } from './write-answer.ts'
import { writeStream } from './write-stream.ts'

/** A connection costs what its requests cost; who needs more at once may open another. */
const maxWaiting = 256

/** Found on the connection itself: a map would be asked with every request. */
const own = Symbol('conversation')

export class Conversation {
  /** Nearly always none or one. */
  #turns: NodeTurn[] = []
  #isClosed = false
  #whenQuiet: (() => void) | null = null

  /** The connection's conversation; begins with its first request. */
  static of(socket: Duplex & { [own]?: Conversation }): Conversation {
    const known = socket[own]
    if (known !== undefined) return known
    const conversation = new Conversation()
    socket[own] = conversation
    socket.once('close', () => conversation.#close())
    return conversation
  }

  /** A request on the connection came in full and waits for the end of its answer. */
  static isAwaited(socket: Duplex & { [own]?: Conversation }): boolean {
    return socket[own]?.isAwaited === true
  }

  get isAwaited(): boolean {
    return this.#turns.some(turn => !turn.isHalfRead)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Nothing that still comes is a request any more. */
  get isBrokenOff(): boolean {
    return this.#whenQuiet !== null
  }

  /** undefined: too many wait already. */
  begin(request: IncomingMessage, response: ServerResponse): NodeTurn | undefined {
    if (this.#turns.length >= maxWaiting) return undefined
    const turn = new NodeTurn(this, request, response)
    this.#turns.push(turn)
    return turn
  }

  end(turn: NodeTurn): void {
    const place = this.#turns.indexOf(turn)
    if (place >= 0) this.#turns.splice(place, 1)
    if (this.#turns.length === 0) this.#whenQuiet?.()
  }

  /**
   * Bytes came that are no request. Calls `complain` once what came before them is answered, at once when nothing waits;
   * a request whose own body they broke gets the complaint for its answer.
   */
  breakOff(complain: () => void): void {
    if (this.#whenQuiet !== null) return
    this.#whenQuiet = complain
    const broken = this.#turns.filter(turn => turn.isHalfRead)
    this.#turns = this.#turns.filter(turn => !broken.includes(turn))
    for (const turn of broken) turn.drop()
    if (this.#turns.length === 0) complain()
  }

  #close(): void {
    this.#isClosed = true
    const turns = this.#turns
    this.#turns = []
    for (const turn of turns) turn.stop()
  }
}

/** A request that came through node:http. */
export class NodeTurn extends CancelList implements Turn {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly #conversation: Conversation
  /** It was answered already, with a complaint about its bytes. */
  #isDropped = false

  constructor(conversation: Conversation, request: IncomingMessage, response: ServerResponse) {
    super()
    this.#conversation = conversation
    this.request = request
    this.response = response
  }

  override get aborted(): boolean {
    return this.#conversation.isClosed && !this.response.writableFinished
  }

  /** Nothing of an answer was sent, and the request is still being received. */
  get isHalfRead(): boolean {
    return !this.request.complete && !this.response.headersSent
  }

  answer(reply: HeldReply, headers: string[], isLent: boolean): void {
    // node may have to wait with it.
    const kept = isLent ? { ...reply, body: Buffer.from(reply.body) } : reply
    if (!this.#isDropped) writeAnswer(this.request, this.response, kept, headers)
    this.end()
  }

  stream(reply: StreamedReply, headers: string[], done: StreamEnd): void {
    if (this.#isDropped) {
      reply.body.abort()
      done(0, 'the request was broken')
      this.end()
      return
    }
    writeStream(this.request, this.response, reply, headers, (sentBytes, problem) => {
      done(sentBytes, problem)
      this.end()
    })
  }

  say(status: number, message: string, headers?: readonly string[]): void {
    writePlain(this.request, this.response, status, message, headers)
    this.end()
  }

  crash(): void {
    if (this.response.headersSent || this.#isDropped) this.response.destroy()
    else writePlain(this.request, this.response, 500, 'Internal server error')
    this.end()
  }

  leave(): void {
    this.response.destroy()
    this.end()
  }

  closeBehind(): void {
    this.response.shouldKeepAlive = false
  }

  /** Its work ends, and what comes of it is not sent. */
  drop(): void {
    this.#isDropped = true
    this.stop()
  }

  /** The answer was handed to node. */
  end(): void {
    this.#conversation.end(this)
  }
}
