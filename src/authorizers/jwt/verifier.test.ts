/** Each case is one way in which a token can be wrong, after the tests of Wycheproof, RFC 8725 and old advisories. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../base/clock.ts'
import { isFault, type TokenFaultType } from './faults.ts'
import { ellipticSigner, hmacToken, part, rsaSigner } from './fixtures/signer.ts'
import { localIssuer } from './issuer.ts'
import { TokenVerifier, type Trust } from './verifier.ts'

const clock = new FakeClock()
const now = Math.floor(clock.now() / 1000)
const url = 'https://issuer.test'
const rs = rsaSigner('rs')
const other = rsaSigner('rs')
const rs512 = rsaSigner('rs512', 'RS512')
const es = ellipticSigner('es', 'P-256')
const es384 = ellipticSigner('es384', 'P-384')
const small = rsaSigner('small', 'RS256', 1024)
const weakExponent = { ...rs.jwk, kid: 'e1', e: 'AQ' }
const secret = { kty: 'oct', kid: 'secret', k: part('s3cret'), alg: 'HS256' }
const forEncryption = { ...rs.jwk, kid: 'enc', use: 'enc' }
const offCurve = { ...es.jwk, kid: 'off', y: es.jwk['x'] }
const issuer = localIssuer(url, {
  keys: [
    ...[rs.jwk, rs512.jwk, es.jwk, es384.jwk, small.jwk],
    ...[weakExponent, secret, forEncryption, offCurve, null, 'key', { kty: 'RSA', kid: 'none' }],
  ] as object[],
})
const rsaOnly: Trust = { issuers: [issuer], algorithms: ['RS256', 'RS384', 'RS512'] }
const all: Trust = {
  issuers: [issuer],
  algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
}
const claims = { iss: url, sub: 'me', exp: now + 3600, iat: now }
const good = rs.token(claims)
const [header = '', payload = '', signature = ''] = good.split('.')
const pem = rs.publicKey.export({ type: 'spki', format: 'pem' }).toString()

function verify(token: string, trust = all) {
  const verifier = new TokenVerifier(clock)
  const verdict = verifier.verify(token, trust)
  assert.ok(!(verdict instanceof Promise))
  return isFault(verdict) ? verdict : (verifier.timeFault(verdict) ?? verdict)
}

for (const [name, token] of [
  ['RS256', good],
  ['RS512', rs512.token(claims)],
  ['ES256', es.token(claims)],
  ['ES384', es384.token(claims)],
  ['a header with other members', rs.token(claims, { typ: 'at+jwt', x5t: 'abc', cty: 'x' })],
  [
    'keys in its header that nobody needs',
    rs.token(claims, { jku: 'https://evil.test', jwk: other.jwk }),
  ],
] as const) {
  test(`accepts ${name}`, () => {
    const verdict = verify(token)
    assert.ok(!isFault(verdict), JSON.stringify(verdict))
    assert.deepEqual(verdict.claims, claims)
  })
}

const refused: readonly (readonly [string, string, TokenFaultType, Trust?])[] = [
  ['nothing', '', 'malformed'],
  ['a word', 'abc', 'malformed'],
  ['two parts', `${header}.${payload}`, 'malformed'],
  ['four parts', `${good}.x`, 'malformed'],
  ['an encrypted token', 'a.b.c.d.e', 'malformed'],
  ['dots only', '..', 'malformed'],
  ['a token that is too long', `${header}.${'A'.repeat(17_000)}.${signature}`, 'malformed'],
  ['padding', `${good}=`, 'malformed'],
  ['base64 with plus and slash', `${header}.${payload}.+/${signature.slice(2)}`, 'malformed'],
  ['white space inside', `${header}.${payload}. ${signature}`, 'malformed'],
  ['a line end behind it', `${good}\n`, 'malformed'],
  ['a part with one character too many', `${header}.${payload}A.${signature}`, 'malformed'],
  ['a header that is no object', `${part('[]')}.${payload}.${signature}`, 'malformed'],
  ['claims that are no object', rs.token('"text"'), 'malformed'],
  [
    'claims that are not UTF-8',
    `${header}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.x`,
    'malformed',
  ],
  ['a claim twice', rs.token(`{"iss":"${url}","exp":${now + 9},"sub":"a","sub":"b"}`), 'malformed'],
  [
    'alg twice',
    `${part('{"alg":"RS256","alg":"none","kid":"rs"}')}.${payload}.${signature}`,
    'malformed',
  ],
  ['deep claims', rs.token(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`), 'malformed'],
  ['crit', rs.token(claims, { crit: ['exp'], exp: 1 }), 'malformed'],
  ['crit and b64', rs.token(claims, { crit: ['b64'], b64: true }), 'malformed'],
  ['b64 without crit', rs.token(claims, { b64: false }), 'malformed'],
  ['no alg', rs.token(claims, { alg: undefined }), 'malformed'],
  ['an alg that is a list', rs.token(claims, { alg: ['RS256'] }), 'malformed'],
  ['a kid that is a number', rs.token(claims, { kid: 1 }), 'malformed'],
  ['alg none', `${part({ alg: 'none' })}.${payload}.`, 'algorithm'],
  ['alg None', `${part({ alg: 'None', kid: 'rs' })}.${payload}.`, 'algorithm'],
  ['alg nOnE with a signature', rs.token(claims, { alg: 'nOnE' }), 'algorithm'],
  ['alg rs256', rs.token(claims, { alg: 'rs256' }), 'algorithm'],
  ['alg PS256', rs.token(claims, { alg: 'PS256' }), 'algorithm'],
  [
    'HS256 with the public key as secret',
    hmacToken(claims, { alg: 'HS256', kid: 'rs' }, pem),
    'algorithm',
  ],
  ['HS256 with an empty secret', hmacToken(claims, { alg: 'HS256', kid: 'rs' }, ''), 'algorithm'],
  [
    'HS256 with a secret of the set',
    hmacToken(claims, { alg: 'HS256', kid: 'secret' }, 's3cret'),
    'algorithm',
  ],
  ['an HMAC that says RS256', hmacToken(claims, { alg: 'RS256', kid: 'rs' }, pem), 'signature'],
  ['ES256 where RSA is asked', es.token(claims), 'algorithm', rsaOnly],
  ['another issuer', rs.token({ ...claims, iss: 'https://other.test' }), 'issuer'],
  ['an issuer with a slash more', rs.token({ ...claims, iss: `${url}/` }), 'issuer'],
  ['a list of issuers', rs.token({ ...claims, iss: [url] }), 'issuer'],
  ['no issuer', rs.token({ ...claims, iss: undefined }), 'issuer'],
  ['no kid', rs.token(claims, { kid: undefined }), 'key'],
  ['an empty kid', rs.token(claims, { kid: '' }), 'key'],
  ['an unknown kid', rs.token(claims, { kid: '../../rs' }), 'key'],
  ['a kid of the prototype', rs.token(claims, { kid: '__proto__' }), 'key'],
  ['a key for encryption', rs.token(claims, { kid: 'enc' }), 'key'],
  ['a key of 1,024 bits', small.token(claims), 'key'],
  ['a key with exponent 1', rs.token(claims, { kid: 'e1' }), 'key'],
  ['a point that is not on the curve', es.token(claims, { kid: 'off' }), 'key'],
  ['RS256 with a key for RS512', rs512.token(claims, { alg: 'RS256' }), 'key'],
  ['ES256 with an RSA key', es.token(claims, { kid: 'rs' }), 'key'],
  ['RS256 with an elliptic key', rs.token(claims, { kid: 'es' }), 'key'],
  ['ES384 with a P-256 key', es.token(claims, { alg: 'ES384' }), 'key'],
  ['the same kid, another key', other.token(claims), 'signature'],
  ['another key, given in jwk', other.token(claims, { jwk: other.jwk }), 'signature'],
  [
    'another key, named by jku',
    other.token(claims, { jku: 'https://evil.test/keys' }),
    'signature',
  ],
  [
    'another key, named by x5u',
    other.token(claims, { x5u: 'https://evil.test/pem', x5c: ['MII'] }),
    'signature',
  ],
  ['no signature', `${header}.${payload}.`, 'signature'],
  ['a short signature', `${header}.${payload}.${signature.slice(0, 8)}`, 'signature'],
  [
    'a signature of zeros',
    `${header}.${payload}.${Buffer.alloc(256).toString('base64url')}`,
    'signature',
  ],
  ['an elliptic signature of zeros', cut(es.token(claims), Buffer.alloc(64)), 'signature'],
  [
    'an elliptic signature in DER',
    cut(es.token(claims), Buffer.concat([Buffer.from([0x30, 6, 2, 1, 1, 2, 1, 1])])),
    'signature',
  ],
  [
    'other claims under the same signature',
    `${header}.${part({ ...claims, sub: 'you' })}.${signature}`,
    'signature',
  ],
  [
    'another header under the same signature',
    `${part({ kid: 'rs', alg: 'RS256' })}.${payload}.${signature}`,
    'signature',
  ],
  ['no exp', rs.token({ iss: url }), 'claims'],
  ['exp as a text', rs.token({ ...claims, exp: '99999999999' }), 'claims'],
  ['exp beyond all measure', rs.token(`{"iss":"${url}","exp":1e308}`), 'claims'],
  ['an infinite exp', rs.token(`{"iss":"${url}","exp":1e999}`), 'claims'],
  ['exp null', rs.token({ ...claims, exp: null }), 'claims'],
  ['nbf as a text', rs.token({ ...claims, nbf: '1' }), 'claims'],
  ['a negative iat', rs.token({ ...claims, iat: -1 }), 'claims'],
  ['an expired token', rs.token({ ...claims, exp: now - 1 }), 'expired'],
  ['a token that expires now', rs.token({ ...claims, exp: now }), 'expired'],
  ['a token that is not valid yet', rs.token({ ...claims, nbf: now + 60 }), 'not-yet-valid'],
  ['a token from the future', rs.token({ ...claims, iat: now + 60 }), 'not-yet-valid'],
]

for (const [name, token, type, trust] of refused) {
  test(`refuses ${name}`, () => {
    const verdict = verify(token, trust)
    assert.ok(isFault(verdict), 'it was accepted')
    assert.equal(verdict.type, type, verdict.reason)
  })
}

function cut(token: string, end: Buffer): string {
  return `${token.slice(0, token.lastIndexOf('.'))}.${end.toString('base64url')}`
}

test('a small difference between clocks is forgiven before, not after', () => {
  assert.ok(!isFault(verify(rs.token({ ...claims, iat: now + 4, nbf: now + 4 }))))
  assert.ok(isFault(verify(rs.token({ ...claims, exp: now - 1 }))))
})

test('no change of one character is accepted', () => {
  const verifier = new TokenVerifier(clock)
  assert.ok(!isFault(verifier.verify(good, all) as object))
  const position = fc.integer({ min: 0, max: good.length - 1 })
  fc.assert(
    fc.property(position, fc.constantFrom(...'ABab09-_.=+/ \0é'), (at, character) => {
      fc.pre(good[at] !== character)
      const verdict = verifier.verify(good.slice(0, at) + character + good.slice(at + 1), all)
      assert.ok(isFault(verdict as object))
    }),
    { numRuns: 300 },
  )
})

test('whatever comes is a verdict', () => {
  const verifier = new TokenVerifier(clock)
  const piece = fc.oneof(fc.base64String(), fc.json().map(part), fc.string())
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), parts => {
      assert.ok(isFault(verifier.verify(parts.join('.'), all) as object))
    }),
  )
})

test('a token that is known is still refused where others are trusted, once it expired, or once its key is gone', () => {
  const moving = new FakeClock()
  const verifier = new TokenVerifier(moving)
  let isPublished = true
  const withdrawing = { ...issuer, url, has: () => isPublished }
  const trust: Trust = { issuers: [withdrawing], algorithms: ['RS256'] }
  const first = verifier.verify(good, trust)
  assert.equal(verifier.verify(good, trust), first)
  assert.ok(isFault(verifier.verify(good, { issuers: [], algorithms: ['RS256'] }) as object))
  assert.ok(isFault(verifier.verify(good, { ...trust, algorithms: ['RS512'] }) as object))
  // Who does not trust it does not make others forget it.
  assert.equal(verifier.verify(good, trust), first)
  isPublished = false
  const second = verifier.verify(good, trust)
  assert.notEqual(second, first)
  isPublished = true
  assert.ok(!(second instanceof Promise) && !isFault(second))
  assert.equal(verifier.timeFault(second), undefined)
  moving.advance(3_600_000)
  assert.equal(verifier.timeFault(second)?.type, 'expired')
})
