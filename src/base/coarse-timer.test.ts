import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from './clock.ts'
import { type CoarseTimeout, CoarseTimers } from './coarse-timer.ts'

function wheel() {
  const clock = new FakeClock()
  const timers = new CoarseTimers(10, clock)
  const fired: string[] = []
  const arm = (name: string, delayMs: number) => timers.after(delayMs, () => fired.push(name))
  const pass = (ms: number) => {
    clock.advance(ms)
    timers.turn()
  }
  return { timers, fired, arm, pass }
}

test('a time-out is never early and at most one tick late', () => {
  const { fired, arm, pass } = wheel()
  pass(7)
  arm('a', 50)
  pass(49)
  assert.deepEqual(fired, [])
  pass(11)
  assert.deepEqual(fired, ['a'])
  pass(100_000)
  assert.deepEqual(fired, ['a'])
})

test('a delay longer than one turn of the wheel waits for its own turn', () => {
  const { fired, arm, pass } = wheel()
  arm('long', 29_000)
  for (let i = 0; i < 2899; i++) pass(10)
  assert.deepEqual(fired, [])
  pass(20)
  assert.deepEqual(fired, ['long'])
})

test('a cancelled time-out does not fire, and cancelling twice is harmless', () => {
  const { timers, fired, arm, pass } = wheel()
  const a = arm('a', 20)
  arm('b', 20)
  timers.cancel(a)
  timers.cancel(a)
  assert.equal(timers.size, 1)
  pass(30)
  assert.deepEqual(fired, ['b'])
  assert.equal(timers.size, 0)
})

test('arming again moves the time-out', () => {
  const { timers, fired, arm, pass } = wheel()
  const a = arm('a', 20)
  timers.arm(a, 200)
  pass(100)
  assert.deepEqual(fired, [])
  pass(110)
  assert.deepEqual(fired, ['a'])
})

test('a time-out may cancel its neighbour or arm itself again while firing', () => {
  const { timers, fired, arm, pass } = wheel()
  let rounds = 0
  const self: CoarseTimeout = timers.after(10, () => {
    timers.cancel(neighbour)
    if (++rounds < 3) timers.arm(self, 10)
  })
  const neighbour = arm('neighbour', 10)
  for (let i = 0; i < 10; i++) pass(10)
  assert.equal(rounds, 3)
  assert.deepEqual(fired, [])
})

test('after a standstill everything due fires once', () => {
  const { fired, arm, pass } = wheel()
  arm('a', 20)
  arm('b', 4000)
  arm('c', 6000)
  arm('d', 900_000)
  pass(60_000)
  assert.deepEqual(fired.sort(), ['a', 'b', 'c'])
})

test('each of many time-outs fires in its window, whatever the steps of the clock', () => {
  const run = fc.property(
    fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 40 }),
    fc.array(fc.integer({ min: 1, max: 3000 }), { maxLength: 40 }),
    (delays, steps) => {
      const { arm, fired, pass, timers } = wheel()
      delays.forEach((delayMs, i) => {
        arm(String(i), delayMs)
      })
      let now = 0
      for (const step of steps) {
        now += step
        pass(step)
        delays.forEach((delayMs, i) => {
          if (now < delayMs) assert.ok(!fired.includes(String(i)), `${i} early`)
          if (now >= delayMs + 10) assert.ok(fired.includes(String(i)), `${i} late`)
        })
      }
      assert.equal(new Set(fired).size, fired.length)
      assert.equal(timers.size, delays.length - fired.length)
    },
  )
  fc.assert(run, { numRuns: 200 })
})

test('the interval fires by itself with the system clock', async () => {
  const timers = new CoarseTimers(5)
  const start = performance.now()
  const keepAlive = setTimeout(() => {}, 1000)
  await new Promise<void>(resolve => {
    timers.after(30, resolve)
  })
  clearTimeout(keepAlive)
  assert.ok(performance.now() - start >= 30)
})
