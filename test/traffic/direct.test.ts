/**
 * Plain requests are answered straight on their sockets, all others by node:http. A client must not be able to tell which: the
 * same request is sent in both ways, and what comes back is compared byte for byte. An empty line in front of a request
 * (RFC 9112 §2.2) is all it takes to make it one for node:http.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { api, mock, operation, startGateway, type TestGateway } from './harness.ts'
import { type RawBackend, RawClient, requestText, startRawBackend } from './raw-sockets.ts'

const text = 'x'.repeat(9_000)
const page = (body: string, lines: readonly string[] = [], status = '200 OK') =>
  [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...lines, '', body].join(
    '\r\n',
  )

/** What the back end says, by the path that it is asked for. */
const pages: Readonly<Record<string, readonly string[]>> = {
  '/short': [page('short', ['Content-Type: text/plain', 'X-Odd: a  b'])],
  '/utf8': [page('Grüße 😀', ['Content-Type: text/plain'])],
  '/empty': [page('')],
  '/long': [page(text)],
  '/longer': [page(text.repeat(20))],
  '/chunked': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n', '0\r\n\r\n'],
  '/pieces': [page(text).slice(0, 4_000), page(text).slice(4_000)],
  '/204': ['HTTP/1.1 204 No Content\r\n\r\n'],
  '/304': ['HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'],
  '/404': [page('nothing', [], '404 Not Found')],
  '/599': [page('odd', [], '599 Odd')],
  '/latin1': [page('a', ['X-Name: \xe9t\xe9'])],
}

let t: TestGateway
let backend: RawBackend
let apiId: string
let held: Socket | null = null

before(async () => {
  t = await startGateway()
  backend = await startRawBackend((socket, request) => {
    const path = request.slice(request.indexOf(' ') + 1, request.indexOf(' HTTP/'))
    if (path === '/held') held = socket
    else void say(socket, pages[path] ?? [page(request.slice(request.indexOf('\r\n\r\n') + 4))])
  })
  const passing = (more: object = {}) =>
    operation(
      {
        type: 'http_proxy',
        httpMethod: 'ANY',
        uri: `${backend.url}/{proxy}`,
        requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
        ...more,
      },
      { parameters: [{ name: 'proxy', in: 'path', required: true, schema: { type: 'string' } }] },
    )
  apiId = await t.deploy(
    api({
      '/mock': { get: mock('{"ok":true}'), head: mock('{"ok":true}'), post: mock('posted') },
      '/pass/{proxy+}': { 'x-amazon-apigateway-any-method': passing() },
      '/stream/{proxy+}': {
        'x-amazon-apigateway-any-method': passing({ responseTransferMode: 'STREAM' }),
      },
      '/dead': {
        get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: 'http://127.0.0.1:1/x' }),
        head: operation({ type: 'http_proxy', httpMethod: 'GET', uri: 'http://127.0.0.1:1/x' }),
      },
    }),
  )
})

after(async () => {
  await backend.close()
  await t.close()
})

async function say(socket: Socket, pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise(resolve =>
      socket.write(piece, piece.includes('\xe9') ? 'latin1' : 'utf8', resolve),
    )
    await new Promise(setImmediate)
  }
}

/** What was answered to a request, with another behind it that shows where the answer ended. */
async function exchange(line: string, lines: readonly string[], body: string, first: string) {
  const client = new RawClient(t.gateway.port)
  client.socket.setEncoding('latin1')
  client.send(first + requestText(apiId, line, lines, body))
  const isHead = line.startsWith('HEAD')
  await client.until(answer => isWhole(answer, isHead))
  client.send(requestText(apiId, 'GET /test/mock HTTP/1.1', ['Connection: close']))
  const all = await client.untilClosed()
  client.close()
  return all
    .replaceAll(/^(x-amzn-requestid|x-amz-apigw-id|date|x-amzn-trace-id): .*$/gim, '$1: *')
    .replaceAll(/"requestId":"[^"]*"/g, '*')
}

function isWhole(answer: string, isHead: boolean): boolean {
  const end = answer.indexOf('\r\n\r\n') + 4
  if (end < 4) return false
  if (isHead || /^HTTP\/1.1 (?:204|304)/.test(answer)) return true
  const length = /^content-length: (\d+)/im.exec(answer.slice(0, end))?.[1]
  if (length !== undefined) return answer.length >= end + Number(length)
  return answer.endsWith('0\r\n\r\n')
}

type Row = readonly [line: string, lines?: readonly string[], body?: string]

const heads = [
  ['/test/mock', 200],
  ['/test/nowhere', 403],
  ['/nowhere/mock', 403],
  ['/test/mock?a={b}', 400],
  ['/test/dead', 504],
  ['/test/pass/empty', 200],
  ['/test/pass/long', 200],
  ['/test/pass/404', 404],
  ['/test/stream/empty', 200],
] as const

const requests: readonly Row[] = [
  ['GET /test/mock HTTP/1.1'],
  ['POST /test/mock HTTP/1.1', ['Content-Length: 5', 'Content-Type: text/plain'], 'hello'],
  ['POST /test/mock HTTP/1.1', ['Content-Length: 0']],
  ['GET /test/nowhere HTTP/1.1'],
  ['GET /nowhere/mock HTTP/1.1'],
  ['GET /test/mock?a={b} HTTP/1.1'],
  ['GET /test/dead HTTP/1.1'],
  ['GET /test/mock HTTP/1.1', ['Connection: Keep-Alive', 'X-HTTP-Method-Override: POST']],
  ['POST /test/pass/echo HTTP/1.1', ['Content-Length: 5'], 'hello'],
  ['PUT /test/pass/echo HTTP/1.1', ['Content-Length: 9000'], text],
  ...Object.keys(pages).flatMap((path): Row[] => [
    [`GET /test/pass${path} HTTP/1.1`],
    [`GET /test/stream${path} HTTP/1.1`],
  ]),
  ...heads.map(([target]): Row => [`HEAD ${target} HTTP/1.1`]),
]

for (const [line, lines = [], body = ''] of requests) {
  test(`${line.slice(0, -9)} ${lines.join(', ')} is answered alike both ways`, async () => {
    const direct = await exchange(line, lines, body, '')
    const byNode = await exchange(line, lines, body, '\r\n')
    assert.equal(direct, byNode)
    assert.match(direct, /^HTTP\/1\.1 \d{3} [\s\S]*HTTP\/1\.1 200 OK[\s\S]*"ok":true\}$/)
  })
}

for (const [target, status] of heads) {
  test(`HEAD ${target} is answered with ${status} and a length of 0`, async () => {
    const [head = ''] = (await exchange(`HEAD ${target} HTTP/1.1`, [], '', '')).split('\r\n\r\n')
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `))
    assert.deepEqual(head.match(/^content-length:.*$/gim), ['Content-Length: 0'])
  })
}

test('a request in pieces is waited for, and goes the same way', async () => {
  const client = new RawClient(t.gateway.port)
  client.socket.setNoDelay(true)
  const bytes = requestText(apiId, 'POST /test/pass/echo HTTP/1.1', ['Content-Length: 5'], 'hello')
  for (const cut of [10, 60, bytes.length - 3]) {
    const sent = client.socket.bytesWritten
    client.send(bytes.slice(sent, cut))
    await new Promise(setImmediate)
  }
  client.send(bytes.slice(client.socket.bytesWritten))
  assert.match(await client.until(answer => answer.endsWith('hello')), /^HTTP\/1\.1 200 OK/)
  client.close()
})

test('what is sent before the answer waits for it, whatever form it has', async () => {
  const client = new RawClient(t.gateway.port)
  held = null
  client.send(requestText(apiId, 'GET /test/pass/held HTTP/1.1'))
  while (held === null) await new Promise(setImmediate)
  const chunked = ['Transfer-Encoding: chunked', 'Connection: close']
  client.send(
    requestText(apiId, 'POST /test/pass/echo HTTP/1.1', chunked, '5\r\nafter\r\n0\r\n\r\n'),
  )
  client.socket.end()
  await new Promise(setImmediate)
  assert.equal(client.text, '')
  ;(held as Socket).write(page('before'))
  const all = await client.untilClosed()
  assert.match(all, /^HTTP\/1\.1 200 [\s\S]*beforeHTTP\/1\.1 200 [\s\S]*after/)
})

test('a client that has said all and closed its half still gets its answer, and the end', async () => {
  const client = new RawClient(t.gateway.port)
  held = null
  client.send(requestText(apiId, 'GET /test/pass/held HTTP/1.1'))
  client.socket.end()
  while (held === null) await new Promise(setImmediate)
  ;(held as Socket).write(page('in the end'))
  assert.match(await client.untilClosed(), /in the end$/)
})

test('a client that goes takes its call of the back end with it', async () => {
  const client = new RawClient(t.gateway.port)
  held = null
  client.send(requestText(apiId, 'GET /test/pass/held HTTP/1.1'))
  while (held === null) await new Promise(setImmediate)
  client.socket.resetAndDestroy()
  await once(held as Socket, 'end')
})

test('an answer that is not taken holds up the connection, and nothing else', async () => {
  const client = new RawClient(t.gateway.port)
  client.socket.pause()
  for (let i = 0; i < 40; i++) {
    client.send(requestText(apiId, 'GET /test/pass/longer HTTP/1.1'))
    await new Promise(resolve => setTimeout(resolve, 2))
  }
  const answer = await t.call(apiId, '/mock')
  assert.equal(answer.status, 200)
  client.socket.resume()
  const whole = 40 * text.length * 20
  await client.until(all => all.length > whole && all.split('HTTP/1.1 200 OK').length === 41)
  client.close()
})
