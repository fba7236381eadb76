/**
 * The first tables. Primary keys lead with the namespace, so that a page of one kind under one parent is
 * one stretch of the index; `record_by_id` serves `find` and `scan`, which know no namespace.
 */
import type { Kysely } from 'kysely'

/** Makes `record` and `blob`. */
export async function up(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('record')
    .addColumn('account', 'text', column => column.notNull())
    .addColumn('region', 'text', column => column.notNull())
    .addColumn('kind', 'text', column => column.notNull())
    .addColumn('parent', 'text', column => column.notNull())
    .addColumn('id', 'text', column => column.notNull())
    .addColumn('version', 'integer', column => column.notNull())
    .addColumn('body', 'text', column => column.notNull())
    .addPrimaryKeyConstraint('record_key', ['account', 'region', 'kind', 'parent', 'id'])
    .execute()
  await db.schema.createIndex('record_by_id').on('record').columns(['kind', 'id']).execute()
  await db.schema
    .createTable('blob')
    .addColumn('account', 'text', column => column.notNull())
    .addColumn('region', 'text', column => column.notNull())
    .addColumn('key', 'text', column => column.notNull())
    .addColumn('digest', 'text', column => column.notNull())
    .addColumn('size', 'integer', column => column.notNull())
    .addPrimaryKeyConstraint('blob_key', ['account', 'region', 'key'])
    .execute()
  await db.schema.createIndex('blob_by_digest').on('blob').column('digest').execute()
}
