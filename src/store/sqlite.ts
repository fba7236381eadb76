/**
 * The embedded store: SQLite in the data directory, nothing to install.
 *
 *     DIRECTORY/            mode 0700
 *       records.db          every record (0600), with its -wal and -shm while open
 *       blobs/              function code, one file per content (blob-files.ts)
 *       lock, lock.pid      held by the one process that has the directory open (lock.ts)
 *
 * Write-ahead logging, so that readers see the last commit and never wait for the writer; synchronous=FULL, so
 * that a commit is on disk before it is acknowledged (https://www.sqlite.org/wal.html,
 * https://www.sqlite.org/pragma.html#pragma_synchronous). One connection writes, four read.
 */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { masterKeyOf, newMasterKey } from '../base/master-key.ts'
import { memoryBlobs, openBlobFiles } from './blob-files.ts'
import { StoreUnavailable } from './errors.ts'
import { explainFailure } from './failures.ts'
import { KyselyStore, type KyselyStoreParts } from './kysely-store.ts'
import { lockFile } from './lock.ts'
import { migrate } from './migrations/migrate.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import type { Schema } from './schema.ts'
import type { Kind, Store } from './store.ts'
import { createVault, noVault, type Vault } from './vault.ts'

export interface SqliteOptions {
  /**
   * The data directory, made (mode 0700) when missing; the folder that holds it must exist, so that
   * a volume that is not mounted is noticed. Or `':memory:'`: nothing is kept, reads wait for writes.
   */
  readonly directory: string
  /** How large the records may grow (blobs not counted), in bytes. Default: what the disk holds. */
  readonly limitBytes?: number | undefined
  /** A transaction whose work takes longer is rolled back. Default 30,000 ms. */
  readonly transactionLimitMs?: number | undefined
  /** How secrets are kept. Default: a store on disk takes none, one in memory makes a key of its own. */
  readonly vault?: Vault | undefined
  /** The kinds that have secrets: what of them is not sealed yet, or with the old master key, is sealed when opened. */
  readonly secretKinds?: readonly Kind<unknown>[] | undefined
}

/** Marks our files among all SQLite files: "Prtc". */
const applicationId = 0x50727463
const pageBytes = 4096
const readers = 4

/** Opens or makes the embedded store. Throws `StoreUnavailable`. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  if (options.directory === ':memory:') return openInMemory(options)
  const directory = resolve(options.directory)
  const explain = (error: unknown) => explainFailure(error, directory)
  let unlock: (() => void) | undefined
  try {
    makeDirectory(directory)
    unlock = lockFile(touch(directory, 'lock'))
    const path = touch(directory, 'records.db')
    syncDirectory(directory)
    const writer = connect(() => openWriter(path, options), 1, explain)
    const reader = connect(() => openReader(path), readers, explain)
    const blobs = await openBlobFiles(join(directory, 'blobs'), explain)
    const vault = options.vault ?? noVault
    return await assemble(options, directory, { writer, reader, blobs, vault, release: unlock })
  } catch (error) {
    unlock?.()
    throw explain(error)
  }
}

function openInMemory(options: SqliteOptions): Promise<Store> {
  const place = ':memory:'
  const explain = (error: unknown) => explainFailure(error, place)
  const writer = connect(() => openWriter(place, options), 1, explain)
  const blobs = memoryBlobs()
  const vault = options.vault ?? createVault(masterKeyOf(newMasterKey()), null)
  const release = () => undefined
  return assemble(options, place, { writer, reader: writer, blobs, vault, release })
}

async function assemble(
  options: SqliteOptions,
  place: string,
  parts: Omit<KyselyStoreParts, 'transactionLimitMs'>,
): Promise<Store> {
  const transactionLimitMs = options.transactionLimitMs ?? 30_000
  const store = new KyselyStore({ ...parts, transactionLimitMs })
  try {
    await migrate(parts.writer, place)
    if ((await store.renewSecrets(options.secretKinds ?? [])) > 0) await forget(parts.writer)
    await store.removeOrphans()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Rewrites the file, so that nothing of what was replaced is left in pages that nobody uses, nor in the log. */
async function forget(writer: Kysely<Schema>): Promise<void> {
  await sql`vacuum`.execute(writer)
  await sql`pragma wal_checkpoint(truncate)`.execute(writer)
}

function connect(
  open: () => DatabaseSync,
  connections: number,
  translate: (error: unknown) => unknown,
): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: nodeSqliteDialect({ open, connections, translate }) })
}

function openWriter(path: string, options: SqliteOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 1000 })
  try {
    assertOurs(database, path)
    const mode = pragma(database, 'journal_mode = wal')
    if (mode !== 'wal' && mode !== 'memory') {
      throw new StoreUnavailable(
        'failed',
        `The file system of ${path} cannot share memory between connections (journal mode ${mode}). ` +
          'Put the data directory on a local disk.',
      )
    }
    // secure_delete: what is replaced is overwritten. fullfsync: on macOS a plain fsync leaves the data in the disk's own cache.
    database.exec(`
      pragma synchronous = full;
      pragma fullfsync = on;
      pragma secure_delete = on;
      pragma journal_size_limit = 67108864;
      pragma application_id = ${applicationId};
    `)
    if (options.limitBytes !== undefined) {
      const pages = Math.max(1, Math.floor(options.limitBytes / pageBytes))
      database.exec(`pragma max_page_count = ${pages}`)
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function openReader(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 1000, readOnly: true })
}

/** A database of another program must not be migrated, and a damaged one not be written to. */
function assertOurs(database: DatabaseSync, path: string): void {
  const tables = database.prepare('select count(*) as count from sqlite_schema').get()
  if (tables?.['count'] === 0) return
  if (pragma(database, 'application_id') !== applicationId) {
    throw new StoreUnavailable(
      'not-a-store',
      `${path} is a database of another program. Name another data directory.`,
    )
  }
  const verdict = pragma(database, 'quick_check(1)')
  if (verdict !== 'ok') {
    throw new StoreUnavailable(
      'corrupt',
      `The store ${path} is damaged (${String(verdict).replaceAll('\n', ' ')}). Restore a backup of the data directory.`,
    )
  }
}

function pragma(database: DatabaseSync, text: string): unknown {
  const row = database.prepare(`pragma ${text}`).get()
  return row === undefined ? undefined : Object.values(row)[0]
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 })
    syncDirectory(join(directory, '..'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Makes an empty file that only its owner may read, before SQLite would make it with wider rights. */
function touch(directory: string, name: string): string {
  const path = join(directory, name)
  closeSync(openSync(path, 'a', 0o600))
  return path
}

function syncDirectory(directory: string): void {
  const folder = openSync(directory, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
