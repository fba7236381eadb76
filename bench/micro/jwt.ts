/**
 * What a token costs: one that is known (looked up by its text, and for scale what a digest of it takes), one that is new (decoded and its signature checked here),
 * and the same by jose, which checks signatures off the thread. And what an authorizer's answer costs that is remembered:
 * the key of the caller, and finding it.
 */
import { hash } from 'node:crypto'
import { compactVerify, importJWK } from 'jose'
import { bench, do_not_optimize, run, summary } from 'mitata'
import {
  AuthorizationCache,
  callerKey,
  type Grant,
} from '../../src/authorizers/authorization-cache.ts'
import { isFault } from '../../src/authorizers/jwt/faults.ts'
import { ellipticSigner, rsaSigner } from '../../src/authorizers/jwt/fixtures/signer.ts'
import { localIssuer } from '../../src/authorizers/jwt/issuer.ts'
import { TokenVerifier, type Trust } from '../../src/authorizers/jwt/verifier.ts'
import { systemClock } from '../../src/base/clock.ts'
import { ClientRequest } from '../../src/pipeline/client-request.ts'
import { planLambdaAuthorizer } from '../../src/program/authorizer-plans.ts'

const url = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
const now = Math.floor(Date.now() / 1000)
const claims = {
  ...{ sub: 'd2f50444-0041-7036-aea2-a955fca33d37', iss: url, aud: '3nkoep4151b7umeggnottc30u9' },
  ...{ token_use: 'id', auth_time: now, iat: now, exp: now + 86_400, email: 'me@example.com' },
  ...{ 'cognito:groups': ['readers', 'writers'], 'cognito:username': 'me', email_verified: true },
}
const rs = rsaSigner('rs')
const es = ellipticSigner('es', 'P-256')
const issuer = localIssuer(url, { keys: [rs.jwk, es.jwk] })
const trust: Trust = { issuers: [issuer], algorithms: ['RS256', 'ES256'] }
const token = rs.token(claims)
const elliptic = es.token(claims)

const remembering = new TokenVerifier(systemClock)
// Keeps nothing, so that every token is new.
const forgetful = new TokenVerifier(systemClock, 0)
remembering.verify(token, trust)

function verifyNow(verifier: TokenVerifier, text: string): void {
  const verdict = verifier.verify(text, trust)
  if (verdict instanceof Promise || isFault(verdict)) throw new Error('not verified')
  if (verifier.timeFault(verdict) !== undefined) throw new Error('expired')
}

const key = await importJWK(rs.jwk, 'RS256')

const plan = planLambdaAuthorizer(
  {
    ...{ id: 'auth01', name: 'gate', type: 'TOKEN' },
    identitySource: 'method.request.header.Authorization',
    authorizerUri:
      'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:gate/invocations',
  },
  { account: '000000000000', region: 'eu-west-1', apiId: 'abc', stageVariables: {} },
)
const headers = ['Host', 'x', 'User-Agent', 'curl', 'Authorization', `Bearer ${token}`]
const request = new ClientRequest('GET', '/', '', headers, null, {})
// A TOKEN authorizer asks for nothing of these.
const variables = { context: {}, stageVariables: {} } as never
const keyOf = callerKey(plan, 'deploy')
const cache = new AuthorizationCache(1_000_000, systemClock)
const grant = { bytes: 500 } as Grant
cache.ask(keyOf(request, variables), 'r1', Promise.resolve(grant))
await Promise.resolve()
await Promise.resolve()

// A new text each time, as it comes in a header.
const received = Buffer.from(token)
summary(() => {
  bench('a known token', () => verifyNow(remembering, received.toString('latin1')))
  bench('the SHA-256 of it', () => hash('sha256', received.toString('latin1'), 'base64url'))
})
summary(() => {
  bench('a new token, RS256', () => verifyNow(forgetful, token))
  bench('a new token, RS256, jose', async () => {
    const { payload } = await compactVerify(token, key, { algorithms: ['RS256'] })
    do_not_optimize(JSON.parse(Buffer.from(payload).toString()))
  })
  bench('a new token, ES256', () => verifyNow(forgetful, elliptic))
})
bench("a Lambda authorizer's answer that is remembered", () => {
  const found = cache.find(keyOf(request, variables), 300_000)
  if (found?.type !== 'hit') throw new Error('not found')
})

await run()
