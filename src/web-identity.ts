/**
 * Verifies the tokens that AssumeRoleWithWebIdentity takes, with the verifier of authorizers; what STS makes of the claims is its
 * own affair. As in IAM, issuers are asked over https only; in development http will do.
 */
import { isFault, type TokenFault } from './authorizers/jwt/faults.ts'
import type { VerifiedToken } from './authorizers/jwt/verifier.ts'
import type { TokenTools } from './authorizers/user-pool.ts'
import type { VerifyWebToken, WebClaims } from './control/sts/context.ts'

/** Of OpenID Connect providers in IAM: "Create an OpenID Connect identity provider in IAM". */
const algorithms = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const

export function createVerifyWebToken(
  { issuers, verifier }: TokenTools,
  isDevelopment: boolean,
): VerifyWebToken {
  return async (token, issuerUrl) => {
    if (!isDevelopment && !issuerUrl.startsWith('https://')) {
      throw named('InvalidToken', `${issuerUrl} is not an https address`)
    }
    const verdict = await verifier.verify(token, { issuers: [issuers.of(issuerUrl)], algorithms })
    if (isFault(verdict)) throw errorOf(verdict)
    const problem = verifier.timeFault(verdict)
    if (problem !== undefined) throw errorOf(problem)
    return webClaims(verdict)
  }
}

/** `azp` stands in the place of several audiences, as IAM has it ("Available keys for AWS OIDC federation"). */
function webClaims({ claims }: VerifiedToken): WebClaims {
  const { sub, aud, azp, amr } = claims
  if (typeof sub !== 'string' || sub === '') throw named('InvalidToken', 'the token has no sub')
  const audiences = typeof azp === 'string' ? [azp] : texts(aud)
  return { subject: sub, audiences, methods: texts(amr) }
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.filter(each => typeof each === 'string')
}

function errorOf({ type, reason }: TokenFault): Error {
  if (type === 'expired') return named('TokenExpired', reason)
  return named(type === 'unreachable' ? 'ProviderUnreachable' : 'InvalidToken', reason)
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name })
}
