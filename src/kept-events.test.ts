import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { KeptEvents } from './kept-events.ts'

const event = (id: string, takenMs: number) => ({
  id,
  functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:pets',
  payload: Buffer.from('{"line":\n1}'),
  takenMs,
  dueMs: takenMs,
  failures: 0,
  throttles: 0,
})

test('events are kept, replaced, read in the order in which they came, and removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'events-'))
  const problems: unknown[] = []
  const shelf = new KeptEvents(join(folder, 'events'), problem => problems.push(problem))
  try {
    assert.deepEqual(await shelf.all(), [])
    await shelf.keep(event('b', 2))
    await shelf.keep(event('a', 3))
    await shelf.keep({ ...event('a', 1), failures: 1 })
    assert.deepEqual(await shelf.all(), [{ ...event('a', 1), failures: 1 }, event('b', 2)])
    await shelf.remove('a')
    await shelf.remove('a')
    // What a crash leaves of a write has another name, and what somebody broke is told of.
    await writeFile(join(folder, 'events', 'c.event.draft'), '{')
    await writeFile(join(folder, 'events', 'd.event'), 'no JSON')
    assert.deepEqual(await shelf.all(), [event('b', 2)])
    assert.equal(problems.length, 1)
    assert.deepEqual((await readdir(join(folder, 'events'))).sort(), [
      'b.event',
      'c.event.draft',
      'd.event',
    ])
    await assert.rejects(shelf.keep(event('../x', 1)), TypeError)
  } finally {
    await rm(folder, { recursive: true })
  }
})
