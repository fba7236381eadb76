/**
 * Byte sequences of back ends that want to be two answers, or none: whatever way the answer takes through the gateway, nothing
 * of them reaches a client as a second answer (response splitting, RFC 9112 §11.1), and none is left for the next call.
 */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { api, operation, startGateway, type TestGateway } from './harness.ts'
import { type RawBackend, RawClient, requestText, startRawBackend } from './raw-sockets.ts'

let t: TestGateway
let backend: RawBackend
let apiId: string
let serve: (socket: Socket) => void

/** Streamed as it comes; held; text that is converted; mapped. */
const ways = {
  stream: { type: 'http_proxy', responseTransferMode: 'STREAM' },
  buffered: { type: 'http_proxy' },
  mapped: { type: 'http', responses: { default: { statusCode: '200' } } },
}

before(async () => {
  t = await startGateway()
  backend = await startRawBackend(socket => serve(socket))
  const methods = Object.entries(ways).map(([name, way]) => [
    `/${name}`,
    { get: operation({ httpMethod: 'GET', uri: `${backend.url}/x`, ...way }) },
  ])
  const fine = { httpMethod: 'GET', uri: `${backend.url}/x`, ...ways.stream }
  apiId = await t.deploy(api({ ...Object.fromEntries(methods), '/next': { get: operation(fine) } }))
})

after(async () => {
  await backend.close()
  await t.close()
})

interface Row {
  readonly name: string
  readonly bytes: string
  /** Of the answer: to a streamed method, and to those that are held. */
  readonly stream: RegExp
  readonly held: RegExp
}

const ok = 'HTTP/1.1 200 OK\r\n'
const evil = 'HTTP/1.1 200 OK\r\nX-Evil: 1\r\nContent-Length: 0\r\n\r\n'
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`
const refused = /^HTTP\/1\.1 502 [\s\S]*\r\n\r\n\{"message": ?"Internal server error"\}$/
const isOk = /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/
/** What is wrong shows when the head has gone: the answer breaks off. */
const broken = /^HTTP\/1\.1 200 OK\r\n(?![\s\S]*\r\n0\r\n\r\n$)/

const rows: readonly Row[] = [
  {
    name: 'bytes beyond the length',
    bytes: `${ok}Content-Length: 2\r\n\r\nok${evil}`,
    stream: isOk,
    held: isOk,
  },
  {
    name: 'two answers at once',
    bytes: `HTTP/1.1 204 No\r\n\r\n${evil}`,
    stream: /^HTTP\/1\.1 204 [\s\S]*\r\n\r\n$/,
    held: /^HTTP\/1\.1 (?:204|200) [\s\S]*\r\n\r\n$/,
  },
  {
    name: 'a body behind 304',
    bytes: `HTTP/1.1 304 Not Modified\r\nContent-Length: ${evil.length}\r\n\r\n${evil}`,
    stream: /^HTTP\/1\.1 304 [\s\S]*\r\n\r\n$/,
    held: /^HTTP\/1\.1 (?:304|200) [\s\S]*\r\n\r\n$/,
  },
  {
    name: 'something behind the last chunk',
    bytes: `${chunked}2\r\nok\r\n0\r\n\r\n${evil}`,
    stream: /\r\n\r\n2\r\nok\r\n0\r\n\r\n$/,
    held: isOk,
  },
  {
    name: 'an answer in the trailer',
    bytes: `${chunked}2\r\nok\r\n0\r\nX-Evil: 1\r\n\r\n${evil}`,
    stream: /\r\n\r\n2\r\nok\r\n0\r\n\r\n$/,
    held: isOk,
  },
  {
    name: 'an answer in a chunk that is longer than its size',
    bytes: `${chunked}2\r\nok${evil}`,
    stream: broken,
    held: refused,
  },
  {
    name: 'an answer behind a size that is no number',
    bytes: `${chunked}zz\r\n${evil}`,
    stream: broken,
    held: refused,
  },
  {
    name: 'an answer behind a size beyond 64 bits',
    bytes: `${chunked}fffffffffffffffff0\r\n${evil}`,
    stream: broken,
    held: refused,
  },
  ...[
    [
      'a length beside chunks',
      `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths that differ', `${ok}Content-Length: 2\r\nContent-Length: 60\r\n\r\nok`],
    ['a length with a sign', `${ok}Content-Length: +2\r\n\r\nok`],
    ['a coding that is not known', `${ok}Transfer-Encoding: xchunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`],
    ['a bare carriage return in a value', `${ok}X-A: b\rX-Evil: 1\r\nContent-Length: 2\r\n\r\nok`],
    ['NUL in a value', `${ok}X-A: b\0X-Evil: 1\r\nContent-Length: 2\r\n\r\nok`],
    ['a folded line', `${ok}X-A: b\r\n X-Evil: 1\r\nContent-Length: 2\r\n\r\nok`],
    ['a blank before the colon', `${ok}Content-Length : 2\r\n\r\nok`],
    ['a status beyond 599', 'HTTP/1.1 600 X-Evil\r\nContent-Length: 0\r\n\r\n'],
    ['a change of protocols', `HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n${evil}`],
    ['another version', `HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok${evil}`],
    ['no HTTP', 'SSH-2.0-X-Evil\r\n\r\n'],
  ].map(([name = '', bytes = '']) => ({
    name,
    bytes: bytes.endsWith(evil) ? bytes : bytes + evil,
    stream: refused,
    held: refused,
  })),
]

for (const { name, bytes, ...want } of rows) {
  for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
    test(`${name}, ${way}`, async () => {
      serve = socket => void socket.write(bytes)
      const client = new RawClient(t.gateway.port)
      client.send(requestText(apiId, `GET /test/${way} HTTP/1.1`))
      await client.until(text => text.includes('\r\n\r\n'))
      // A second request shows what is left on the connection, if it still stands.
      serve = socket => void socket.write('HTTP/1.1 418 Me\r\nContent-Length: 0\r\n\r\n')
      client.send(requestText(apiId, 'GET /test/next HTTP/1.1', ['Connection: close']))
      const text = await client.untilClosed()
      const second = text.indexOf('HTTP/1.1 418')
      assert.match(
        second < 0 ? text : text.slice(0, second),
        way === 'stream' ? want.stream : want.held,
      )
      assert.doesNotMatch(text, /X-Evil/)
      client.close()
      // Nor is anything left on the connection to the back end.
      assert.equal((await t.call(apiId, '/next')).status, 418)
    })
  }
}
