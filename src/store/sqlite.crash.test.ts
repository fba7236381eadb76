import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { StoreUnavailable } from './errors.ts'
import { openSqliteStore } from './sqlite.ts'
import { kind, type Store } from './store.ts'

const left = kind<number>('left')
const right = kind<number>('right')
const space = { account: '000000000000', region: 'eu-west-1' }

// The same file is .ts from source and .js after the build; tsc does not rewrite it inside a string.
const writerFile = fileURLToPath(
  new URL(`./sqlite.crash-writer${extname(import.meta.url)}`, import.meta.url),
)

type Writer = ChildProcessByStdio<null, Readable, null>

function startWriter(directory: string, first: number): Writer {
  return spawn(process.execPath, ['--no-warnings', writerFile, directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Kills the writer some acknowledgements after `atLeast`; gives all numbers that it acknowledged. */
async function killAfter(writer: Writer, atLeast: number): Promise<number[]> {
  const acknowledged: number[] = []
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(Number(line))
    if (acknowledged.length === atLeast) writer.kill('SIGKILL')
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')
  return acknowledged
}

async function check(store: Store, acknowledged: readonly number[]): Promise<number> {
  const [lefts, rights] = await store.read(space, async tx => [
    await tx.all(left, ''),
    await tx.all(right, ''),
  ])
  const kept = lefts.map(row => row.record)
  assert.deepEqual(
    kept,
    rights.map(row => row.record),
    'no transaction is there by half',
  )
  const keptSet = new Set(kept)
  assert.deepEqual(
    acknowledged.filter(number => !keptSet.has(number)),
    [],
    'every acknowledged transaction is there',
  )
  for (const { id, record } of lefts) {
    if (record % 5 !== 0) continue
    const bytes = await store.read(space, tx => tx.getBlob(id))
    assert.equal(bytes && Buffer.from(bytes).toString(), id)
  }
  return kept.length
}

test('what was acknowledged survives kill -9 at any moment, and nothing is there by half', {
  timeout: 30_000,
}, async t => {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-store-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const acknowledged: number[] = []
  let next = 0
  for (let round = 0; round < 5; round++) {
    const writer = startWriter(directory, next)
    t.after(() => writer.kill('SIGKILL'))
    acknowledged.push(...(await killAfter(writer, 20 + Math.floor(Math.random() * 100))))
    const store = await openSqliteStore({ directory })
    const kept = await check(store, acknowledged)
    assert.ok(kept <= acknowledged.length + round + 1, 'at most one unacknowledged per crash')
    const files = readdirSync(join(directory, 'blobs')).length
    next = Math.max(...acknowledged) + 10
    await store.close()
    assert.ok(files <= Math.ceil(kept / 5) + round + 1, 'no orphaned files stay')
  }
})

test('a second process is refused while the first lives, and let in once it was killed', {
  timeout: 30_000,
}, async t => {
  const directory = mkdtempSync(join(tmpdir(), 'portcullis-store-'))
  const writer = startWriter(directory, 0)
  t.after(() => {
    writer.kill('SIGKILL')
    rmSync(directory, { recursive: true, force: true })
  })
  await once(writer.stdout, 'data')
  await assert.rejects(openSqliteStore({ directory }), (error: unknown) => {
    assert.ok(error instanceof StoreUnavailable)
    assert.equal(error.reason, 'locked')
    assert.match(error.message, new RegExp(`in use by another gateway \\(process ${writer.pid}\\)`))
    return true
  })
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  await (await openSqliteStore({ directory })).close()
})
