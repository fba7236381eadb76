import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { callTo, clientWith, openStream, Recorder, rejection, streamOf } from './fixtures/calls.ts'
import { answerText, type Seen, startRawBackEnd } from './fixtures/raw-back-end.ts'
import { httpTarget } from './http-call.ts'

const answerOk = ({ socket }: Seen): unknown => socket.write(answerText('ok'))

/** Lets the events that are on their way over loopback arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve))
}

test('calls one after another share a connection', async () => {
  const backEnd = await startRawBackEnd(answerOk)
  const client = clientWith()
  for (let i = 0; i < 5; i++) {
    const { timings } = await client.call(callTo(backEnd.target), 10)
    assert.equal(timings.reused, i > 0)
  }
  assert.equal(backEnd.connections.length, 1)
})

test('calls beyond the limit of connections wait, first come, first served', async () => {
  const order: string[] = []
  const backEnd = await startRawBackEnd(seen => {
    order.push(seen.text.slice(seen.text.lastIndexOf('GET ') + 4).split(' ')[0] ?? '')
    answerOk(seen)
  })
  const client = clientWith({ maxConnectionsPerOrigin: 1 })
  const paths = Array.from({ length: 20 }, (_, i) => `/${i}`)
  await Promise.all(paths.map(path => client.call(callTo(backEnd.target, { path }), 10)))
  assert.deepEqual(order, paths)
  assert.equal(backEnd.connections.length, 1)
})

test('a full queue refuses, and a call that times out in it leaves it', async () => {
  const backEnd = await startRawBackEnd(() => {})
  const client = clientWith({ maxConnectionsPerOrigin: 1, maxWaitingPerOrigin: 2 })
  const first = rejection(client.call(callTo(backEnd.target, { timeoutMs: 120 }), 10))
  // Until it is on a connection the first one waits too.
  while (backEnd.connections.length === 0) await settle()
  const second = rejection(client.call(callTo(backEnd.target, { timeoutMs: 30 }), 10))
  const third = rejection(client.call(callTo(backEnd.target, { timeoutMs: 60 }), 10))
  const fourth = await rejection(client.call(callTo(backEnd.target), 10))
  assert.equal(fourth.type, 'pool-exhausted')
  for (const each of [second, third]) {
    const error = await each
    assert.equal(error.type, 'timeout')
    assert.match(error.message, /for a connection/)
  }
  const error = await first
  assert.equal(error.type, 'timeout')
  assert.match(error.message, /for the answer/)
})

const closings: { name: string; answer: string; end?: boolean }[] = [
  { name: 'says close', answer: answerText('ok', 'Connection: close\r\n') },
  { name: 'is followed by bytes', answer: `${answerText('ok')}${answerText('poison')}` },
  { name: 'is HTTP/1.0', answer: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok' },
  { name: 'is ended by the close', answer: 'HTTP/1.1 200 OK\r\n\r\nok', end: true },
]
for (const { name, answer, end } of closings) {
  test(`a connection is not used again if the answer ${name}`, async () => {
    const backEnd = await startRawBackEnd(({ socket }) => {
      socket.write(answer)
      if (end === true) socket.end()
    })
    const client = clientWith()
    for (let i = 1; i <= 3; i++) {
      assert.equal((await client.call(callTo(backEnd.target), 10)).body.toString(), 'ok')
      assert.equal(backEnd.connections.length, i)
    }
  })
}

test('an idle connection that gets bytes is dropped, and they answer nothing', async () => {
  const backEnd = await startRawBackEnd(seen => {
    answerOk(seen)
    if (seen.index === 0) setImmediate(() => seen.socket.write(answerText('poison')))
  })
  const client = clientWith()
  await client.call(callTo(backEnd.target), 10)
  const [seen] = backEnd.connections
  assert.ok(seen)
  await once(seen.socket, 'close')
  assert.equal((await client.call(callTo(backEnd.target), 10)).body.toString(), 'ok')
  assert.equal(backEnd.connections.length, 2)
})

test('an idle connection that the back end ends is dropped', async () => {
  const backEnd = await startRawBackEnd(seen => {
    answerOk(seen)
    if (seen.index === 0) seen.socket.end()
  })
  const client = clientWith()
  await client.call(callTo(backEnd.target), 10)
  const [seen] = backEnd.connections
  assert.ok(seen)
  if (!seen.socket.closed) await once(seen.socket, 'close')
  const { timings } = await client.call(callTo(backEnd.target, { method: 'POST' }), 10)
  assert.equal(timings.reused, false)
})

/** Closes a connection when its second request comes, as a back end does whose keep-alive time is over. */
function closeOnSecond(seen: Seen): void {
  if (seen.requests === 1) answerOk(seen)
  else seen.socket.destroy()
}

const retries = [
  { name: 'GET', parts: {}, want: 'ok' },
  { name: 'PUT with a body at hand', parts: { method: 'PUT', body: Buffer.from('x') }, want: 'ok' },
  { name: 'POST', parts: { method: 'POST' }, want: 'reset' },
  { name: 'PATCH', parts: { method: 'PATCH' }, want: 'reset' },
  {
    name: 'PUT with a streamed body',
    parts: { method: 'PUT', body: streamOf(once1()) },
    want: 'reset',
  },
]
async function* once1(): AsyncGenerator<Buffer> {
  yield Buffer.from('x')
}
for (const { name, parts, want } of retries) {
  test(`${name} on a used connection that closes at once: ${want}`, async () => {
    const backEnd = await startRawBackEnd(closeOnSecond)
    const client = clientWith()
    await client.call(callTo(backEnd.target), 10)
    const outcome = await client.call(callTo(backEnd.target, parts), 10).then(
      answer => answer.body.toString(),
      error => error.type,
    )
    assert.equal(outcome, want)
    assert.equal(backEnd.connections.length, want === 'ok' ? 2 : 1)
  })
}

test('a call is sent again once at most, and never on a new connection', async () => {
  const backEnd = await startRawBackEnd(seen => {
    if (seen.index === 0 && seen.requests === 1) answerOk(seen)
    else seen.socket.destroy()
  })
  const client = clientWith()
  await client.call(callTo(backEnd.target), 10)
  assert.equal((await rejection(client.call(callTo(backEnd.target), 10))).type, 'reset')
  assert.equal(backEnd.connections.length, 2)
  assert.equal((await rejection(client.call(callTo(backEnd.target), 10))).type, 'reset')
  assert.equal(backEnd.connections.length, 3)
})

test('a call is not sent again once a byte of the answer has come', async () => {
  const backEnd = await startRawBackEnd(seen => {
    if (seen.requests === 1) answerOk(seen)
    else seen.socket.end('H')
  })
  const client = clientWith()
  await client.call(callTo(backEnd.target), 10)
  assert.equal((await rejection(client.call(callTo(backEnd.target), 10))).type, 'reset')
  assert.equal(backEnd.connections.length, 1)
})

test('many used connections that close at once cost no idempotent call', async () => {
  const backEnd = await startRawBackEnd(closeOnSecond)
  const client = clientWith({ maxConnectionsPerOrigin: 8 })
  const batch = (): Promise<unknown> =>
    Promise.all(Array.from({ length: 8 }, () => client.call(callTo(backEnd.target), 10)))
  for (let i = 0; i < 5; i++) await batch()
})

test('a connection that is too old by the clock is not used', async () => {
  const backEnd = await startRawBackEnd(answerOk)
  const client = clientWith({ idleMs: 40 })
  await client.call(callTo(backEnd.target), 10)
  const [seen] = backEnd.connections
  assert.ok(seen)
  await once(seen.socket, 'close')
  assert.equal((await client.call(callTo(backEnd.target), 10)).timings.reused, false)
})

test("the back end's own keep-alive time shortens ours", async () => {
  const hinted = ({ socket }: Seen): unknown =>
    socket.write(answerText('ok', 'Keep-Alive: timeout=0, max=5\r\n'))
  const backEnd = await startRawBackEnd(hinted)
  const client = clientWith()
  for (let i = 0; i < 3; i++) {
    assert.equal((await client.call(callTo(backEnd.target), 10)).timings.reused, false)
  }
})

test('no more connections lie idle than allowed', async () => {
  const backEnd = await startRawBackEnd(answerOk)
  const client = clientWith({ maxIdlePerOrigin: 2 })
  await Promise.all(Array.from({ length: 6 }, () => client.call(callTo(backEnd.target), 10)))
  while (backEnd.connections.filter(seen => !seen.socket.closed).length > 2) await settle()
})

test('a back end that is not there fails every call that waits for it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  server.close()
  await once(server, 'close')
  const client = clientWith({ maxConnectionsPerOrigin: 2 })
  const target = httpTarget({ secure: false, host: '127.0.0.1', port })
  const calls = Array.from({ length: 20 }, () => rejection(client.call(callTo(target), 10)))
  for (const error of await Promise.all(calls)) {
    assert.equal(error.type, 'connect')
    assert.equal(error.code, 'ECONNREFUSED')
  }
})

test('a name that does not resolve cannot be connected to', async () => {
  const missing: NodeJS.ErrnoException = new Error('getaddrinfo ENOTFOUND')
  missing.code = 'ENOTFOUND'
  const client = clientWith({ lookup: (_, __, callback) => callback(missing, []) })
  const target = httpTarget({ secure: false, host: 'missing.test', port: 80 })
  const error = await rejection(client.call(callTo(target), 10))
  assert.deepEqual([error.type, error.code], ['connect', 'ENOTFOUND'])
})

test('a name that never resolves times out as connecting', async () => {
  const client = clientWith({ lookup: () => {} })
  // There is nothing else that keeps the process alive.
  const alive = setTimeout(() => {}, 5000)
  after(() => clearTimeout(alive))
  const target = httpTarget({ secure: false, host: 'slow.test', port: 80 })
  const error = await rejection(client.call(callTo(target, { connectTimeoutMs: 30 }), 10))
  assert.equal(error.type, 'connect-timeout')
})

test('silence ends a call after its time, and its connection', async () => {
  const backEnd = await startRawBackEnd(({ socket }) => socket.write('HTTP/1.1 200 OK\r\nConte'))
  const client = clientWith()
  const start = performance.now()
  const error = await rejection(client.call(callTo(backEnd.target, { timeoutMs: 50 }), 10))
  assert.equal(error.type, 'timeout')
  assert.ok(performance.now() - start >= 50)
  const [seen] = backEnd.connections
  assert.ok(seen)
  if (!seen.socket.closed) await once(seen.socket, 'close')
})

test('a stream may last, but not be silent, longer than its idle time', async () => {
  const backEnd = await startRawBackEnd(({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    let left = 6
    const timer = setInterval(() => {
      socket.write('x')
      if (--left === 0) clearInterval(timer)
    }, 20)
  })
  const client = clientWith()
  const sink = new Recorder()
  const stream = await openStream(client, callTo(backEnd.target, { idleTimeoutMs: 70 }))
  stream.start(sink)
  await once(sink, 'over')
  assert.equal(sink.error?.type, 'timeout')
  assert.equal(sink.length, 6)
})

test('while the sink pauses, the silence is not the back end’s', async () => {
  const backEnd = await startRawBackEnd(({ socket }) =>
    socket.write(answerText('x'.repeat(300_000))),
  )
  const client = clientWith()
  const sink = new Recorder({ pausing: true })
  const stream = await openStream(client, callTo(backEnd.target, { idleTimeoutMs: 30 }))
  stream.start(sink)
  if (sink.length === 0) await once(sink, 'data')
  await new Promise(resolve => setTimeout(resolve, 100))
  sink.pausing = false
  stream.resume()
  await once(sink, 'over')
  assert.equal(sink.error, null)
  assert.equal(sink.length, 300_000)
})

test('close waits for calls under way and refuses new ones', async () => {
  const waiting: Seen[] = []
  const backEnd = await startRawBackEnd(seen => waiting.push(seen))
  const client = clientWith()
  const call = client.call(callTo(backEnd.target), 10)
  while (waiting.length === 0) await settle()
  const closed = client.close()
  assert.equal((await rejection(client.call(callTo(backEnd.target), 10))).type, 'aborted')
  for (const seen of waiting) answerOk(seen)
  assert.equal((await call).body.toString(), 'ok')
  await closed
  await client.close()
})
