import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { headerNameAt, isHeaderName } from './header-name.ts'

/** Few letters and lengths, so that different names meet in one slot. */
const name = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'A', '-'), minLength: 1, maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    'Content-Length',
    'content-length',
    'Content-Lengtx',
    'x'.repeat(65),
    ' folded',
    'a ',
  ),
)

test('a name is what stands in the text, if it is a token, whatever was read before', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 5 }),
      name,
      name,
      (before, first, second) => {
        const text = `${before}${first}:${second}: c`
        const at = before.length
        const colon = at + first.length
        assert.equal(headerNameAt(text, at, colon), isHeaderName(first) ? first : '')
        const next = colon + 1
        const end = next + second.length
        assert.equal(headerNameAt(text, next, end), isHeaderName(second) ? second : '')
      },
    ),
    { numRuns: 2_000 },
  )
})

test('nothing is no name', () => {
  assert.equal(headerNameAt('a:b', 1, 1), '')
  assert.equal(headerNameAt('a', 1, 0), '')
})
