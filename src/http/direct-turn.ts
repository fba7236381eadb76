/**
 * The answer to a request that was taken straight from its socket. Head and body leave in one system call where that is
 * possible: a short body as one text with the head, a longer one behind it in a buffer that is used again.
 */
import type { Socket } from 'node:net'
import type { HeldReply, StreamedReply } from '../messages/messages.ts'
import { answerHead } from './answer-text.ts'
import { CancelList } from './cancel-list.ts'
import type { StreamEnd, Turn } from './turn.ts'
import {
  byteLength,
  hasNoLength,
  headLength,
  httpDate,
  joinedLimitBytes,
  keepAlive,
} from './write-answer.ts'
import { type Outlet, StreamedAnswer } from './write-stream.ts'
import { writeTogether } from './write-together.ts'

/** What a turn needs of its connection. */
export interface DirectOwner {
  readonly isClosed: boolean
  /** The answer was handed to the socket. */
  answered(keepsAlive: boolean): void
}

export class DirectTurn extends CancelList implements Turn {
  readonly #owner: DirectOwner
  readonly #socket: Socket
  readonly #isHead: boolean
  #keepsAlive: boolean
  #isBegun = false
  #isAnswered = false
  #streamed: StreamedAnswer | null = null

  constructor(owner: DirectOwner, socket: Socket, isHead: boolean, keepsAlive: boolean) {
    super()
    this.#owner = owner
    this.#socket = socket
    this.#isHead = isHead
    this.#keepsAlive = keepsAlive
  }

  override get aborted(): boolean {
    return this.#owner.isClosed && !this.#isAnswered
  }

  answer(reply: HeldReply, headers: string[]): void {
    const { status, body } = reply
    // 1xx cannot be a final status; AWS's answer to such an override is not known (guess: 500).
    if (status < 200) {
      this.say(500, 'Internal server error')
      return
    }
    const isEmpty = hasNoLength(status)
    const length = isEmpty || this.#isHead ? headLength : byteLength(body)
    headers.push('Date', httpDate())
    if (!isEmpty) headers.push('Content-Length', String(length))
    this.#end(status, headers, body, length)
  }

  stream(reply: StreamedReply, headers: string[], done: StreamEnd): void {
    const { status, body } = reply
    if (status < 200 || this.#owner.isClosed) {
      body.abort()
      done(0, status < 200 ? `${status} is no final status` : 'the client went away')
      if (status < 200) this.say(500, 'Internal server error')
      else this.#finish()
      return
    }
    const hasBody = !hasNoLength(status) && !this.#isHead
    const isCounted = body.lengthBytes >= 0
    if (hasBody && isCounted) headers.push('Content-Length', String(body.lengthBytes))
    headers.push('Date', httpDate())
    if (!hasBody) {
      body.abort()
      done(0, null)
      this.#end(status, headers, '', 0)
      return
    }
    const head = this.#head(status, headers, !isCounted)
    this.#isBegun = true
    this.#socket.write(head, 'latin1')
    const outlet = new DirectOutlet(this.#socket, isCounted)
    this.#streamed = new StreamedAnswer(outlet, body, (sentBytes, problem) => {
      done(sentBytes, problem)
      this.#finish()
    })
    body.start(this.#streamed)
  }

  say(status: number, message: string, headers: readonly string[] = []): void {
    const body = JSON.stringify({ message })
    const length = this.#isHead ? headLength : Buffer.byteLength(body)
    const all = [...headers, 'Content-Type', 'application/json', 'Date', httpDate()]
    all.push('Content-Length', String(length))
    this.#end(status, all, body, length)
  }

  crash(): void {
    if (this.#isBegun) this.#socket.destroy()
    else this.say(500, 'Internal server error')
  }

  leave(): void {
    this.#socket.destroy()
    this.#finish()
  }

  closeBehind(): void {
    this.#keepsAlive = false
  }

  /** The client has taken what was written. */
  drained(): void {
    this.#streamed?.drained()
  }

  /** The client has gone. */
  override stop(): void {
    super.stop()
    this.#streamed?.closed()
  }

  #head(status: number, headers: string[], isChunked: boolean): string {
    if (this.#keepsAlive) headers.push('Keep-Alive', keepAlive)
    return answerHead(status, headers, this.#keepsAlive, isChunked)
  }

  /** `length`: of the body in bytes; 0 for an answer that goes without it. */
  #end(status: number, headers: string[], body: Buffer | string, length: number): void {
    const head = this.#head(status, headers, false)
    this.#isBegun = true
    if (length === 0) {
      this.#socket.write(head, 'latin1')
      // ASCII needs no conversion on its way out: what has as many bytes as characters is that.
    } else if (typeof body === 'string' && length === body.length) {
      this.#socket.write(head + body, 'latin1')
    } else if (typeof body === 'string') {
      writeTogether(this.#socket, head, Buffer.from(body))
    } else if (length <= joinedLimitBytes) {
      this.#socket.write(head + body.toString('latin1'), 'latin1')
    } else {
      writeTogether(this.#socket, head, body)
    }
    this.#finish()
  }

  #finish(): void {
    this.#isAnswered = true
    this.#streamed = null
    this.#owner.answered(this.#keepsAlive)
  }
}

/** Chunked, unless the length was said in the head. */
class DirectOutlet implements Outlet {
  readonly #socket: Socket
  readonly #isCounted: boolean

  constructor(socket: Socket, isCounted: boolean) {
    this.#socket = socket
    this.#isCounted = isCounted
  }

  write(piece: Buffer): boolean {
    const socket = this.#socket
    if (this.#isCounted) return socket.write(piece) || socket.writableLength === 0
    // An empty chunk would be the last.
    if (piece.length === 0) return true
    socket.cork()
    socket.write(`${piece.length.toString(16)}\r\n`, 'latin1')
    socket.write(piece)
    const hasRoom = socket.write('\r\n', 'latin1')
    socket.uncork()
    // A piece that the system took at once leaves room, however large it was.
    return hasRoom || socket.writableLength === 0
  }

  end(): void {
    if (!this.#isCounted) this.#socket.write('0\r\n\r\n', 'latin1')
  }

  breakOff(): void {
    this.#socket.destroy()
  }
}
