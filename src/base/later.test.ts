import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Later } from './later.ts'

const rethrow = (error: unknown): never => {
  throw error
}

test('who waits has the value before settling returns', () => {
  const later = new Later<number>()
  const seen: number[] = []
  later.then(value => seen.push(value), rethrow)
  later.settle(7)
  assert.deepEqual(seen, [7])
})

test('who comes late has the value at once', () => {
  const later = new Later<number>()
  later.settle(7)
  const seen: number[] = []
  later.then(value => seen.push(value), rethrow)
  assert.deepEqual(seen, [7])
})

test('only the first outcome counts', () => {
  const later = new Later<number>()
  const seen: unknown[] = []
  later.then(
    value => seen.push(value),
    error => seen.push(error),
  )
  later.settle(1)
  later.settle(2)
  later.fail(new Error('late'))
  assert.deepEqual(seen, [1])
})

test('what a function throws is the next failure, and passes on until somebody takes it', async () => {
  const later = new Later<number>()
  const end = later
    .then(() => {
      throw new Error('in between')
    }, rethrow)
    .then(() => 'not this', rethrow)
    .then(
      () => 'nor this',
      error => (error as Error).message,
    )
  later.settle(1)
  assert.equal(await end, 'in between')
})

test('it can be awaited, and its failure caught', async () => {
  assert.equal(await settledWith('value'), 'value')
  await assert.rejects(async () => await Later.failed(new Error('no')), /^Error: no$/)
})

function settledWith<T>(value: T): Later<T> {
  const later = new Later<T>()
  queueMicrotask(() => later.settle(value))
  return later
}
