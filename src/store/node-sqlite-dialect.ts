/**
 * Lets kysely speak to SQLite through node's own `node:sqlite`.
 *
 * kysely brings the SQL (compiler, introspection); this file brings the connections: a small pool, given out
 * in the order of asking, each with its prepared statements kept. `node:sqlite` works synchronously, so
 * a query never waits; a transaction may, between its queries, and keeps its connection meanwhile.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from 'kysely'

export interface NodeSqliteOptions {
  /** Opens one more connection to the same database. */
  readonly open: () => DatabaseSync
  /** At most so many connections, opened when needed, kept until the end. */
  readonly connections: number
  /** Makes of an error of SQLite what the caller shall see. */
  readonly translate: (error: unknown) => unknown
}

/** Statements kept per connection. The store has about twenty; the bound is for whoever builds SQL by hand. */
const statementsKept = 100

/** The dialect for `new Kysely({ dialect })`. Transactions with access mode `read only` take no write lock. */
export function nodeSqliteDialect(options: NodeSqliteOptions): Dialect {
  return Object.freeze({
    createAdapter: (): DialectAdapter => new PooledSqliteAdapter(),
    createDriver: (): Driver => new NodeSqliteDriver(options),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
    createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
  })
}

/** kysely assumes one connection and no transactions around DDL; the driver below can do both. */
class PooledSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }

  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

class NodeSqliteDriver implements Driver {
  readonly #options: NodeSqliteOptions
  readonly #all: NodeSqliteConnection[] = []
  readonly #idle: NodeSqliteConnection[] = []
  readonly #waiting: ((connection: NodeSqliteConnection) => void)[] = []

  constructor(options: NodeSqliteOptions) {
    this.#options = options
  }

  async init(): Promise<void> {
    this.#idle.push(this.#open())
  }

  async acquireConnection(): Promise<NodeSqliteConnection> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#all.length < this.#options.connections) return this.#open()
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const returned = own(connection)
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(returned)
    else next(returned)
  }

  async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings) {
    own(connection).begin(settings.accessMode === 'read only' ? 'begin' : 'begin immediate')
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    own(connection).commit()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    own(connection).rollback()
  }

  async destroy(): Promise<void> {
    for (const connection of this.#all.splice(0)) connection.close()
    this.#idle.length = 0
  }

  #open(): NodeSqliteConnection {
    const connection = new NodeSqliteConnection(this.#options)
    this.#all.push(connection)
    return connection
  }
}

/** kysely hands back what `acquireConnection` gave it, typed as the interface. */
function own(connection: DatabaseConnection): NodeSqliteConnection {
  return connection as NodeSqliteConnection
}

interface Prepared {
  readonly statement: StatementSync
  readonly givesRows: boolean
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #translate: (error: unknown) => unknown
  readonly #prepared = new Map<string, Prepared>()
  #inTransaction = false

  constructor(options: NodeSqliteOptions) {
    this.#translate = options.translate
    this.#database = this.#try(options.open)
  }

  /**
   * After some errors (full disk, broken disk) SQLite ends the transaction by itself. Whatever its work
   * went on to do would then be committed statement by statement, so it is refused.
   */
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#inTransaction && !this.#database.isTransaction) {
      throw new Error('The transaction was rolled back by an earlier error')
    }
    return this.#run<R>(query.sql, query.parameters)
  }

  begin(sql: 'begin' | 'begin immediate'): void {
    this.#run(sql)
    this.#inTransaction = true
  }

  commit(): void {
    this.#run('commit')
    this.#inTransaction = false
  }

  rollback(): void {
    this.#inTransaction = false
    if (this.#database.isTransaction) this.#run('rollback')
  }

  // biome-ignore lint/correctness/useYield: the interface wants a generator, nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError(
      'Streaming is not supported: a synchronous database has nothing to wait for',
    )
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #run<R>(sql: string, parameters: readonly unknown[] = []): QueryResult<R> {
    return this.#try(() => {
      const { statement, givesRows } = this.#prepare(sql)
      // kysely types parameters as unknown; the schema allows only texts and numbers.
      const values = parameters as readonly SQLInputValue[]
      // The rows have the shape that the query builder worked out from the schema.
      if (givesRows) return { rows: statement.all(...values) as R[] }
      return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) }
    })
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    const prepared = { statement, givesRows: statement.columns().length > 0 }
    if (this.#prepared.size >= statementsKept) this.#prepared.clear()
    this.#prepared.set(sql, prepared)
    return prepared
  }

  #try<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#translate(error)
    }
  }
}
