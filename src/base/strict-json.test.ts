import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseStrictObject } from './strict-json.ts'

for (const { name, text, want } of [
  { name: 'a member twice', text: '{"a":1,"a":2}', want: 'it has "a" twice' },
  { name: 'one of them escaped', text: '{"aud":1, "\\u0061ud" :2}', want: 'it has "aud" twice' },
  {
    name: 'a member twice further inside',
    text: '{"a":[{"b":1,"b":1}]}',
    want: 'it has "b" twice',
  },
  { name: 'no JSON', text: '{', want: 'it is not JSON' },
  { name: 'a list', text: '[]', want: 'it is not a JSON object' },
  { name: 'null', text: 'null', want: 'it is not a JSON object' },
  { name: 'depth', text: `{"a":${'['.repeat(20)}${']'.repeat(20)}}`, want: /deeper than 16/ },
]) {
  test(`refuses ${name}`, () => {
    const got = parseStrictObject(text)
    assert.ok(typeof got === 'string')
    if (typeof want === 'string') assert.equal(got, want)
    else assert.match(got, want)
  })
}

test('takes equal names in different objects, and texts that look like names', () => {
  const text = '{"a":{"b":1},"c":{"b":2},"b":"b","d":["b","b","\\"b\\":"]}'
  assert.deepEqual(parseStrictObject(text), JSON.parse(text))
})

test('every object that JSON.stringify writes is taken as it is, however it is spaced', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 })), value => {
      assert.deepEqual(
        parseStrictObject(JSON.stringify(value, null, 2)),
        JSON.parse(JSON.stringify(value)),
      )
    }),
  )
})

test('a second member of any name is found', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer(), { minKeys: 1 }), value => {
      const text = JSON.stringify(value)
      const name = Object.keys(value)[0] as string
      const twice = `${text.slice(0, -1)},${JSON.stringify(name)}:0}`
      assert.equal(typeof parseStrictObject(twice), 'string')
    }),
  )
})
