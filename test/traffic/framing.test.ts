/**
 * Requests whose limits two servers could see differently (request smuggling, RFC 9112 §11.2), and those that are none: each
 * on a socket of its own, byte by byte as written here. What is refused gets one answer, and the connection is closed, so
 * that nothing behind it is taken for a request.
 */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import {
  api,
  type Backend,
  mock,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

let t: TestGateway
let host: string
let backend: Backend
let carriedOut = 0

before(async () => {
  backend = await startBackend((_, response) => {
    carriedOut++
    response.end()
  })
  t = await startGateway({ headTimeoutMs: 400, requestTimeoutMs: 800 })
  const apiId = await t.deploy(
    api({
      '/x': { get: mock('fine'), post: mock('fine'), options: mock('fine') },
      '/hidden': {
        get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: `${backend.url}/` }),
      },
    }),
  )
  host = `${apiId}.execute-api.localhost`
})
after(async () => {
  await t.close()
  await backend.close()
  assert.equal(carriedOut, 0, 'what stood behind a refused request was carried out')
})

interface Row {
  readonly name: string
  /** Between request line and empty line; HOST stands for the API's host. */
  readonly lines: readonly string[]
  readonly line?: string
  readonly body?: string
  /** 400 when left out. */
  readonly want?: number
}

const own = 'Host: HOST'
const chunked = [own, 'Transfer-Encoding: chunked']
const hidden = 'GET /test/hidden HTTP/1.1\r\nHost: HOST\r\n\r\n'

const lengths: readonly Row[] = [
  { name: 'that differ', lines: [own, 'Content-Length: 3', 'Content-Length: 4'] },
  { name: 'that are equal', lines: [own, 'Content-Length: 3', 'Content-Length: 3'] },
  { name: 'in a list', lines: [own, 'Content-Length: 3, 3'] },
  { name: 'with a sign', lines: [own, 'Content-Length: +3'] },
  { name: 'below zero', lines: [own, 'Content-Length: -1'] },
  { name: 'that are empty', lines: [own, 'Content-Length: '] },
  { name: 'in hexadecimal', lines: [own, 'Content-Length: 0x3'] },
  { name: 'with a letter', lines: [own, 'Content-Length: 3x'] },
  { name: 'with a blank inside', lines: [own, 'Content-Length: 3 0'] },
  { name: 'beyond 64 bits', lines: [own, 'Content-Length: 99999999999999999999999'] },
  { name: 'with a coding before', lines: [...chunked, 'Content-Length: 3'] },
  { name: 'with a coding behind', lines: [own, 'Content-Length: 3', 'Transfer-Encoding: chunked'] },
]

const codings: readonly Row[] = [
  { name: 'twice in a list', lines: [own, 'Transfer-Encoding: chunked, chunked'] },
  { name: 'on two lines', lines: [...chunked, 'Transfer-Encoding: chunked'] },
  { name: 'identity', lines: [own, 'Transfer-Encoding: identity'] },
  { name: 'identity behind chunked', lines: [own, 'Transfer-Encoding: chunked, identity'] },
  { name: 'gzip before chunked', lines: [own, 'Transfer-Encoding: gzip, chunked'] },
  { name: 'a name that only ends like it', lines: [own, 'Transfer-Encoding: xchunked'] },
  { name: 'in quotes', lines: [own, 'Transfer-Encoding: "chunked"'] },
  { name: 'behind a vertical tab', lines: [own, 'Transfer-Encoding: \x0bchunked'] },
  { name: 'with a parameter', lines: [own, 'Transfer-Encoding: chunked;a=b'] },
  { name: 'none at all', lines: [own, 'Transfer-Encoding: '] },
  { name: 'before a blank and the colon', lines: [own, 'Transfer-Encoding : chunked'] },
  { name: 'on a folded line', lines: [own, 'Transfer-Encoding:', ' chunked'] },
  { name: 'in HTTP/1.0', line: 'POST /test/x HTTP/1.0', lines: chunked },
]

const lines: readonly Row[] = [
  { name: 'a blank before the colon', lines: [own, 'X-A : b'] },
  { name: 'no name', lines: [own, ': b'] },
  { name: 'no colon', lines: [own, 'nonsense'] },
  { name: 'a folded value', lines: [own, 'X-A: b', ' c'] },
  { name: 'a blank before the first name', lines: [` ${own}`] },
  { name: 'a bare line feed between two', lines: [own, 'X-A: b\nX-C: d'] },
  { name: 'a bare carriage return between two', lines: [own, 'X-A: b\rX-C: d'] },
  { name: 'NUL in the value', lines: [own, 'X-A: b\0c'] },
  { name: 'NUL in the name', lines: [own, 'X\0A: b'] },
  { name: 'a control character in the value', lines: [own, 'X-A: b\x01c'] },
  { name: '5,000 others', lines: [own, ...Array<string>(5000).fill('X-A: b')], want: 431 },
  { name: '70,000 characters', lines: [own, `X-A: ${'b'.repeat(70_000)}`], want: 431 },
  { name: 'more than 20,480 bytes', lines: [own, `X-A: ${'b'.repeat(20_500)}`], want: 431 },
]

const hosts: readonly Row[] = [
  { name: 'none', lines: [] },
  { name: 'two', lines: [own, 'Host: other'] },
  { name: 'two of the same', lines: [own, own] },
  { name: 'an empty one', lines: ['Host:'] },
  { name: 'a list', lines: ['Host: HOST, other'] },
  { name: 'one with a path', lines: ['Host: HOST/x'] },
  { name: 'one with a user', lines: ['Host: a@HOST'] },
  { name: 'one with a blank', lines: ['Host: HOST other'] },
  { name: 'one in the target that is none', line: 'GET http://a@b/test/x HTTP/1.1', lines: [own] },
]

const starts: readonly Row[] = [
  { name: 'a target of another scheme', line: 'GET ftp://HOST/test/x HTTP/1.1', lines: [own] },
  { name: 'a target without a slash', line: 'GET test/x HTTP/1.1', lines: [own] },
  { name: 'a target with a fragment', line: 'GET /test/x#y HTTP/1.1', lines: [own] },
  { name: 'a blank in the target', line: 'GET /test/x y HTTP/1.1', lines: [own] },
  {
    name: 'bytes in the target that are not ASCII',
    line: 'GET /test/\xc3\xa9 HTTP/1.1',
    lines: [own],
  },
  { name: 'NUL in the target', line: 'GET /test/x\0 HTTP/1.1', lines: [own] },
  { name: 'OPTIONS *', line: 'OPTIONS * HTTP/1.1', lines: [own] },
  { name: 'GET *', line: 'GET * HTTP/1.1', lines: [own] },
  { name: 'CONNECT', line: 'CONNECT HOST:443 HTTP/1.1', lines: [own], want: 405 },
  { name: 'a verb in small letters', line: 'get /test/x HTTP/1.1', lines: [own] },
  { name: 'a verb that nobody knows', line: 'FETCH /test/x HTTP/1.1', lines: [own] },
  { name: 'a verb of RTSP', line: 'DESCRIBE /test/x RTSP/1.0', lines: [own] },
  { name: 'HTTP/0.9', line: 'GET /test/x', lines: [] },
  { name: 'HTTP/1.2', line: 'GET /test/x HTTP/1.2', lines: [own] },
  { name: 'HTTP/2.0', line: 'GET /test/x HTTP/2.0', lines: [own] },
  { name: 'http/1.1', line: 'GET /test/x http/1.1', lines: [own] },
  { name: 'tabs for blanks', line: 'GET\t/test/x\tHTTP/1.1', lines: [own] },
  { name: 'the preface of HTTP/2', line: 'PRI * HTTP/2.0', lines: [], body: 'SM\r\n\r\n' },
  { name: 'a bare carriage return behind it', line: 'GET /test/x HTTP/1.1\rX: y', lines: [own] },
  {
    name: 'a longer URL',
    line: `GET /test/${'a'.repeat(10_300)} HTTP/1.1`,
    lines: [own],
    want: 414,
  },
]

const chunks: readonly Row[] = [
  { name: 'a size that is no number', lines: chunked, body: 'xyz\r\n\r\n' },
  { name: 'a size below zero', lines: chunked, body: '-1\r\n\r\n' },
  { name: 'a size with 0x', lines: chunked, body: '0x3\r\nabc\r\n0\r\n\r\n' },
  { name: 'a size beyond 64 bits', lines: chunked, body: 'fffffffffffffffff\r\nabc' },
  { name: 'a bare line feed behind the size', lines: chunked, body: '3\nabc\r\n0\r\n\r\n' },
  { name: 'more bytes than the size', lines: chunked, body: '3\r\nabcd\r\n0\r\n\r\n' },
  { name: 'a line feed in the extension', lines: chunked, body: '3;a\nabc\r\n0\r\n\r\n' },
  { name: 'a long extension', lines: chunked, body: `3;${'a'.repeat(40_000)}\r\nabc\r\n0\r\n\r\n` },
  { name: 'a trailer with a length', lines: chunked, body: '0\r\nContent-Length: 4\r\n\r\n' },
  { name: 'a trailer that is none', lines: chunked, body: '0\r\nbad line\r\n\r\n' },
  {
    name: 'a long trailer',
    lines: chunked,
    body: `0\r\nA: ${'b'.repeat(40_000)}\r\n\r\n`,
    want: 431,
  },
]

const tables = {
  lengths,
  'a transfer coding': codings,
  'a header with': lines,
  hosts,
  starts,
  chunks,
}

for (const [title, rows] of Object.entries(tables)) {
  describe(title, () => {
    for (const {
      name,
      line = 'POST /test/x HTTP/1.1',
      lines: head,
      body = '',
      want = 400,
    } of rows) {
      test(`${name}: ${want}`, async () => {
        await refused([line, ...head, '', body + hidden].join('\r\n'), want)
      })
    }
  })
}

describe('no HTTP at all', () => {
  test('TLS on the plain port: 400', () =>
    refused(Buffer.from('16030100dc010000d8030380', 'hex'), 400))
  test('lines that end in line feeds: 400', () =>
    refused('GET /test/x HTTP/1.1\nHost: HOST\n\n', 400))
})

describe('clients that take their time', () => {
  test('with the first byte: 408', () => refused('', 408))
  test('with the headers: 408', () => refused('GET /test/x HTTP/1.1\r\nHost: HOST\r\nX-A: b', 408))
  test('with the body: 408', () =>
    refused('POST /test/x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\nhalf', 408))
  test('with the chunks: 408', () =>
    refused(
      'POST /test/x HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab',
      408,
    ))
})

const close = 'Connection: close'
const good: readonly Row[] = [
  {
    name: 'a coding in other letters',
    lines: [own, 'Transfer-Encoding: Chunked'],
    body: '0\r\n\r\n',
  },
  {
    name: 'blanks around a coding',
    lines: [own, 'Transfer-Encoding: \tchunked '],
    body: '0\r\n\r\n',
  },
  { name: 'an extension', lines: chunked, body: '3;a=b\r\nabc\r\n0\r\n\r\n' },
  { name: 'a trailer', lines: chunked, body: '3\r\nabc\r\n0\r\nX-T: v\r\n\r\n' },
  {
    name: 'an absolute target, whatever Host says',
    line: 'GET http://HOST/test/x HTTP/1.1',
    lines: ['Host: other'],
  },
  { name: 'an empty line before it', line: '\r\nGET /test/x HTTP/1.1', lines: [own] },
  { name: 'HTTP/1.0', line: 'GET /test/x HTTP/1.0', lines: [own] },
  {
    name: 'a header that only looks like a coding',
    lines: [own, 'Transfer_Encoding: chunked', 'Content-Length: 0'],
  },
  { name: 'bytes beyond ASCII in a value', lines: [own, 'X-A: \xe9'] },
  {
    name: 'a verb that no method can have',
    line: 'TRACE /test/x HTTP/1.1',
    lines: [own],
    want: 403,
  },
]

describe('what is a request', () => {
  for (const { name, line = 'POST /test/x HTTP/1.1', lines: head, body = '', want = 200 } of good) {
    test(`${name}: ${want}`, async () => {
      const { text } = await exchange([line, ...head, close, '', body].join('\r\n'))
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${want} `))
    })
  }
})

async function refused(bytes: string | Buffer, want: number): Promise<void> {
  const { text, isClosed } = await exchange(bytes)
  const statuses = text.match(/HTTP\/1\.1 \d{3} /g)
  assert.deepEqual(statuses, [`HTTP/1.1 ${want} `], text.slice(0, 300))
  assert.match(text, /\r\n\r\n\{"message":"[^"]+"\}$/)
  assert.ok(isClosed, 'the connection is still open')
}

/** All that comes back until the gateway closes the connection, or has left it open for long. */
function exchange(bytes: string | Buffer): Promise<{ text: string; isClosed: boolean }> {
  return new Promise((resolve, reject) => {
    const sent =
      typeof bytes === 'string' ? Buffer.from(bytes.replaceAll('HOST', host), 'latin1') : bytes
    const socket = connect(t.gateway.port, '127.0.0.1', () => socket.write(sent))
    let text = ''
    let isClosed = false
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
    })
    socket.on('end', () => {
      isClosed = true
    })
    // Bytes that the gateway did not read make its end of the connection a reset.
    socket.on('error', error => {
      isClosed = 'code' in error && error.code === 'ECONNRESET'
      if (!isClosed) reject(error)
    })
    socket.on('close', () => resolve({ text, isClosed }))
    socket.setTimeout(3000, () => socket.destroy())
  })
}
