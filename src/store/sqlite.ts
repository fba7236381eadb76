/** The embedded store (the implementation follows). */
import type { Store } from './store.ts'

export interface SqliteOptions {
  /** Data directory, made when missing (its parent must exist); or `':memory:'`, which keeps nothing. */
  readonly directory: string
}

/** Opens or makes the embedded store. Throws `StoreUnavailable`. */
export function openSqliteStore(options: SqliteOptions): Promise<Store> {
  return Promise.reject(new Error(`not written yet: ${options.directory}`))
}
