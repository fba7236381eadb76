import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeClock } from '../../base/clock.ts'
import { compileJavaRegex } from '../../base/java-regex.ts'
import { userPoolClaims } from './claim-texts.ts'
import { isFault } from './faults.ts'
import { rsaSigner } from './fixtures/signer.ts'
import { localIssuer } from './issuer.ts'
import { checkUserPoolToken } from './user-pool.ts'
import { TokenVerifier } from './verifier.ts'

const clock = new FakeClock()
const now = Math.floor(clock.now() / 1000)
const url = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
const signer = rsaSigner('k')
const trust = {
  issuers: [localIssuer(url, { keys: [signer.jwk] })],
  algorithms: ['RS256'] as const,
}
const verifier = new TokenVerifier(clock)
const times = { exp: now + 3600, iat: now }
const idToken = { iss: url, sub: 'me', aud: 'client', token_use: 'id', ...times }
const accessToken = {
  iss: url,
  sub: 'me',
  client_id: 'client',
  token_use: 'access',
  scope: 'a/r b/w',
  ...times,
}

async function check(claims: object, scopes: string[] = [], expression: string | null = null) {
  const isAudience = expression === null ? null : compileJavaRegex(expression)
  return checkUserPoolToken(signer.token(claims), { trust, scopes, isAudience }, verifier)
}

for (const { name, claims, scopes, expression } of [
  { name: 'an ID token without scopes', claims: idToken },
  { name: 'an access token with one of the scopes', claims: accessToken, scopes: ['x', 'b/w'] },
  { name: 'an audience that matches', claims: idToken, expression: 'cli.*' },
  { name: 'a client that matches', claims: accessToken, scopes: ['a/r'], expression: 'client' },
]) {
  test(`accepts ${name}`, async () => {
    const got = await check(claims, scopes, expression)
    assert.ok(!isFault(got), JSON.stringify(got))
  })
}

for (const { name, claims, scopes, expression, type, reason } of [
  {
    name: 'an access token without scopes',
    claims: accessToken,
    type: 'token-use',
    reason: 'token_use is "access", but the method asks for no scopes, so an ID token is needed',
  },
  {
    name: 'an ID token with scopes',
    claims: { ...idToken, scope: 'a/r' },
    scopes: ['a/r'],
    type: 'token-use',
  },
  {
    name: 'a token of neither use',
    claims: { ...idToken, token_use: undefined },
    type: 'token-use',
  },
  {
    name: 'none of the scopes',
    claims: accessToken,
    scopes: ['b', 'A/R'],
    type: 'scope',
    reason: `the token's scopes are ["a/r","b/w"], and one of ["b","A/R"] is needed`,
  },
  { name: 'a part of an audience', claims: idToken, expression: 'cli', type: 'audience' },
  {
    name: 'a list of audiences',
    claims: { ...idToken, aud: ['client'] },
    expression: 'client',
    type: 'audience',
  },
  { name: 'an expired token', claims: { ...idToken, exp: now }, type: 'expired' },
]) {
  test(`refuses ${name}, and says why`, async () => {
    const got = await check(claims, scopes, expression)
    assert.ok(isFault(got))
    assert.equal(got.type, type)
    if (reason !== undefined) assert.equal(got.reason, reason)
  })
}

test('claims become texts as users have seen them', () => {
  const texts = userPoolClaims({
    exp: 1_469_818_373,
    iat: 1_469_814_773,
    auth_time: 1_469_814_773,
    email_verified: true,
    'cognito:groups': ['a', 'b'],
    identities: [{ userId: '1', primary: true }],
    nothing: null,
    __proto__x: 'y',
  })
  assert.deepEqual(
    { ...texts },
    {
      exp: 'Fri Jul 29 18:52:53 UTC 2016',
      iat: 'Fri Jul 29 17:52:53 UTC 2016',
      auth_time: '1469814773',
      email_verified: 'true',
      'cognito:groups': 'a,b',
      identities: '{"userId":"1","primary":true}',
      __proto__x: 'y',
    },
  )
})
