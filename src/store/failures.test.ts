import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreUnavailable, type Unavailability } from './errors.ts'
import { explainFailure } from './failures.ts'

function sqlite(errcode: number): Error {
  return Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode })
}

function file(code: string): Error {
  return Object.assign(new Error('file'), { code })
}

const explained: readonly { name: string; given: Error; want: Unavailability }[] = [
  { name: 'SQLITE_BUSY', given: sqlite(5), want: 'locked' },
  { name: 'SQLITE_READONLY_DBMOVED', given: sqlite(8 | (4 << 8)), want: 'permission' },
  { name: 'SQLITE_IOERR_FSYNC', given: sqlite(10 | (4 << 8)), want: 'failed' },
  { name: 'SQLITE_CORRUPT_INDEX', given: sqlite(11 | (3 << 8)), want: 'corrupt' },
  { name: 'SQLITE_FULL', given: sqlite(13), want: 'full' },
  { name: 'SQLITE_CANTOPEN', given: sqlite(14), want: 'missing' },
  { name: 'SQLITE_NOTADB', given: sqlite(26), want: 'not-a-store' },
  { name: 'EROFS', given: file('EROFS'), want: 'permission' },
  { name: 'ENOSPC', given: file('ENOSPC'), want: 'full' },
  { name: 'ENOENT', given: file('ENOENT'), want: 'missing' },
]

for (const { name, given, want } of explained) {
  test(`${name} becomes "${want}", with the place and the cause`, () => {
    const error = explainFailure(given, '/data')
    assert.ok(error instanceof StoreUnavailable)
    assert.equal(error.reason, want)
    assert.equal(error.cause, given)
    assert.match(error.message, /^The store \/data .*\.$/)
  })
}

test('anything else stays what it is', () => {
  for (const error of [
    sqlite(1),
    sqlite(19),
    file('ECONNRESET'),
    new TypeError('x'),
    'x',
    undefined,
  ]) {
    assert.equal(explainFailure(error, '/data'), error)
  }
})
