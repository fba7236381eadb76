/**
 * Authorizers of Amazon Cognito user pools: finds the token in its header, has it verified, and makes `$context.authorizer`
 * of its claims. jwt/user-pool.ts says what is asked of the token.
 *
 *     no token, or a wrong one      401 Unauthorized
 *     an expired one                401 The incoming token has expired
 *     the pool's keys are unknown   500 AuthorizerFailureException (a guess)
 */
import type { MethodRequest } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Variables } from '../messages/variables.ts'
import type { UserPoolPlan } from '../program/authorizer-plan.ts'
import { type ClaimTexts, userPoolClaims } from './jwt/claim-texts.ts'
import { isFault, type TokenFault } from './jwt/faults.ts'
import type { Issuers } from './jwt/issuers.ts'
import { scopesOf } from './jwt/scopes.ts'
import { bearerToken } from './jwt/token-place.ts'
import { checkUserPoolToken } from './jwt/user-pool.ts'
import type { TokenVerifier, VerifiedToken } from './jwt/verifier.ts'

export interface TokenTools {
  readonly issuers: Issuers
  readonly verifier: TokenVerifier
}

/** What a user pool vouches for. */
export interface UserPoolCaller {
  /** `$context.authorizer`. */
  readonly authorizer: Readonly<{ claims: ClaimTexts; scopes?: readonly string[] }>
  /** `sub`, or '' when the token has none. */
  readonly subject: string
}

/** A promise only when the pool must be asked for its keys. Throws, or rejects with, `Refusal`. */
export type VerifyCaller<T> = (request: MethodRequest, variables: Variables) => T | Promise<T>

/** Cognito signs with nothing else. */
const algorithms = ['RS256'] as const

/** What `make` makes of a caller is remembered as long as the token is. */
export function prepareUserPool<T extends object>(
  plan: UserPoolPlan,
  { issuers, verifier }: TokenTools,
  make: (caller: UserPoolCaller) => T,
): VerifyCaller<T> {
  const { source, isAudience, scopes, pools } = plan
  const trust = { issuers: pools.map(arn => issuers.ofUserPool(arn)), algorithms }
  const rules = { trust, scopes, isAudience }
  const known = new WeakMap<VerifiedToken, T>()
  const accept = (verdict: VerifiedToken | TokenFault): T => {
    if (isFault(verdict)) throw refusalFor(verdict)
    let made = known.get(verdict)
    if (made === undefined) {
      made = make(callerOf(verdict, scopes.length > 0))
      known.set(verdict, made)
    }
    return made
  }
  return (request, variables) => {
    const value = source.read(request, variables)
    const token = value === undefined ? '' : bearerToken(value)
    if (token === '') {
      throw new Refusal('UNAUTHORIZED', {
        reason: `the request has no token in ${source.expression.replace('method.request.', '')}`,
      })
    }
    const verdict = checkUserPoolToken(token, rules, verifier)
    return verdict instanceof Promise ? verdict.then(accept) : accept(verdict)
  }
}

/** The scopes beside the claims are a guess. */
function callerOf({ claims }: VerifiedToken, hasScopes: boolean): UserPoolCaller {
  const texts = userPoolClaims(claims)
  const scopes = hasScopes ? { scopes: Object.freeze([...scopesOf(claims)]) } : {}
  return { authorizer: Object.freeze({ claims: texts, ...scopes }), subject: texts['sub'] ?? '' }
}

function refusalFor({ type, reason }: TokenFault): Refusal {
  if (type === 'unreachable') return new Refusal('AUTHORIZER_FAILURE', { reason })
  const expired = type === 'expired' ? { message: 'The incoming token has expired' } : {}
  return new Refusal('UNAUTHORIZED', { ...expired, reason })
}
