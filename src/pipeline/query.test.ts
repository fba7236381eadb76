import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeQueryPair, parseQuery } from './query.ts'

const cases = [
  { name: 'nothing', raw: '', want: {} },
  { name: 'one pair', raw: 'a=1', want: { a: ['1'] } },
  { name: 'a name without value', raw: 'a', want: { a: [''] } },
  { name: 'an empty value', raw: 'a=', want: { a: [''] } },
  { name: 'duplicates in order', raw: 'a=1&b=2&a=3', want: { a: ['1', '3'], b: ['2'] } },
  {
    name: 'plus and %20 are spaces, %2B is a plus',
    raw: 'a=1+2%203%2B4',
    want: { a: ['1 2 3+4'] },
  },
  { name: 'semicolons split', raw: 'a=1;b=2', want: { a: ['1'], b: ['2'] } },
  { name: 'only the first equals sign splits', raw: 'a=b=c', want: { a: ['b=c'] } },
  { name: 'encoded names', raw: 'a%20b=1', want: { 'a b': ['1'] } },
  { name: 'broken escapes stay', raw: 'a=%zz&b=%', want: { a: ['%zz'], b: ['%'] } },
  { name: 'empty pairs are skipped', raw: '&&a=1&', want: { a: ['1'] } },
  { name: 'names of prototypes are names', raw: '__proto__=1', want: [['__proto__', ['1']]] },
]

for (const { name, raw, want } of cases) {
  test(`a query: ${name}`, () => {
    const given = [...parseQuery(raw)]
    assert.deepEqual(given, Array.isArray(want) ? want : Object.entries(want))
  })
}

test('what is encoded is read again, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (name, value) => {
        const read = parseQuery(encodeQueryPair(name, value))
        assert.deepEqual([...read], [[name.toWellFormed(), [value.toWellFormed()]]])
      },
    ),
  )
})

test('no text makes reading a query fail', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), raw => {
      parseQuery(raw)
    }),
  )
})
