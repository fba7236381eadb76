import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeClock } from '../../base/clock.ts'
import { ellipticSigner, rsaSigner } from './fixtures/signer.ts'
import { prepareJwtCheck } from './http-api.ts'
import { localIssuer } from './issuer.ts'
import { TokenVerifier } from './verifier.ts'

const clock = new FakeClock()
const now = Math.floor(clock.now() / 1000)
const url = 'https://issuer.test/'
const signer = rsaSigner('k', 'RS384')
const es = ellipticSigner('es', 'P-256')
const issuer = localIssuer(url, { keys: [signer.jwk, es.jwk] })
const claims = {
  iss: url,
  aud: 'app',
  exp: now + 60,
  scope: 'read write',
  groups: ['a', 'b'],
  n: 1,
}

function check(identity: string | undefined, scopes: string[] = []) {
  const verifier = new TokenVerifier(clock)
  const outcome = prepareJwtCheck({ issuer, audiences: ['app', 'web'], scopes }, verifier)(identity)
  assert.ok(!(outcome instanceof Promise))
  return outcome
}

for (const [name, identity, scopes] of [
  ['a token', signer.token(claims), []],
  ['a bearer token', `Bearer ${signer.token(claims)}`, []],
  ['any case of the scheme', `bEARER  ${signer.token(claims)} `, []],
  ['one of the scopes', signer.token(claims), ['x', 'write']],
  ['scopes in scp', signer.token({ ...claims, scope: undefined, scp: ['write'] }), ['write']],
  ['one of several audiences', signer.token({ ...claims, aud: ['x', 'web'] }), []],
  [
    'a client in place of an audience',
    signer.token({ ...claims, aud: undefined, client_id: 'web' }),
    [],
  ],
] as const) {
  test(`accepts ${name}`, () => {
    const outcome = check(identity, [...scopes])
    assert.ok(outcome.isAccepted, JSON.stringify(outcome))
  })
}

test('claims are texts as Go prints them; scopes are null where the route asks for none', () => {
  const outcome = check(signer.token({ ...claims, o: { b: [1], a: true } }))
  assert.ok(outcome.isAccepted)
  assert.deepEqual(
    { ...outcome.claims },
    {
      iss: url,
      aud: 'app',
      exp: String(now + 60),
      scope: 'read write',
      groups: '[a b]',
      n: '1',
      o: 'map[a:true b:[1]]',
    },
  )
  assert.equal(outcome.scopes, null)
  const scoped = check(signer.token(claims), ['read'])
  assert.ok(scoped.isAccepted)
  assert.deepEqual(scoped.scopes, ['read', 'write'])
})

const invalid = (description: string, scope = '') =>
  `Bearer scope="${scope}" error="invalid_token" error_description="${description}"`

for (const [name, identity, status, challenge, scopes] of [
  ['no token', undefined, 401, 'Bearer', []],
  ['an empty one', 'Bearer ', 401, 'Bearer', []],
  [
    'a wrong audience',
    signer.token({ ...claims, aud: 'x' }),
    401,
    invalid('the token does not have a valid audience'),
    [],
  ],
  [
    'a client beside a wrong audience',
    signer.token({ ...claims, aud: 'x', client_id: 'app' }),
    401,
    invalid('the token does not have a valid audience'),
    [],
  ],
  [
    'an expired token',
    signer.token({ ...claims, exp: now }),
    401,
    invalid('the token has expired', 'a b'),
    ['a', 'b'],
  ],
  [
    'an elliptic signature',
    es.token(claims),
    401,
    invalid('the signing method of the token is invalid'),
    [],
  ],
  [
    'none of the scopes',
    signer.token(claims),
    403,
    'Bearer scope="admin" error="insufficient_scope" error_description="the token does not have the required scope"',
    ['admin'],
  ],
] as const) {
  test(`refuses ${name}`, () => {
    const outcome = check(identity, [...scopes])
    assert.ok(!outcome.isAccepted)
    assert.equal(outcome.status, status)
    assert.equal(outcome.challenge, challenge)
  })
}
