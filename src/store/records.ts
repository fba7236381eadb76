/**
 * `Reader` and `Writer` of store.ts over one transaction of kysely, for any SQL dialect.
 */
import type { CompiledQuery, QueryResult, Transaction } from 'kysely'
import type { BlobFiles } from './blob-files.ts'
import { RecordExists, RecordMissing, StaleRecord, TransactionOver } from './errors.ts'
import type { Queries } from './queries.ts'
import type { RecordTable, Schema } from './schema.ts'
import type { FoundRow, Kind, Namespace, Page, PageOptions, Reader, Row, Writer } from './store.ts'
import type { Vault } from './vault.ts'

/** What the readers and writers of one transaction share with the store that began it. */
export interface TransactionScope {
  readonly tx: Transaction<Schema>
  readonly queries: Queries
  readonly blobs: BlobFiles
  readonly vault: Vault
  readonly namespace: Namespace
  /** Set to false when the transaction's work has ended. */
  isOpen: boolean
  /** Digests that lost a row in this transaction; after the commit their files may go. */
  readonly released: Set<string>
}

const nameLimit = 1024
const defaultPageLimit = 100

export class RecordReader implements Reader {
  protected readonly scope: TransactionScope

  constructor(scope: TransactionScope) {
    this.scope = scope
  }

  async get<T>(kind: Kind<T>, parent: string, id: string): Promise<Row<T> | undefined> {
    if (!isStorable(id) || !isStorable(parent)) return undefined
    const { rows } = await this.run(this.scope.queries.get(this.nameOf(kind, parent, id)))
    return rows[0] && this.rowOf<T>(kind, rows[0])
  }

  async list<T>(kind: Kind<T>, parent: string, options: PageOptions = {}): Promise<Page<T>> {
    const { after, limit = defaultPageLimit } = options
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw new RangeError(`The limit of a page is a whole number from 1, not ${limit}`)
    }
    if (!isStorable(parent)) return { rows: [], next: undefined }
    // One more than asked for tells whether there is a next page.
    const family = { ...this.familyOf(kind, parent), limit: limit + 1 }
    const { queries } = this.scope
    const { rows } = await this.run(
      after === undefined ? queries.firstPage(family) : queries.nextPage({ ...family, after }),
    )
    const page = rows.slice(0, limit)
    const next = rows.length > limit ? page.at(-1)?.id : undefined
    return { rows: page.map(row => this.rowOf<T>(kind, row)), next }
  }

  async all<T>(kind: Kind<T>, parent: string): Promise<readonly Row<T>[]> {
    if (!isStorable(parent)) return []
    const { rows } = await this.run(this.scope.queries.all(this.familyOf(kind, parent)))
    return rows.map(row => this.rowOf<T>(kind, row))
  }

  async count(kind: Kind<unknown>, parent: string): Promise<number> {
    if (!isStorable(parent)) return 0
    const { rows } = await this.run(this.scope.queries.count(this.familyOf(kind, parent)))
    return Number(rows[0]?.count ?? 0)
  }

  async find<T>(kind: Kind<T>, id: string): Promise<FoundRow<T> | undefined> {
    if (!isStorable(id)) return undefined
    const stored = this.scope.vault.storedId(kind, id)
    const { rows } = await this.run(this.scope.queries.find({ kind: kind.name, id: stored }))
    return rows[0] && this.#foundRowOf<T>(kind, rows[0])
  }

  /** As `Store.scan`. */
  async scan<T>(kind: Kind<T>): Promise<readonly FoundRow<T>[]> {
    const { rows } = await this.run(this.scope.queries.scan({ kind: kind.name }))
    return rows.map(row => this.#foundRowOf<T>(kind, row))
  }

  async getBlob(key: string): Promise<Uint8Array | undefined> {
    if (!isStorable(key)) return undefined
    const digest = await this.digestOf(key)
    return digest === undefined ? undefined : this.scope.blobs.read(digest)
  }

  protected run<R>(query: CompiledQuery<R>): Promise<QueryResult<R>> {
    if (!this.scope.isOpen) {
      throw new TransactionOver('A transaction was used after its work had ended')
    }
    return this.scope.tx.executeQuery(query)
  }

  protected async digestOf(key: string): Promise<string | undefined> {
    const { rows } = await this.run(this.scope.queries.blob(this.blobNameOf(key)))
    return rows[0]?.digest
  }

  protected familyOf(kind: Kind<unknown>, parent: string) {
    const { account, region } = this.scope.namespace
    return { account, region, kind: kind.name, parent }
  }

  protected nameOf(kind: Kind<unknown>, parent: string, id: string) {
    const { account, region } = this.scope.namespace
    return { account, region, kind: kind.name, parent, id: this.scope.vault.storedId(kind, id) }
  }

  protected rowOf<T>(
    kind: Kind<T>,
    row: Pick<RecordTable, 'id' | 'parent' | 'version' | 'body'>,
  ): Row<T> {
    const { parent, version, body } = row
    const { id, record } = this.scope.vault.open({ kind, parent, id: row.id }, body)
    // What lies under a kind was written through the same kind, whose T it had.
    return { id, parent, version, record: record as T }
  }

  #foundRowOf<T>(kind: Kind<T>, row: RecordTable): FoundRow<T> {
    const { account, region } = row
    return { ...this.rowOf(kind, row), namespace: { account, region } }
  }

  protected blobNameOf(key: string) {
    const { account, region } = this.scope.namespace
    return { account, region, key }
  }
}

export class RecordWriter extends RecordReader implements Writer {
  async insert<T>(kind: Kind<T>, parent: string, id: string, record: T): Promise<void> {
    const row = this.#document(kind, parent, id, record)
    if ((await this.#change(this.scope.queries.insert(row))) === 0) {
      throw new RecordExists(`There is a ${describe(kind, parent, id)} already`)
    }
  }

  async update<T>(kind: Kind<T>, parent: string, id: string, record: T, version?: number) {
    const row = this.#document(kind, parent, id, record)
    // Nobody writes between the two queries: writes happen one after another.
    if (version !== undefined) {
      const found = await this.get(kind, parent, id)
      if (found !== undefined && found.version !== version) {
        throw new StaleRecord(
          `The ${describe(kind, parent, id)} is at version ${found.version}, not ${version}`,
        )
      }
    }
    if ((await this.#change(this.scope.queries.update(row))) === 0) {
      throw new RecordMissing(`There is no ${describe(kind, parent, id)}`)
    }
  }

  async put<T>(kind: Kind<T>, parent: string, id: string, record: T): Promise<void> {
    await this.#change(this.scope.queries.put(this.#document(kind, parent, id, record)))
  }

  async delete(kind: Kind<unknown>, parent: string, id: string): Promise<boolean> {
    if (!isStorable(id) || !isStorable(parent)) return false
    return (await this.#change(this.scope.queries.delete(this.nameOf(kind, parent, id)))) > 0
  }

  async deleteChildren(kind: Kind<unknown>, parent: string): Promise<number> {
    if (!isStorable(parent)) return 0
    return this.#change(this.scope.queries.deleteFamily(this.familyOf(kind, parent)))
  }

  async putBlob(key: string, bytes: Uint8Array): Promise<void> {
    assertStorable(key)
    const before = await this.digestOf(key)
    const digest = await this.scope.blobs.keep(bytes)
    // A row that is rolled back leaves its file behind; so the new digest may have to go as well.
    this.scope.released.add(digest)
    if (before !== undefined) this.scope.released.add(before)
    await this.run(
      this.scope.queries.putBlob({ ...this.blobNameOf(key), digest, size: bytes.length }),
    )
  }

  async deleteBlob(key: string): Promise<boolean> {
    if (!isStorable(key)) return false
    const digest = await this.digestOf(key)
    if (digest === undefined) return false
    this.scope.released.add(digest)
    return (await this.#change(this.scope.queries.deleteBlob(this.blobNameOf(key)))) > 0
  }

  /** Seals what is not sealed yet, or with the old master key; gives how many records that were. */
  async renew(kinds: readonly Kind<unknown>[]): Promise<number> {
    const { queries, vault } = this.scope
    let renewed = 0
    for (const kind of kinds) {
      const { rows } = await this.run(queries.scan({ kind: kind.name }))
      for (const { account, region, parent, id, body } of rows) {
        const next = vault.renew({ kind, parent, id }, body)
        if (next === null) continue
        renewed++
        const place = { account, region, kind: kind.name, parent }
        if (next.id !== id) await this.run(queries.delete({ ...place, id }))
        await this.run(queries.put({ ...place, ...next }))
      }
    }
    return renewed
  }

  /** As `Store.clear`. */
  async clear(): Promise<void> {
    const { queries, released } = this.scope
    const { rows } = await this.run(queries.digests({}))
    for (const { digest } of rows) released.add(digest)
    await this.run(queries.clearRecords({}))
    await this.run(queries.clearBlobs({}))
  }

  async #change(query: CompiledQuery): Promise<number> {
    return Number((await this.run(query)).numAffectedRows ?? 0)
  }

  #document(kind: Kind<unknown>, parent: string, id: string, record: unknown) {
    assertStorable(parent)
    assertStorable(id)
    const name = this.nameOf(kind, parent, id)
    return { ...name, body: this.scope.vault.close({ kind, parent, id: name.id }, id, record) }
  }
}

/**
 * Unpaired surrogates have no UTF-8 (two different ids would become one), PostgreSQL knows no U+0000, and
 * keys of an index have to be short.
 */
export function isStorable(name: string): boolean {
  return name.length <= nameLimit && name.isWellFormed() && !name.includes('\0')
}

/** Throws `TypeError` if the name is not storable. */
export function assertStorable(name: string): void {
  if (isStorable(name)) return
  throw new TypeError(
    `Not a name for a record (well-formed text without U+0000, at most ${nameLimit} characters): ` +
      JSON.stringify(name.slice(0, 50)),
  )
}

function describe(kind: Kind<unknown>, parent: string, id: string): string {
  return `${kind.name} ${JSON.stringify(id)}${parent === '' ? '' : ` under ${JSON.stringify(parent)}`}`
}
