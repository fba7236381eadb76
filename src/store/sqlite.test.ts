import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { storeContract } from './contract.ts'
import { StoreUnavailable, TransactionOver, type Unavailability } from './errors.ts'
import { openSqliteStore, type SqliteOptions } from './sqlite.ts'
import { kind, type Store } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let directories = 0

function freshDirectory(): string {
  directories += 1
  return join(folder, `data${directories}`)
}

storeContract('sqlite', () => openSqliteStore({ directory: freshDirectory() }))
storeContract('sqlite in memory', () => openSqliteStore({ directory: ':memory:' }))

interface Note {
  readonly text: string
}

const notes = kind<Note>('note')
const space = { account: '000000000000', region: 'eu-west-1' }

function insert(store: Store, id: string, text = id): Promise<void> {
  return store.write(space, tx => tx.insert(notes, '', id, { text }))
}

function textOf(store: Store, id: string): Promise<string | undefined> {
  return store.read(space, async tx => (await tx.get(notes, '', id))?.record.text)
}

function unavailable(reason: Unavailability, message: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof StoreUnavailable, String(error))
    assert.deepEqual(
      [error.reason, error.message.match(message)?.length],
      [reason, 1],
      error.message,
    )
    return true
  }
}

async function opened(t: TestContext, options: Partial<SqliteOptions> = {}) {
  const directory = freshDirectory()
  const store = await openSqliteStore({ directory, ...options })
  t.after(() => store.close())
  return { directory, store }
}

type TestContext = Parameters<NonNullable<Parameters<typeof test>[0]>>[0]

describe('sqlite: across a restart', () => {
  test('records, versions and blobs are there again', async () => {
    const directory = freshDirectory()
    const first = await openSqliteStore({ directory })
    await insert(first, 'a')
    await first.write(space, tx => tx.update(notes, '', 'a', { text: 'changed' }))
    await first.write(space, tx => tx.putBlob('code', Buffer.from('zip')))
    await first.close()
    const second = await openSqliteStore({ directory })
    await second.read(space, async tx => {
      assert.deepEqual(await tx.get(notes, '', 'a'), {
        id: 'a',
        parent: '',
        version: 2,
        record: { text: 'changed' },
      })
      assert.equal(Buffer.from((await tx.getBlob('code')) ?? []).toString(), 'zip')
    })
    await second.close()
  })

  test('files that no row names are removed when the store is opened, other files are not', async () => {
    const directory = freshDirectory()
    await (await openSqliteStore({ directory })).close()
    const orphans = ['0'.repeat(64), '6f1c24c5-7a3b-4c1e-9d52-0d0c1c3c9d11.part']
    for (const name of [...orphans, 'README']) writeFileSync(join(directory, 'blobs', name), 'x')
    await (await openSqliteStore({ directory })).close()
    assert.deepEqual(readdirSync(join(directory, 'blobs')), ['README'])
  })

  test('only the owner may look into the directory and its files', async t => {
    const { directory, store } = await opened(t)
    await insert(store, 'a')
    await store.write(space, tx => tx.putBlob('code', Buffer.from('zip')))
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
    assert.equal(modeOf(directory), '700')
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      assert.equal(modeOf(join(directory, name)), name === 'blobs' ? '700' : '600', name)
    }
  })
})

describe('sqlite: readers beside the writer', () => {
  test('a reader does not wait for an open write, and sees what was before it', async t => {
    const { store } = await opened(t)
    await insert(store, 'a', 'before')
    const [inside, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const writing = store.write(space, async tx => {
      await tx.update(notes, '', 'a', { text: 'after' })
      inside.resolve()
      await gate.promise
    })
    await inside.promise
    assert.equal(await textOf(store, 'a'), 'before')
    gate.resolve()
    await writing
    assert.equal(await textOf(store, 'a'), 'after')
  })

  test('a reader keeps its snapshot while others commit, blobs included', async t => {
    const { store, directory } = await opened(t)
    await insert(store, 'a', 'before')
    await store.write(space, tx => tx.putBlob('code', Buffer.from('before')))
    const [inside, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const reading = store.read(space, async tx => {
      await tx.get(notes, '', 'a')
      inside.resolve()
      await gate.promise
      const bytes = await tx.getBlob('code')
      return [(await tx.get(notes, '', 'a'))?.record.text, Buffer.from(bytes ?? []).toString()]
    })
    await inside.promise
    await store.write(space, async tx => {
      await tx.update(notes, '', 'a', { text: 'after' })
      await tx.putBlob('code', Buffer.from('after'))
    })
    // Had the old file not to wait for the reader, its turn would come between these.
    for (const id of ['b', 'c', 'd']) await insert(store, id)
    gate.resolve()
    assert.deepEqual(await reading, ['before', 'before'])
    // The old file goes in the writers' queue once the reader has ended.
    while (readdirSync(join(directory, 'blobs')).length > 1)
      await insert(store, crypto.randomUUID())
  })

  test('more readers at once than there are connections wait for each other', async t => {
    const { store } = await opened(t)
    await insert(store, 'a')
    const texts = await Promise.all(Array.from({ length: 50 }, () => textOf(store, 'a')))
    assert.deepEqual(new Set(texts), new Set(['a']))
  })

  test('a transaction that does not end is rolled back, and the queue goes on', async t => {
    const { store } = await opened(t, { transactionLimitMs: 20 })
    const stuck = store.write(space, async tx => {
      await tx.insert(notes, '', 'stuck', { text: 'x' })
      await new Promise(() => undefined)
    })
    const next = insert(store, 'next')
    await assert.rejects(stuck, TransactionOver)
    await next
    assert.equal(await textOf(store, 'stuck'), undefined)
    assert.equal(await textOf(store, 'next'), 'next')
  })
})

describe('sqlite: a full disk', () => {
  test('the write that does not fit is refused whole; reading, deleting and smaller writes go on', async t => {
    const { store } = await opened(t, { limitBytes: 200_000 })
    await insert(store, 'small')
    const large = store.write(space, async tx => {
      await tx.insert(notes, '', 'first half', { text: 'x' })
      await tx.insert(notes, '', 'large', { text: 'x'.repeat(300_000) })
    })
    await assert.rejects(large, unavailable('full', /Free some space and repeat the change/))
    assert.equal(await textOf(store, 'first half'), undefined)
    assert.equal(await textOf(store, 'small'), 'small')
    await insert(store, 'middle', 'x'.repeat(100_000))
    assert.equal(await store.write(space, tx => tx.delete(notes, '', 'middle')), true)
    await insert(store, 'middle', 'y'.repeat(100_000))
  })
})
