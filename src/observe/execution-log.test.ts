import assert from 'node:assert/strict'
import test from 'node:test'
import { ExecutionLog, formatHeaders, formatLogTime, formatMap, mask } from './execution-log.ts'

const day = Date.UTC(2026, 10, 2, 9, 5, 3)

test('times are printed as Java prints them', () => {
  assert.equal(formatLogTime(day), 'Mon Nov 02 09:05:03 UTC 2026')
})

test('each line has its time, the first says which request it is', () => {
  const log = new ExecutionLog('r-1', () => day)
  log.line('one')
  assert.equal(
    log.toString(),
    'Execution log for request r-1\nMon Nov 02 09:05:03 UTC 2026 : one\n',
  )
})

test('a line is cut after 1,024 characters', () => {
  const log = new ExecutionLog('r-1', () => day)
  log.line('a'.repeat(1024))
  log.line('b'.repeat(1025))
  const [, whole = '', cut = ''] = log.toString().split('\n')
  assert.ok(whole.endsWith(' : '.concat('a'.repeat(1024))))
  assert.ok(cut.endsWith(`${'b'.repeat(1024)} [TRUNCATED]`))
})

test('maps are printed as Java prints them', () => {
  assert.equal(formatMap([]), '{}')
  assert.equal(
    formatMap([
      ['a', '1'],
      ['b', ''],
    ]),
    '{a=1, b=}',
  )
})

test('headers that come twice are joined, secrets are masked', () => {
  assert.equal(
    formatHeaders(['A', '1', 'Authorization', 'Bearer abcdef', 'A', '2']),
    '{A=1,2, Authorization=*******abcdef}',
  )
})

for (const [secret, want] of [
  ['', ''],
  ['a', '*'],
  ['allow', '***ow'],
  ['aaaaaaaaaaaaaa', '********aaaaaa'],
] as const) {
  test(`of the secret "${secret}" is shown "${want}"`, () => assert.equal(mask(secret), want))
}
