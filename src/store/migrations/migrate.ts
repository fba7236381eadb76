/**
 * Brings the tables of a store to what this program expects: all missing steps in one transaction.
 *
 * A step is a file of this folder, listed below under a name that sorts behind all earlier ones. A step
 * that has been in a release is never changed. There is no way down: a file that a newer program has
 * migrated is refused, and the way back is a backup.
 */
import { type Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { StoreUnavailable } from '../errors.ts'
import type { Schema } from '../schema.ts'
import * as records from './0001-records.ts'

const migrations = Object.freeze({ '0001-records': records })

/** Throws `StoreUnavailable` (`newer`) if the store at `place` has steps that this program does not know. */
export async function migrate(db: Kysely<Schema>, place: string): Promise<void> {
  const unknown = (await executedMigrations(db)).filter(name => !Object.hasOwn(migrations, name))
  if (unknown.length > 0) {
    throw new StoreUnavailable(
      'newer',
      `The store ${place} was made by a newer version of this program (it has the unknown migration ${unknown.join(', ')}). ` +
        'Install that version again, or restore a backup from before the upgrade.',
    )
  }
  const provider = { getMigrations: () => Promise.resolve(migrations) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error !== undefined) throw error
}

/** Names of the steps that the store has been through; none in an empty store. */
async function executedMigrations(db: Kysely<Schema>): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some(table => table.name === 'kysely_migration')) return []
  const found = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  return found.rows.map(row => row.name)
}
