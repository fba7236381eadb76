/**
 * The cache of one stage in one thread: answers by key, least recently used out first, and the calls that are under way for
 * keys that were missed.
 *
 *     key -> entry, fresh          a hit
 *         -> entry, too old        forgotten, then as nothing
 *         -> flight                wait for it
 *         -> nothing               begin a flight; its answer becomes the entry
 *
 * A flush, or a request that demands a fresh answer, takes a flight out: who waits gets its answer, but it is not kept.
 */
import { isAscii } from 'node:buffer'
import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { Lru } from '../base/lru.ts'
import type { Cancel, HeldReply } from '../messages/messages.ts'
import type { CachePlan } from '../program/program.ts'
import { Flight } from './flight.ts'
import { seal, unseal } from './sealed-reply.ts'

/** Answers of one method, in the cache of its stage. */
export interface RouteCache {
  readonly plan: CachePlan
  readonly store: StageCache
}

export interface Hit {
  readonly reply: HeldReply
  readonly ageMs: number
  /** The request that put the answer there. */
  readonly requestId: string
}

/** What the cache did for a request; for the decision record. */
export interface CacheUse {
  readonly verdict: 'hit' | 'miss' | 'joined' | 'refreshed'
  /** Of the answer; 0 when it is new. */
  readonly ageMs: number
  /** The request that called the back end for the answer; '' when it was this one. */
  readonly requestId: string
  /** The client demanded a fresh answer and may not. */
  readonly isDemandIgnored: boolean
}

/** The flight that a request flies for itself and others. */
export interface Piloted {
  readonly key: string
  readonly flight: Flight
}

interface Entry {
  /** Encrypted when it is bytes. */
  readonly content: HeldReply | Buffer
  readonly keptAt: number
  readonly requestId: string
}

/** "The maximum size of a response that can be cached is 1048576 bytes"; the sum of body and headers here (guess). */
const itemLimitBytes = 1_048_576
/** Of an entry, on top of what it holds; roughly. */
const overheadBytes = 400
/** As http/write-answer.ts writes head and body in one piece. */
const shortBody = 16_384
/** Longer keys are replaced by their digest: clients choose what is in them. */
const longKey = 256

export class StageCache {
  readonly #entries: Lru<Entry>
  readonly #flights = new Map<string, Flight>()
  readonly #clock: Clock
  readonly #tellOthers: (key: string) => void

  /** `tellOthers`: the caches of the same stage in other threads. */
  constructor(capacityBytes: number, clock: Clock, tellOthers: (key: string) => void) {
    this.#entries = new Lru(capacityBytes)
    this.#clock = clock
    this.#tellOthers = tellOthers
  }

  get capacityBytes(): number {
    return this.#entries.capacityBytes
  }

  find(key: string, ttlMs: number): Hit | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    const ageMs = this.#clock.now() - entry.keptAt
    if (ageMs >= ttlMs) {
      this.#entries.delete(key)
      return undefined
    }
    const { content, requestId } = entry
    return { reply: Buffer.isBuffer(content) ? unseal(content, key) : content, ageMs, requestId }
  }

  /** A call for this key that is under way and has clients left. */
  flight(key: string): Flight | undefined {
    const flight = this.#flights.get(key)
    return flight?.cancel.aborted ? undefined : flight
  }

  /** The request calls the back end for all that will ask for the same; `land` or `fail` must follow. */
  begin(key: string, requestId: string, client: Cancel): Flight {
    const flight = new Flight(requestId, client)
    this.#flights.set(key, flight)
    return flight
  }

  /** Keeps the reply, unless it is too large, a fault of the back end, for one request only, or was overtaken; those who wait get it. */
  land(key: string, flight: Flight, reply: HeldReply, plan: CachePlan): void {
    const isCurrent = this.#leave(key, flight)
    const isForAll = !ofOneRequest.has(reply.status)
    flight.land(isForAll ? reply : undefined)
    if (isCurrent && isForAll && isKept(reply)) this.#keep(key, flight.requestId, reply, plan)
  }

  fail(key: string, flight: Flight, error: unknown): void {
    this.#leave(key, flight)
    flight.fail(error)
  }

  /** A client demands a fresh answer and may: whoever asks from now on gets that one, in all threads. */
  demand(key: string): void {
    this.forget(key)
    this.#tellOthers(key)
  }

  /** What is under way for the key is not kept. */
  forget(key: string): void {
    this.#entries.delete(key)
    this.#flights.delete(key)
  }

  flush(): void {
    this.#entries.clear()
    this.#flights.clear()
  }

  #leave(key: string, flight: Flight): boolean {
    if (this.#flights.get(key) !== flight) return false
    return this.#flights.delete(key)
  }

  #keep(key: string, requestId: string, reply: HeldReply, plan: CachePlan): void {
    const bytes = sizeOf(reply)
    if (bytes > itemLimitBytes) {
      this.#entries.delete(key)
      return
    }
    const content = plan.isEncrypted ? seal(reply, key) : ownCopy(reply)
    const entry = { content, keptAt: this.#clock.now(), requestId }
    this.#entries.put(key, entry, bytes + key.length + overheadBytes)
  }
}

/** As it is used for a map; encrypted methods never keep the values themselves. */
export function cacheKey(plan: CachePlan, key: string): string {
  if (key.length <= longKey && !plan.isEncrypted) return key
  return createHash('sha256').update(key).digest('base64')
}

/**
 * Answers to a range or a condition that a client asked for, which other clients did not: `If-None-Match` goes on to the back
 * end of a proxy integration, and its 304 is no answer to who has nothing yet. That AWS tells them apart is a guess.
 */
const ofOneRequest: ReadonlySet<number> = new Set([206, 304, 412, 416])

/**
 * AWS keeps whatever the back end answers, errors too (users report it of 429). That a fault of the back end is not kept is
 * a guess, and what one would wish. Refusals of the gateway never get here.
 */
function isKept({ status }: HeldReply): boolean {
  return status < 500
}

function sizeOf({ headers, body }: HeldReply): number {
  let bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  for (const text of headers) bytes += text.length
  return bytes
}

/**
 * A body may be a view into a larger piece of memory, which would stay with it. What is written in one piece with the head is
 * kept as the text that is written then.
 */
function ownCopy(reply: HeldReply): HeldReply {
  const { status, headers, body } = reply
  if (typeof body === 'string') return reply
  if (body.length <= shortBody && isAscii(body)) {
    return { status, headers, body: body.toString('latin1') }
  }
  const copy = Buffer.allocUnsafeSlow(body.length)
  body.copy(copy)
  return { status, headers, body: copy }
}
