import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { writeTogether } from './write-together.ts'

/** Takes pieces and says so later, like a socket whose client is slow. What it was given is looked at only then. */
class SlowSocket extends Writable {
  #taken = ''
  readonly #isSlow: () => boolean

  constructor(isSlow: () => boolean) {
    super({ highWaterMark: 1 })
    this.#isSlow = isSlow
  }

  get taken(): string {
    return this.#taken
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    const take = (): void => {
      this.#taken += piece.toString('latin1')
      done()
    }
    if (this.#isSlow()) setImmediate(take)
    else take()
  }
}

test('head and body arrive as they were, however slowly they are taken and whatever is written meanwhile', async () => {
  const answer = fc.record({
    head: fc.string({ unit: fc.constantFrom('a', '\xe9', '\r\n'), maxLength: 2_000 }),
    length: fc.oneof(fc.nat(3_000), fc.constantFrom(65_535, 65_536, 65_537, 130_000)),
    letter: fc.constantFrom('x', 'y', 'z'),
    isSlow: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { maxLength: 6 }), async answers => {
      let slow = false
      const sockets = [new SlowSocket(() => slow), new SlowSocket(() => slow)]
      const expected = ['', '']
      for (const [i, { head, length, letter, isSlow }] of answers.entries()) {
        slow = isSlow
        const body = Buffer.alloc(length, letter)
        writeTogether(sockets[i % 2] as SlowSocket, head, body)
        expected[i % 2] += head + letter.repeat(length)
        // A short one's memory is used again at once.
        if (length <= 65_536) body.fill('?')
      }
      await Promise.all(sockets.map(socket => new Promise(resolve => socket.end(resolve))))
      assert.deepEqual(
        sockets.map(socket => socket.taken),
        expected,
      )
    }),
    { numRuns: 200 },
  )
})
