import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { compilePlainPattern } from './plain-pattern.ts'

const item = fc.constantFrom('a-z', 'A-Z', '0-9', 'A-z', '_', '.', ' ', '@', 'b', '7', '/')
const repetition = fc.constantFrom('+', '*', '', '{2}', '{1,3}', '{2,}', '{0,1000}')
const pattern = fc
  .tuple(fc.array(item, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '-'), repetition)
  .map(([items, last, repeated]) => `^[${items.join('')}${last}]${repeated}$`)
const letter = fc.constantFrom(...'ab7Z_-. @/[^\\\n\r\0é\u2028', '\u{1f600}', '\ud800')
const text = fc.array(letter, { maxLength: 5 }).map(letters => letters.join(''))

test('a plain pattern finds what RE2 finds', () => {
  fc.assert(
    fc.property(pattern, text, (source, tried) => {
      const matches = compilePlainPattern(source)
      assert.ok(matches !== null, source)
      const expected = RE2JS.compile(RE2JS.translateRegExp(source)).test(tried)
      assert.equal(matches(tried), expected, `${source} on ${JSON.stringify(tried)}`)
    }),
    { numRuns: 5_000 },
  )
})

const others = [
  ...['[a-z]+$', '^[a-z]+', '^[a-z]+x$', '^([a-z]+)+$', '^[^a]$', '^[\\w]+$', '^a+$', '^[a-z]+?$'],
  ...[
    '^[a-z]++$',
    '^[a-z]+|b$',
    '^[a]b]$',
    '^[]+$',
    '^[[:alpha:]]+$',
    '^[a-z]{1}{2}$',
    '^[é]$',
    '',
  ],
]

for (const source of others) {
  test(`${source === '' ? 'the empty pattern' : source} is not plain`, () => {
    assert.equal(compilePlainPattern(source), null)
  })
}
