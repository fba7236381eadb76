/** `responseTransferMode` STREAM for HTTP_PROXY, with the client and the back end as bare sockets. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { api, operation, startGateway, type TestGateway } from './harness.ts'
import { type RawBackend, RawClient, requestText, startRawBackend } from './raw-sockets.ts'

let t: TestGateway
let backend: RawBackend
let apiId: string
let serve: (socket: Socket, request: string) => void

before(async () => {
  t = await startGateway()
  backend = await startRawBackend((socket, request) => serve(socket, request))
  const stream = (more: object = {}) =>
    operation({
      type: 'http_proxy',
      httpMethod: 'ANY',
      uri: `${backend.url}/x`,
      responseTransferMode: 'STREAM',
      ...more,
    })
  apiId = await t.deploy(
    api({
      '/stream': { 'x-amazon-apigateway-any-method': stream({ timeoutInMillis: 900_000 }) },
      '/dead': { get: stream({ uri: 'http://127.0.0.1:1/x' }) },
      '/short': { get: stream({ timeoutInMillis: 200 }) },
    }),
  )
})

after(async () => {
  await backend.close()
  await t.close()
})

function ask(path: string, line = `GET /test${path} HTTP/1.1`): RawClient {
  const client = new RawClient(t.gateway.port)
  client.send(requestText(apiId, line))
  return client
}

test('each piece goes out when it comes, chunked when the back end names no length', async () => {
  let socket: Socket | null = null
  serve = each => {
    socket = each
    each.write(
      'HTTP/1.1 201 Made\r\nContent-Type: text/event-stream\r\nX-One: 1\r\n\r\ndata: 1\n\n',
    )
  }
  const client = ask('/stream')
  const first = await client.until(text => text.includes('data: 1'))
  assert.match(first, /^HTTP\/1\.1 201 Created\r\n/)
  assert.match(first, /\r\nTransfer-Encoding: chunked\r\n/)
  assert.match(first, /\r\nX-One: 1\r\n/)
  assert.doesNotMatch(first, /content-length/i)
  ;(socket as Socket | null)?.write('data: 2\n\n')
  await client.until(text => text.includes('data: 2'))
  ;(socket as Socket | null)?.end('data: 3\n\n')
  const whole = await client.until(text => text.endsWith('\r\n0\r\n\r\n'))
  assert.match(whole, /9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n9\r\ndata: 3\n\n\r\n0\r\n\r\n$/)
  client.close()
})

test('the head goes out before any of the body is there', async () => {
  serve = socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
  const client = ask('/stream')
  const head = await client.until(text => text.includes('\r\n\r\n'))
  assert.match(head, /\r\nContent-Length: 5\r\n/)
  backend.sockets.at(-1)?.write('hello')
  assert.ok((await client.until(text => text.endsWith('hello'))).endsWith('\r\n\r\nhello'))
  client.close()
})

test('bytes are not looked at: no text conversion, no binary media types', async () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0xc3])
  serve = socket => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n')
    socket.write(bytes)
  }
  const answer = await t.call(apiId, '/stream')
  assert.deepEqual(answer.bytes, bytes)
})

test('an HTTP/1.0 client gets no chunks, and the end of the connection for the end', async () => {
  serve = socket => void socket.end('HTTP/1.1 200 OK\r\n\r\nall of it')
  const text = await ask('/stream', 'GET /test/stream HTTP/1.0').untilClosed()
  assert.doesNotMatch(text, /transfer-encoding|content-length/i)
  assert.ok(text.endsWith('\r\n\r\nall of it'))
})

test('HEAD, 204 and 304 have no body', async () => {
  for (const [verb, status] of [
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const) {
    serve = socket => void socket.write(`HTTP/1.1 ${status} X\r\nX-Is: here\r\n\r\n`)
    const client = ask('/stream', `${verb} /test/stream HTTP/1.1`)
    const text = await client.until(each => each.includes('\r\n\r\n'))
    assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `))
    client.close()
  }
})

test('a back end that breaks off leaves a broken answer, and the record says why', async () => {
  for (const [head, want] of [
    ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', /Content-Length: 9\r\n[\s\S]*\r\n\r\npart$/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', /\r\n\r\n4\r\npart\r\n$/],
  ] as const) {
    serve = socket => void socket.write(`${head}${head.includes('chunked') ? '4\r\n' : ''}part`)
    const client = ask('/stream')
    await client.until(text => text.includes('part'))
    backend.sockets.at(-1)?.destroy()
    const text = await client.untilClosed()
    assert.match(text, want)
    const requestId = /x-amzn-RequestId: (\S+)/.exec(text)?.[1]
    const record = await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)
    assert.match(await record.text(), /broken off after 4 bytes of the body: .*closed before/)
  }
})

for (const [how, leave] of [
  ['resets its connection', (client: RawClient) => client.socket.resetAndDestroy()],
  ['only closes its connection', (client: RawClient) => client.close()],
] as const) {
  test(`a client that ${how} ends the call, at the latest when there is more to send`, async () => {
    serve = socket => void socket.write('HTTP/1.1 200 OK\r\n\r\nbegin')
    const client = ask('/stream')
    await client.until(text => text.includes('begin'))
    const socket = backend.sockets.at(-1) as Socket
    socket.on('end', () => socket.destroy())
    socket.resume()
    const gone = once(socket, 'close')
    leave(client)
    const more = setInterval(() => how.startsWith('only') && socket.write('more'), 20)
    await gone
    clearInterval(more)
  })
}

test('a client that half-closed gets what comes later', async () => {
  let arrived = (): void => {}
  const heard = new Promise<void>(resolve => {
    arrived = resolve
  })
  serve = () => arrived()
  const client = ask('/stream')
  client.socket.end()
  await heard
  // By now the gateway has seen the end: it was sent before this request.
  const first = backend.sockets.at(-1) as Socket
  serve = socket => void socket.write('HTTP/1.1 204 No\r\n\r\n')
  assert.equal((await t.call(apiId, '/stream')).status, 204)
  first.write('HTTP/1.1 200 OK\r\n\r\none')
  await client.until(text => text.includes('one'))
  first.end('two')
  assert.match(await client.untilClosed(), /3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n$/)
})

test('the time-out counts to the last byte: before the head 504, after it the connection ends', async () => {
  serve = () => {}
  assert.equal((await t.call(apiId, '/short')).status, 504)
  serve = socket => void socket.write('HTTP/1.1 200 OK\r\n\r\nbegin')
  const text = await ask('/short').untilClosed()
  assert.match(text, /^HTTP\/1\.1 200 OK/)
  assert.ok(!text.endsWith('0\r\n\r\n'))
})

test('failures before the head keep their statuses: refused 504, reset 504, no HTTP 502', async () => {
  serve = socket => socket.destroy()
  assert.equal((await t.call(apiId, '/stream', { method: 'POST' })).status, 504)
  serve = socket => void socket.end('SSH-2.0-x\r\n')
  assert.equal((await t.call(apiId, '/stream')).status, 502)
  assert.equal((await t.call(apiId, '/dead')).status, 504)
})

test('what the client did for a back end can be read, by origin', async () => {
  serve = socket => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
  await t.call(apiId, '/stream')
  await t.call(apiId, '/dead')
  const answer = await fetch(`${t.gateway.url}/_portcullis/back-ends`)
  const { origins } = (await answer.json()) as { origins: Record<string, unknown>[] }
  const dead = origins.find(({ origin }) => origin === 'http://127.0.0.1:1')
  assert.deepEqual(dead?.['failures'], { connect: dead?.['calls'] })
  const alive = origins.find(({ origin }) => origin === backend.url)
  assert.ok(alive, 'the back end is there')
  assert.ok(Number(alive['calls']) > 1 && Number(alive['connections']) > 0)
  assert.ok(Number(alive['connectMs']) > 0)
})
