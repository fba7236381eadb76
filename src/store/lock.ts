/**
 * One process per data directory. Two would each believe to be the only writer, and neither would
 * learn what the other changed.
 *
 * Node has no file locks, but SQLite has: an open `begin exclusive` on an empty database is a lock that the
 * kernel lets go when the process dies, however it dies. The file stays empty, so it cannot be damaged;
 * the number of the holding process lies beside it, only to be told in the message.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StoreUnavailable } from './errors.ts'
import { explainFailure } from './failures.ts'

/** Locks `path`, an empty file that exists already. Gives the function that unlocks (once). Throws `StoreUnavailable`. */
export function lockFile(path: string): () => void {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path, { timeout: 0 })
    lock.exec('begin exclusive')
    writeFileSync(`${path}.pid`, `${process.pid}\n`, { mode: 0o600 })
  } catch (cause) {
    if (lock?.isOpen === true) lock.close()
    const error = explainFailure(cause, path)
    if (!(error instanceof StoreUnavailable) || error.reason !== 'locked') throw error
    throw new StoreUnavailable(
      'locked',
      `The store ${path} is in use by another gateway${holderOf(path)}. End that one, or name another data directory.`,
      cause,
    )
  }
  const held = lock
  return () => {
    if (held.isOpen) held.close()
  }
}

function holderOf(path: string): string {
  try {
    const pid = readFileSync(`${path}.pid`, 'utf8').trim()
    return /^\d{1,10}$/.test(pid) ? ` (process ${pid})` : ''
  } catch {
    // Only a hint for the message: without it the refusal is the same.
    return ''
  }
}
