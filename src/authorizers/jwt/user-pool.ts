/**
 * What a REST API asks of a token of an Amazon Cognito user pool: "Control access to REST APIs using Amazon Cognito user
 * pools as an authorizer" in the developer guide.
 *
 *     the method asks for no scopes    an ID token                    aud matches the validation expression, if there is one
 *     it asks for scopes               an access token with one of them
 *
 * The validation expression of an authorizer of this type is matched with `aud`; that the `client_id` of an access token is
 * matched in its place is a guess. All else is told in one word, Unauthorized; only an expired token has its own.
 */
import { fault, isFault, type TokenFault } from './faults.ts'
import { scopesOf } from './scopes.ts'
import { shown, type TokenVerifier, type Trust, type VerifiedToken } from './verifier.ts'

export interface UserPoolRules {
  readonly trust: Trust
  /** Of the method; empty: it asks for none. */
  readonly scopes: readonly string[]
  /** Of the whole `aud`; null: any will do. */
  readonly isAudience: ((audience: string) => boolean) | null
}

/** A promise only when the issuer must be asked for its keys. Never throws, never rejects. */
export function checkUserPoolToken(
  token: string,
  rules: UserPoolRules,
  verifier: TokenVerifier,
): VerifiedToken | TokenFault | Promise<VerifiedToken | TokenFault> {
  const verdict = verifier.verify(token, rules.trust)
  if (verdict instanceof Promise) return verdict.then(each => checkClaims(each, rules, verifier))
  return checkClaims(verdict, rules, verifier)
}

function checkClaims(
  verdict: VerifiedToken | TokenFault,
  rules: UserPoolRules,
  verifier: TokenVerifier,
): VerifiedToken | TokenFault {
  if (isFault(verdict)) return verdict
  return verifier.timeFault(verdict) ?? claimsFault(verdict, rules) ?? verdict
}

function claimsFault(
  { claims }: VerifiedToken,
  { scopes, isAudience }: UserPoolRules,
): TokenFault | undefined {
  const { token_use: use, aud, client_id: client } = claims
  if (scopes.length === 0 && use !== 'id') {
    return fault(
      'token-use',
      `token_use is ${shown(use)}, but the method asks for no scopes, so an ID token is needed`,
    )
  }
  if (scopes.length > 0 && use !== 'access') {
    return fault(
      'token-use',
      `token_use is ${shown(use)}, but the method asks for scopes, so an access token is needed`,
    )
  }
  if (isAudience !== null) {
    const audience = use === 'id' ? aud : client
    if (typeof audience !== 'string' || !isAudience(audience)) {
      const name = use === 'id' ? 'aud' : 'client_id'
      return fault(
        'audience',
        `${name} is ${shown(audience)}, which the validation expression does not match`,
      )
    }
  }
  if (scopes.length === 0) return undefined
  const granted = scopesOf(claims)
  if (scopes.some(scope => granted.includes(scope))) return undefined
  return fault(
    'scope',
    `the token's scopes are ${shown(granted)}, and one of ${shown(scopes)} is needed`,
  )
}
