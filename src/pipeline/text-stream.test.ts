import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BodySink, BodyStream } from '../messages/body-stream.ts'
import { Refusal } from '../messages/refusals.ts'
import { PacedStream } from './paced-stream.ts'
import { TextStream } from './text-stream.ts'

/** A body that gives all of its pieces at once, or until it is aborted. */
function bodyOf(pieces: readonly Buffer[], lengthBytes = -1): BodyStream {
  let isAborted = false
  return {
    lengthBytes,
    start(sink) {
      for (const piece of pieces) if (!isAborted) sink.write(piece)
      if (!isAborted) sink.end()
    },
    resume() {},
    abort() {
      isAborted = true
    },
  }
}

class Taken implements BodySink {
  readonly pieces: Buffer[] = []
  readonly #takes: boolean
  over: unknown = 'not yet'

  constructor(takes = true) {
    this.#takes = takes
  }

  write(piece: Buffer): boolean {
    assert.equal(this.over, 'not yet')
    this.pieces.push(piece)
    return this.#takes
  }

  end(): void {
    this.over = 'end'
  }

  fail(error: unknown): void {
    this.over = error
  }
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }).map(text => Buffer.from(text)),
  fc.constantFrom(0xc3, 0xe2, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0xff).map(byte => Buffer.of(byte)),
)

test('however a body is cut, it gives what converting the whole gives', () => {
  fc.assert(
    fc.property(fc.array(anyBytes, { maxLength: 8 }), parts => {
      const pieces = parts.map(part => Buffer.from(part))
      const taken = new Taken()
      new TextStream(bodyOf(pieces)).start(taken)
      assert.equal(taken.over, 'end')
      const want = Buffer.from(Buffer.concat(pieces).toString('utf8'))
      assert.deepEqual(Buffer.concat(taken.pieces), want)
    }),
    { numRuns: 2_000 },
  )
})

test('with a length that was promised, what is not UTF-8 ends it with a refusal', () => {
  for (const { bytes, want } of [
    { bytes: ['6162', 'c3', 'a9'], want: 'end' },
    { bytes: ['6162', 'ff', '63'], want: 'UNSUPPORTED_MEDIA_TYPE' },
    { bytes: ['6162', 'c3'], want: 'UNSUPPORTED_MEDIA_TYPE' },
  ]) {
    const taken = new Taken()
    const pieces = bytes.map(hex => Buffer.from(hex, 'hex'))
    new TextStream(bodyOf(pieces, 4), 4).start(taken)
    assert.equal(taken.over instanceof Refusal ? taken.over.type : taken.over, want)
  }
})

test('a paced body goes on at once while it has free bytes, and waits behind them', async () => {
  const taken = new Taken()
  let sink: BodySink | null = null
  const resumed = new Promise<void>(resolve => {
    const source: BodyStream = {
      lengthBytes: -1,
      start: given => {
        sink = given
      },
      resume: resolve,
      abort() {},
    }
    new PacedStream(source, 4, 100).start(taken)
  })
  const given = sink as BodySink | null
  assert.equal(given?.write(Buffer.from('1234')), true)
  const before = performance.now()
  assert.equal(given?.write(Buffer.from('56789')), false)
  await resumed
  // Five bytes at 100 a second; timers tick every 10 ms and are never early.
  assert.ok(performance.now() - before >= 50)
  assert.equal(taken.pieces.length, 2)
})
