import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { schemaText } from './schema-text.ts'

test('objects take a line for each member, lists take none', () => {
  const cases: [unknown, string][] = [
    [{}, '{ }'],
    [[], '[ ]'],
    [{ a: undefined, b: 1 }, '{\n  "b" : 1\n}'],
    [{ required: ['id', 'x'] }, '{\n  "required" : [ "id", "x" ]\n}'],
    [{ a: { b: null } }, '{\n  "a" : {\n    "b" : null\n  }\n}'],
    [{ oneOf: [{ a: 1 }, {}] }, '{\n  "oneOf" : [ {\n    "a" : 1\n  }, { } ]\n}'],
  ]
  for (const [given, want] of cases) assert.equal(schemaText(given), want)
})

test('the text is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const same = JSON.parse(JSON.stringify(value))
      assert.deepEqual(JSON.parse(schemaText(value)), same)
    }),
  )
})
