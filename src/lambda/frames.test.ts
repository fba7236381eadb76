import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FrameReader, frameType, readPart, writeFrame, writeInvocation } from './frames.ts'

const types = [frameType.log, frameType.text, frameType.result, frameType.error]

describe('FrameReader', () => {
  test('finds the frames again, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...types), fc.string())),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = Buffer.concat(frames.map(([type, text]) => writeFrame(type, text)))
          const found: [number, string][] = []
          const reader = new FrameReader(1000, (type, body) => found.push([type, body.toString()]))
          let at = 0
          for (let i = 0; at < bytes.length; i++) {
            const end = at + (sizes[i % sizes.length] as number)
            assert.ok(reader.push(bytes.subarray(at, end)))
            at = end
          }
          assert.deepEqual(found, frames)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 30 })), chunks => {
        const reader = new FrameReader(1000, () => {})
        for (const chunk of chunks) if (!reader.push(Buffer.from(chunk))) return
      }),
    )
  })

  const limits = [
    { name: 'a type that only the gateway sends', type: frameType.invoke, length: 0 },
    { name: 'an unknown type', type: 99, length: 0 },
    { name: 'a ready with a body', type: frameType.ready, length: 1 },
    { name: 'a log event beyond the limit', type: frameType.log, length: 2_000_000 },
    { name: 'an answer beyond the limit', type: frameType.result, length: 4_000_000 },
  ]
  for (const { name, type, length } of limits) {
    test(`refuses ${name} as soon as its header is there`, () => {
      const header = Buffer.alloc(5)
      header.writeUInt32LE(length, 0)
      header[4] = type
      assert.equal(new FrameReader(1000, () => {}).push(header), false)
      const byByte = new FrameReader(1000, () => {})
      const taken = [...header].map(byte => byByte.push(Buffer.from([byte])))
      assert.deepEqual(taken, [true, true, true, true, false])
    })
  }
})

test('an answer that is too short is none', () => {
  assert.equal(readPart(frameType.result, Buffer.alloc(8)), undefined)
  assert.deepEqual(readPart(frameType.result, Buffer.from([7, 0, 0, 0, 1, 2, 0, 0, 0, 65])), {
    number: 7,
    flags: 1,
    peakMemoryKb: 2,
    payload: Buffer.from('A'),
  })
  assert.equal(readPart(frameType.begin, Buffer.alloc(4)), undefined)
  assert.equal(readPart(frameType.chunk, Buffer.alloc(3)), undefined)
  assert.equal(readPart(frameType.chunk, Buffer.alloc(4))?.payload.length, 0)
})

test('an invocation is one buffer, or two when its event is large', () => {
  const [small, none] = writeInvocation('{"requestId":"ü"}', Buffer.from('[]'))
  assert.equal(none, undefined)
  assert.equal(small.readUInt32LE(0), small.length - 5)
  assert.equal(small.subarray(7 + small.readUInt16LE(5)).toString(), '[]')
  const payload = Buffer.alloc(100_000, 32)
  const [head, rest] = writeInvocation('{}', payload)
  assert.equal(rest, payload)
  assert.equal(head.readUInt32LE(0), head.length - 5 + payload.length)
})
