import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HttpClientError } from './errors.ts'
import { streamOf } from './fixtures/calls.ts'
import { type HttpCall, httpTarget } from './http-call.ts'
import { isRepeatable, writeRequestHead } from './request-head.ts'

const target = httpTarget({ secure: false, host: 'example.test', port: 80 })

function callWith(parts: Partial<HttpCall>): HttpCall {
  return {
    target,
    method: 'GET',
    path: '/',
    headers: ['Host', 'a'],
    body: null,
    connectTimeoutMs: 1,
    timeoutMs: 1,
    ...parts,
  }
}

const stream = (lengthBytes = -1) => streamOf((async function* () {})(), lengthBytes)

const written: { name: string; given: Partial<HttpCall>; want: string }[] = [
  { name: 'a GET has no framing', given: {}, want: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n' },
  {
    name: 'a POST without a body says so',
    given: { method: 'POST' },
    want: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  },
  {
    name: 'a body brings its length',
    given: { method: 'DELETE', body: Buffer.from('abc') },
    want: 'DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n',
  },
  {
    name: 'a streamed body is chunked',
    given: { method: 'PUT', body: stream() },
    want: 'PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
  },
  {
    name: 'a streamed body of known length is counted',
    given: { method: 'PUT', body: stream(12) },
    want: 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\n',
  },
  {
    name: "the caller's framing headers are left out",
    given: {
      headers: [
        ...['host', 'a', 'content-length', '5', 'Transfer-Encoding', 'chunked'],
        ...['Connection', 'close', 'Keep-Alive', 'x', 'Proxy-Connection', 'x', 'TE', 'gzip'],
      ],
    },
    want: 'GET / HTTP/1.1\r\nhost: a\r\nTE: gzip\r\n\r\n',
  },
  {
    name: 'bytes above ASCII pass in path and values',
    given: { path: '/\u00e9?\u00ff', headers: ['Host', 'a', 'X', '\u00e9\t '] },
    want: 'GET /\u00e9?\u00ff HTTP/1.1\r\nHost: a\r\nX: \u00e9\t \r\n\r\n',
  },
]

for (const { name, given, want } of written) {
  test(`request head: ${name}`, () => {
    assert.equal(writeRequestHead(callWith(given)), want)
  })
}

const refused: { name: string; given: Partial<HttpCall> }[] = [
  { name: 'an empty method', given: { method: '' } },
  { name: 'a method with a space', given: { method: 'GET /x' } },
  { name: 'CONNECT', given: { method: 'CONNECT' } },
  { name: 'a path without a slash', given: { path: 'http://a/' } },
  { name: 'a path with a space', given: { path: '/a b' } },
  { name: 'a path with a line end', given: { path: '/a\r\nX: y' } },
  { name: 'a path with a character that a byte cannot hold', given: { path: '/\u010a' } },
  { name: 'a path with DEL', given: { path: '/\x7f' } },
  { name: 'no Host', given: { headers: [] } },
  { name: 'two Hosts', given: { headers: ['Host', 'a', 'hOST', 'b'] } },
  { name: 'a header name with a colon', given: { headers: ['Host', 'a', 'X:', 'b'] } },
  { name: 'an empty header name', given: { headers: ['Host', 'a', '', 'b'] } },
  { name: 'a header value with a line feed', given: { headers: ['Host', 'a', 'X', 'a\nb'] } },
  { name: 'a header value with NUL', given: { headers: ['Host', 'a', 'X', '\0'] } },
  { name: 'a header value beyond latin1', given: { headers: ['Host', 'a', 'X', '\u010a'] } },
  {
    name: 'a bad value in a header that is left out',
    given: { headers: ['Host', 'a', 'Connection', '\n'] },
  },
  { name: 'a name without a value', given: { headers: ['Host', 'a', 'X'] } },
  { name: 'a negative length', given: { body: stream(-2) } },
]

for (const { name, given } of refused) {
  test(`request head: ${name} is refused`, () => {
    assert.throws(
      () => writeRequestHead(callWith(given)),
      error => error instanceof HttpClientError && error.type === 'invalid-request',
    )
  })
}

test('whatever is written is one request head', () => {
  const nasty = fc.string({
    unit: fc.constantFrom('a', ' ', '\r', '\n', '\0', ':', '\t', '\u010d', '/'),
  })
  const run = fc.property(
    nasty,
    nasty,
    fc.array(nasty, { maxLength: 6 }),
    (method, path, headers) => {
      let text: string
      try {
        text = writeRequestHead(
          callWith({ method, path: `/${path}`, headers: ['Host', 'a', ...headers] }),
        )
      } catch (error) {
        assert.ok(error instanceof HttpClientError)
        return
      }
      const bytes = Buffer.from(text, 'latin1').toString('latin1')
      assert.equal(bytes.indexOf('\r\n\r\n'), bytes.length - 4)
      for (const line of bytes.slice(0, -4).split('\r\n')) assert.match(line, /^[^\r\n\0]+$/)
      assert.match(bytes, /^\S+ \S+ HTTP\/1\.1\r\n/)
    },
  )
  fc.assert(run, { numRuns: 2000 })
})

test('only idempotent requests with a body at hand may be repeated', () => {
  assert.ok(isRepeatable(callWith({ method: 'PUT', body: Buffer.from('a') })))
  assert.ok(isRepeatable(callWith({})))
  assert.ok(!isRepeatable(callWith({ method: 'POST' })))
  assert.ok(!isRepeatable(callWith({ method: 'PATCH', body: Buffer.from('a') })))
  assert.ok(!isRepeatable(callWith({ method: 'PUT', body: stream() })))
})
