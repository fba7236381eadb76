/**
 * The HTTP/1.1 client for back ends: RFC 9110, RFC 9112. Proxying is what a gateway exists for, so
 * this leg is lean: keep-alive connections read through one reused buffer, one write per request,
 * one object per call, shared coarse timers. It follows no redirects, keeps no cookies, decodes no
 * content codings: the answer is what the back end sent.
 *
 * Read on in this order: http-call.ts and errors.ts (what goes in and out), exchange.ts (a call's life), pool.ts,
 * connection.ts, answer-parser.ts.
 */
import type { Clock } from '../../base/clock.ts'
import { CoarseTimers, coarseTimers } from '../../base/coarse-timer.ts'
import { Later } from '../../base/later.ts'
import { heldBody } from '../../messages/body-stream.ts'
import type { ConnectionSettings } from './connection.ts'
import { Dialer } from './dial.ts'
import { HttpClientError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import type { HttpAnswer, HttpCall, HttpTarget, OpenAnswer } from './http-call.ts'
import { type AnswerLimits, OpenExchange } from './open-exchange.ts'
import { OriginCounters, type OriginMetrics } from './origin-counters.ts'
import { Pool, type PoolLimits } from './pool.ts'
import { type AllowTarget, isOrdinaryAddress, type Lookup } from './target-guard.ts'

/** Settings of a client; all have defaults. */
export interface HttpClientOptions {
  /** Connections to one target at a time. Default 256. */
  readonly maxConnectionsPerOrigin?: number
  /** Of these, how many may lie idle. Default 256. */
  readonly maxIdlePerOrigin?: number
  /** Calls to one target that may wait for a connection. Default 10,000. */
  readonly maxWaitingPerOrigin?: number
  /**
   * Milliseconds that a connection may lie idle. Default 4,000: many servers close after 5 s without
   * saying so. A Keep-Alive header of the back end can shorten it.
   */
  readonly idleMs?: number
  /** The longest head of an answer, and the longest trailer section. Default 65,536. */
  readonly maxHeaderBytes?: number
  /** Which addresses may be called. Default: all but link-local and cloud-metadata ones. */
  readonly allowTargets?: AllowTarget
  /** PEM certificates of authorities to trust besides the built-in ones. Default none. */
  readonly authorities?: readonly string[]
  /** In place of the system's resolver; what it finds is still checked by `allowTargets`. */
  readonly lookup?: Lookup
  /** For time-outs and timings. Default: the system's. */
  readonly clock?: Clock
}

/** An origin whose calls are counted, whether or not it has connections. */
interface Origin {
  readonly target: HttpTarget
  readonly counters: OriginCounters
}

/** Definitions name fewer. */
const maxOrigins = 1_000
const noConnections = Object.freeze({ open: 0, idle: 0, connecting: 0, waiting: 0 })

function originText({ secure, host, port }: HttpTarget): string {
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Sends calls, and keeps connections between them. */
export class HttpClient {
  readonly #limits: PoolLimits
  readonly #settings: ConnectionSettings
  readonly #pools = new Map<string, Pool>()
  readonly #origins = new Map<string, Origin>()
  #isClosed = false
  #whenEmpty: (() => void) | null = null

  constructor(options: HttpClientOptions = {}) {
    this.#limits = {
      maxConnections: options.maxConnectionsPerOrigin ?? 256,
      maxIdle: options.maxIdlePerOrigin ?? 256,
      maxWaiting: options.maxWaitingPerOrigin ?? 10_000,
      idleMs: options.idleMs ?? 4000,
    }
    const { clock, lookup } = options
    this.#settings = {
      dialer: new Dialer({
        allowTargets: options.allowTargets ?? isOrdinaryAddress,
        authorities: options.authorities ?? null,
        ...(lookup === undefined ? null : { lookup }),
      }),
      timers: clock === undefined ? coarseTimers : new CoarseTimers(10, clock),
      maxHeaderBytes: options.maxHeaderBytes ?? 65_536,
    }
  }

  /** Sends a call and gathers the answer, its body up to `limitBytes`; rejects with HttpClientError. */
  call(call: HttpCall, limitBytes: number): Promise<HttpAnswer> {
    const opened = this.open(call, { holdBytes: limitBytes, limitBytes, lends: false })
    return new Promise((resolve, reject) => {
      opened.then(answer => resolve({ ...answer, body: heldBody(answer.body) }), reject)
    })
  }

  /** Sends a call and gives its answer, held or as a stream (open-exchange.ts); fails with HttpClientError. */
  open(call: HttpCall, limits: AnswerLimits): Later<OpenAnswer> {
    let exchange: OpenExchange
    try {
      exchange = new OpenExchange(call, this.#settings.timers, limits)
    } catch (error) {
      return Later.failed(error)
    }
    this.#submit(exchange)
    return exchange.answer
  }

  /** What it did so far, by origin. */
  metrics(): OriginMetrics[] {
    return Array.from(this.#origins, ([key, { target, counters }]) => ({
      origin: originText(target),
      ...(this.#pools.get(key)?.state ?? noConnections),
      ...counters,
    }))
  }

  /** Takes no more calls, lets those under way end (their time-outs bound that), then resolves. */
  close(): Promise<void> {
    this.#isClosed = true
    return new Promise(resolve => {
      const before = this.#whenEmpty
      this.#whenEmpty = () => {
        before?.()
        resolve()
      }
      for (const pool of this.#pools.values()) pool.close()
      this.#noteEmpty()
    })
  }

  #submit(exchange: Exchange): void {
    const { target, cancel } = exchange.call
    if (cancel !== undefined) {
      if (cancel.aborted) {
        queueMicrotask(() => exchange.fail(aborted()))
        return
      }
      cancel.onAbort(() => exchange.fail(aborted()))
    }
    const pool = this.#pools.get(target.key)
    if (pool !== undefined && !this.#isClosed) {
      pool.submit(exchange)
      return
    }
    const refusal = this.#isClosed
      ? new HttpClientError('aborted', 'The client is closed')
      : this.#refusalOf(target)
    if (refusal === null) this.#addPool(target).submit(exchange)
    else queueMicrotask(() => exchange.fail(refusal))
  }

  #refusalOf(target: HttpTarget): HttpClientError | null {
    const problem = this.#settings.dialer.problemWith(target)
    return problem === null ? null : new HttpClientError('connect', problem.message, problem)
  }

  #addPool(target: HttpTarget): Pool {
    const { counters } = this.#originOf(target)
    const pool = new Pool(target, this.#limits, this.#settings, counters, () => {
      if (this.#pools.get(target.key) === pool) this.#pools.delete(target.key)
      this.#noteEmpty()
    })
    this.#pools.set(target.key, pool)
    return pool
  }

  #originOf(target: HttpTarget): Origin {
    const known = this.#origins.get(target.key)
    if (known !== undefined) return known
    const origin = { target, counters: new OriginCounters() }
    this.#origins.set(target.key, origin)
    const [oldest] = this.#origins.keys()
    if (this.#origins.size > maxOrigins && oldest !== undefined) this.#origins.delete(oldest)
    return origin
  }

  #noteEmpty(): void {
    if (this.#pools.size === 0) this.#whenEmpty?.()
  }
}

function aborted(): HttpClientError {
  return new HttpClientError('aborted', 'The call was aborted')
}
