/**
 * `Store` over kysely, whatever the SQL dialect: begins and ends transactions, lets writes happen one after
 * another, bounds their time, and removes the files of blobs that no row names any more.
 *
 *     read   ──────────────► a snapshot, any number at once (as many as there are connections)
 *     write  ──► queue ──► begin ─ work ─ commit ──► next
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely, TransactionBuilder } from 'kysely'
import type { BlobFiles } from './blob-files.ts'
import { StoreUnavailable, TransactionOver } from './errors.ts'
import { compileQueries, type Queries } from './queries.ts'
import { assertStorable, RecordReader, RecordWriter, type TransactionScope } from './records.ts'
import type { Schema } from './schema.ts'
import type { FoundRow, Kind, Namespace, Reader, Store, Writer } from './store.ts'
import type { Vault } from './vault.ts'

export interface KyselyStoreParts {
  readonly writer: Kysely<Schema>
  /** May be the same as `writer`. */
  readonly reader: Kysely<Schema>
  readonly blobs: BlobFiles
  readonly vault: Vault
  /** A transaction whose work has not ended after so many milliseconds is rolled back. */
  readonly transactionLimitMs: number
  /** Lets go of what lies outside kysely, after everything else was closed. */
  readonly release: () => void | Promise<void>
}

type Work<Scoped, T> = (tx: Scoped) => Promise<T>

const anywhere: Namespace = Object.freeze({ account: '', region: '' })

export class KyselyStore implements Store {
  readonly #parts: KyselyStoreParts
  readonly #queries: Queries
  /** The transaction that the running code belongs to: to refuse a second one that would wait for the first. */
  readonly #current = new AsyncLocalStorage<TransactionScope>()
  readonly #reads = new Set<Promise<unknown>>()
  #lastWrite: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(parts: KyselyStoreParts) {
    this.#parts = parts
    this.#queries = compileQueries(parts.reader)
  }

  read<T>(namespace: Namespace, work: Work<Reader, T>): Promise<T> {
    return this.#read(namespace, work)
  }

  write<T>(namespace: Namespace, work: Work<Writer, T>): Promise<T> {
    return this.#write(namespace, work)
  }

  clear(): Promise<void> {
    return this.#write(anywhere, tx => tx.clear())
  }

  scan<T>(kind: Kind<T>): Promise<readonly FoundRow<T>[]> {
    return this.#read(anywhere, tx => tx.scan(kind))
  }

  find<T>(kind: Kind<T>, id: string): Promise<FoundRow<T> | undefined> {
    return this.#read(anywhere, tx => tx.find(kind, id))
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** Removes the files that a crash left behind. To be called once, before the store is handed out. */
  async removeOrphans(): Promise<void> {
    const { rows } = await this.#parts.reader.executeQuery(this.#queries.digests({}))
    await this.#parts.blobs.keepOnly(new Set(rows.map(row => row.digest)))
  }

  /** Brings secrets under the current master key. To be called once, before the store is handed out. */
  renewSecrets(kinds: readonly Kind<unknown>[]): Promise<number> {
    return this.#write(anywhere, tx => tx.renew(kinds))
  }

  #enter(namespace: Namespace): void {
    if (this.#closing !== undefined) {
      throw new StoreUnavailable('closed', 'The store is closed. Open it again.')
    }
    if (this.#current.getStore()?.isOpen === true) {
      throw new TypeError(
        'A transaction inside a transaction would wait for itself: use the one at hand',
      )
    }
    assertStorable(namespace.account)
    assertStorable(namespace.region)
  }

  async #read<T>(namespace: Namespace, work: Work<RecordReader, T>): Promise<T> {
    this.#enter(namespace)
    const snapshot = this.#parts.reader.transaction().setAccessMode('read only')
    const reading = this.#transact(snapshot, { namespace, released: new Set() }, scope =>
      work(new RecordReader(scope)),
    )
    this.#reads.add(reading)
    try {
      return await reading
    } finally {
      this.#reads.delete(reading)
    }
  }

  async #write<T>(namespace: Namespace, work: Work<RecordWriter, T>): Promise<T> {
    this.#enter(namespace)
    const released = new Set<string>()
    return this.#enqueue(async () => {
      try {
        const writer = this.#parts.writer.transaction()
        return await this.#transact(writer, { namespace, released }, scope =>
          work(new RecordWriter(scope)),
        )
      } finally {
        if (released.size > 0) this.#sweepLater(released)
      }
    })
  }

  /** Runs the task when all tasks before it have ended, well or badly. */
  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    const running = this.#lastWrite.then(task)
    this.#lastWrite = running.catch(() => undefined)
    return running
  }

  #transact<T>(
    builder: TransactionBuilder<Schema>,
    given: Pick<TransactionScope, 'namespace' | 'released'>,
    work: (scope: TransactionScope) => Promise<T>,
  ): Promise<T> {
    return builder.execute(async tx => {
      const { blobs, vault } = this.#parts
      const scope = { ...given, tx, queries: this.#queries, blobs, vault, isOpen: true }
      try {
        return await this.#inTime(this.#current.run(scope, () => work(scope)))
      } finally {
        scope.isOpen = false
      }
    })
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const { transactionLimitMs } = this.#parts
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      const text = `A transaction was rolled back: its work had not ended after ${transactionLimitMs} ms`
      late.reject(new TransactionOver(text))
    }, transactionLimitMs)
    try {
      return await Promise.race([work, late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  /**
   * Removes files that lost a row. Snapshots from before the commit may still name them, so first those
   * end; and it waits in the writers' queue, so that no row begins to name a file while it goes.
   */
  #sweepLater(digests: ReadonlySet<string>): void {
    void Promise.allSettled(this.#reads).then(() =>
      this.#enqueue(() => this.#sweep(digests)).catch(() => {
        // A file that could not be removed is only space; the next opening tries again.
      }),
    )
  }

  async #sweep(digests: ReadonlySet<string>): Promise<void> {
    if (this.#closing !== undefined) return
    for (const digest of digests) {
      const { rows } = await this.#parts.writer.executeQuery(this.#queries.digestInUse({ digest }))
      if (rows.length === 0) await this.#parts.blobs.remove(digest)
    }
  }

  async #close(): Promise<void> {
    await this.#lastWrite
    await Promise.allSettled(this.#reads)
    await this.#parts.reader.destroy()
    await this.#parts.writer.destroy()
    await this.#parts.release()
  }
}
