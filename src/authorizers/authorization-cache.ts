/**
 * What Lambda authorizers said, kept for as long as their settings say, one cache per stage and thread. An answer is kept
 * under who asked (the identity sources) and not under what for: its policy is weighed anew for every request, of every
 * method with that authorizer. "Enable caching" in "Use API Gateway Lambda authorizers" in the developer guide.
 *
 *     key -> answer, fresh     a hit
 *         -> being asked       wait for the same answer ("single flight")
 *         -> nothing           ask; what comes is kept, unless it is a refusal
 *
 * Keys are digests, so that no token lies in memory longer than its request.
 */
import { hash } from 'node:crypto'
import type { Policy } from '../aws/policy/verdict.ts'
import type { Clock } from '../base/clock.ts'
import { Lru } from '../base/lru.ts'
import type { MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'
import type { LambdaAuthorizerPlan } from '../program/authorizer-plan.ts'

/** An authorizer's answer, made ready once for all requests that it serves. */
export interface Grant {
  readonly principalId: string
  readonly policy: Policy
  /** `$context.authorizer` when the function was called for the request, and when it was not. */
  readonly fresh: Readonly<Record<string, unknown>>
  readonly cached: Readonly<Record<string, unknown>>
  /** The API key, when the API takes it from its authorizers; null: none was given. */
  readonly usageIdentifierKey: string | null
  /** Milliseconds that the function took. */
  readonly latencyMs: number
  /** Of the function's answer. */
  readonly bytes: number
}

/** What was found, or is being found out; with the request that asked for it. */
export type Remembered =
  | {
      readonly type: 'hit'
      readonly grant: Grant
      readonly ageMs: number
      readonly requestId: string
    }
  | { readonly type: 'joined'; readonly grant: Promise<Grant>; readonly requestId: string }

interface Entry {
  readonly grant: Grant
  readonly keptAt: number
  readonly requestId: string
}

interface Pending {
  readonly grant: Promise<Grant>
  readonly requestId: string
}

const overheadBytes = 600
/** Parsed and compiled an answer takes a few times the room of its text. */
const grantFactor = 6

export class AuthorizationCache {
  readonly #entries: Lru<Entry>
  readonly #pending = new Map<string, Pending>()
  readonly #clock: Clock

  constructor(capacityBytes: number, clock: Clock) {
    this.#entries = new Lru(capacityBytes)
    this.#clock = clock
  }

  find(key: string, ttlMs: number): Remembered | undefined {
    const entry = this.#entries.get(key)
    if (entry !== undefined) {
      const { grant, keptAt, requestId } = entry
      const ageMs = this.#clock.monotonic() - keptAt
      if (ageMs < ttlMs) return { type: 'hit', grant, ageMs, requestId }
      this.#entries.delete(key)
    }
    const pending = this.#pending.get(key)
    return pending === undefined ? undefined : { type: 'joined', ...pending }
  }

  /** Others that ask for the key wait for `grant`; what it gives is kept, unless a flush came between. */
  ask(key: string, requestId: string, grant: Promise<Grant>): void {
    const pending = { grant, requestId }
    this.#pending.set(key, pending)
    const land = (given: Grant | null): void => {
      if (this.#pending.get(key) !== pending) return
      this.#pending.delete(key)
      if (given === null) return
      const entry = { grant: given, keptAt: this.#clock.monotonic(), requestId }
      this.#entries.put(key, entry, given.bytes * grantFactor + overheadBytes)
    }
    grant.then(land, () => land(null))
  }

  flush(): void {
    this.#entries.clear()
    this.#pending.clear()
  }
}

/** The caches of a thread's stages; they outlive programs. */
export class AuthorizationCaches {
  readonly #limitBytes: number
  readonly #clock: Clock
  readonly #caches = new Map<string, AuthorizationCache>()

  /** `limitBytes`: of each stage. */
  constructor(limitBytes: number, clock: Clock) {
    this.#limitBytes = limitBytes
    this.#clock = clock
  }

  /** Made when there is none yet. */
  of(apiId: string, stage: string): AuthorizationCache {
    const key = `${apiId}/${stage}`
    let cache = this.#caches.get(key)
    if (cache === undefined) {
      cache = new AuthorizationCache(this.#limitBytes, this.#clock)
      this.#caches.set(key, cache)
    }
    return cache
  }

  flush(apiId: string, stage: string): void {
    this.#caches.get(`${apiId}/${stage}`)?.flush()
  }

  /** The stage is gone. */
  remove(apiId: string, stage: string): void {
    this.#caches.delete(`${apiId}/${stage}`)
  }
}

/**
 * Makes the function that tells callers apart. Each value goes in with its length, so that no two lists of values give the
 * same text; deployment and function go in too: another version of the API, or another function, is asked anew (a guess).
 */
export function callerKey(
  { id, functionArn, sources }: LambdaAuthorizerPlan,
  deploymentId: string,
): (request: MethodRequest, variables: Variables) => string {
  const whose = lengthened([deploymentId, id, functionArn])
  return (request, variables) => {
    let text = whose
    for (const { readAll } of sources) text += lengthened(readAll(request, variables))
    return hash('sha256', text, 'base64url')
  }
}

/** `["ab","c"]` -> `2;2:ab1:c`. */
function lengthened(values: readonly string[]): string {
  let text = `${values.length};`
  for (const value of values) text += `${value.length}:${value}`
  return text
}
