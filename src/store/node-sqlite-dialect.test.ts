import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Kysely, sql } from 'kysely'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'

interface Tables {
  readonly note: { readonly text: string }
}

async function notes(connections = 1): Promise<{ db: Kysely<Tables>; opened: () => number }> {
  let count = 0
  const open = () => {
    count += 1
    const database = new DatabaseSync(':memory:')
    database.exec('create table note (text text not null)')
    return database
  }
  const translate = (error: unknown) => new Error('translated', { cause: error })
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect({ open, connections, translate }) })
  return { db, opened: () => count }
}

test('rows come back, and changes are counted', async t => {
  const { db } = await notes()
  t.after(() => db.destroy())
  const inserted = await db
    .insertInto('note')
    .values([{ text: 'a' }, { text: 'b' }])
    .executeTakeFirstOrThrow()
  assert.equal(inserted.numInsertedOrUpdatedRows, 2n)
  const found = await db.selectFrom('note').selectAll().execute()
  assert.deepEqual(
    found.map(row => row.text),
    ['a', 'b'],
  )
  const returned = await db.deleteFrom('note').where('text', '=', 'a').returningAll().execute()
  assert.deepEqual(
    returned.map(row => row.text),
    ['a'],
  )
})

test('errors of SQLite are translated', async t => {
  const { db } = await notes()
  t.after(() => db.destroy())
  await assert.rejects(sql`nonsense`.execute(db), /translated/)
})

test('connections are opened when needed, up to the limit, and given out in the order of asking', async t => {
  const { db, opened } = await notes(2)
  t.after(() => db.destroy())
  const order: number[] = []
  const gate = Promise.withResolvers<void>()
  const transactions = [1, 2, 3, 4].map(number =>
    db.transaction().execute(async () => {
      order.push(number)
      if (number <= 2) await gate.promise
    }),
  )
  gate.resolve()
  await Promise.all(transactions)
  assert.deepEqual(order, [1, 2, 3, 4])
  assert.equal(opened(), 2)
})

test('work that goes on after SQLite ended its transaction is refused, not committed piece by piece', async t => {
  const { db } = await notes()
  t.after(() => db.destroy())
  const working = db.transaction().execute(async tx => {
    await tx.insertInto('note').values({ text: 'before' }).execute()
    await sql`rollback`.execute(tx)
    await assert.rejects(tx.insertInto('note').values({ text: 'after' }).execute(), /rolled back/)
  })
  await assert.rejects(working)
  assert.deepEqual(await db.selectFrom('note').selectAll().execute(), [])
  await db.transaction().execute(tx => tx.insertInto('note').values({ text: 'next' }).execute())
  assert.equal((await db.selectFrom('note').selectAll().execute()).length, 1)
})

test('any number of different statements may be run', async t => {
  const { db } = await notes()
  t.after(() => db.destroy())
  for (let number = 0; number < 250; number++) {
    const { rows } = await sql<{ n: number }>`select ${sql.lit(number)} as n`.execute(db)
    assert.deepEqual(
      rows.map(row => row.n),
      [number],
    )
  }
})

test('streaming is refused', async t => {
  const { db } = await notes()
  t.after(() => db.destroy())
  await assert.rejects(db.selectFrom('note').selectAll().stream().next(), TypeError)
})
