import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../base/clock.ts'
import type { MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'
import { planLambdaAuthorizer } from '../program/authorizer-plans.ts'
import { AuthorizationCache, callerKey, type Grant } from './authorization-cache.ts'

const grant = (principalId: string, bytes = 100) => ({ principalId, bytes }) as Grant
const settled = () => new Promise(resolve => setImmediate(resolve))

test('an answer is kept for its time to live and no longer', async () => {
  const clock = new FakeClock()
  const cache = new AuthorizationCache(100_000, clock)
  cache.ask('k', 'r1', Promise.resolve(grant('me')))
  await settled()
  clock.advance(299_999)
  const found = cache.find('k', 300_000)
  assert.ok(found?.type === 'hit')
  assert.deepEqual([found.grant.principalId, found.ageMs, found.requestId], ['me', 299_999, 'r1'])
  clock.advance(1)
  assert.equal(cache.find('k', 300_000), undefined)
})

test('who asks meanwhile waits for the same answer', async () => {
  const cache = new AuthorizationCache(100_000, new FakeClock())
  cache.ask('k', 'r1', Promise.resolve(grant('me')))
  const found = cache.find('k', 1000)
  assert.ok(found?.type === 'joined')
  assert.equal((await found.grant).principalId, 'me')
  assert.equal(found.requestId, 'r1')
})

test('a refusal is told to all who wait, and not kept', async () => {
  const cache = new AuthorizationCache(100_000, new FakeClock())
  const refusal = Promise.reject(new Error('no'))
  cache.ask('k', 'r1', refusal)
  const found = cache.find('k', 1000)
  assert.ok(found?.type === 'joined')
  await assert.rejects(found.grant, /no/)
  await settled()
  assert.equal(cache.find('k', 1000), undefined)
})

test('a flush empties the cache, and what was under way is not kept', async () => {
  const cache = new AuthorizationCache(100_000, new FakeClock())
  cache.ask('old', 'r1', Promise.resolve(grant('old')))
  await settled()
  cache.ask('k', 'r2', Promise.resolve(grant('me')))
  cache.flush()
  await settled()
  assert.equal(cache.find('old', 1000), undefined)
  assert.equal(cache.find('k', 1000), undefined)
})

test('it takes no more memory than it may', async () => {
  const cache = new AuthorizationCache(10_000, new FakeClock())
  for (let i = 0; i < 50; i++) cache.ask(`k${i}`, 'r', Promise.resolve(grant('me')))
  cache.ask('large', 'r', Promise.resolve(grant('me', 10_000)))
  await settled()
  const kept = Array.from({ length: 50 }, (_, i) => cache.find(`k${i}`, 1000)).filter(Boolean)
  assert.ok(kept.length > 0 && kept.length < 10, String(kept.length))
  assert.equal(cache.find('large', 1000), undefined)
})

const authorizerUri =
  'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:000000000000:function:f/invocations'
const plan = planLambdaAuthorizer(
  {
    ...{ id: 'a1', name: 'a', type: 'REQUEST', authorizerUri },
    identitySource: 'method.request.querystring.a, method.request.header.B, stageVariables.c',
  },
  { account: '000000000000', region: 'eu-west-1', apiId: 'api', stageVariables: {} },
)

function key(a: readonly string[], b: readonly string[], c: string, deployment = 'd1'): string {
  // Of a request only what the sources read.
  const request = { query: new Map([['a', a]]), headers: b.flatMap(value => ['b', value]) }
  const variables = { stageVariables: { c } }
  return callerKey(plan, deployment)(
    request as unknown as MethodRequest,
    variables as unknown as Variables,
  )
}

test('two callers have the same key only when all their values are the same', () => {
  const texts = fc.array(fc.stringMatching(/^[ab0-3:;]{0,4}$/), { maxLength: 3 })
  const caller = fc.tuple(texts, texts, fc.stringMatching(/^[a0:;]{1,3}$/))
  fc.assert(
    fc.property(caller, caller, (one, other) => {
      assert.equal(key(...one) === key(...other), JSON.stringify(one) === JSON.stringify(other))
    }),
    { numRuns: 2000 },
  )
})

test('a value that looks like the end of one and the begin of another is neither', () => {
  assert.notEqual(key(['p:1;q'], ['r'], 'c'), key(['p'], ['q:1;r'], 'c'))
  assert.notEqual(key(['1:a', 'b'], [], 'c'), key(['1:a1:b'], [], 'c'))
})

test('another deployment is another key, and no value shows in it', () => {
  assert.notEqual(key(['1'], ['2'], '3', 'd1'), key(['1'], ['2'], '3', 'd2'))
  assert.match(key(['secret'], [], 'c'), /^[\w-]{43}$/)
})
