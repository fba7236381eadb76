import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Parsed, parseAnswers } from './fixtures/parse-answers.ts'

const ok = 'HTTP/1.1 200 OK\r\n'

/** `want` is the body and, after `|`, how the answer ended: `open` if the connection may be used again. */
const taken: { name: string; bytes: string; eof?: boolean; head?: boolean; want: string }[] = [
  { name: 'a counted body', bytes: `${ok}Content-Length: 5\r\n\r\nhello`, want: 'hello|open' },
  { name: 'no body', bytes: `${ok}Content-Length: 0\r\n\r\n`, want: '|open' },
  {
    name: 'a chunked body',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n00b\r\n, big world\r\n0\r\n\r\n`,
    want: 'hello, big world|open',
  },
  {
    name: 'chunk extensions and trailers, dropped',
    bytes: `${ok}transfer-encoding: Chunked\r\n\r\n1;a;b=c;d="e\\";f"\r\nx\r\n0;z\r\nA: b\r\nC:\r\n\r\n`,
    want: 'x|open',
  },
  { name: 'a body that the close ends', bytes: `${ok}\r\nhello`, eof: true, want: 'hello|closed' },
  { name: 'an empty body that the close ends', bytes: `${ok}\r\n`, eof: true, want: '|closed' },
  {
    name: 'Connection: close',
    bytes: `${ok}Content-Length: 1\r\nConnection: Close\r\n\r\na`,
    want: 'a|closed',
  },
  {
    name: 'close among other options',
    bytes: `${ok}Content-Length: 1\r\nConnection: x , close\r\n\r\na`,
    want: 'a|closed',
  },
  { name: 'HTTP/1.0', bytes: 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', want: 'a|closed' },
  {
    name: 'HTTP/1.0 that stays',
    bytes: 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\na',
    want: 'a|open',
  },
  { name: 'a status line without a reason', bytes: 'HTTP/1.1 204\r\n\r\n', want: '|open' },
  {
    name: '304 with a length',
    bytes: 'HTTP/1.1 304 X\r\nContent-Length: 9\r\n\r\n',
    want: '|open',
  },
  { name: 'HEAD', bytes: `${ok}Content-Length: 9\r\n\r\n`, head: true, want: '|open' },
  {
    name: 'HEAD, chunked',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n`,
    head: true,
    want: '|open',
  },
  {
    name: 'interim answers before it',
    bytes: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${ok}Content-Length: 1\r\n\r\na`,
    want: 'a|open',
  },
  {
    name: 'bytes after it, which close',
    bytes: `${ok}Content-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n`,
    want: 'a|closed',
  },
  {
    name: 'bytes after its last chunk, which close',
    bytes: `${ok}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n\r\n`,
    want: 'a|closed',
  },
  {
    name: 'a body after 204, which closes',
    bytes: 'HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc',
    want: '|closed',
  },
]

for (const { name, bytes, eof, head, want } of taken) {
  test(`an answer: ${name}, however it is cut`, () => {
    const all = Buffer.from(bytes, 'latin1')
    const expectsBody = head !== true
    for (let cut = 0; cut <= all.length; cut++) {
      const parsed = parseAnswers([all.subarray(0, cut), all.subarray(cut)], eof, expectsBody)
      assert.equal(parsed.refusal, '')
      // Bytes that come later than the end come to an idle connection, which closes too.
      const state = parsed.isReusable && !parsed.hasMore ? 'open' : 'closed'
      assert.equal(`${parsed.body}|${state}`, want, `cut at ${cut}`)
      assert.ok(parsed.isComplete)
    }
    const single = Array.from(all, (_, i) => all.subarray(i, i + 1))
    assert.equal(parseAnswers(single, eof, expectsBody).body, want.split('|')[0])
  })
}

const chunkedHead = `${ok}Transfer-Encoding: chunked\r\n\r\n`
const refused: { name: string; bytes: string; reason: RegExp }[] = [
  { name: 'another protocol', bytes: 'SSH-2.0-x\r\n\r\n', reason: /status line/ },
  { name: 'HTTP/2.0', bytes: 'HTTP/2.0 200 OK\r\n\r\n', reason: /status line/ },
  { name: 'an empty line first', bytes: `\r\n${ok}\r\n`, reason: /status line/ },
  { name: 'a status of two digits', bytes: 'HTTP/1.1 20 OK\r\n\r\n', reason: /status line/ },
  { name: 'a status of four digits', bytes: 'HTTP/1.1 2000 OK\r\n\r\n', reason: /status line/ },
  { name: 'status 099', bytes: 'HTTP/1.1 099 OK\r\n\r\n', reason: /status line/ },
  { name: 'NUL in the reason', bytes: 'HTTP/1.1 200 \0\r\n\r\n', reason: /status line/ },
  {
    name: 'a line feed in the status line',
    bytes: 'HTTP/1.1 200 OK\nA: b\r\n\r\n',
    reason: /status/,
  },
  { name: 'a header without a colon', bytes: `${ok}abc\r\n\r\n`, reason: /colon/ },
  { name: 'a blank before the colon', bytes: `${ok}A : b\r\n\r\n`, reason: /name/ },
  { name: 'an empty name', bytes: `${ok}: b\r\n\r\n`, reason: /name/ },
  { name: 'a folded line', bytes: `${ok}A: b\r\n c: d\r\n\r\n`, reason: /name/ },
  { name: 'a bare carriage return', bytes: `${ok}A: b\rc\r\n\r\n`, reason: /value/ },
  { name: 'a bare line feed', bytes: `${ok}A: b\nC: d\r\n\r\n`, reason: /value/ },
  { name: 'NUL in a value', bytes: `${ok}A: \0\r\n\r\n`, reason: /value/ },
  { name: 'DEL in a value', bytes: `${ok}A: \x7f\r\n\r\n`, reason: /value/ },
  {
    name: 'two lengths',
    bytes: `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    reason: /twice/,
  },
  {
    name: 'one length twice',
    bytes: `${ok}Content-Length: 1\r\ncontent-length: 1\r\n\r\n`,
    reason: /twice/,
  },
  {
    name: 'a list of lengths',
    bytes: `${ok}Content-Length: 1, 1\r\n\r\n`,
    reason: /Content-Length/,
  },
  { name: 'a signed length', bytes: `${ok}Content-Length: +1\r\n\r\n`, reason: /Content-Length/ },
  { name: 'an empty length', bytes: `${ok}Content-Length:\r\n\r\n`, reason: /Content-Length/ },
  {
    name: 'a length of 16 digits',
    bytes: `${ok}Content-Length: 1000000000000000\r\n\r\n`,
    reason: /Content-Length/,
  },
  {
    name: 'length beside chunked',
    bytes: `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
    reason: /beside/,
  },
  {
    name: 'another coding',
    bytes: `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n`,
    reason: /coding/,
  },
  { name: 'identity', bytes: `${ok}Transfer-Encoding: identity\r\n\r\n`, reason: /coding/ },
  {
    name: 'chunked twice',
    bytes: `${ok}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`,
    reason: /twice/,
  },
  {
    name: 'chunked in HTTP/1.0',
    bytes: 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    reason: /1\.0/,
  },
  { name: 'an unasked upgrade', bytes: 'HTTP/1.1 101 X\r\n\r\n', reason: /protocols/ },
  {
    name: 'an interim answer in HTTP/1.0',
    bytes: `HTTP/1.0 103 X\r\n\r\n${ok}\r\n`,
    reason: /[Ii]nterim/,
  },
  {
    name: 'interim answers without end',
    bytes: 'HTTP/1.1 100 X\r\n\r\n'.repeat(17),
    reason: /interim/,
  },
  { name: 'too many headers', bytes: `${ok}${'A: b\r\n'.repeat(1001)}\r\n`, reason: /many/ },
  { name: 'a chunk size that is none', bytes: `${chunkedHead}x\r\n`, reason: /size/ },
  { name: 'an empty chunk size', bytes: `${chunkedHead}\r\n`, reason: /size/ },
  { name: 'a blank before the chunk size', bytes: `${chunkedHead} 1\r\n`, reason: /size/ },
  { name: 'a blank after the chunk size', bytes: `${chunkedHead}1 \r\n`, reason: /size/ },
  { name: 'a chunk size ended by a line feed', bytes: `${chunkedHead}1\na\r\n`, reason: /size/ },
  { name: 'a prefixed chunk size', bytes: `${chunkedHead}0x1\r\na\r\n`, reason: /size/ },
  { name: 'a chunk size of 14 digits', bytes: `${chunkedHead}10000000000000\r\n`, reason: /large/ },
  {
    name: 'a chunk longer than its size',
    bytes: `${chunkedHead}1\r\nab\r\n0\r\n\r\n`,
    reason: /longer/,
  },
  { name: 'a bad chunk extension', bytes: `${chunkedHead}1;a b\r\n`, reason: /extension/ },
  { name: 'a line feed in an extension', bytes: `${chunkedHead}1;a\nb\r\n`, reason: /extension/ },
  {
    name: 'endless extensions',
    bytes: `${chunkedHead}1;${'a'.repeat(17_000)}`,
    reason: /extensions/,
  },
  {
    name: 'many extensions that add up',
    bytes: `${chunkedHead}${`1;${'a'.repeat(1000)}\r\nx\r\n`.repeat(17)}`,
    reason: /extensions/,
  },
  { name: 'a bad trailer', bytes: `${chunkedHead}0\r\nA b\r\n\r\n`, reason: /colon/ },
  {
    name: 'a bare carriage return in a trailer',
    bytes: `${chunkedHead}0\r\nA: \rb\r\n\r\n`,
    reason: /trailer/,
  },
  {
    name: 'a framing header in the trailers',
    bytes: `${chunkedHead}0\r\nContent-Length: 1\r\n\r\n`,
    reason: /railer/,
  },
  {
    name: 'endless trailers',
    bytes: `${chunkedHead}0\r\n${'A: b\r\n'.repeat(20_000)}`,
    reason: /railers/,
  },
]

for (const { name, bytes, reason } of refused) {
  test(`refused: ${name}, however it is cut`, () => {
    const all = Buffer.from(bytes, 'latin1')
    const step = Math.ceil(all.length / 200)
    for (let cut = 0; cut <= all.length; cut += step) {
      assert.match(parseAnswers([all.subarray(0, cut), all.subarray(cut)]).refusal, reason)
    }
  })
}

test('a head is taken up to its bound, however it is cut, and refused as too large beyond', () => {
  const withHead = (length: number): Buffer => {
    const rest = 'Content-Length: 3\r\n\r\n'
    const filler = 'x'.repeat(length - ok.length - rest.length - 'A: \r\n'.length)
    return Buffer.from(`${ok}A: ${filler}\r\n${rest}abc`)
  }
  const parse = (bytes: Buffer, cut: number): Parsed =>
    parseAnswers([bytes.subarray(0, cut), bytes.subarray(cut)], false, true, 4096)
  for (let cut = 0; cut <= 4120; cut += 7) {
    assert.equal(parse(withHead(4096), cut).body, 'abc', `cut at ${cut}`)
    const over = parse(withHead(4120), cut)
    assert.ok(over.isTooLarge, `cut at ${cut}`)
  }
})

test('a head that comes byte by byte takes time in proportion to its length', () => {
  const bytes = Buffer.from(`${ok}A: ${'x'.repeat(60_000)}\r\nContent-Length: 0\r\n\r\n`)
  const start = performance.now()
  const parsed = parseAnswers(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))
  assert.ok(parsed.isComplete)
  assert.ok(performance.now() - start < 2000)
})

test('thousands of tiny chunks come as one piece per read', () => {
  const bytes = Buffer.from(`${chunkedHead}${'1\r\na\r\n'.repeat(5000)}0\r\n\r\n`)
  const parsed = parseAnswers([bytes])
  assert.equal(parsed.body, 'a'.repeat(5000))
  assert.equal(parsed.pieces, 1)
})

test('what is not HTTP is refused before its line ends', () => {
  for (const bytes of ['X', 'HTTP/2', 'HTTX', '\0'.repeat(30)]) {
    const all = Buffer.from(bytes)
    assert.match(parseAnswers([all]).refusal, /status line/)
    assert.match(parseAnswers([all.subarray(0, 1), all.subarray(1)]).refusal, /status line/)
  }
  assert.equal(parseAnswers([Buffer.from('HTT'), Buffer.from('P/1.1 20')]).refusal, '')
})

test('an end in the middle is not an end', () => {
  for (const bytes of [
    `${ok}Content-Length: 5\r\n\r\nhell`,
    `${chunkedHead}5\r\nhello\r\n`,
    ok,
    '',
  ]) {
    assert.ok(!parseAnswers([Buffer.from(bytes)], true).isComplete)
  }
})

test('headers keep their names, order and repetitions, and lose the blanks around values', () => {
  const bytes = `${ok}Set-Cookie: a\r\nset-cookie:b\r\nX-\u00e9:\r\n`.replace('X-\u00e9', 'X')
  const parsed = parseAnswers([
    Buffer.from(`${bytes}Y: \t \u00e9 z\t \r\nContent-Length: 0\r\n\r\n`, 'latin1'),
  ])
  assert.deepEqual(parsed.headers, [
    ...['Set-Cookie', 'a', 'set-cookie', 'b', 'X', '', 'Y', '\u00e9 z', 'Content-Length', '0'],
  ])
})
