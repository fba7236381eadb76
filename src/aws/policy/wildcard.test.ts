import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileMatcher, readPattern } from './wildcard.ts'

/** By definition; exponential. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === ''
  if (pattern[0] === '*') {
    return naive(pattern.slice(1), text) || (text !== '' && naive(pattern, text.slice(1)))
  }
  if (text === '' || (pattern[0] !== '?' && pattern[0] !== text[0])) return false
  return naive(pattern.slice(1), text.slice(1))
}

function matches(pattern: string, text: string): boolean {
  return compileMatcher(readPattern(pattern))(text)
}

for (const [pattern, text, want] of [
  ['', '', true],
  ['', 'a', false],
  ['*', '', true],
  ['?', '', false],
  ['?*', 'a', true],
  ['GET/pets/*', 'GET/pets/', true],
  ['GET/pets/*', 'GET/pets', false],
  ['*/GET/*', 'dev/GET/', true],
  ['a*b*c', 'abc', true],
  ['a*bc*c', 'abc', false],
  ['a*ab', 'ab', false],
  ['**a**', 'bab', true],
  ['a.c', 'abc', false],
  ['\0', 'a', false],
  ['?\0', 'a\0', true],
] as const) {
  test(`${JSON.stringify(pattern)} ${want ? 'fits' : 'does not fit'} ${JSON.stringify(text)}`, () => {
    assert.equal(matches(pattern, text), want)
  })
}

test('agrees with the definition', () => {
  const letters = (all: string, maxLength: number) =>
    fc.array(fc.constantFrom(...all), { maxLength }).map(each => each.join(''))
  fc.assert(
    fc.property(letters('ab*?', 10), letters('ab', 12), (pattern, text) => {
      assert.equal(matches(pattern, text), naive(pattern, text))
    }),
    { numRuns: 5000 },
  )
})

test('a piece longer than a word of bits is found wherever it stands', () => {
  const piece = `${'x'.repeat(31)}?${'y'.repeat(40)}?z`
  const found = `${'x'.repeat(31)}-${'y'.repeat(40)}-z`
  for (const before of [0, 1, 31, 32, 33, 64]) {
    const text = `${'x'.repeat(before)}${found}z`
    assert.equal(matches(`*${piece}*z`, text), true, `after ${before}`)
    assert.equal(matches(`*${piece}*z`, text.replace('-z', '-w')), false)
  }
})

test('the worst patterns take time that grows with the text alone', () => {
  const worst = [
    `${'*a'.repeat(2000)}*b`,
    `*${'a?'.repeat(1000)}b*c`,
    `*${'a'.repeat(2000)}b*`,
    `${'*'.repeat(4000)}b`,
    `${'*?'.repeat(2000)}b`,
  ]
  for (const pattern of worst) {
    const matcher = compileMatcher(readPattern(pattern))
    const text = 'a'.repeat(20_000)
    const started = performance.now()
    assert.equal(matcher(text), false)
    const ms = performance.now() - started
    // Backtracking over these would take longer than the universe has existed.
    assert.ok(ms < 250, `${pattern.slice(0, 10)}… took ${ms} ms`)
  }
})
