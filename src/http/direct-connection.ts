/**
 * A client's connection, as long as its requests are plain ones (plain-head.ts) and no longer than a buffer: they are taken
 * straight from the socket and answered there, which costs half of what node:http does for them.
 *
 *     bytes -> one request, plain, whole, for an API?  --yes-->  serve, answer, next
 *                         `--no--> hand over, with the bytes, to node:http, which has the connection from then on
 *
 * So everything that is difficult is node:http's: other forms of requests, long bodies, bytes that are no request, slow
 * senders, pipelining, `Expect`, `Connection: close`. Nothing is judged here; the worst that a request can meet is the longer
 * way.
 */
import type { Socket } from 'node:net'
import { CoarseTimeout, coarseTimers } from '../base/coarse-timer.ts'
import { type ApiAddress, locate } from './address.ts'
import { type DirectOwner, DirectTurn } from './direct-turn.ts'
import { type Intake, takeIn } from './intake.ts'
import { readPlainHead } from './plain-head.ts'
import { takingLimitMs, writeRaw } from './write-answer.ts'

export interface DirectParts {
  /** Answers a request; `body` is all of it, null: it has none. */
  readonly serve: (
    socket: Socket,
    intake: Intake,
    address: ApiAddress,
    turn: DirectTurn,
    body: Buffer | null,
  ) => void
  /** Gives the socket to node:http, and the bytes that were read from it, if any. */
  readonly handOver: (socket: Socket, bytes: Buffer | null) => void
  /** For the first byte to come; later the answer is 408. */
  readonly headTimeoutMs: number
  /** true: connections end with their next answer. */
  readonly isStopping: () => boolean
}

/** The rest of a request is waited for so long, in so many pieces, and up to this length; then it is node:http's. */
const patienceMs = 1_000
const maxPieces = 8
const maxRequestBytes = 64 * 1024

export class DirectConnection extends CoarseTimeout implements DirectOwner {
  isClosed = false
  readonly #socket: Socket
  readonly #parts: DirectParts
  #turn: DirectTurn | null = null
  /** The client sent on before it had its answer; that stays in the socket, for node:http. */
  #hasMore = false
  /** What came of a request that is not complete. */
  #waiting: Buffer | null = null
  /** In how many reads it came. */
  #pieces = 0
  /** The client has closed its half: what it says now is all. */
  #isEnded = false
  /** The connection ends, or is node's. */
  #isLeaving = false

  constructor(socket: Socket, parts: DirectParts) {
    super()
    this.#socket = socket
    this.#parts = parts
    socket.on('data', this.#onData)
    socket.on('end', this.#onEnd)
    socket.on('drain', this.#onDrain)
    socket.on('error', ignore)
    socket.on('close', this.#onClose)
    coarseTimers.arm(this, parts.headTimeoutMs)
  }

  /** A request waits for its answer. */
  get isAwaited(): boolean {
    return this.#turn !== null
  }

  /** Ends a connection that waits for its next request; does nothing once it was handed over. */
  closeIfIdle(): void {
    if (!this.#isBusy && !this.#isLeaving && this.#waiting === null) this.#socket.destroy()
  }

  answered(keepsAlive: boolean): void {
    this.#turn = null
    if (this.isClosed) return
    const socket = this.#socket
    if (!keepsAlive) {
      this.#isLeaving = true
      socket.destroySoon()
    } else if (socket.writableNeedDrain) {
      coarseTimers.arm(this, takingLimitMs)
    } else if (this.#isEnded || this.#hasMore) {
      this.#goOn()
    }
  }

  /** Nobody takes the answer, nobody sent the rest of a request, or nobody said a word. */
  override onTimeout(): void {
    if (this.#socket.writableNeedDrain) this.#socket.destroy()
    else if (this.#waiting !== null) this.#handOver()
    else this.#endWith(408, 'Request timed out')
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#isLeaving) return
    if (this.#isBusy) {
      this.#hasMore = true
      this.#socket.pause()
      this.#socket.unshift(bytes)
      return
    }
    const waiting = this.#waiting
    this.#waiting = waiting === null ? bytes : Buffer.concat([waiting, bytes])
    this.#pieces = waiting === null ? 1 : this.#pieces + 1
    this.#takeRequest(this.#waiting)
  }

  readonly #onEnd = (): void => {
    this.#isEnded = true
    if (!this.#isBusy && !this.#isLeaving) this.#goOn()
  }

  readonly #onDrain = (): void => {
    if (this.#turn !== null) {
      this.#turn.drained()
      return
    }
    coarseTimers.cancel(this)
    if (!this.#isLeaving) this.#goOn()
  }

  readonly #onClose = (): void => {
    this.isClosed = true
    coarseTimers.cancel(this)
    this.#turn?.stop()
  }

  /** An answer is being made, or is not taken yet. */
  get #isBusy(): boolean {
    return this.#turn !== null || this.#socket.writableNeedDrain
  }

  /** After an answer was taken, or the client's last word. */
  #goOn(): void {
    if (this.#isEnded) this.#endWithout()
    else if (this.#hasMore) this.#handOver()
  }

  /** Serves what is waiting if it is one request, whole and plain, and nothing else. */
  #takeRequest(bytes: Buffer): void {
    const head = readPlainHead(bytes)
    if (head === 'incomplete') {
      this.#waitForMore()
      return
    }
    const intake = head === null ? null : takeIn(head)
    if (head === null || intake === null || 'status' in intake || !intake.isPlain) {
      this.#handOver()
      return
    }
    const address = locate(intake.host, intake.target)
    const end = head.endsAt + Math.max(0, intake.contentLength)
    if (address.type === 'control' || end > maxRequestBytes || end < bytes.length) {
      this.#handOver()
    } else if (end > bytes.length) {
      this.#waitForMore()
    } else {
      this.#serve(intake, address, end > head.endsAt ? bytes.subarray(head.endsAt) : null)
    }
  }

  #serve(intake: Intake, address: ApiAddress, body: Buffer | null): void {
    this.#waiting = null
    if (this.timerNext !== null) coarseTimers.cancel(this)
    const keepsAlive = !this.#parts.isStopping()
    const turn = new DirectTurn(this, this.#socket, intake.method === 'HEAD', keepsAlive)
    this.#turn = turn
    this.#parts.serve(this.#socket, intake, address, turn, body)
  }

  #waitForMore(): void {
    if (this.#pieces >= maxPieces) this.#handOver()
    else if (this.#pieces === 1) coarseTimers.arm(this, patienceMs)
  }

  /** The client will send nothing more. */
  #endWithout(): void {
    if (this.#waiting !== null) {
      this.#endWith(400, 'Bad request')
      return
    }
    this.#isLeaving = true
    coarseTimers.cancel(this)
    this.#socket.end()
  }

  #endWith(status: number, message: string): void {
    this.#isLeaving = true
    coarseTimers.cancel(this)
    writeRaw(this.#socket, status, message)
  }

  #handOver(): void {
    const socket = this.#socket
    const bytes = this.#waiting
    this.#waiting = null
    this.#isLeaving = true
    coarseTimers.cancel(this)
    socket.off('data', this.#onData)
    socket.off('end', this.#onEnd)
    socket.off('drain', this.#onDrain)
    socket.off('error', ignore)
    socket.off('close', this.#onClose)
    this.#parts.handOver(socket, bytes)
  }
}

const ignore = (): void => {}
