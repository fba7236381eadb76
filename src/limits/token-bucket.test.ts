import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BucketLimits, TokenBuckets } from './token-bucket.ts'

function bucket(limits: BucketLimits): { take(nowMs: number): boolean; left(): number } {
  const buckets = new TokenBuckets(TokenBuckets.allocate(1))
  const start = 5000
  buckets.open(0, limits, start)
  return { take: nowMs => buckets.take(0, limits, start + nowMs), left: () => buckets.left(0) }
}

test('a full bucket gives its burst and then nothing', () => {
  const { take } = bucket({ rate: 1, burst: 3 })
  assert.deepEqual([take(0), take(0), take(0), take(0)], [true, true, true, false])
})

test('tokens come back at the rate', () => {
  const { take } = bucket({ rate: 10, burst: 1 })
  assert.equal(take(0), true)
  assert.equal(take(99), false)
  assert.equal(take(100), true)
})

test('a rate below one a second still refills when it is asked every millisecond', () => {
  const { take } = bucket({ rate: 0.5, burst: 1 })
  assert.equal(take(0), true)
  let given = 0
  for (let now = 1; now <= 10_000; now++) if (take(now)) given++
  assert.equal(given, 5)
})

test('a bucket that rested for longer than the clock word can hold is full', () => {
  const limits = { rate: 1, burst: 2 }
  const { take } = bucket(limits)
  take(0)
  take(0)
  assert.equal(take(2 ** 31 + 5000), true)
})

test('nobody ever gets more than burst plus rate times time, nor less than a fair clock would give', () => {
  fc.assert(
    fc.property(
      fc.record({
        rate: fc.integer({ min: 1, max: 20_000 }),
        burst: fc.integer({ min: 1, max: 5000 }),
      }),
      fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 }),
      (limits, gaps) => {
        const { take } = bucket(limits)
        let now = 0
        let tokens = limits.burst
        for (const gap of gaps) {
          now += gap
          tokens = Math.min(limits.burst, tokens + (gap * limits.rate) / 1000)
          const given = take(now)
          // Thousandths are exact for whole rates up to the clock's own rounding.
          if (tokens >= 1.001) assert.equal(given, true)
          if (tokens < 0.999) assert.equal(given, false)
          if (given) tokens -= 1
        }
      },
    ),
  )
})

test('a smaller burst holds at once, whatever the bucket still has', () => {
  const buckets = new TokenBuckets(TokenBuckets.allocate(1))
  buckets.open(0, { rate: 1, burst: 5000 }, 5000)
  const take = () => buckets.take(0, { rate: 0.01, burst: 2 }, 5000)
  assert.deepEqual([take(), take(), take()], [true, true, false])
})

test('an open bucket is not filled again, a closed one is', () => {
  const limits = { rate: 1, burst: 1 }
  const buckets = new TokenBuckets(TokenBuckets.allocate(1))
  buckets.open(0, limits, 1000)
  assert.equal(buckets.take(0, limits, 1000), true)
  buckets.open(0, limits, 1000)
  assert.equal(buckets.take(0, limits, 1000), false)
  buckets.close(0)
  buckets.open(0, limits, 1000)
  assert.equal(buckets.take(0, limits, 1000), true)
})
