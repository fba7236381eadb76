/**
 * One connection to a back end: a socket, a parser and the exchange that is on it.
 *
 *     connecting --> idle <--> busy --> gone
 *
 * It goes back to its pool only after an answer that ended properly, said so, and was followed by
 * nothing; everything else closes it. Bytes or an end that come while it is idle close it too.
 */
import type { Socket } from 'node:net'
import { CoarseTimeout, type CoarseTimers } from '../../base/coarse-timer.ts'
import type { BodyStream } from '../../messages/body-stream.ts'
import { type AnswerEvents, AnswerParser } from './answer-parser.ts'
import { type BodyEvents, BodyWriter } from './body-writer.ts'
import type { Dialer } from './dial.ts'
import { HttpClientError } from './errors.ts'
import type { Exchange, Holder } from './exchange.ts'
import type { HttpTarget } from './http-call.ts'

/** Whom a connection belongs to: the pool. */
export interface ConnectionOwner {
  /** It has connected and can take an exchange. */
  onConnected(connection: Connection): void
  /** Its answer is complete, and it can take another exchange. */
  onReady(connection: Connection): void
  /** It is closed. `failure` says why it never connected, null if it did. Called once. */
  onGone(connection: Connection, failure: HttpClientError | null): void
  /** It closed before any byte of the answer, and the exchange may be sent again. */
  onRetry(exchange: Exchange): void
}

/** What the connections of a client share. */
export interface ConnectionSettings {
  readonly dialer: Dialer
  readonly timers: CoarseTimers
  readonly maxHeaderBytes: number
}

/** Bodies up to here leave as one string with the head; longer ones beside it (bench/micro/answer-write.ts). */
const joinedLimitBytes = 2048

/** A keep-alive connection; starts connecting when made. */
export class Connection extends CoarseTimeout implements Holder, AnswerEvents, BodyEvents {
  readonly waitingFor = 'the answer'
  /** When it became idle, in the clock's monotonic milliseconds. */
  idleSince = 0
  /** How long connecting took, TLS included; before, when it began. */
  connectMs: number
  readonly #owner: ConnectionOwner
  readonly #target: HttpTarget
  readonly #settings: ConnectionSettings
  readonly #socket: Socket
  readonly #parser: AnswerParser
  #exchange: Exchange | null = null
  #isConnecting = true
  /** Secure only: the transport is there, what fails now is the handshake. */
  #isHandshaking = false
  #isGone = false
  /** Whether it has lain idle or served before, so that the back end may have closed it already. */
  #isUsed = false
  /** While a streamed request body is on its way. */
  #bodyWriter: BodyWriter | null = null

  constructor(
    owner: ConnectionOwner,
    target: HttpTarget,
    connectTimeoutMs: number,
    settings: ConnectionSettings,
  ) {
    super()
    this.#owner = owner
    this.#target = target
    this.#settings = settings
    this.connectMs = settings.timers.clock.monotonic()
    this.#parser = new AnswerParser(this, settings.maxHeaderBytes)
    const socket = settings.dialer.open(target, (length, bytes) => this.#onRead(length, bytes))
    this.#socket = socket
    if (target.secure) {
      socket.once('connect', () => {
        this.#isHandshaking = true
      })
    }
    socket.once(target.secure ? 'secureConnect' : 'connect', () => this.#onConnected())
    socket.on('error', error => this.#close(error))
    socket.on('end', () => this.#onEnd())
    socket.on('close', () => this.#close(null))
    settings.timers.arm(this, connectTimeoutMs)
  }

  /** The back end's Keep-Alive hint in seconds, -1 if it gave none. */
  get keepAliveSeconds(): number {
    return this.#parser.keepAliveSeconds
  }

  /** Sends an exchange; only when ready. */
  send(exchange: Exchange): void {
    this.#exchange = exchange
    exchange.noteConnected(this.#isUsed)
    exchange.holder = this
    this.#isUsed = true
    this.#parser.begin(exchange.call.method !== 'HEAD')
    const socket = this.#socket
    socket.ref()
    const { body } = exchange.call
    if (body === null) socket.write(exchange.head, 'latin1')
    else if (Buffer.isBuffer(body)) this.#sendBuffer(exchange.head, body)
    else this.#sendStream(exchange.head, body)
  }

  /** Waits without keeping the process alive. */
  rest(now: number): void {
    this.idleSince = now
    this.#isUsed = true
    this.#socket.unref()
  }

  /** Goes on reading after the sink had paused. */
  resume(): void {
    this.#socket.resume()
  }

  /** Closes it; the exchange on it, if any, fails as reset. */
  close(): void {
    this.#close(null)
  }

  letGo(): void {
    this.#exchange = null
    this.#close(null)
  }

  /** The time to connect is over. */
  override onTimeout(): void {
    this.#fail(new HttpClientError('connect-timeout', 'Timed out while connecting'))
  }

  onAnswerHead(status: number, headers: string[], length: number): void {
    this.#exchange?.takeHead(status, headers, length)
  }

  onAnswerData(bytes: Buffer, from: number, to: number): void {
    const exchange = this.#exchange
    if (exchange !== null && !exchange.takeData(bytes, from, to)) exchange.pause()
  }

  onAnswerEnd(isReusable: boolean): void {
    const exchange = this.#exchange as Exchange
    this.#exchange = null
    exchange.holder = null
    // A back end may answer before it has read the whole request: what it will read next is open.
    const isClean = this.#bodyWriter === null && this.#socket.writableLength === 0
    if (isReusable && isClean) this.#owner.onReady(this)
    else this.#close(null)
    exchange.succeed()
  }

  onAnswerRefused(reason: string, isTooLarge: boolean): void {
    this.#fail(new HttpClientError(isTooLarge ? 'too-large' : 'protocol', reason))
  }

  onBodyWait(forClient: boolean): void {
    this.#exchange?.noteUpload(forClient)
  }

  onBodySent(): void {
    this.#bodyWriter = null
    this.#exchange?.noteUploaded()
  }

  onBodyFailed(error: HttpClientError): void {
    this.#fail(error)
  }

  #onConnected(): void {
    if (this.#isGone) return
    const { dialer, timers } = this.#settings
    const problem = dialer.problemWithPeer(this.#target, this.#socket)
    if (problem !== null) {
      this.#close(problem)
      return
    }
    this.#isConnecting = false
    this.connectMs = timers.clock.monotonic() - this.connectMs
    timers.cancel(this)
    this.#owner.onConnected(this)
  }

  #onRead(length: number, bytes: Buffer): boolean {
    const exchange = this.#exchange
    if (exchange === null) {
      // Nobody asked: whatever this is, it must not become the next call's answer.
      this.#close(null)
      return false
    }
    exchange.noteBytes()
    this.#parser.push(bytes, length)
    return !exchange.isPaused || exchange.isOver
  }

  #onEnd(): void {
    if (this.#exchange === null || !this.#parser.end()) this.#close(null)
  }

  #sendBuffer(head: string, body: Buffer): void {
    const socket = this.#socket
    if (body.length <= joinedLimitBytes) {
      socket.write(head + body.toString('latin1'), 'latin1')
      return
    }
    socket.cork()
    socket.write(head, 'latin1')
    socket.write(body)
    socket.uncork()
  }

  #sendStream(head: string, body: BodyStream): void {
    this.#socket.write(head, 'latin1')
    this.#bodyWriter = new BodyWriter(this.#socket, body, this)
    this.#bodyWriter.start()
  }

  /** Closes it and fails the exchange, or the attempt to connect, with `error`. */
  #fail(error: HttpClientError): void {
    const exchange = this.#exchange
    this.#exchange = null
    if (exchange !== null) exchange.holder = null
    this.#discard(this.#isConnecting ? error : null)
    exchange?.fail(error)
  }

  #close(cause: Error | null): void {
    if (this.#isGone) return
    const exchange = this.#exchange
    if (exchange === null) {
      this.#discard(this.#isConnecting ? this.#connectFailure(cause) : null)
    } else if (exchange.mayRetry) {
      this.#exchange = null
      // Before it is gone, else the pool might think that it is empty.
      this.#owner.onRetry(exchange)
      this.#discard(null)
    } else {
      const message = 'The connection closed before the answer was complete'
      this.#fail(new HttpClientError('reset', message, cause ?? undefined))
    }
  }

  #connectFailure(cause: Error | null): HttpClientError {
    if (!this.#isHandshaking) {
      return new HttpClientError('connect', cause?.message ?? 'Connection closed', cause)
    }
    return new HttpClientError('tls', cause?.message ?? 'Handshake not finished', cause)
  }

  #discard(failure: HttpClientError | null): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#bodyWriter?.stop()
    this.#bodyWriter = null
    this.#settings.timers.cancel(this)
    this.#parser.stop()
    this.#socket.destroy()
    if (failure !== null) this.#settings.dialer.noteFailure(this.#target)
    this.#owner.onGone(this, failure)
  }
}
