import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandFailure } from './failure.ts'
import { readClaims, readSeconds } from './token.ts'

test('claims are JSON where they can be, and texts else', () => {
  const claims = readClaims(['email=a@b.c', 'cognito:groups=["a"]', 'n=1', 'eq=a=b', '__proto__=x'])
  assert.deepEqual(Object.entries(claims), [
    ['email', 'a@b.c'],
    ['cognito:groups', ['a']],
    ['n', 1],
    ['eq', 'a=b'],
    ['__proto__', 'x'],
  ])
  for (const wrong of ['', 'a', '=b']) assert.throws(() => readClaims([wrong]), CommandFailure)
})

test('times have a unit', () => {
  assert.deepEqual(
    ['30s', '5m', '1h', '2d', '-1h'].map(readSeconds),
    [30, 300, 3600, 172_800, -3600],
  )
  for (const wrong of ['', '30', '1 h', '--1h', '1w']) {
    assert.throws(() => readSeconds(wrong), CommandFailure)
  }
})
