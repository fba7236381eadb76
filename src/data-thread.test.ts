import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataThread } from './data-thread.ts'
import type { WorkerSettings } from './threads.ts'

/** A thread that runs this code and nothing else. */
function started(code: string): { thread: DataThread; died: Promise<string> } {
  let tell: (reason: string) => void
  const died = new Promise<string>(resolve => {
    tell = resolve
  })
  const thread = new DataThread({
    // The code reads no settings.
    settings: {} as WorkerSettings,
    invoke: () => Promise.reject(new Error('not called')),
    log: () => undefined,
    died: reason => tell(reason),
    entry: new URL(`data:text/javascript,${encodeURIComponent(code)}`),
    silenceLimitMs: 100,
  })
  return { thread, died }
}

test('a thread that hangs is ended, and has nothing against what it was asked', async () => {
  const { thread, died } = started('for (;;);')
  const answer = thread.ask({ type: 'latest', count: 0 })
  assert.match(await died, /silent/)
  assert.deepEqual(await answer, { type: 'done', id: 1, error: null })
})

test('a thread that throws says why, and cannot listen any more', async () => {
  const { thread, died } = started('throw new Error("on purpose")')
  assert.match(await died, /on purpose/)
  await assert.rejects(thread.listen(0), /on purpose/)
  assert.deepEqual(await thread.ask({ type: 'latest', count: 0 }), {
    type: 'done',
    id: 1,
    error: null,
  })
})

test('a thread that dies while it should begin to listen fails that', async () => {
  const { thread } = started('setTimeout(() => { throw new Error("on purpose") }, 50)')
  await assert.rejects(thread.listen(0), /on purpose/)
})
