/**
 * How each failure of a back end is answered, by each kind of integration that calls one over HTTP: status, body, error type, and
 * whether the client's connection lives on. And which calls are sent again when a connection that was kept turns out closed.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import {
  expiredCertificate,
  expiredKey,
  localhostCertificate,
  localhostKey,
} from '../../src/integrations/http/fixtures/certificates.ts'
import type { Address } from '../../src/integrations/private-network.ts'
import { api, mock, operation, startGateway, type TestGateway } from './harness.ts'
import { type RawBackend, RawClient, requestText, startRawBackend } from './raw-sockets.ts'

const kinds = {
  HTTP: { type: 'http', responses: { default: { statusCode: '200' } } },
  HTTP_PROXY: { type: 'http_proxy' },
  STREAM: { type: 'http_proxy', responseTransferMode: 'STREAM' },
  VPC_LINK: { type: 'http_proxy', connectionType: 'VPC_LINK' },
  AWS: {
    type: 'aws',
    credentials: 'arn:aws:iam::000000000000:role/gateway',
    responses: { default: { statusCode: '200' } },
  },
}
type Kind = keyof typeof kinds
const kindNames = Object.keys(kinds) as Kind[]

const limitBytes = 100_000
const skips = { tlsConfig: { insecureSkipVerification: true } }

let t: TestGateway
let plain: RawBackend
let secure: RawBackend
let expired: RawBackend
/** Says what it is as soon as somebody connects. */
let greeter: { readonly port: number; close(): void }
let apiId: string
let serve: (socket: Socket) => void = () => {}

before(async () => {
  plain = await startRawBackend(socket => serve(socket))
  secure = await startRawBackend(() => {}, { cert: localhostCertificate, key: localhostKey })
  expired = await startRawBackend(() => {}, { cert: expiredCertificate, key: expiredKey })
  greeter = await startGreeter()
  const at = (port: number): Address => ({ host: '127.0.0.1', port })
  const addresses: Record<string, { uri: string; link: Address; more?: object }> = {
    plain: { uri: `${plain.url}/x`, link: at(plain.port) },
    slow: { uri: `${plain.url}/x`, link: at(plain.port), more: { timeoutInMillis: 150 } },
    dead: { uri: 'http://127.0.0.1:1/x', link: at(1) },
    unknown: { uri: `${secure.url}/x`, link: at(secure.port) },
    // Only a link leads to a name that is not on the certificate.
    misnamed: {
      uri: 'https://pets.internal/x',
      link: at(secure.port),
      more: { ...skips, connectionType: 'VPC_LINK', connectionId: 'misnamedlink' },
    },
    expired: { uri: `${expired.url}/x`, link: at(expired.port), more: skips },
    plaintext: { uri: `https://127.0.0.1:${greeter.port}/x`, link: at(greeter.port), more: skips },
    silent: {
      uri: `https://127.0.0.1:${plain.port}/x`,
      link: at(plain.port),
      more: { ...skips, timeoutInMillis: 150 },
    },
  }
  // Each address is that of a service, too; a service is behind no link.
  const services: Record<string, string> = { misnamed: secure.url }
  const service = (name: string) => `arn:aws:apigateway:us-east-1:${name}:path/x`
  t = await startGateway({
    answerLimitBytes: limitBytes,
    awsEndpoints: new Map(
      Object.entries(addresses).map(([name, { uri }]) => [
        name,
        services[name] ?? uri.slice(0, -2),
      ]),
    ),
    vpcLinks: new Map(Object.entries(addresses).map(([name, { link }]) => [`${name}link`, link])),
  })
  const paths: [string, object][] = [['/fine', { get: mock('fine') }]]
  for (const [name, { uri: at, more = {} }] of Object.entries(addresses)) {
    for (const kind of kindNames) {
      const connection = kind === 'VPC_LINK' ? { connectionId: `${name}link` } : {}
      const uri = kind === 'AWS' ? service(name) : at
      const whole = { httpMethod: 'ANY', uri, ...kinds[kind], ...connection, ...more }
      paths.push([`/${name}/${kind}`, { 'x-amazon-apigateway-any-method': operation(whole) }])
    }
  }
  apiId = await t.deploy(api(Object.fromEntries(paths)))
})

after(async () => {
  greeter.close()
  await Promise.all([plain.close(), secure.close(), expired.close()])
  await t.close()
})

async function startGreeter(): Promise<typeof greeter> {
  const server = createServer(socket => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

/** A status and a message; or what came of the answer that broke off. */
type Want = readonly [status: number, message: string] | RegExp

const unreachable = [504, 'Network error communicating with endpoint'] as const
const late = [504, 'Endpoint request timed out'] as const
const unusable = [502, 'Internal server error'] as const
const misconfigured = [500, 'Internal server error'] as const
const ok = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'
const half = 50_000

interface Row {
  readonly name: string
  readonly path: string
  readonly serve?: (socket: Socket) => void
  /** Of kinds that hold the answer. */
  readonly want: Want
  /** Of STREAM, where it differs: the head has gone out. */
  readonly streamed?: Want
}

function cut(bytes: string): (socket: Socket) => void {
  return socket => socket.write(bytes, () => socket.resetAndDestroy())
}

/** Begins, and goes on with a piece every few milliseconds until the connection ends. */
function trickle(socket: Socket, start: string, piece: string): void {
  if (start !== '') socket.write(start)
  const pieces = setInterval(() => socket.write(piece), 10)
  socket.on('error', () => {}).once('close', () => clearInterval(pieces))
}

const part = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\npart$/
const nothing = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/

const rows: readonly Row[] = [
  { name: 'connection refused', path: 'dead', want: unreachable },
  { name: 'reset before the head', path: 'plain', serve: cut(''), want: unreachable },
  { name: 'reset within the head', path: 'plain', serve: cut('HTTP/1.1 200 O'), want: unreachable },
  {
    name: 'closed within the body',
    path: 'plain',
    serve: socket => socket.end(`${ok}Content-Length: 9\r\n\r\npart`),
    want: unreachable,
    streamed: part,
  },
  {
    name: 'closed within a chunk',
    path: 'plain',
    serve: socket => socket.end(`${ok}Transfer-Encoding: chunked\r\n\r\n4\r\npart`),
    want: unreachable,
    streamed: /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n4\r\npart\r\n$/,
  },
  { name: 'a slow head', path: 'slow', serve: () => {}, want: late },
  {
    name: 'a slow body',
    path: 'slow',
    serve: socket => void socket.write(`${ok}Content-Length: 9\r\n\r\npart`),
    want: late,
    streamed: part,
  },
  {
    name: 'a body that trickles',
    path: 'slow',
    serve: socket => trickle(socket, `${ok}Content-Length: 9999\r\n\r\n`, 'x'),
    want: late,
    streamed: /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nx+$/,
  },
  {
    name: 'a head that trickles',
    path: 'slow',
    serve: socket => trickle(socket, ok, 'x'),
    want: late,
  },
  {
    name: 'no end of 1xx',
    path: 'slow',
    serve: socket => trickle(socket, '', 'HTTP/1.1 100 Continue\r\n\r\n'),
    want: late,
  },
  {
    name: 'plain text where TLS was expected',
    path: 'plaintext',
    want: misconfigured,
  },
  { name: 'a TLS handshake that does not come to its end', path: 'silent', want: late },
  { name: 'a certificate of an unknown authority', path: 'unknown', want: misconfigured },
  { name: 'a certificate of another name', path: 'misnamed', want: misconfigured },
  { name: 'an expired certificate', path: 'expired', want: misconfigured },
  {
    name: 'garbage',
    path: 'plain',
    serve: socket => void socket.write('SSH-2.0-OpenSSH_9\r\n\r\n'),
    want: unusable,
  },
  {
    name: 'a head that is too large',
    path: 'plain',
    serve: socket => void socket.write(`${ok}X-A: ${'a'.repeat(70_000)}\r\n\r\n`),
    want: unusable,
  },
  {
    name: 'a body that is too large',
    path: 'plain',
    serve: socket => void socket.write(`${ok}Content-Length: ${limitBytes + 1}\r\n\r\n`),
    want: unusable,
    // It may be: what fails is that nothing of it comes.
    streamed: nothing,
  },
]

for (const row of rows) {
  for (const kind of kindNames) {
    const want = kind === 'STREAM' ? (row.streamed ?? row.want) : row.want
    const text = want instanceof RegExp ? 'breaks off' : `${want[0]} ${want[1]}`
    test(`${row.name}, ${kind}: ${text}`, async () => {
      serve = socket => row.serve?.(socket)
      const client = new RawClient(t.gateway.port)
      client.send(requestText(apiId, `POST /test/${row.path}/${kind} HTTP/1.1`))
      if (want instanceof RegExp) {
        if (want === nothing) {
          await client.until(each => each.includes('\r\n\r\n'))
          plain.sockets.at(-1)?.destroy()
        }
        assert.match(await client.untilClosed(), want)
        client.close()
        return
      }
      const [status, message] = want
      const body = `{"message": ${JSON.stringify(message)}}`
      const first = await client.until(each => each.includes(body))
      assert.ok(first.startsWith(`HTTP/1.1 ${status} `), first)
      assert.match(first, /\r\nx-amzn-ErrorType: InternalServerErrorException\r\n/)
      assert.ok(first.endsWith(`\r\n\r\n${body}`), first)
      // The client's connection is none the worse for it.
      client.send(requestText(apiId, 'GET /test/fine HTTP/1.1', ['Connection: close']))
      const second = (await client.untilClosed()).slice(first.length)
      assert.match(second, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nfine$/)
    })
  }
}

test('a longer body that breaks off: held where it is mapped, else broken off', async () => {
  for (const kind of kindNames) {
    serve = cut(`${ok}Content-Length: ${limitBytes}\r\n\r\n${'a'.repeat(half)}`)
    const client = new RawClient(t.gateway.port)
    client.send(requestText(apiId, `POST /test/plain/${kind} HTTP/1.1`, ['Connection: close']))
    const text = await client.untilClosed()
    if (kind === 'STREAM') assert.match(text, /^HTTP\/1\.1 200 OK\r\n/)
    else assert.match(text, /^HTTP\/1\.1 504 /, kind)
  }
})

interface Retry {
  readonly name: string
  readonly verb: string
  readonly body?: string
  /** What the kept connection says before it closes. */
  readonly says?: string
  readonly again: boolean
}

const retries: readonly Retry[] = [
  { name: 'GET', verb: 'GET', again: true },
  { name: 'HEAD', verb: 'HEAD', again: true },
  { name: 'DELETE', verb: 'DELETE', again: true },
  // Idempotent (RFC 9110 §9.2.2), and its body was held.
  { name: 'PUT with a body', verb: 'PUT', body: 'x', again: true },
  { name: 'POST', verb: 'POST', again: false },
  { name: 'POST with a body', verb: 'POST', body: 'x', again: false },
  { name: 'PATCH', verb: 'PATCH', body: 'x', again: false },
  { name: 'GET after a byte of an answer', verb: 'GET', says: 'H', again: false },
]

for (const kind of ['HTTP_PROXY', 'HTTP', 'AWS'] satisfies Kind[]) {
  for (const { name, verb, body, says = '', again } of retries) {
    const want = again ? 'sent again, once' : '504'
    test(`a kept connection that closes on ${name}, ${kind}: ${want}`, async () => {
      const send = () =>
        t.call(apiId, `/plain/${kind}`, { method: verb, ...(body !== undefined && { body }) })
      const answer = (socket: Socket) => void socket.write(`${ok}Content-Length: 0\r\n\r\n`)
      const close = (socket: Socket) => void socket.end(says)
      let calls = 0
      const inTurn = (...turns: ((socket: Socket) => void)[]) => {
        calls = 0
        serve = socket => turns[calls++]?.(socket)
      }
      inTurn(answer, close, answer)
      assert.equal((await t.call(apiId, `/plain/${kind}`)).status, 200)
      assert.equal((await send()).status, again ? 200 : 504)
      assert.equal(calls, again ? 3 : 2)
      // Not a second time.
      inTurn(answer, close, close, answer)
      assert.equal((await t.call(apiId, `/plain/${kind}`)).status, 200)
      assert.equal((await send()).status, 504)
      assert.equal(calls, again ? 3 : 2)
    })
  }
}
