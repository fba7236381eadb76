import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileJavaRegex } from './java-regex.ts'

const matches: { pattern: string; text: string; want: boolean }[] = [
  { pattern: '404', text: '404', want: true },
  { pattern: '40', text: '404', want: false },
  { pattern: '4\\d{2}', text: '429', want: true },
  { pattern: '4\\d{2}', text: '4290', want: false },
  { pattern: 'Error', text: 'An Error', want: false },
  { pattern: '.*Error.*', text: 'An Error here', want: true },
  { pattern: '.*Error.*', text: 'An\nError', want: false },
  { pattern: '.*Error.*', text: 'An\u2028Error', want: false },
  { pattern: '(?s).*Error.*', text: 'An\nError', want: true },
  { pattern: '(.|\\n)*Error(.|\\n)*', text: 'An\nError\n', want: true },
  { pattern: '[\\s\\S]*Error[.]', text: 'a\nError.', want: true },
  { pattern: 'a|ab', text: 'ab', want: true },
  { pattern: '\\Q[404]\\E.*', text: '[404] no', want: true },
  { pattern: '\\u0041+', text: 'AAA', want: true },
  { pattern: '', text: '', want: true },
  { pattern: '^500$', text: '500', want: true },
  { pattern: '5\\d{2}|4(?:00|29)', text: '429', want: true },
  { pattern: '.+', text: '', want: false },
]

test('a pattern matches the whole text or nothing', () => {
  for (const { pattern, text, want } of matches) {
    assert.equal(compileJavaRegex(pattern)(text), want, `${pattern} on ${JSON.stringify(text)}`)
  }
})

test('what cannot run in linear time is refused with the pattern in the message', () => {
  for (const pattern of ['(?=a)b', '(a)\\1', 'a++', '[a&&b]', '(', 'x'.repeat(5000)]) {
    assert.throws(() => compileJavaRegex(pattern), SyntaxError, pattern)
  }
})

test('a pattern that ruins backtracking engines is harmless', () => {
  const fits = compileJavaRegex('(x+x+)+y')
  const started = performance.now()
  assert.equal(fits('x'.repeat(100_000)), false)
  assert.ok(performance.now() - started < 1000)
})
