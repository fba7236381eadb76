/**
 * Verifies tokens: whose they are, and that nothing was changed. What the claims must say besides is up to who asks
 * (user-pool.ts, http-api.ts), and so are the times, which are looked at anew for every request (`timeFault`).
 *
 *     token -> known?  yes: its claims, if the key it was signed with is still published
 *                      no: decode, algorithm, issuer, key, signature
 *
 * Known tokens are kept under their own text, which takes a tenth of the time that a digest takes; bench/micro/jwt.ts.
 * RFC 7519 section 7.2, RFC 8725. The signature is checked by node's own crypto in this thread: 30 µs, where handing it to
 * another thread and waiting costs more; bench/micro/jwt.ts has both.
 */
import type { Clock } from '../../base/clock.ts'
import { Lru } from '../../base/lru.ts'
import type { JsonObject } from '../../base/strict-json.ts'
import { type DecodedToken, decodeToken } from './decode.ts'
import { fault, isFault, type TokenFault } from './faults.ts'
import type { Issuer } from './issuer.ts'
import type { TokenAlgorithm, TrustedKey } from './trusted-keys.ts'

/** What is asked of every token. Make it once, when a definition is loaded. */
export interface Trust {
  /** One of these must have issued the token. */
  readonly issuers: readonly Issuer[]
  readonly algorithms: readonly TokenAlgorithm[]
}

export interface VerifiedToken {
  readonly issuer: Issuer
  readonly algorithm: TokenAlgorithm
  /** From outside: any member may be anything. */
  readonly claims: JsonObject
  /** Seconds since 1970; `exp`, `nbf` and `iat`, absent ones as never and always. */
  readonly expiresAt: number
  readonly validFrom: number
}

export type Verdict = VerifiedToken | TokenFault

interface Known extends VerifiedToken {
  readonly key: TrustedKey
}

/** A token's own text, and its claims, which take a few times the room of theirs. */
const tokenFactor = 5
const overheadBytes = 400
/** Clocks of issuer and gateway may differ by so much before a token counts as not valid yet (guess). Seconds. */
const skewSeconds = 5

export class TokenVerifier {
  readonly #known: Lru<Known>
  readonly #clock: Clock

  /** `capacityBytes`: of what is remembered of verified tokens. Default 16 MB. */
  constructor(clock: Clock, capacityBytes = 16 * 1024 ** 2) {
    this.#clock = clock
    this.#known = new Lru(capacityBytes)
  }

  /** A promise only when the issuer must be asked for its keys. Never throws, never rejects. */
  verify(token: string, trust: Trust): Verdict | Promise<Verdict> {
    const known = this.#known.get(token)
    if (known !== undefined && isTrusted(known, trust)) {
      if (known.issuer.has(known.key)) return known
      this.#known.delete(token)
    }
    const decoded = decodeToken(token)
    if (isFault(decoded)) return decoded
    const algorithm = trust.algorithms.find(each => each === decoded.algorithm)
    if (algorithm === undefined) {
      const wanted = trust.algorithms.join(', ')
      return fault('algorithm', `the token's alg is ${shown(decoded.algorithm)}, not ${wanted}`)
    }
    const { iss } = decoded.claims
    const issuer = trust.issuers.find(({ url }) => url === iss)
    if (issuer === undefined) {
      const wanted = trust.issuers.map(({ url }) => url).join(' or ')
      return fault('issuer', `the token's iss is ${shown(iss)}, not ${wanted}`)
    }
    const { keyId } = decoded
    if (keyId === undefined) return fault('key', "the token's header has no kid")
    const times = readTimes(decoded.claims)
    if (typeof times === 'string') return fault('claims', times)
    const check = (key: TrustedKey | TokenFault): Verdict => {
      if (isFault(key)) return key
      if (!isSigned(decoded, key, algorithm)) {
        return fault(
          'signature',
          `the token was not signed with the key ${shown(keyId)} of ${issuer.url}`,
        )
      }
      const { claims } = decoded
      const verified: Known = { issuer, algorithm, claims, ...times, key }
      this.#remember(token, verified)
      return verified
    }
    const found = issuer.find(keyId, algorithm)
    return found instanceof Promise ? found.then(check) : check(found)
  }

  /** Why the token cannot be used now; undefined: it can. */
  timeFault({ expiresAt, validFrom }: VerifiedToken): TokenFault | undefined {
    const now = this.#clock.now() / 1000
    if (expiresAt <= now) return fault('expired', `the token expired ${ago(now - expiresAt)} ago`)
    if (validFrom > now + skewSeconds) {
      return fault('not-yet-valid', `the token is valid only in ${ago(validFrom - now)} (nbf, iat)`)
    }
    return undefined
  }

  #remember(token: string, known: Known): void {
    // What has expired stays refused without being remembered.
    if (known.expiresAt * 1000 <= this.#clock.now()) return
    // A part of a longer text would keep all of that in memory; verified tokens are ASCII.
    const key = Buffer.from(token, 'latin1').toString('latin1')
    this.#known.put(key, known, token.length * tokenFactor + overheadBytes)
  }
}

function isTrusted({ issuer, algorithm }: Known, trust: Trust): boolean {
  return trust.issuers.includes(issuer) && trust.algorithms.includes(algorithm)
}

function isSigned(decoded: DecodedToken, key: TrustedKey, algorithm: TokenAlgorithm): boolean {
  try {
    return key.verifies(algorithm, decoded.signedText, decoded.signature)
  } catch {
    // OpenSSL throws at some keys and signatures that cannot be right.
    return false
  }
}

/** Gives a sentence when one of them is no time. A token without `exp` would be good for ever: it is refused. */
function readTimes({
  exp,
  nbf = 0,
  iat = 0,
}: JsonObject): { expiresAt: number; validFrom: number } | string {
  if (!isTime(exp)) return 'the token has no exp that is a number'
  if (!isTime(nbf)) return "the token's nbf is not a number"
  if (!isTime(iat)) return "the token's iat is not a number"
  return { expiresAt: exp, validFrom: Math.max(nbf, iat) }
}

/** Up to the year 9999, so that nothing overflows. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 253_402_300_799
}

function ago(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`
}

/** A claim, in a sentence. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
