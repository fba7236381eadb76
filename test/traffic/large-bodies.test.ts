/**
 * Bodies of HTTP_PROXY methods that are not held: answers and requests pass through piece by piece, no faster than the other
 * side takes them, and nothing that breaks off looks whole.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import {
  api,
  type Backend,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { type RawBackend, RawClient, requestText, startRawBackend } from './raw-sockets.ts'

const megabyte = 1024 ** 2

let t: TestGateway
let limited: TestGateway
let raw: RawBackend
let echo: Backend
let bytesApi: string
let textApi: string
let limitedApi: string
let serve: (socket: Socket, request: string) => void

before(async () => {
  t = await startGateway({ bodyLimitBytes: 512 * megabyte, answerLimitBytes: 512 * megabyte })
  limited = await startGateway({ bodyLimitBytes: 200_000, answerLimitBytes: 200_000 })
  raw = await startRawBackend((socket, request) => serve(socket, request))
  echo = await startBackend((request, response) => {
    const hash = createHash('sha256')
    let length = 0
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      length += chunk.length
    })
    request.on('end', () => {
      const { headers } = request
      const framing = headers['content-length'] ?? headers['transfer-encoding'] ?? 'none'
      response.setHeader('Content-Type', 'application/json')
      response.end(
        JSON.stringify({ length, framing, hash: hash.digest('hex'), expect: headers.expect }),
      )
    })
  })
  const proxy = (uri: string) => ({
    'x-amazon-apigateway-any-method': operation({ type: 'http_proxy', httpMethod: 'ANY', uri }),
  })
  const paths = { '/raw': proxy(`${raw.url}/x`), '/echo': proxy(`${echo.url}/x`) }
  bytesApi = await t.deploy(api(paths, { 'x-amazon-apigateway-binary-media-types': ['*/*'] }))
  textApi = await t.deploy(api(paths))
  limitedApi = await limited.deploy(api(paths))
})

after(async () => {
  await raw.close()
  await echo.close()
  await t.close()
  await limited.close()
})

function client(lines: readonly string[], apiId: string, verb = 'GET', path = '/raw'): RawClient {
  const one = new RawClient(t.gateway.port)
  one.send(requestText(apiId, `${verb} /test${path} HTTP/1.1`, lines))
  return one
}

async function recordOf(gateway: TestGateway, head: string): Promise<string> {
  const requestId = /x-amzn-RequestId: (\S+)/i.exec(head)?.[1]
  const record = await fetch(`${gateway.gateway.url}/_portcullis/explain/${requestId}`)
  return record.text()
}

/** Writes `piece` until the other side takes no more, and gives how many bytes went. */
async function fill(socket: Socket, piece: Buffer, limitBytes: number): Promise<number> {
  let sent = 0
  while (sent < limitBytes) {
    sent += piece.length
    if (socket.write(piece)) continue
    const drained = once(socket, 'drain').then(() => true)
    const quiet = new Promise<boolean>(resolve => setTimeout(resolve, 500, false))
    if (!(await Promise.race([drained, quiet]))) return sent
  }
  return sent
}

/** Waits until the gateway has closed or reset its connection to the back end. */
async function closed(socket: Socket): Promise<void> {
  if (socket.readableEnded) socket.destroy()
  socket.on('end', () => socket.destroy())
  socket.resume()
  if (!socket.closed) await new Promise<void>(resolve => socket.once('close', () => resolve()))
}

test('an answer goes out before the back end has sent all of it, with its length', async () => {
  serve = socket => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: ${megabyte}\r\n\r\n`)
    socket.write(Buffer.alloc(100_000, 'a'))
  }
  const one = client([], bytesApi)
  const head = await one.until(text => text.length > 100_000)
  assert.match(head, new RegExp(`\r\nContent-Length: ${megabyte}\r\n`))
  raw.sockets.at(-1)?.write(Buffer.alloc(megabyte - 100_000, 'b'))
  await one.until(text => text.length >= text.indexOf('\r\n\r\n') + 4 + megabyte)
  assert.ok(one.text.endsWith('b'))
  one.close()
})

test('text keeps its length up to a megabyte and is chunked above, with what is not UTF-8 replaced', async () => {
  for (const { length, want } of [
    { length: megabyte, want: /\r\nContent-Length: \d+\r\n/ },
    { length: 3 * megabyte, want: /\r\nTransfer-Encoding: chunked\r\n/ },
  ]) {
    const bytes = Buffer.alloc(length, 'é')
    bytes[500_000] = 0xff
    serve = socket => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: ${length}\r\n\r\n`)
      socket.write(bytes)
    }
    const answer = await t.call(textApi, '/raw')
    assert.equal(answer.body, bytes.toString('utf8'))
    assert.match(
      `${answer.rawHeaders.join('\r\n').replaceAll(/(?<=[a-z])\r\n(?=chunked|\d)/g, ': ')}\r\n`,
      want,
    )
  }
})

test('a back end is read no faster than the client takes the answer', async () => {
  const length = 256 * megabyte
  serve = socket =>
    void socket.write(`HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: ${length}\r\n\r\n`)
  const one = client([], bytesApi)
  await one.until(text => text.includes('\r\n\r\n')).catch(() => {})
  one.socket.pause()
  const socket = raw.sockets.at(-1) as Socket
  const sent = await fill(socket, Buffer.alloc(megabyte), length)
  // What fits into the buffers of two connections.
  assert.ok(sent < 64 * megabyte, `${sent} bytes were taken`)
  one.close()
  await closed(socket)
})

test('a client is read no faster than the back end takes the request', async () => {
  const length = 256 * megabyte
  serve = socket => void socket.pause()
  const one = client([`Content-Length: ${length}`], bytesApi, 'PUT')
  const sent = await fill(one.socket, Buffer.alloc(megabyte), length)
  assert.ok(sent < 64 * megabyte, `${sent} bytes were taken`)
  one.close()
})

for (const { name, headers, framing } of [
  { name: 'of known length', headers: ['Content-Length', '5000000'], framing: '5000000' },
  { name: 'in chunks', headers: ['Transfer-Encoding', 'chunked'], framing: 'chunked' },
  {
    name: 'after a 100 Continue',
    headers: ['Content-Length', '5000000', 'Expect', '100-continue'],
    framing: '5000000',
  },
]) {
  for (const kind of ['bytes', 'text'] as const) {
    test(`a request body ${name} arrives whole: ${kind}`, async () => {
      const body = Buffer.alloc(5_000_000, 'abcdé')
      const sent = httpRequest({
        host: '127.0.0.1',
        port: t.gateway.port,
        method: 'PUT',
        path: '/test/echo',
        headers: [
          'Host',
          `${kind === 'bytes' ? bytesApi : textApi}.execute-api.localhost`,
          ...headers,
        ],
        agent: false,
      })
      if (headers.includes('Expect')) sent.on('continue', () => sent.end(body))
      else sent.end(body)
      if (headers.includes('Expect')) sent.flushHeaders()
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      const seen = JSON.parse(Buffer.concat(await answer.toArray()).toString())
      assert.deepEqual(seen, {
        length: body.length,
        framing,
        hash: createHash('sha256').update(body).digest('hex'),
      })
    })
  }
}

test('long text that is not UTF-8 is refused rather than changed behind its length', async () => {
  const body = Buffer.alloc(2 * megabyte, 'a')
  body[megabyte] = 0xff
  const answer = await t.call(textApi, '/echo', { method: 'PUT', body })
  assert.equal(answer.status, 415)
})

test('a chunked body beyond the limit is 413, and the back end gets no whole request', async () => {
  let seen = ''
  serve = socket => {
    socket.on('data', chunk => {
      seen += chunk.toString('latin1')
    })
  }
  const one = new RawClient(limited.gateway.port)
  one.send(requestText(limitedApi, 'PUT /test/raw HTTP/1.1', ['Transfer-Encoding: chunked']))
  for (let i = 0; i < 5; i++) one.send(`c350\r\n${'a'.repeat(50_000)}\r\n`)
  const text = await one.until(each => each.includes('\r\n\r\n'))
  assert.match(text, /^HTTP\/1\.1 413 /)
  const socket = raw.sockets.at(-1) as Socket
  await closed(socket)
  assert.ok(!seen.endsWith('0\r\n\r\n'))
  one.close()
})

test('a client that leaves in the middle of its request ends the call', async () => {
  const arrived = new Promise<Socket>(resolve => {
    serve = resolve
  })
  const one = client(['Content-Length: 5000000'], bytesApi, 'PUT')
  one.send(Buffer.alloc(200_000))
  const socket = await arrived
  one.close()
  await closed(socket)
})

test('an answer that comes before the request was read reaches the client', async () => {
  serve = socket =>
    void socket.write('HTTP/1.1 403 No\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno')
  const one = client(['Content-Length: 50000000'], bytesApi, 'PUT')
  one.send(Buffer.alloc(5_000_000))
  const text = await one.until(each => each.includes('\r\n\r\nno'))
  assert.match(text, /^HTTP\/1\.1 403 Forbidden\r\n/)
  assert.match(text, /\r\nConnection: close\r\n/)
  one.send(Buffer.alloc(1_000_000))
  assert.ok(!(await one.until(each => each.includes('no'))).includes('HTTP/1.1 400'))
  one.close()
})

test('an answer over the limit: 502 when its length says so, a broken answer when it shows later', async () => {
  serve = socket =>
    void socket.write('HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 200001\r\n\r\n')
  assert.equal((await limited.call(limitedApi, '/raw')).status, 502)
  serve = socket => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let i = 0; i < 5; i++) socket.write(`c350\r\n${'a'.repeat(50_000)}\r\n`)
    socket.write('0\r\n\r\n')
  }
  const one = new RawClient(limited.gateway.port)
  one.send(requestText(limitedApi, 'GET /test/raw HTTP/1.1'))
  const text = await one.untilClosed()
  assert.ok(text.length < 210_000 && !text.endsWith('0\r\n\r\n'))
  assert.match(await recordOf(limited, text), /broken off after \d+ bytes.*longer than 200000/s)
})

test('a half-closed client gets its answer, however long the back end takes', async () => {
  serve = socket => {
    const answer = (): void => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 200000\r\n\r\n')
      setImmediate(() => socket.write(Buffer.alloc(200_000, 'x')))
    }
    setTimeout(answer, 1_500)
  }
  const one = client([], bytesApi)
  one.socket.end()
  const text = await one.untilClosed()
  assert.match(text, /^HTTP\/1\.1 200 OK/)
  assert.equal(text.length, text.indexOf('\r\n\r\n') + 4 + 200_000)
})
