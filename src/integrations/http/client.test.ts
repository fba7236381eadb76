import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { BodyStream } from '../../messages/body-stream.ts'
import { HttpClient } from './client.ts'
import { callTo, clientWith, openStream, Recorder, rejection, streamOf } from './fixtures/calls.ts'
import { answerText, startRawBackEnd } from './fixtures/raw-back-end.ts'
import { httpTarget, httpTargetOf } from './http-call.ts'

const client = new HttpClient()
after(() => client.close())

/** Answers with what it was asked, body included. */
async function startEcho() {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (bytes: Buffer) => chunks.push(bytes))
    incoming.on('end', () => {
      outgoing.setHeader('X-Line', `${incoming.method} ${incoming.url}`)
      outgoing.setHeader('X-Framing', `${incoming.headers['content-length']}`)
      outgoing.write(Buffer.concat(chunks))
      outgoing.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  return httpTarget({
    secure: false,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  })
}

async function* partsOf(parts: readonly string[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part)
}

function pieces(...parts: string[]): BodyStream {
  return streamOf(partsOf(parts))
}

test('a call reaches a node server and brings its answer back', async () => {
  const target = await startEcho()
  const answer = await client.call(
    callTo(target, { method: 'PUT', path: '/a?b=%20', body: Buffer.from('hi') }),
    100,
  )
  assert.equal(answer.status, 200)
  assert.equal(answer.body.toString(), 'hi')
  assert.equal(answer.headers[answer.headers.indexOf('X-Line') + 1], 'PUT /a?b=%20')
  const { connectMs, firstByteMs, totalMs, reused } = answer.timings
  assert.ok(0 <= connectMs && connectMs <= firstByteMs && firstByteMs <= totalMs)
  assert.equal(reused, false)
})

const bodies = [
  { name: 'none', body: null, want: '', framing: 'undefined' },
  { name: 'small', body: Buffer.from('a\xff\0'), want: 'a\xff\0', framing: '4' },
  {
    name: 'large',
    body: Buffer.alloc(1_000_000, 'ab'),
    want: 'ab'.repeat(500_000),
    framing: '1000000',
  },
  {
    name: 'streamed',
    body: pieces('a', '', 'bc'.repeat(100_000)),
    want: `a${'bc'.repeat(100_000)}`,
    framing: 'undefined',
  },
  { name: 'streamed, nothing', body: pieces(), want: '', framing: 'undefined' },
  {
    name: 'streamed and counted',
    body: streamOf(partsOf(['ab', 'c']), 3),
    want: 'abc',
    framing: '3',
  },
]

for (const { name, want, framing, ...given } of bodies) {
  test(`a request body arrives whole: ${name}`, async () => {
    const target = await startEcho()
    for (const method of given.body === null ? ['GET', 'DELETE'] : ['PUT']) {
      const answer = await client.call(callTo(target, { method, ...given }), 2_000_000)
      assert.equal(answer.body.toString(), want)
      assert.equal(answer.headers[answer.headers.indexOf('X-Framing') + 1], framing)
    }
  })
}

test('a streamed body of the wrong length closes the connection instead of confusing it', async () => {
  const backEnd = await startRawBackEnd(() => {})
  for (const body of [partsOf(['ab', 'cd']), partsOf(['a'])]) {
    const call = callTo(backEnd.target, { method: 'POST', body: streamOf(body, 3) })
    assert.equal((await rejection(client.call(call, 100))).type, 'invalid-request')
  }
  assert.ok(!backEnd.connections.some(seen => seen.text.includes('abcd')))
})

test('a streamed body that fails ends the call', async () => {
  const backEnd = await startRawBackEnd(() => {})
  async function* failing(): AsyncGenerator<Buffer> {
    yield Buffer.from('a')
    throw new Error('client gone')
  }
  const error = await rejection(
    client.call(callTo(backEnd.target, { method: 'POST', body: streamOf(failing()) }), 100),
  )
  assert.equal(error.type, 'aborted')
  assert.equal((error.cause as Error).message, 'client gone')
})

test('an answer before the whole request is taken, and the connection closed', async () => {
  const backEnd = await startRawBackEnd(({ socket, text }) => {
    if (text.includes('first')) socket.write(answerText('no'))
  })
  let stop = (): void => {}
  async function* endless(): AsyncGenerator<Buffer> {
    yield Buffer.from('first')
    await new Promise<void>(resolve => {
      stop = resolve
    })
  }
  const answer = await client.call(
    callTo(backEnd.target, { method: 'POST', body: streamOf(endless()) }),
    100,
  )
  assert.equal(answer.body.toString(), 'no')
  const [seen] = backEnd.connections
  assert.ok(seen)
  if (!seen.socket.closed) await once(seen.socket, 'close')
  stop()
})

test('an answer is the same however the network cuts it', async () => {
  const bytes =
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: u\r\n\r\n'
  let cut = 0
  const backEnd = await startRawBackEnd(({ socket }) => {
    socket.write(bytes.slice(0, cut))
    setImmediate(() => socket.write(bytes.slice(cut)))
  })
  for (cut = 1; cut < bytes.length; cut++) {
    const answer = await client.call(callTo(backEnd.target), 100)
    assert.equal(answer.body.toString(), 'abcde')
  }
  assert.equal(backEnd.connections.length, 1)
})

test('whatever a back end says, a call ends with an answer or an error', async () => {
  let reply: Buffer = Buffer.alloc(0)
  const backEnd = await startRawBackEnd(({ socket }) => socket.end(reply))
  const line = fc.constantFrom(
    'HTTP/1.1 200 OK',
    'A: b',
    'Content-Length: 3',
    'Transfer-Encoding: chunked',
    '',
    '3',
    'abc',
    '0',
  )
  const text = fc.array(line, { maxLength: 8 }).map(lines => Buffer.from(lines.join('\r\n')))
  const noise = fc.uint8Array({ maxLength: 100 }).map(bytes => Buffer.from(bytes))
  const run = fc.asyncProperty(fc.oneof(text, noise), async bytes => {
    reply = bytes
    const outcome = await client.call(callTo(backEnd.target), 100).then(
      answer => answer.status,
      error => error.type,
    )
    assert.ok([200, 'reset', 'protocol'].includes(outcome), `${outcome}`)
  })
  await fc.assert(run, { numRuns: 300 })
})

const lengths = [
  { name: 'counted', answer: answerText('x'.repeat(101)) },
  {
    name: 'counted beyond reason',
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\n',
  },
  {
    name: 'chunked',
    answer: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(101)}`,
  },
  { name: 'closed', answer: `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(101)}` },
  { name: 'head', answer: `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(20_000)}` },
]
for (const { name, answer } of lengths) {
  test(`an answer that is too large ends the call: ${name}`, async () => {
    const backEnd = await startRawBackEnd(({ socket }) => socket.write(answer))
    assert.equal((await rejection(client.call(callTo(backEnd.target), 100))).type, 'too-large')
  })
}

test('an answer of exactly the limit is taken', async () => {
  const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(100)}0\r\n\r\n`
  const backEnd = await startRawBackEnd(({ socket, requests }) => {
    socket.write(requests === 1 ? chunked : answerText('x'.repeat(100)))
  })
  for (let i = 0; i < 2; i++) {
    assert.equal((await client.call(callTo(backEnd.target), 100)).body.toString(), 'x'.repeat(100))
  }
})

test('a stream hands pieces on, waits while paused, and goes on', async () => {
  const total = 3_000_000
  const backEnd = await startRawBackEnd(({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`)
    socket.write(Buffer.alloc(total, 'z'))
  })
  const sink = new Recorder({ pausing: true })
  const stream = await openStream(client, callTo(backEnd.target))
  stream.start(sink)
  if (sink.length === 0) await once(sink, 'data')
  const atPause = sink.length
  // The back end cannot send more than the kernel's buffers hold: nothing comes in several turns of the loop.
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
  assert.equal(sink.length, atPause)
  sink.pausing = false
  stream.resume()
  await once(sink, 'over')
  assert.equal(sink.error, null)
  assert.equal(sink.length, total)
  assert.equal(stream.lengthBytes, total)
  assert.ok(sink.isAll('z'))
})

test('a stream that is aborted closes its connection, and its sink hears nothing more', async () => {
  const backEnd = await startRawBackEnd(({ socket }) => socket.write('HTTP/1.1 200 OK\r\n\r\nabc'))
  const sink = new Recorder()
  const stream = await openStream(client, callTo(backEnd.target))
  stream.start(sink)
  if (sink.length === 0) await once(sink, 'data')
  stream.abort()
  stream.abort()
  const [seen] = backEnd.connections
  assert.ok(seen)
  if (!seen.socket.closed) await once(seen.socket, 'close')
  assert.deepEqual([sink.text, sink.endings], ['abc', 0])
})

test('a stream that nobody starts ends with its abort', async () => {
  const backEnd = await startRawBackEnd(({ socket }) => socket.write('HTTP/1.1 200 OK\r\n\r\nabc'))
  const stream = await openStream(client, callTo(backEnd.target))
  stream.abort()
  const [seen] = backEnd.connections
  assert.ok(seen)
  if (!seen.socket.closed) await once(seen.socket, 'close')
})

test('a stream that cannot be opened rejects', async () => {
  const target = httpTarget({ secure: false, host: '169.254.169.254', port: 80 })
  const refused = await rejection(openStream(client, callTo(target)))
  assert.equal(refused.code, 'TARGET_NOT_ALLOWED')
  const unwritable = await rejection(openStream(client, callTo(target, { path: 'bad' })))
  assert.equal(unwritable.type, 'invalid-request')
})

test('a call that is cancelled ends, also when that was before it began', async () => {
  const backEnd = await startRawBackEnd(() => abort())
  let abort = (): void => {}
  const cancel = { aborted: false, onAbort: (stop: () => void) => (abort = stop) }
  assert.equal(
    (await rejection(client.call(callTo(backEnd.target, { cancel }), 1))).type,
    'aborted',
  )
  const early = { aborted: true, onAbort: (stop: () => void) => stop() }
  const error = await rejection(client.call(callTo(backEnd.target, { cancel: early }), 1))
  assert.equal(error.type, 'aborted')
  assert.equal(backEnd.connections.length, 1)
})

test('names that resolve to addresses that are not allowed are not called', async () => {
  const guarded = clientWith({
    lookup: (_, __, callback) => callback(null, [{ address: '169.254.169.254', family: 4 }]),
  })
  const call = callTo(httpTargetOf(new URL('http://metadata.test/')))
  const error = await rejection(guarded.call(call, 1))
  assert.equal(error.type, 'connect')
  assert.equal(error.code, 'TARGET_NOT_ALLOWED')
})

test('targets are checked when they are made', () => {
  assert.deepEqual(httpTargetOf(new URL('https://[::1]:8443/x')).host, '::1')
  assert.equal(httpTargetOf(new URL('https://a.test/')).port, 443)
  assert.equal(httpTargetOf(new URL('http://a.test/')).port, 80)
  assert.throws(() => httpTargetOf(new URL('ftp://a.test/')), TypeError)
  for (const host of ['', 'a b', 'a\r\n', 'a/b', 'x'.repeat(256)]) {
    assert.throws(() => httpTarget({ secure: false, host, port: 1 }), TypeError)
  }
  for (const port of [0, 65_536, 1.5, Number.NaN]) {
    assert.throws(() => httpTarget({ secure: false, host: 'a', port }), TypeError)
  }
})

const lending = { holdBytes: 65_536, limitBytes: 65_536, lends: true }

test('a body that came whole is lent: at hand while it is handed over, and not afterwards', async () => {
  const server = await startRawBackEnd(({ socket }) => socket.write(answerText('first')))
  const seen = await new Promise<{ stream: BodyStream; atHand: string }>((resolve, reject) => {
    client.open(callTo(server.target), lending).then(({ body }) => {
      const stream = streamIn(body)
      resolve({ stream, atHand: String(stream.atHand) })
    }, reject)
  })
  assert.equal(seen.atHand, 'first')
  assert.equal(seen.stream.atHand, null)
})

test('who starts a lent body later gets what was in it, whatever was read since', async () => {
  const server = await startRawBackEnd(({ socket }) => socket.write(answerText('first')))
  const { body } = await client.open(callTo(server.target), lending)
  const other = await startRawBackEnd(({ socket }) => socket.write(answerText('XXXXXXXXXX')))
  await client.call(callTo(other.target), 100)
  const recorder = new Recorder()
  streamIn(body).start(recorder)
  assert.equal(recorder.text, 'first')
  assert.equal(recorder.endings, 1)
})

test('a body that came in pieces is not lent', async () => {
  const server = await startRawBackEnd(({ socket }) => {
    const text = answerText('in two pieces')
    socket.write(text.slice(0, -4))
    setTimeout(() => socket.write(text.slice(-4)), 20)
  })
  const { body } = await client.open(callTo(server.target), lending)
  assert.equal(String(body), 'in two pieces')
})

function streamIn(body: Buffer | BodyStream): BodyStream {
  if (Buffer.isBuffer(body)) throw new Error('The body was not lent')
  return body
}
