/**
 * Every question that the store asks its tables, compiled once per store (prepared.ts). The SQL is the part
 * of it that SQLite and PostgreSQL share. Ids are compared byte by byte: SQLite does so by itself, a
 * PostgreSQL store has to have the collation "C".
 */
import type { CompiledQuery, Kysely } from 'kysely'
import { prepare } from './prepared.ts'
import type { RecordTable, Schema } from './schema.ts'

interface Scope {
  readonly account: string
  readonly region: string
}

interface Family extends Scope {
  readonly kind: string
  readonly parent: string
}

interface Name extends Family {
  readonly id: string
}

interface BlobName extends Scope {
  readonly key: string
}

type Document = Pick<RecordTable, 'id' | 'parent' | 'version' | 'body'>
type Ask<Args, Row> = (args: Args) => CompiledQuery<Row>

export interface Queries {
  readonly get: Ask<Name, Document>
  readonly firstPage: Ask<Family & { limit: number }, Document>
  readonly nextPage: Ask<Family & { limit: number; after: string }, Document>
  readonly all: Ask<Family, Document>
  readonly count: Ask<Family, { count: number | string | bigint }>
  readonly find: Ask<{ kind: string; id: string }, RecordTable>
  readonly scan: Ask<{ kind: string }, RecordTable>
  readonly insert: Ask<Name & { body: string }, unknown>
  readonly put: Ask<Name & { body: string }, unknown>
  readonly update: Ask<Name & { body: string }, unknown>
  readonly delete: Ask<Name, unknown>
  readonly deleteFamily: Ask<Family, unknown>
  readonly blob: Ask<BlobName, { digest: string }>
  readonly putBlob: Ask<BlobName & { digest: string; size: number }, unknown>
  readonly deleteBlob: Ask<BlobName, unknown>
  readonly digestInUse: Ask<{ digest: string }, { digest: string }>
  readonly digests: Ask<object, { digest: string }>
  readonly clearRecords: Ask<object, unknown>
  readonly clearBlobs: Ask<object, unknown>
}

const documentColumns = ['id', 'parent', 'version', 'body'] as const
const keyColumns = ['account', 'region', 'kind', 'parent', 'id'] as const

/** Compiles the queries for the dialect of `db`. */
export function compileQueries(db: Kysely<Schema>): Queries {
  return Object.freeze({ ...recordQueries(db), ...recordChanges(db), ...blobQueries(db) })
}

type Arg<Args> = <Name extends keyof Args & string>(name: Name) => Args[Name]

function recordQueries(db: Kysely<Schema>) {
  const family = (arg: Arg<Family>) =>
    db
      .selectFrom('record')
      .where('account', '=', arg('account'))
      .where('region', '=', arg('region'))
      .where('kind', '=', arg('kind'))
      .where('parent', '=', arg('parent'))
  return {
    get: prepare<Name, Document>(arg =>
      family(arg).where('id', '=', arg('id')).select(documentColumns),
    ),
    firstPage: prepare<Family & { limit: number }, Document>(arg =>
      family(arg).select(documentColumns).orderBy('id').limit(arg('limit')),
    ),
    nextPage: prepare<Family & { limit: number; after: string }, Document>(arg =>
      family(arg)
        .where('id', '>', arg('after'))
        .select(documentColumns)
        .orderBy('id')
        .limit(arg('limit')),
    ),
    all: prepare<Family, Document>(arg => family(arg).select(documentColumns).orderBy('id')),
    count: prepare<Family, { count: number | string | bigint }>(arg =>
      family(arg).select(query => query.fn.countAll().as('count')),
    ),
    find: prepare<{ kind: string; id: string }, RecordTable>(arg =>
      db
        .selectFrom('record')
        .where('kind', '=', arg('kind'))
        .where('id', '=', arg('id'))
        .selectAll()
        .orderBy('account')
        .orderBy('region')
        .orderBy('parent')
        .limit(1),
    ),
    scan: prepare<{ kind: string }, RecordTable>(arg =>
      db
        .selectFrom('record')
        .where('kind', '=', arg('kind'))
        .selectAll()
        .orderBy('account')
        .orderBy('region')
        .orderBy('parent')
        .orderBy('id'),
    ),
  }
}

function recordChanges(db: Kysely<Schema>) {
  const insert = (arg: Arg<Name & { body: string }>) =>
    db.insertInto('record').values({
      account: arg('account'),
      region: arg('region'),
      kind: arg('kind'),
      parent: arg('parent'),
      id: arg('id'),
      version: 1,
      body: arg('body'),
    })
  const remove = (arg: Arg<Family>) =>
    db
      .deleteFrom('record')
      .where('account', '=', arg('account'))
      .where('region', '=', arg('region'))
      .where('kind', '=', arg('kind'))
      .where('parent', '=', arg('parent'))
  return {
    insert: prepare<Name & { body: string }, unknown>(arg =>
      insert(arg).onConflict(conflict => conflict.columns(keyColumns).doNothing()),
    ),
    put: prepare<Name & { body: string }, unknown>(arg =>
      insert(arg).onConflict(conflict =>
        conflict.columns(keyColumns).doUpdateSet(set => ({
          body: set.ref('excluded.body'),
          version: set('record.version', '+', 1),
        })),
      ),
    ),
    update: prepare<Name & { body: string }, unknown>(arg =>
      db
        .updateTable('record')
        .set(set => ({ body: arg('body'), version: set('version', '+', 1) }))
        .where('account', '=', arg('account'))
        .where('region', '=', arg('region'))
        .where('kind', '=', arg('kind'))
        .where('parent', '=', arg('parent'))
        .where('id', '=', arg('id')),
    ),
    delete: prepare<Name, unknown>(arg => remove(arg).where('id', '=', arg('id'))),
    deleteFamily: prepare<Family, unknown>(remove),
    clearRecords: prepare<object, unknown>(() => db.deleteFrom('record')),
  }
}

function blobQueries(db: Kysely<Schema>) {
  return {
    blob: prepare<BlobName, { digest: string }>(arg =>
      db
        .selectFrom('blob')
        .where('account', '=', arg('account'))
        .where('region', '=', arg('region'))
        .where('key', '=', arg('key'))
        .select('digest'),
    ),
    putBlob: prepare<BlobName & { digest: string; size: number }, unknown>(arg =>
      db
        .insertInto('blob')
        .values({
          account: arg('account'),
          region: arg('region'),
          key: arg('key'),
          digest: arg('digest'),
          size: arg('size'),
        })
        .onConflict(conflict =>
          conflict.columns(['account', 'region', 'key']).doUpdateSet(set => ({
            digest: set.ref('excluded.digest'),
            size: set.ref('excluded.size'),
          })),
        ),
    ),
    deleteBlob: prepare<BlobName, unknown>(arg =>
      db
        .deleteFrom('blob')
        .where('account', '=', arg('account'))
        .where('region', '=', arg('region'))
        .where('key', '=', arg('key')),
    ),
    digestInUse: prepare<{ digest: string }, { digest: string }>(arg =>
      db.selectFrom('blob').where('digest', '=', arg('digest')).select('digest').limit(1),
    ),
    clearBlobs: prepare<object, unknown>(() => db.deleteFrom('blob')),
    digests: prepare<object, { digest: string }>(() =>
      db.selectFrom('blob').select('digest').distinct(),
    ),
  }
}
