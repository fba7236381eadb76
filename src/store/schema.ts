/**
 * The two tables of a store, as kysely types. migrations/ makes them; records.ts asks them.
 */

export interface RecordTable {
  account: string
  region: string
  kind: string
  parent: string
  id: string
  version: number
  /** The JSON document. */
  body: string
}

export interface BlobTable {
  account: string
  region: string
  key: string
  /** SHA-256 in hexadecimal: the name of the file that holds the bytes. */
  digest: string
  size: number
}

export interface Schema {
  record: RecordTable
  blob: BlobTable
}
