/**
 * The contract of the store: where the control plane keeps what the user wants.
 *
 * A record is a JSON document with AWS's field names. It lies under four names: namespace (account
 * and region), kind, parent and id. All access happens inside a transaction: `read` sees one
 * snapshot, `write` happens completely or not at all. What a `write` has acknowledged survives
 * a crash of the process or the machine. Large immutable bytes (function code) are blobs.
 *
 * There is no secondary index. Who must look something up by another name (an API key by its
 * value) writes a second, small record of another kind in the same transaction.
 *
 * Implementations: sqlite.ts. Every implementation passes the suite in contract.ts.
 */

/** One account in one region. Namespaces never see each other's records, except through `find` and `scan`. */
export interface Namespace {
  readonly account: string
  readonly region: string
}

/** A kind of record; `T` is the shape of its JSON document. `shape` carries the type and is never set. */
export interface Kind<T> {
  readonly name: string
  readonly shape?: T
  /** Members that are encrypted in the store's files (vault.ts). */
  readonly secrets?: readonly string[]
  /** The id itself is secret; `list` has no order then that means anything. */
  readonly hasSecretId?: boolean
}

/** Names a kind of record: `const restApis = kind<RestApiRecord>('rest-api')`. */
export function kind<T>(
  name: string,
  hidden: { readonly secrets?: readonly (keyof T & string)[]; readonly hasSecretId?: true } = {},
): Kind<T> {
  return Object.freeze({ name, ...hidden })
}

/** A record as it was found. `record` is a fresh copy: changing it changes nothing in the store. */
export interface Row<T> {
  readonly id: string
  /** `''` for a record at the top, else the id (or the path, `api/stage`) of what owns it. */
  readonly parent: string
  /** 1 when inserted, one more after each update or put. Starts again at 1 after delete and insert. */
  readonly version: number
  readonly record: T
}

/** A row that was found without knowing its namespace. */
export interface FoundRow<T> extends Row<T> {
  readonly namespace: Namespace
}

export interface Page<T> {
  readonly rows: readonly Row<T>[]
  /** The `after` of the next page; undefined on the last page. */
  readonly next: string | undefined
}

export interface PageOptions {
  /** Begin behind this id, which need not exist (any more). Default: from the start. */
  readonly after?: string | undefined
  /** At most so many rows, at least 1. Default 100. */
  readonly limit?: number | undefined
}

/**
 * Reads one snapshot. Valid until the transaction's `work` has ended; later calls throw
 * `TransactionOver`. An id that cannot be stored (see `Writer`) is simply not found.
 */
export interface Reader {
  get<T>(kind: Kind<T>, parent: string, id: string): Promise<Row<T> | undefined>
  /** Rows in the order of the UTF-8 bytes of their ids. Rows added or removed between two pages move no other row. */
  list<T>(kind: Kind<T>, parent: string, options?: PageOptions): Promise<Page<T>>
  /** Every row under the parent, in the order of `list`. */
  all<T>(kind: Kind<T>, parent: string): Promise<readonly Row<T>[]>
  count(kind: Kind<unknown>, parent: string): Promise<number>
  /** By id in any namespace and under any parent; inside `write` it makes sure that an id is free everywhere. */
  find<T>(kind: Kind<T>, id: string): Promise<FoundRow<T> | undefined>
  getBlob(key: string): Promise<Uint8Array | undefined>
}

/**
 * Reads and writes; sees its own writes. Ids, parents and blob keys are well-formed text without
 * U+0000 and at most 1,024 characters, else `TypeError`; a record that JSON cannot express is a `TypeError` too.
 */
export interface Writer extends Reader {
  /** Throws `RecordExists` if the id is taken. */
  insert<T>(kind: Kind<T>, parent: string, id: string, record: T): Promise<void>
  /** Replaces the document. Throws `RecordMissing`, and `StaleRecord` when `version` is given and is not the row's. */
  update<T>(kind: Kind<T>, parent: string, id: string, record: T, version?: number): Promise<void>
  /** Inserts or replaces. */
  put<T>(kind: Kind<T>, parent: string, id: string, record: T): Promise<void>
  /** True if there was something to delete. */
  delete(kind: Kind<unknown>, parent: string, id: string): Promise<boolean>
  /** Deletes every record of the kind directly under the parent; gives their number. */
  deleteChildren(kind: Kind<unknown>, parent: string): Promise<number>
  /** Inserts or replaces the bytes under a key of this namespace. Don't change `bytes` until it resolves. */
  putBlob(key: string, bytes: Uint8Array): Promise<void>
  /** True if there was something to delete. */
  deleteBlob(key: string): Promise<boolean>
}

/**
 * Transactions don't nest: `read`, `write`, `scan`, `find` or `clear` of the store inside a
 * transaction's `work` throws `TypeError` (it would wait for itself). Any call may throw `StoreUnavailable`.
 */
export interface Store {
  /** Runs `work` on one snapshot. */
  read<T>(namespace: Namespace, work: (tx: Reader) => Promise<T>): Promise<T>
  /**
   * Runs `work` as one transaction and resolves when it is safely on disk. If `work` throws, nothing
   * of it happened. Writes run one after another: `work` should not wait for anything but the store.
   */
  write<T>(namespace: Namespace, work: (tx: Writer) => Promise<T>): Promise<T>
  /** Every record of a kind, over all namespaces and parents: for start-up. */
  scan<T>(kind: Kind<T>): Promise<readonly FoundRow<T>[]>
  /** As `Reader.find`, for ids that are unique over regions, such as those of APIs. */
  find<T>(kind: Kind<T>, id: string): Promise<FoundRow<T> | undefined>
  /** Empties the store: every namespace, blobs included. For the development server's reset. */
  clear(): Promise<void>
  /** Waits for running transactions, then lets go of everything. Calling it again does nothing. */
  close(): Promise<void>
}
