import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Outbox } from './outbox.ts'

test('messages of one turn leave together, in their order, and once', async () => {
  const posted: (readonly number[])[] = []
  const outbox = new Outbox<number>(messages => posted.push(messages))
  outbox.add(1)
  outbox.add(2)
  assert.deepEqual(posted, [])
  await nextTurn()
  await nextTurn()
  outbox.add(3)
  outbox.flush()
  await nextTurn()
  assert.deepEqual(posted, [[1, 2], [3]])
})
