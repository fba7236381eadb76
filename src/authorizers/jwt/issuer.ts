/**
 * An OpenID Connect issuer and the keys it signs with: OpenID Connect Discovery 1.0, RFC 8414.
 *
 *     {issuer}/.well-known/openid-configuration -> jwks_uri -> keys by kid
 *
 *     keys are known, young             used as they are
 *                   , old               used as they are; asked again behind the request's back
 *                   , the kid is not    asked again, at most once per interval, and waited for (the issuer has rotated)
 *     none are known                    asked, and waited for
 *
 * An issuer that does not answer takes nothing away: what it published last holds until it says otherwise. What it no
 * longer publishes is gone at once. Asking is one call for all requests that wait for it.
 *
 * API Gateway takes 1,500 ms and 150,000 bytes for both documents, and keeps keys for up to two hours ("Control access
 * to HTTP APIs with JWT authorizers" in the developer guide).
 */
import type { Clock } from '../../base/clock.ts'
import { parseStrictObject } from '../../base/strict-json.ts'
import { fault, type TokenFault } from './faults.ts'
import { readKeySet, type TokenAlgorithm, type TrustedKey } from './trusted-keys.ts'

/** Gets a document without following redirects; handed over, because authorizers know no HTTP. Rejects with an Error. */
export type FetchDocument = (
  url: URL,
  limits: { readonly timeoutMs: number; readonly limitBytes: number },
) => Promise<{ readonly status: number; readonly body: Buffer }>

export interface Issuer {
  /** As tokens name it in `iss`, letter by letter. */
  readonly url: string
  /** A key, or why there is none; a promise only when the issuer must be asked first. Never rejects. */
  find(keyId: string, algorithm: TokenAlgorithm): Found | Promise<Found>
  /** Whether the issuer still publishes it. */
  has(key: TrustedKey): boolean
}

export type Found = TrustedKey | TokenFault

const timeoutMs = 1500
const limitBytes = 150_000
/** After that long the issuer is asked again when the next token comes. Guess: AWS says only "up to two hours". */
const freshMs = 300_000
/** Between two questions because of an unknown kid, or because of an old answer while the issuer is silent. */
const intervalMs = 30_000
/** Between two questions while nothing is known. */
const retryMs = 1000

/** What was published last, with the moment of the question. */
type Keys = readonly TrustedKey[]

/** An issuer that is asked over HTTP. */
export class RemoteIssuer implements Issuer {
  readonly url: string
  readonly #fetch: FetchDocument
  readonly #clock: Clock
  #keys: Keys = []
  /** Monotonic, like all times here; null: it never worked. */
  #knownSince: number | null = null
  #askedAt = Number.NEGATIVE_INFINITY
  #problem = ''
  #asking: Promise<void> | null = null

  constructor(url: string, fetch: FetchDocument, clock: Clock) {
    this.url = url
    this.#fetch = fetch
    this.#clock = clock
  }

  find(keyId: string, algorithm: TokenAlgorithm): Found | Promise<Found> {
    const now = this.#clock.monotonic()
    const key = findKey(this.#keys, keyId, algorithm)
    if (key !== undefined) {
      const isOld = this.#knownSince === null || now - this.#knownSince >= freshMs
      if (isOld && this.#mayAsk(now, intervalMs)) void this.#ask(now)
      return key
    }
    const waitMs = this.#knownSince === null ? retryMs : intervalMs
    if (this.#asking === null && !this.#mayAsk(now, waitMs)) return this.#unknown(keyId, algorithm)
    const asking = this.#asking ?? this.#ask(now)
    return asking.then(
      () => findKey(this.#keys, keyId, algorithm) ?? this.#unknown(keyId, algorithm),
    )
  }

  has(key: TrustedKey): boolean {
    return this.#keys.includes(key)
  }

  #mayAsk(now: number, waitMs: number): boolean {
    return this.#asking === null && now - this.#askedAt >= waitMs
  }

  /** Never rejects. */
  #ask(now: number): Promise<void> {
    this.#askedAt = now
    this.#asking = this.#load()
      .then(
        keys => {
          this.#keys = kept(this.#keys, keys)
          this.#knownSince = now
          this.#problem = ''
        },
        error => {
          this.#problem = error instanceof Error ? error.message : String(error)
        },
      )
      .finally(() => {
        this.#asking = null
      })
    return this.#asking
  }

  async #load(): Promise<Keys> {
    const base = this.url.endsWith('/') ? this.url.slice(0, -1) : this.url
    const where = new URL(`${base}/.well-known/openid-configuration`)
    const configuration = await this.#document(where)
    if (configuration['issuer'] !== this.url) {
      throw new Error(`${where} says that it is ${JSON.stringify(configuration['issuer'])}`)
    }
    const { jwks_uri: keysUri } = configuration
    if (typeof keysUri !== 'string' || !URL.canParse(keysUri)) {
      throw new Error(`${where} has no jwks_uri`)
    }
    const keysUrl = new URL(keysUri)
    if (keysUrl.protocol !== 'https:' && keysUrl.protocol !== where.protocol) {
      throw new Error(`${where} leads from ${where.protocol} to ${keysUrl.protocol}`)
    }
    const keys = readKeySet(await this.#document(keysUrl))
    if (typeof keys === 'string') throw new Error(`${keysUrl}: ${keys}`)
    return keys
  }

  async #document(url: URL) {
    const { status, body } = await this.#fetch(url, { timeoutMs, limitBytes }).catch(cause => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(`${url} cannot be read: ${reason}`, { cause })
    })
    if (status !== 200) throw new Error(`${url} answered ${status}`)
    const object = parseStrictObject(body.toString('utf8'))
    if (typeof object === 'string') throw new Error(`${url}: ${object}`)
    return object
  }

  #unknown(keyId: string, algorithm: TokenAlgorithm): TokenFault {
    if (this.#knownSince === null) {
      return fault('unreachable', `the keys of ${this.url} are not known: ${this.#problem}`)
    }
    const problem = this.#problem === '' ? '' : ` (and it cannot be asked again: ${this.#problem})`
    return unknownKey(this.url, this.#keys, keyId, algorithm, problem)
  }
}

/** An issuer whose keys are at hand. `set`: a JWK set. Throws TypeError when it is none. */
export function localIssuer(url: string, set: { readonly keys: readonly object[] }): Issuer {
  const keys = readKeySet({ ...set })
  if (typeof keys === 'string') throw new TypeError(keys)
  return Object.freeze({
    url,
    find: (keyId: string, algorithm: TokenAlgorithm) =>
      findKey(keys, keyId, algorithm) ?? unknownKey(url, keys, keyId, algorithm, ''),
    has: (key: TrustedKey) => keys.includes(key),
  })
}

function findKey(keys: Keys, keyId: string, algorithm: TokenAlgorithm): TrustedKey | undefined {
  for (const key of keys) if (key.id === keyId && key.algorithms.includes(algorithm)) return key
  return undefined
}

function unknownKey(
  url: string,
  keys: Keys,
  keyId: string,
  algorithm: TokenAlgorithm,
  problem: string,
): TokenFault {
  const known = keys.find(key => key.id === keyId)
  return fault(
    'key',
    known === undefined
      ? `the token's kid is ${JSON.stringify(keyId)}, and ${url} publishes no key of that name${problem}`
      : `the key ${JSON.stringify(keyId)} of ${url} is for ${known.algorithms.join(', ')}, not ${algorithm}`,
  )
}

/** A key that is published again stays the same object: what was verified with it stays verified. */
function kept(before: Keys, now: Keys): Keys {
  return now.map(
    key =>
      before.find(
        old =>
          old.id === key.id &&
          old.material === key.material &&
          old.algorithms.join() === key.algorithms.join(),
      ) ?? key,
  )
}
