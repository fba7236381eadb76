import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ImportError } from './import-error.ts'
import { readDocument } from './read.ts'

const same = (text: string) => text

function read(text: string | Buffer): unknown {
  const tree = readDocument(Buffer.from(text), text => text.replaceAll('$A', 'b'))
  // Through JSON, because the tree's objects have no prototype and an expectation's have.
  return JSON.parse(JSON.stringify(tree))
}

describe('a document is read', () => {
  const cases: { name: string; given: string; want: unknown }[] = [
    { name: 'JSON', given: '{"a": [1, true, null]}', want: { a: [1, true, null] } },
    { name: 'JSON after a byte order mark', given: '\ufeff{"a": 1}', want: { a: 1 } },
    { name: 'YAML', given: 'a:\n  - 1\n  - x: y\n', want: { a: [1, { x: 'y' }] } },
    { name: 'YAML that begins with a brace', given: "{a: 1, 'b': x}", want: { a: 1, b: 'x' } },
    { name: 'a date stays text', given: 'Version: 2012-10-17', want: { Version: '2012-10-17' } },
    { name: 'words of YAML 1.1 stay texts', given: 'a: yes\nb: on', want: { a: 'yes', b: 'on' } },
    {
      name: 'a version keeps its zero',
      given: 'version: 1.0\nx: 1.0',
      want: { version: '1.0', x: 1 },
    },
    { name: 'numbers are keys', given: '200: a\n0404: b', want: { 200: 'a', '0404': 'b' } },
    {
      name: 'an anchor is copied',
      given: 'a: &x {b: 1}\nc: *x',
      want: { a: { b: 1 }, c: { b: 1 } },
    },
    {
      name: 'merge keys',
      given: 'a: &x {b: 1, c: 2}\nd: {<<: *x, b: 3}',
      want: { a: { b: 1, c: 2 }, d: { b: 3, c: 2 } },
    },
    { name: 'texts are substituted', given: '{"$A": "$A"}', want: { $A: 'b' } },
    {
      name: 'a long number keeps its digits',
      given: 'a: 12345678901234567890',
      want: { a: '12345678901234567890' },
    },
    {
      name: '__proto__ is dropped from JSON',
      given: '{"__proto__": {"x": 1}, "a": 1}',
      want: { a: 1 },
    },
    { name: '__proto__ is dropped from YAML', given: '__proto__: {x: 1}\na: 1', want: { a: 1 } },
  ]
  for (const { name, given, want } of cases) {
    test(name, () => assert.deepEqual(read(given), want))
  }

  test('names of Object.prototype mean nothing', () => {
    const tree = readDocument(Buffer.from('{}'), same)
    assert.equal(tree['constructor'], undefined)
    assert.equal(tree['toString'], undefined)
  })
})

describe('a document is refused', () => {
  const doublings = Array.from({ length: 40 }, (_, i) => `- &a${i + 1} [*a${i}, *a${i}]`).join('\n')
  const cases: { name: string; given: string | Buffer }[] = [
    { name: 'nothing', given: '' },
    { name: 'a text', given: 'hello' },
    { name: 'a list', given: '[1]' },
    { name: 'broken YAML', given: 'a: [1\nb: }' },
    { name: 'two YAML documents', given: 'a: 1\n---\na: 1' },
    { name: 'bytes that are not UTF-8', given: Buffer.from([0x7b, 0xff, 0x7d]) },
    { name: 'more than 6 MB', given: `{"a": "${'x'.repeat(6 * 1024 * 1024)}"}` },
    { name: 'a key twice', given: 'a: 1\na: 2' },
    { name: 'a key that is a list', given: '? [a]\n: 1' },
    { name: 'deep JSON', given: `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}` },
    { name: 'deep YAML', given: `a: ${'['.repeat(5000)}${']'.repeat(5000)}` },
    { name: 'deeper YAML', given: `${'- '.repeat(50_000)}a` },
    { name: 'an alias for nothing', given: 'a: *b' },
    { name: 'a value within itself', given: 'a: &x [*x]' },
    { name: 'billions of laughs', given: `- &a0 ha\n${doublings}` },
  ]
  for (const { name, given } of cases) {
    test(name, () => {
      assert.throws(
        () => readDocument(Buffer.from(given), same),
        error => error instanceof ImportError && error.message === 'Invalid OpenAPI input.',
      )
    })
  }
})
