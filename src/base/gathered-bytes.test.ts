import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GatheredBytes } from './gathered-bytes.ts'

test('whatever the pieces, the bytes are those of all of them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), pieces => {
      const gathered = new GatheredBytes(10_000)
      for (const piece of pieces) assert.ok(gathered.add(Buffer.from(piece)))
      assert.deepEqual(gathered.bytes, Buffer.concat(pieces))
    }),
  )
})

test('the first piece is not written to', () => {
  const first = Buffer.from('ab')
  const gathered = new GatheredBytes(100)
  gathered.add(first.subarray(0, 1))
  gathered.add(Buffer.from('z'))
  assert.equal(first.toString(), 'ab')
  assert.equal(gathered.bytes.toString(), 'az')
})

test('the limit itself fits, one byte more does not', () => {
  const gathered = new GatheredBytes(3)
  assert.equal(gathered.add(Buffer.from('abc')), true)
  assert.equal(gathered.add(Buffer.from('d')), false)
})
