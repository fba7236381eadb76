import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64 } from './base64.ts'

const cases: readonly { text: string; want: string | null }[] = [
  { text: '', want: '' },
  { text: 'aGVsbG8=', want: 'hello' },
  { text: 'aGVsbG8', want: 'hello' },
  { text: 'aGVs\r\nbG8=\n', want: 'hello' },
  { text: 'hello', want: null },
  { text: 'no base64', want: null },
  { text: 'a', want: null },
  { text: 'aGVsbG8==', want: 'hello' },
  { text: 'aGVsbG8===', want: null },
  { text: 'aGk=aGk=', want: null },
  { text: 'not base64!', want: null },
  { text: 'a-_b', want: null },
  { text: 'äöüa', want: null },
]
for (const { text, want } of cases) {
  test(`${JSON.stringify(text)} is ${want === null ? 'no base64' : JSON.stringify(want)}`, () => {
    assert.equal(decodeBase64(text)?.toString() ?? null, want)
  })
}

test('what was encoded comes back, with padding and without', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const text = Buffer.from(bytes).toString('base64')
      assert.deepEqual(decodeBase64(text), Buffer.from(bytes))
      assert.deepEqual(decodeBase64(text.replace(/=+$/, '')), Buffer.from(bytes))
    }),
  )
})
