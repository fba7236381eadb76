import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { StoreUnavailable, type Unavailability } from './errors.ts'
import { openSqliteStore } from './sqlite.ts'
import { kind, type Store } from './store.ts'

const folder = mkdtempSync(join(tmpdir(), 'portcullis-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const notes = kind<string>('note')
const space = { account: '000000000000', region: 'eu-west-1' }
const isRoot = process.getuid?.() === 0

let directories = 0

function freshDirectory(): string {
  directories += 1
  return join(folder, `data${directories}`)
}

async function filled(directory: string): Promise<void> {
  const store = await openSqliteStore({ directory })
  await store.write(space, async tx => {
    for (let index = 0; index < 500; index++) {
      await tx.insert(notes, '', String(index), 'x'.repeat(500))
    }
    await tx.putBlob('code', Buffer.from('zip'))
  })
  await store.close()
}

function records(directory: string): string {
  return join(directory, 'records.db')
}

function sql(path: string, text: string): void {
  const database = new DatabaseSync(path)
  database.exec(text)
  database.close()
}

function overwrite(path: string, from: number, length: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(length, 0xa5), 0, length, from)
  closeSync(file)
}

interface Case {
  readonly name: string
  /** Makes the directory, or what stands in its place. */
  readonly given: (directory: string) => Promise<unknown> | unknown
  readonly want: Unavailability
  readonly says: RegExp
  readonly skip?: boolean
}

const refused: readonly Case[] = [
  {
    name: 'a file that is no database',
    given: directory => {
      mkdirSync(directory)
      writeFileSync(records(directory), 'hello '.repeat(1000))
    },
    want: 'not-a-store',
    says: /Name another data directory, or restore a backup/,
  },
  {
    name: 'the database of another program',
    given: directory => {
      mkdirSync(directory)
      sql(records(directory), 'create table theirs (a)')
    },
    want: 'not-a-store',
    says: /database of another program/,
  },
  {
    name: 'a store with overwritten pages',
    given: async directory => {
      await filled(directory)
      const { size } = statSync(records(directory))
      overwrite(records(directory), 4096 * 3, size - 4096 * 3)
    },
    want: 'corrupt',
    says: /damaged.*[Rr]estore a backup/,
  },
  {
    name: 'a store that was cut off',
    given: async directory => {
      await filled(directory)
      truncateSync(records(directory), Math.floor(statSync(records(directory)).size / 2))
    },
    want: 'corrupt',
    says: /damaged.*[Rr]estore a backup/,
  },
  {
    name: 'a store that a newer version has migrated',
    given: async directory => {
      await filled(directory)
      sql(records(directory), "insert into kysely_migration values ('9999-future', '2030-01-01')")
    },
    want: 'newer',
    says: /9999-future.*Install that version again/,
  },
  {
    name: 'a folder whose parent is missing',
    given: directory => rmSync(directory, { recursive: true, force: true }),
    want: 'missing',
    says: /Check that the folder that shall hold the data directory exists/,
  },
  {
    name: 'a file in place of the folder',
    given: directory => writeFileSync(directory, ''),
    want: 'missing',
    says: /cannot be opened/,
  },
  {
    name: 'a folder that may not be written',
    given: directory => {
      mkdirSync(directory)
      chmodSync(directory, 0o500)
    },
    want: 'permission',
    says: /Give the user that runs this program the right/,
    skip: isRoot,
  },
  {
    name: 'a store that may not be read',
    given: async directory => {
      await filled(directory)
      chmodSync(records(directory), 0)
    },
    want: 'permission',
    says: /Give the user that runs this program the right/,
    skip: isRoot,
  },
]

describe('sqlite: what cannot be opened is refused with the reason and the next step', () => {
  for (const { name, given, want, says, skip = false } of refused) {
    test(name, { skip }, async () => {
      const own = freshDirectory()
      await given(own)
      const directory = name.includes('parent') ? join(own, 'data') : own
      // Twice: a refusal must not leave the directory locked.
      for (let attempt = 0; attempt < 2; attempt++) {
        await assert.rejects(openSqliteStore({ directory }), (error: unknown) => {
          assert.ok(error instanceof StoreUnavailable, String(error))
          assert.equal(error.reason, want, error.message)
          assert.match(error.message, says)
          assert.ok(error.message.includes(own), 'names the place')
          return true
        })
      }
    })
  }

  test('a store that is open already', async () => {
    const directory = freshDirectory()
    const store = await openSqliteStore({ directory })
    await assert.rejects(openSqliteStore({ directory }), reasonIs('locked'))
    await store.close()
    await (await openSqliteStore({ directory })).close()
  })
})

describe('sqlite: damage that shows only later', () => {
  async function reopened(directory: string, work: (store: Store) => Promise<void>): Promise<void> {
    const store = await openSqliteStore({ directory })
    await work(store)
    await store.close()
  }

  test('a document that is not JSON any more', async () => {
    const directory = freshDirectory()
    await filled(directory)
    sql(records(directory), "update record set body = '{' where id = '7'")
    await reopened(directory, async store => {
      await assert.rejects(
        store.read(space, tx => tx.get(notes, '', '7')),
        reasonIs('corrupt'),
      )
      assert.equal((await store.read(space, tx => tx.get(notes, '', '8')))?.version, 1)
    })
  })

  for (const [name, damage] of [
    ['changed', (path: string) => writeFileSync(path, 'zap')],
    ['gone', (path: string) => rmSync(path)],
  ] as const) {
    test(`the bytes of a blob that are ${name}, until they are uploaded again`, async () => {
      const directory = freshDirectory()
      await filled(directory)
      for (const file of readdirSync(join(directory, 'blobs'))) {
        damage(join(directory, 'blobs', file))
      }
      await reopened(directory, async store => {
        const read = () => store.read(space, tx => tx.getBlob('code'))
        await assert.rejects(read(), reasonIs('corrupt'))
        await store.write(space, tx => tx.putBlob('code', Buffer.from('zip')))
        assert.equal(Buffer.from((await read()) ?? []).toString(), 'zip')
      })
    })
  }
})

function reasonIs(reason: Unavailability) {
  return (error: unknown) => error instanceof StoreUnavailable && error.reason === reason
}
