/**
 * How fast the embedded store is, whole: through kysely, transactions and JSON.
 *
 *     node bench/micro/store.ts [directory]
 *
 * `directory` is made and must be on the disk in question: acknowledged writes are bound by its fsync, whose
 * bare cost is printed beside them. What has to hold: 10,000 gets/s and 400 writes/s.
 */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { nodeSqliteDialect } from '../../src/store/node-sqlite-dialect.ts'
import { compileQueries } from '../../src/store/queries.ts'
import type { Schema } from '../../src/store/schema.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { kind, type Store } from '../../src/store/store.ts'

interface Method {
  readonly httpMethod: string
  readonly authorizationType: string
  readonly requestParameters: Record<string, boolean>
  readonly methodIntegration: { readonly type: string; readonly uri: string }
}

const methods = kind<Method>('method')
const space = { account: '000000000000', region: 'eu-west-1' }
const rows = 10_000
const secondsEach = 2

const parent = process.argv[2] ?? mkdtempSync(join(tmpdir(), 'store-bench-'))
const directory = join(parent, 'data')

try {
  const start = performance.now()
  const store = await openSqliteStore({ directory })
  console.log(`open, new store                  ${(performance.now() - start).toFixed(1)} ms`)
  await fill(store)
  await gets(store)
  await writes(store)
  await store.close()
  const again = performance.now()
  const reopened = await openSqliteStore({ directory })
  console.log(`open, ${rows} records             ${(performance.now() - again).toFixed(1)} ms`)
  await reopened.close()
  await compiling(join(directory, 'records.db'))
  await rate('bare write + fsync of 4 KB', barely(join(parent, 'bare')))
} finally {
  rmSync(process.argv[2] === undefined ? parent : directory, { recursive: true })
}

async function fill(store: Store): Promise<void> {
  const start = performance.now()
  await store.write(space, async tx => {
    for (let index = 0; index < rows; index++) {
      await tx.insert(methods, `api${index % 100}`, idOf(index), methodOf(index))
    }
  })
  const perSecond = (rows * 1000) / (performance.now() - start)
  console.log(`inserts in one transaction       ${Math.round(perSecond)} /s`)
}

async function gets(store: Store): Promise<void> {
  let index = 0
  const get = () => {
    index = (index + 7919) % rows
    const id = index
    return store.read(space, tx => tx.get(methods, `api${id % 100}`, idOf(id)))
  }
  await rate('get, a transaction each', get)
  await rate(
    'get, 100 in a transaction',
    () =>
      store.read(space, async tx => {
        for (let id = 0; id < 100; id++) await tx.get(methods, `api${id % 100}`, idOf(id))
      }),
    100,
  )
  await rate('all of a parent (100 records)', () =>
    store.read(space, tx => tx.all(methods, `api${index++ % 100}`)),
  )
  await rate('find in any namespace', () => store.find(methods, idOf(index++ % rows)))
}

async function writes(store: Store): Promise<void> {
  let index = rows
  await rate('acknowledged insert', () =>
    store.write(space, tx => tx.insert(methods, 'new', idOf(index++), methodOf(index))),
  )
  await rate('acknowledged update', () =>
    store.write(space, tx => tx.update(methods, 'api1', idOf(1), methodOf(index++))),
  )
}

/** Why prepared.ts exists: the same query built and compiled by kysely for each call. */
async function compiling(path: string): Promise<void> {
  const dialect = nodeSqliteDialect({
    open: () => new DatabaseSync(path),
    connections: 1,
    translate: error => error,
  })
  const db = new Kysely<Schema>({ dialect })
  const queries = compileQueries(db)
  const name = { ...space, kind: methods.name, parent: 'api1', id: idOf(1) }
  await rate('query compiled once', () => db.executeQuery(queries.get(name)))
  await rate('query compiled for each call', () =>
    db
      .selectFrom('record')
      .where('account', '=', name.account)
      .where('region', '=', name.region)
      .where('kind', '=', name.kind)
      .where('parent', '=', name.parent)
      .where('id', '=', name.id)
      .select(['id', 'parent', 'version', 'body'])
      .execute(),
  )
  await db.destroy()
}

function barely(path: string): () => Promise<void> {
  const file = openSync(path, 'w')
  process.once('exit', () => closeSync(file))
  const page = new Uint8Array(4096)
  return async () => {
    writeSync(file, page, 0, page.length, 0)
    fsyncSync(file)
  }
}

async function rate(what: string, work: () => Promise<unknown>, each = 1): Promise<void> {
  for (let index = 0; index < 50; index++) await work()
  const start = performance.now()
  const end = start + secondsEach * 1000
  let done = 0
  while (performance.now() < end) {
    await work()
    done += each
  }
  const perSecond = (done * 1000) / (performance.now() - start)
  console.log(`${what.padEnd(32)} ${Math.round(perSecond)} /s`)
}

function idOf(index: number): string {
  return `m${String(index).padStart(6, '0')}`
}

function methodOf(index: number): Method {
  return {
    httpMethod: 'GET',
    authorizationType: 'AWS_IAM',
    requestParameters: { 'method.request.path.id': true, 'method.request.querystring.page': false },
    methodIntegration: { type: 'HTTP_PROXY', uri: `https://backend.example/pets/${index}` },
  }
}
