import assert from 'node:assert/strict'
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { functionOf, invoke, lines, parse, runnerWith } from './fixtures/functions.ts'
import { holdsMore } from './storage-watch.ts'

const mb = 1024 * 1024

test('what a folder holds is measured as it lies on disk', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-storage-'))
  t.after(() => rmSync(folder, { recursive: true }))
  assert.equal(await holdsMore(folder, 0), false)
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a', 'large'), Buffer.alloc(mb, 1))
  assert.equal(await holdsMore(folder, 2 * mb), false)
  assert.equal(await holdsMore(folder, mb / 2), true)
  // Links, to a file or out of the folder, and holes take nothing.
  linkSync(join(folder, 'a', 'large'), join(folder, 'again'))
  symlinkSync('/', join(folder, 'out'))
  writeFileSync(join(folder, 'sparse'), '')
  truncateSync(join(folder, 'sparse'), 100 * mb)
  assert.equal(await holdsMore(folder, 2 * mb), false)
  assert.equal(await holdsMore(join(folder, 'missing'), 0), false)
})

describe('ephemeral storage', () => {
  const write = `import { writeFileSync } from 'node:fs'; import { tmpdir } from 'node:os'
    const fill = mb => { for (let i = 0; i < mb; i++) writeFileSync(tmpdir() + '/' + i, Buffer.alloc(${mb}, 1)) };`

  test('that is full ends the environment with a clear error', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf(
      `${write} export const handler = async mb => { if (mb) { fill(mb); await new Promise(r => setTimeout(r, 60_000)) } }`,
      { storageMb: 4, timeoutMs: 20_000 },
    )
    const { errorType, errorMessage } = parse(await invoke(runner, own, 6)) as Record<
      string,
      string
    >
    assert.equal(errorType, 'Runtime.ExitError')
    assert.match(String(errorMessage), /more than 4 MB in its temporary folder$/)
    const next = await invoke(runner, own, 0)
    assert.deepEqual([next.functionError, next.coldStart], [undefined, true])
  })

  test('that is full after the answer ends the environment, and no other invocation suffers', async t => {
    const runner = runnerWith()
    t.after(() => runner.close())
    const own = functionOf(
      `${write} export const handler = async mb => { fill(mb); return process.pid }`,
      { storageMb: 4 },
    )
    const first = parse(await invoke(runner, own, 6))
    while (!lines.some(line => line.arn === own.arn && line.text.includes('more than 4 MB'))) {
      await new Promise(resolve => setImmediate(resolve))
    }
    const next = await invoke(runner, own, 0)
    assert.equal(next.functionError, undefined)
    assert.notEqual(parse(next), first)
  })
})
