/** What clients can do to the gateway with bytes, pauses and closed connections. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import {
  api,
  type Backend,
  mock,
  operation,
  rawExchange,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

let t: TestGateway
let backend: Backend
let host: string
/** Requests that the back end has and holds, by their path; each is answered when the test says so. */
const held = new Map<string, { answer(): void; readonly closed: Promise<void> }>()
let onHeld: () => void = () => undefined

before(async () => {
  t = await startGateway()
  backend = await startBackend((request, response) => {
    const closed = new Promise<void>(resolve => response.on('close', resolve))
    held.set(request.url as string, { answer: () => response.end('held'), closed })
    onHeld()
  })
  const apiId = await t.deploy(
    api({
      '/x': { get: mock('fine'), post: mock('posted') },
      '/held/{proxy+}': {
        'x-amazon-apigateway-any-method': operation(
          {
            type: 'http_proxy',
            httpMethod: 'ANY',
            uri: `${backend.url}/{proxy}`,
            requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
          },
          {
            parameters: [{ name: 'proxy', in: 'path', required: true, schema: { type: 'string' } }],
          },
        ),
      },
    }),
  )
  host = `${apiId}.execute-api.localhost`
})
after(async () => {
  await t.close()
  await backend.close()
})

/** Waits until the back end has the request for this path. */
async function whenHeld(path: string) {
  for (;;) {
    const found = held.get(path)
    if (found !== undefined) return found
    await new Promise<void>(resolve => {
      onHeld = resolve
    })
  }
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(t.gateway.port, '127.0.0.1', () => resolve(socket))
    socket.on('error', reject)
  })
}

function head(target: string, ...lines: string[]): string {
  return [`${target} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n')
}

test('a body in 200,000 chunks of one byte costs megabytes, not gigabytes', async () => {
  const before = process.memoryUsage().rss
  const answer = await rawExchange(
    t.gateway.port,
    `${head('POST /test/x', 'Transfer-Encoding: chunked', 'Connection: close')}${'1\r\na\r\n'.repeat(200_000)}0\r\n\r\n`,
    20_000,
  )
  assert.match(answer, /^HTTP\/1.1 200 /)
  const grownMb = (process.memoryUsage().rss - before) / 1_048_576
  assert.ok(grownMb < 50, `${grownMb} MB`)
})

test('requests that come in one packet are answered in order, bodies included', async () => {
  const answer = await rawExchange(
    t.gateway.port,
    [
      head('GET /test/x'),
      `${head('POST /test/x', 'Content-Length: 3')}abc`,
      head('GET /test/nowhere', 'Connection: close'),
    ].join(''),
  )
  assert.deepEqual(answer.match(/HTTP\/1\.1 \d+|fine|posted/g), [
    'HTTP/1.1 200',
    'fine',
    'HTTP/1.1 200',
    'posted',
    'HTTP/1.1 403',
  ])
})

test('a request byte by byte is a request', async () => {
  const socket = await open()
  socket.setNoDelay(true)
  const bytes = Buffer.from(`${head('POST /test/x', 'Content-Length: 2', 'Connection: close')}ab`)
  const answer = new Promise<string>(resolve => {
    let text = ''
    socket.on('data', chunk => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
  })
  for (const byte of bytes) {
    await new Promise<void>(resolve => socket.write(Buffer.from([byte]), () => resolve()))
  }
  assert.match(await answer, /^HTTP\/1.1 200 [\s\S]*posted$/)
})

test('bytes that are no request do not become the answer of the request before them', async () => {
  const answer = rawExchange(
    t.gateway.port,
    `${head('GET /test/held/before-garbage')}GARBAGE\r\n\r\n`,
  )
  ;(await whenHeld('/before-garbage')).answer()
  assert.match(await answer, /^HTTP\/1.1 200 [\s\S]*heldHTTP\/1.1 400 /)
})

test('a body that breaks off in garbage is 400, and what came before is answered first', async () => {
  const broken = `${head('POST /test/x', 'Transfer-Encoding: chunked')}zz\r\n`
  assert.match(await rawExchange(t.gateway.port, broken), /^HTTP\/1.1 400 /)
  const answer = rawExchange(
    t.gateway.port,
    `${head('GET /test/held/before-broken-body')}${broken}`,
  )
  ;(await whenHeld('/before-broken-body')).answer()
  assert.match(await answer, /^HTTP\/1.1 200 [\s\S]*heldHTTP\/1.1 400 /)
})

test('a client that goes takes all its calls of back ends with it, pipelined ones too', async () => {
  const socket = await open()
  socket.write(
    `${head('GET /test/held/gone-1')}${head('POST /test/held/gone-2', 'Content-Length: 1')}a${head('GET /test/held/gone-3')}`,
  )
  const calls = [await whenHeld('/gone-1'), await whenHeld('/gone-2'), await whenHeld('/gone-3')]
  socket.destroy()
  await Promise.all(calls.map(call => call.closed))
})

test('a connection on which too many requests wait is closed', async () => {
  const socket = await open()
  const closed = new Promise<void>(resolve => socket.on('close', () => resolve()))
  socket.on('error', () => undefined)
  const flood = Array.from({ length: 300 }, (_, i) => head(`GET /test/held/flood-${i}`))
  socket.write(flood.join(''))
  await closed
})

test('many requests in one packet that are answered at once are no flood', async () => {
  const answer = await rawExchange(
    t.gateway.port,
    `${head('GET /test/x').repeat(1000)}${head('GET /test/x', 'Connection: close')}`,
  )
  assert.equal(answer.match(/HTTP\/1\.1 200/g)?.length, 1001)
})

const expecting = [
  { name: 'a body that is too large', lines: ['Content-Length: 30000000'], want: 413 },
  {
    name: 'an unknown resource',
    target: 'POST /test/none',
    lines: ['Content-Length: 3'],
    want: 403,
  },
  { name: 'two Host headers', lines: ['Content-Length: 3', 'Host: b'], want: 400 },
]
for (const { name, target = 'POST /test/x', lines, want } of expecting) {
  test(`a client that waits for 100 Continue is told no at once: ${name}`, async () => {
    const answer = await rawExchange(
      t.gateway.port,
      head(target, ...lines, 'Expect: 100-continue', 'Connection: close'),
    )
    assert.match(answer, new RegExp(`^HTTP/1.1 ${want} `))
  })
}

test('100 Continue comes before the body is asked for, other expectations are 417', async () => {
  const lines = ['Content-Length: 3', 'Connection: close']
  const asked = `${head('POST /test/x', 'Expect: 100-continue', ...lines)}abc`
  assert.match(
    await rawExchange(t.gateway.port, asked),
    /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /,
  )
  const other = `${head('POST /test/x', 'Expect: magic', ...lines)}abc`
  assert.match(await rawExchange(t.gateway.port, other), /^HTTP\/1.1 417 /)
})

test('CONNECT opens no tunnel and is 405', async () => {
  const answer = await rawExchange(
    t.gateway.port,
    'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
  )
  assert.match(answer, /^HTTP\/1.1 405 /)
})

const served = [
  { name: 'an upgrade to h2c', lines: ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c'] },
  { name: 'an upgrade to WebSocket', lines: ['Connection: Upgrade', 'Upgrade: websocket'] },
]
for (const { name, lines } of served) {
  test(`${name} is not taken up, and the request is answered`, async () => {
    const answer = rawExchange(t.gateway.port, head('GET /test/x', ...lines), 500)
    assert.match(await answer, /^HTTP\/1.1 200 /)
  })
}

test('slow uploads to the control plane do not keep others from it', async () => {
  const sockets = await Promise.all(Array.from({ length: 100 }, open))
  const lines = ['POST /restapis?mode=import HTTP/1.1', 'Host: x', 'Content-Length: 1000', '', '{']
  for (const socket of sockets) socket.write(lines.join('\r\n'))
  const health = await fetch(`${t.gateway.url}/_portcullis/health`, {
    signal: AbortSignal.timeout(5000),
  })
  assert.equal(health.status, 200)
  for (const socket of sockets) socket.destroy()
})

test('no header of a request to the control plane ends the thread', async () => {
  const names = ['Trailer', 'TE', 'Upgrade', 'Keep-Alive', 'Proxy-Connection', 'Date', 'Via']
  const values = ['a', 'close', 'chunked', '0', '', 'a, b', 'Content-Length', 'trailers']
  for (const target of ['GET /restapis', 'POST /restapis', 'HEAD /_portcullis/health']) {
    for (const name of names) {
      const lines = values.map(value =>
        rawExchange(
          t.gateway.port,
          `${target} HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\nConnection: close\r\n\r\n`,
        ),
      )
      for (const answer of await Promise.all(lines)) assert.match(answer, /^HTTP\/1.1 [245]/)
    }
  }
  assert.deepEqual(
    t.complaints.filter(text => /died/.test(text)),
    [],
  )
})
