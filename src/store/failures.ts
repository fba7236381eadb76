/**
 * Turns what SQLite and the file system say into `StoreUnavailable`: what happened, and what to do next.
 * Other errors (mistakes in our SQL, say) pass through unchanged.
 *
 * SQLite's result codes: https://www.sqlite.org/rescode.html. The low byte of an extended code is
 * the primary code.
 */
import { StoreUnavailable, type Unavailability } from './errors.ts'

type Failure = readonly [Unavailability, string]

const permission: Failure = [
  'permission',
  'cannot be read or written. Give the user that runs this program the right to read and write the data ' +
    'directory and everything in it, and check that the file system is not mounted read-only.',
]

const full: Failure = [
  'full',
  'cannot grow: the disk or its limit is full. Nothing of this change was kept, earlier changes are safe. ' +
    'Free some space and repeat the change.',
]

const missing: Failure = [
  'missing',
  'cannot be opened. Check that the folder that shall hold the data directory exists (and its volume is mounted).',
]

const broken: Failure = [
  'failed',
  'cannot be read or written because of an input/output error. Check the disk and the system log; this change ' +
    'was not acknowledged.',
]

const sqliteFailures: ReadonlyMap<number, Failure> = new Map<number, Failure>([
  [3, permission],
  [5, ['locked', 'is locked by another program. End that program, then try again.']],
  [8, permission],
  [10, broken],
  [11, ['corrupt', 'is damaged. Stop this program and restore a backup of the data directory.']],
  [13, full],
  [14, missing],
  [
    26,
    [
      'not-a-store',
      'is not a database, or is damaged. Name another data directory, or restore a backup of this one.',
    ],
  ],
])

const fileFailures: ReadonlyMap<string, Failure> = new Map<string, Failure>([
  ['EACCES', permission],
  ['EPERM', permission],
  ['EROFS', permission],
  ['ENOENT', missing],
  ['ENOTDIR', missing],
  ['EISDIR', missing],
  ['EEXIST', missing],
  ['ENOSPC', full],
  ['EDQUOT', full],
  ['EFBIG', full],
  ['EIO', broken],
])

/** Gives `StoreUnavailable` about `path` for an error of SQLite or the file system, else the error itself. */
export function explainFailure(error: unknown, path: string): unknown {
  const failure = failureOf(error)
  if (failure === undefined) return error
  return new StoreUnavailable(failure[0], `The store ${path} ${failure[1]}`, error)
}

function failureOf(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  if (error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error) {
    return sqliteFailures.get(Number(error.errcode) & 0xff)
  }
  return fileFailures.get(String(error.code))
}
