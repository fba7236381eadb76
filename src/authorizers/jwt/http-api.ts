/**
 * JWT authorizers of HTTP APIs: "Control access to HTTP APIs with JWT authorizers in API Gateway" in the developer guide.
 * Any OpenID Connect issuer, RSA signatures only, one of the audiences, one of the route's scopes.
 *
 *     no token                 401  www-authenticate: Bearer
 *     a wrong one              401  … Bearer scope="" error="invalid_token" error_description="the token has expired"
 *     none of the scopes       403  … Bearer scope="a b" error="insufficient_scope" error_description="…"
 *
 * The description for a wrong audience is documented (with the empty scope in it); the other words are guesses.
 */
import { type ClaimTexts, jwtClaims } from './claim-texts.ts'
import { fault, isFault, type TokenFault } from './faults.ts'
import type { Issuer } from './issuer.ts'
import { scopesOf } from './scopes.ts'
import { bearerToken } from './token-place.ts'
import { shown, type TokenVerifier, type Verdict, type VerifiedToken } from './verifier.ts'

export interface JwtRules {
  readonly issuer: Issuer
  /** One of these must be in `aud`, or be `client_id` where there is no `aud`. */
  readonly audiences: readonly string[]
  /** Of the route; empty: none is needed. */
  readonly scopes: readonly string[]
}

export interface JwtAccepted {
  readonly isAccepted: true
  readonly claims: ClaimTexts
  /** Those of the token; null: the route asks for none. */
  readonly scopes: readonly string[] | null
}

export interface JwtRefused {
  readonly isAccepted: false
  readonly status: 401 | 403
  /** The header `www-authenticate`. */
  readonly challenge: string
  /** For the owner of the API. */
  readonly reason: string
}

export type JwtOutcome = JwtAccepted | JwtRefused

/** RFC 7518 names of what HTTP APIs verify. */
const algorithms = ['RS256', 'RS384', 'RS512'] as const

/** Makes the check of one route, once. `identity`: the value of the identity source, with or without `Bearer `. */
export function prepareJwtCheck(
  { issuer, audiences, scopes }: JwtRules,
  verifier: TokenVerifier,
): (identity: string | undefined) => JwtOutcome | Promise<JwtOutcome> {
  const trust = { issuers: [issuer], algorithms }
  const decide = (verdict: Verdict): JwtOutcome => {
    if (isFault(verdict)) return refused(verdict, scopes)
    const problem =
      verifier.timeFault(verdict) ??
      audienceFault(verdict, audiences) ??
      scopeFault(verdict, scopes)
    if (problem !== undefined) return refused(problem, scopes)
    const granted = scopes.length === 0 ? null : scopesOf(verdict.claims)
    return { isAccepted: true, claims: jwtClaims(verdict.claims), scopes: granted }
  }
  return identity => {
    const token = identity === undefined ? '' : bearerToken(identity)
    if (token === '') return missing
    const verdict = verifier.verify(token, trust)
    return verdict instanceof Promise ? verdict.then(decide) : decide(verdict)
  }
}

const missing: JwtRefused = Object.freeze({
  isAccepted: false,
  status: 401,
  challenge: 'Bearer',
  reason: 'the request has no token where the identity source looks for it',
})

/** `aud` may be one text or a list (RFC 7519 section 4.1.3). */
function audienceFault(
  { claims }: VerifiedToken,
  audiences: readonly string[],
): TokenFault | undefined {
  const { aud, client_id: client } = claims
  const given = aud === undefined ? client : aud
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.some(each => typeof each === 'string' && audiences.includes(each))) return undefined
  const name = aud === undefined ? 'client_id' : 'aud'
  return fault('audience', `${name} is ${shown(given)}, and one of ${shown(audiences)} is needed`)
}

function scopeFault({ claims }: VerifiedToken, scopes: readonly string[]): TokenFault | undefined {
  if (scopes.length === 0) return undefined
  const granted = scopesOf(claims)
  if (scopes.some(scope => granted.includes(scope))) return undefined
  return fault(
    'scope',
    `the token's scopes are ${shown(granted)}, and one of ${shown(scopes)} is needed`,
  )
}

function refused(problem: TokenFault, scopes: readonly string[]): JwtRefused {
  const isScope = problem.type === 'scope'
  const error = isScope ? 'insufficient_scope' : 'invalid_token'
  const wanted = scopes.join(' ').replaceAll(/["\\]/g, '\\$&')
  return {
    isAccepted: false,
    status: isScope ? 403 : 401,
    challenge: `Bearer scope="${wanted}" error="${error}" error_description="${descriptionOf(problem)}"`,
    reason: problem.reason,
  }
}

/** Fixed texts: nothing of the token gets into the header. */
function descriptionOf({ type }: TokenFault): string {
  switch (type) {
    case 'malformed':
      return 'unable to decode the token'
    case 'algorithm':
      return 'the signing method of the token is invalid'
    case 'issuer':
      return 'the token does not have a valid issuer'
    case 'key':
      return 'unable to find the signing key of the token'
    case 'unreachable':
      return 'unable to reach the issuer of the token'
    case 'signature':
      return 'the signature of the token is invalid'
    case 'expired':
      return 'the token has expired'
    case 'not-yet-valid':
      return 'the token is not valid yet'
    case 'audience':
      return 'the token does not have a valid audience'
    case 'scope':
      return 'the token does not have the required scope'
    case 'claims':
    case 'token-use':
      return 'the claims of the token are invalid'
    default:
      return type satisfies never
  }
}
