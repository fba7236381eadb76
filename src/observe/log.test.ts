import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLog, type LogFields, type LogSettings } from './log.ts'

function logged(
  settings: Partial<LogSettings>,
  message: string,
  fields?: LogFields,
  level: 'error' | 'debug' = 'error',
): string {
  let text = ''
  const log = createLog({ logLevel: 'info', logFormat: 'text', ...settings }, line => {
    text += line
  })
  log[level](message, fields)
  return text
}

const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z'

test('a text line has time, level, message and fields', () => {
  const line = logged({}, 'refused', { api: 'a1b2', why: 'two words', at: undefined })
  assert.match(line, new RegExp(`^${time} error refused {2}api=a1b2 why="two words"\n$`))
})

test('a JSON line is one object', () => {
  const line = logged({ logFormat: 'json' }, 'two\nlines', { status: 500, level: 'forged' })
  assert.equal(line.split('\n').length, 2)
  const { time: at, ...rest } = JSON.parse(line)
  assert.match(at, new RegExp(`^${time}$`))
  assert.deepEqual(rest, { status: 500, level: 'error', message: 'two\nlines' })
})

test('lines below the level are not written', () => {
  assert.equal(logged({}, 'detail', {}, 'debug'), '')
  assert.notEqual(logged({ logLevel: 'debug' }, 'detail', {}, 'debug'), '')
})

test('what cannot be shown does not throw', () => {
  const ring: Record<string, unknown> = {}
  ring['self'] = ring
  assert.doesNotThrow(() => logged({}, 'x', { ring }))
  const log = createLog({ logLevel: 'info', logFormat: 'text' }, () => {
    throw new Error('disk full')
  })
  assert.doesNotThrow(() => log.error('x'))
})

test('no text can forge a line, steer a terminal or grow without limit', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
      const [first, ...others] = logged({}, text, { [text]: text }).split('\n')
      assert.match(String(first), new RegExp(`^${time}`))
      assert.equal(others.pop(), '')
      for (const line of others) assert.match(line, /^ {4}/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the test
      assert.doesNotMatch(`${first}${others.join('')}`, /[\u0000-\u001f\u007f-\u009f]/)
    }),
  )
  assert.ok(logged({}, 'x'.repeat(1e6), { y: 'z'.repeat(1e6) }).length < 20_000)
})
