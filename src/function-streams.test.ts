import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IncomingStreams, OutgoingStreams, type StreamNews } from './function-streams.ts'
import type { BodySink } from './messages/body-stream.ts'
import { PushedStream } from './messages/pushed-stream.ts'

/** Two threads that hear each other at once, and a source of which `taken` and `aborted` are kept. */
function joined() {
  const seen = { taken: 0, aborted: false, sent: 0 }
  const source = new PushedStream({
    taken: bytes => {
      seen.taken += bytes
    },
    abort: () => {
      seen.aborted = true
    },
  })
  const incoming = new IncomingStreams(reply => outgoing.take(reply))
  const outgoing: OutgoingStreams = new OutgoingStreams((news: StreamNews) => {
    if (news.type === 'piece') seen.sent += news.bytes.length
    incoming.take(structuredClone(news))
  })
  const body = incoming.open(1)
  outgoing.open(1, source)
  return { source, body, seen, outgoing }
}

function reader(isFull: () => boolean) {
  const heard = { bytes: 0, end: '' }
  const sink: BodySink = {
    write(piece) {
      heard.bytes += piece.length
      return !isFull()
    },
    end: () => {
      heard.end += 'end'
    },
    fail: error => {
      heard.end += `fail ${(error as Error).message}`
    },
  }
  return { heard, sink }
}

test('pieces and the end come over, also those that came before the stream was started', () => {
  const { source, body } = joined()
  const { heard, sink } = reader(() => false)
  source.push(Buffer.from('ab'))
  body.start(sink)
  source.push(Buffer.from('c'))
  source.end()
  assert.deepEqual(heard, { bytes: 3, end: 'end' })
})

test('a failure comes over as its message, behind the pieces', () => {
  const { source, body } = joined()
  const { heard, sink } = reader(() => false)
  source.push(Buffer.from('ab'))
  source.fail(new Error('broke'))
  body.start(sink)
  assert.deepEqual(heard, { bytes: 2, end: 'fail broke' })
})

test('what nobody takes stays with the source, past a quarter of a megabyte', () => {
  const { source, body, seen } = joined()
  const { heard, sink } = reader(() => true)
  body.start(sink)
  let mayPush = true
  for (let i = 0; i < 100 && mayPush; i++) mayPush = source.push(Buffer.alloc(10_000))
  assert.equal(mayPush, false)
  assert.ok(seen.sent < 300_000, String(seen.sent))
  assert.equal(heard.bytes, 10_000)
  for (let i = 0; i < 100; i++) body.resume()
  assert.equal(heard.bytes, seen.sent)
})

test('a reader that leaves stops the source, and later pieces are dropped', () => {
  const { source, body, seen } = joined()
  const { heard, sink } = reader(() => false)
  body.start(sink)
  body.abort()
  assert.equal(seen.aborted, true)
  assert.equal(source.push(Buffer.from('x')), true)
  source.end()
  assert.deepEqual(heard, { bytes: 0, end: '' })
})

test('a thread that dies stops its sources', () => {
  const { seen, outgoing } = joined()
  outgoing.abortAll()
  assert.equal(seen.aborted, true)
})
