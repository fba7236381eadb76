import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../base/clock.ts'
import type { Cancel, HeldReply } from '../messages/messages.ts'
import type { CachePlan } from '../program/program.ts'
import { seal, unseal } from './sealed-reply.ts'
import { cacheKey, StageCache } from './stage-cache.ts'

const plan: CachePlan = {
  ttlMs: 1000,
  isEncrypted: false,
  requiresAuthorization: true,
  unauthorizedStrategy: 'FAIL_WITH_403',
  keyOf: () => 'k',
}
const reply: HeldReply = { status: 200, headers: ['a', 'b'], body: 'body' }

class Client implements Cancel {
  aborted = false
  #stops: (() => void)[] = []

  onAbort(stop: () => void): void {
    this.#stops.push(stop)
  }

  leave(): void {
    this.aborted = true
    for (const stop of this.#stops) stop()
  }
}

function cacheAt(clock = new FakeClock(), bytes = 1_000_000): StageCache {
  return new StageCache(bytes, clock, () => {})
}

/** A request that misses and gets this reply. */
function fill(cache: StageCache, key: string, given: HeldReply = reply, by = plan): void {
  cache.land(key, cache.begin(key, `request-${key}`, new Client()), given, by)
}

test('an answer is found with its age and its request until its time is over', () => {
  const clock = new FakeClock()
  const cache = cacheAt(clock)
  fill(cache, 'k')
  clock.advance(999)
  assert.deepEqual(cache.find('k', 1000), { reply, ageMs: 999, requestId: 'request-k' })
  clock.advance(1)
  assert.equal(cache.find('k', 1000), undefined)
  assert.equal(cache.find('k', 5000), undefined, 'it was forgotten')
})

const kept: readonly { name: string; reply: HeldReply; isKept: boolean }[] = [
  { name: 'an error of the client', reply: { ...reply, status: 404 }, isKept: true },
  { name: 'a fault of the back end', reply: { ...reply, status: 500 }, isKept: false },
  { name: 'an answer to a condition', reply: { ...reply, status: 304 }, isKept: false },
  { name: 'an answer to a range', reply: { ...reply, status: 206 }, isKept: false },
  { name: 'a megabyte', reply: { ...reply, body: Buffer.alloc(1_048_574) }, isKept: true },
  { name: 'more than that', reply: { ...reply, body: Buffer.alloc(1_048_575) }, isKept: false },
]

for (const { name, reply: given, isKept } of kept) {
  test(`${isKept ? 'kept' : 'not kept'}: ${name}`, () => {
    const cache = cacheAt(new FakeClock(), 4_000_000)
    fill(cache, 'k')
    const flight = cache.begin('k', 'r', new Client())
    cache.land('k', flight, given, plan)
    assert.deepEqual(cache.find('k', 1000)?.reply.status === given.status, isKept)
  })
}

test('the least recently used goes when there is no room', () => {
  const cache = cacheAt(new FakeClock(), 2_500)
  const body = 'x'.repeat(500)
  for (const key of ['a', 'b']) fill(cache, key, { ...reply, body })
  cache.find('a', 1000)
  fill(cache, 'c', { ...reply, body })
  assert.deepEqual(
    ['a', 'b', 'c'].map(key => cache.find(key, 1000) !== undefined),
    [true, false, true],
  )
})

test('a body is copied out of the memory that it came in', () => {
  const cache = cacheAt()
  const received = Buffer.from('abcdéf')
  fill(cache, 'text', { ...reply, body: received.subarray(1, 3) })
  fill(cache, 'bytes', { ...reply, body: received.subarray(3, 6) })
  received.fill(0)
  assert.equal(cache.find('text', 1000)?.reply.body, 'bc')
  const bytes = cache.find('bytes', 1000)?.reply.body as Buffer
  assert.deepEqual([bytes.toString(), bytes.buffer.byteLength], ['dé', 3])
})

test('who misses while another asks waits for its reply', async () => {
  const cache = cacheAt()
  const flight = cache.begin('k', 'first', new Client())
  const waiting = [1, 2].map(() => cache.flight('k')?.join(new Client()))
  cache.land('k', flight, reply, plan)
  assert.deepEqual(await Promise.all(waiting), [reply, reply])
  assert.equal(cache.flight('k'), undefined)
})

test('who waited for an answer to another’s condition is told to call', async () => {
  const cache = cacheAt()
  const flight = cache.begin('k', 'first', new Client())
  const waiting = flight.join(new Client())
  cache.land('k', flight, { ...reply, status: 304 }, plan)
  assert.equal(await waiting, undefined)
})

test('a fault is told to those who wait, and forgotten', async () => {
  const cache = cacheAt()
  const flight = cache.begin('k', 'first', new Client())
  const waiting = assert.rejects(flight.join(new Client()), /refused/)
  cache.fail('k', flight, new Error('refused'))
  await waiting
  assert.equal(cache.flight('k'), undefined)
  assert.equal(cache.find('k', 1000), undefined)
})

test('the call goes on while one client is there, and is aborted when the last has gone', () => {
  const cache = cacheAt()
  const clients = [new Client(), new Client(), new Client()] as const
  const flight = cache.begin('k', 'first', clients[0])
  void flight.join(clients[1])
  void flight.join(clients[2])
  let aborts = 0
  flight.cancel.onAbort(() => aborts++)
  clients[0].leave()
  clients[2].leave()
  assert.equal(aborts, 0)
  assert.equal(cache.flight('k'), flight)
  clients[1].leave()
  assert.equal(aborts, 1)
  assert.equal(cache.flight('k'), undefined, 'nobody joins it any more')
})

test('a flush empties the cache, and what was under way is not kept', async () => {
  const cache = cacheAt()
  fill(cache, 'a')
  const flight = cache.begin('b', 'first', new Client())
  const waiting = flight.join(new Client())
  cache.flush()
  cache.land('b', flight, reply, plan)
  assert.equal(await waiting, reply)
  assert.equal(cache.find('a', 1000), undefined)
  assert.equal(cache.find('b', 1000), undefined)
})

test('a demand forgets what is kept and what is under way, here and elsewhere', async () => {
  const told: string[] = []
  const cache = new StageCache(1_000_000, new FakeClock(), key => told.push(key))
  fill(cache, 'kept')
  const flight = cache.begin('flying', 'first', new Client())
  const waiting = flight.join(new Client())
  for (const key of ['kept', 'flying']) cache.demand(key)
  assert.deepEqual(told, ['kept', 'flying'])
  assert.equal(cache.find('kept', 1000), undefined)
  assert.equal(cache.flight('flying'), undefined)
  cache.land('flying', flight, reply, plan)
  assert.deepEqual(await waiting, reply)
  assert.equal(cache.find('flying', 1000), undefined)
  // What another thread told is not told on.
  cache.forget('kept')
  assert.equal(told.length, 2)
})

test('an older call that ends later does not replace the answer of a newer one', () => {
  const cache = cacheAt()
  const older = cache.begin('k', 'older', new Client())
  const newer = cache.begin('k', 'newer', new Client())
  cache.land('k', newer, { ...reply, body: 'new' }, plan)
  cache.land('k', older, { ...reply, body: 'old' }, plan)
  assert.equal(cache.find('k', 1000)?.reply.body, 'new')
})

test('encrypted answers come out as they went in', () => {
  const cache = cacheAt()
  for (const body of ['täxt', Buffer.from([0, 255, 10]), '', Buffer.alloc(0)]) {
    fill(cache, 'k', { ...reply, body }, { ...plan, isEncrypted: true })
    const found = cache.find('k', 1000)?.reply as HeldReply
    assert.deepEqual([found.status, found.headers], [reply.status, reply.headers])
    assert.deepEqual(found.body, Buffer.from(body))
  }
})

test('what is sealed shows nothing, never looks the same, and opens only as it is and under its name', () => {
  const secret = { ...reply, body: 'a secret that is long enough to be seen' }
  const sealed = seal(secret, 'k')
  assert.ok(!sealed.includes('secret'))
  assert.notDeepEqual(seal(secret, 'k'), sealed)
  assert.throws(() => unseal(sealed, 'other'))
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] as number) ^ change
      assert.throws(() => unseal(changed, 'k'))
    }),
  )
})

test('long keys and those of encrypted methods become digests', () => {
  assert.equal(cacheKey(plan, 'k'), 'k')
  const long = 'k'.repeat(20_000)
  assert.equal(cacheKey(plan, long).length, 44)
  assert.notEqual(cacheKey(plan, long), cacheKey(plan, `${long}k`))
  assert.equal(cacheKey({ ...plan, isEncrypted: true }, 'k').length, 44)
})
