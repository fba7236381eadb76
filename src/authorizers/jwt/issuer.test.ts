import assert from 'node:assert/strict'
import test from 'node:test'
import { FakeClock } from '../../base/clock.ts'
import { isFault } from './faults.ts'
import { rsaSigner } from './fixtures/signer.ts'
import { type FetchDocument, RemoteIssuer } from './issuer.ts'

const url = 'https://issuer.test/pool'
const one = rsaSigner('one')
const two = rsaSigner('two')

/** An issuer that publishes what it is told, and counts how often it is asked for its keys. */
function published() {
  const state = {
    keys: [one.jwk] as readonly object[],
    configuration: { issuer: url, jwks_uri: 'https://issuer.test/keys' } as object | string,
    isDown: false,
    status: 200,
    asked: 0,
  }
  const fetch: FetchDocument = async where => {
    if (state.isDown) throw new Error('connection refused')
    const isKeys = where.href === 'https://issuer.test/keys'
    if (isKeys) state.asked++
    const content = isKeys ? { keys: state.keys } : state.configuration
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    return { status: state.status, body: Buffer.from(text) }
  }
  const clock = new FakeClock()
  return { state, clock, issuer: new RemoteIssuer(url, fetch, clock) }
}

/** Lets the issuer's documents arrive. */
const settle = () => new Promise(resolve => setImmediate(resolve))

test('the first token waits for the keys, the next ones do not, and all who wait share one question', async () => {
  const { state, issuer } = published()
  const asked = [
    issuer.find('one', 'RS256'),
    issuer.find('one', 'RS256'),
    issuer.find('x', 'RS256'),
  ]
  assert.ok(asked.every(each => each instanceof Promise))
  const [first, second, third] = await Promise.all(asked)
  assert.ok(first && !isFault(first))
  assert.equal(second, first)
  assert.ok(third && isFault(third))
  assert.equal(issuer.find('one', 'RS256'), first)
  assert.equal(state.asked, 1)
})

test('an unknown kid asks again, at most once in 30 seconds', async () => {
  const { state, clock, issuer } = published()
  await issuer.find('one', 'RS256')
  state.keys = [one.jwk, two.jwk]
  const early = issuer.find('two', 'RS256')
  assert.ok(!(early instanceof Promise) && isFault(early))
  clock.advance(30_000)
  const later = await issuer.find('two', 'RS256')
  assert.ok(!isFault(later))
  for (const kid of ['a', 'b', 'c']) assert.ok(!(issuer.find(kid, 'RS256') instanceof Promise))
  assert.equal(state.asked, 2)
})

test('old keys are used while new ones are fetched; what is no longer published is gone then', async () => {
  const { state, clock, issuer } = published()
  const key = await issuer.find('one', 'RS256')
  assert.ok(!isFault(key) && issuer.has(key))
  state.keys = [two.jwk]
  clock.advance(300_000)
  assert.equal(issuer.find('one', 'RS256'), key)
  await settle()
  assert.equal(issuer.has(key), false)
  const gone = issuer.find('one', 'RS256')
  assert.ok(!(gone instanceof Promise) && isFault(gone))
  assert.match(gone.reason, /publishes no key of that name/)
})

test('a key that is published again is the same key', async () => {
  const { clock, issuer } = published()
  const key = await issuer.find('one', 'RS256')
  clock.advance(300_000)
  issuer.find('one', 'RS256')
  await settle()
  assert.equal(issuer.find('one', 'RS256'), key)
})

test('an issuer that is gone takes its keys from nobody, and is not asked by every request', async () => {
  const { state, clock, issuer } = published()
  const key = await issuer.find('one', 'RS256')
  state.isDown = true
  for (let day = 0; day < 3; day++) {
    clock.advance(86_400_000)
    assert.equal(issuer.find('one', 'RS256'), key)
    await settle()
    assert.equal(issuer.find('one', 'RS256'), key)
  }
  const unknown = issuer.find('two', 'RS256')
  assert.ok(!(unknown instanceof Promise) && isFault(unknown))
  assert.match(unknown.reason, /cannot be asked again: .*connection refused/)
  state.isDown = false
  state.keys = [two.jwk]
  clock.advance(30_000)
  assert.ok(!isFault(await issuer.find('two', 'RS256')))
})

test('while nothing is known the issuer is asked once a second', async () => {
  const { state, clock, issuer } = published()
  state.isDown = true
  const first = await issuer.find('one', 'RS256')
  assert.ok(isFault(first) && first.type === 'unreachable')
  assert.ok(!(issuer.find('one', 'RS256') instanceof Promise))
  state.isDown = false
  clock.advance(1000)
  assert.ok(!isFault(await issuer.find('one', 'RS256')))
})

for (const { name, change, want } of [
  {
    name: 'says that it is another one',
    change: {
      configuration: { issuer: 'https://evil.test', jwks_uri: 'https://issuer.test/keys' },
    },
    want: /says that it is "https:\/\/evil.test"/,
  },
  {
    name: 'has its keys where nobody can be sure of them',
    change: { configuration: { issuer: url, jwks_uri: 'http://issuer.test/keys' } },
    want: /leads from https: to http:/,
  },
  {
    name: 'has its keys in a file',
    change: { configuration: { issuer: url, jwks_uri: 'file:///etc/passwd' } },
    want: /leads from https: to file:/,
  },
  {
    name: 'names no place for them',
    change: { configuration: { issuer: url } },
    want: /has no jwks_uri/,
  },
  { name: 'answers a page', change: { configuration: '<html>' }, want: /it is not JSON/ },
  { name: 'answers 503', change: { status: 503 }, want: /answered 503/ },
  {
    name: 'has too many keys',
    change: { keys: Array(65).fill(one.jwk) },
    want: /more than 64 keys/,
  },
]) {
  test(`an issuer is not believed that ${name}`, async () => {
    const { state, issuer } = published()
    Object.assign(state, change)
    const found = await issuer.find('one', 'RS256')
    assert.ok(isFault(found))
    assert.equal(found.type, 'unreachable')
    assert.match(found.reason, want)
  })
}
