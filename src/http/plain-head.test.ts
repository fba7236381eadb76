import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { readPlainHead } from './plain-head.ts'

/** What node's parser makes of bytes: the first request, or null. */
async function byNode(bytes: Buffer): Promise<IncomingMessage | null> {
  const server = createServer({ requireHostHeader: false })
  server.headersTimeout = 0
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const told = new Promise<IncomingMessage | null>(resolve => {
    server.on('request', resolve)
    server.on('checkContinue', resolve)
    server.on('clientError', () => resolve(null))
    server.on('upgrade', () => resolve(null))
  })
  server.emit('connection', socket)
  socket.push(bytes)
  socket.push(null)
  const found = await told
  socket.destroy()
  return found
}

function plain(text: string) {
  return readPlainHead(Buffer.from(text, 'latin1'))
}

test('a plain head is read, values without the blanks around them', () => {
  const head = plain('POST /a/b?c=d HTTP/1.1\r\nHost: x\r\nX-A: \t a b\t \r\nX-B:\r\n\r\nbody')
  assert.deepEqual(head, {
    method: 'POST',
    url: '/a/b?c=d',
    version: '1.1',
    headers: ['Host', 'x', 'X-A', 'a b', 'X-B', ''],
    endsAt: 55,
  })
})

const unusual = [
  ['a version of old', 'GET / HTTP/1.0\r\nHost: x\r\n\r\n'],
  ['a rare verb', 'PURGE / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a verb in lower case', 'get / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an absolute target', 'GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a fragment', 'GET /#a HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a blank in the target', 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['two blanks', 'GET  / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a byte beyond ASCII in the target', 'GET /\xe9 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a byte beyond ASCII in a value', 'GET / HTTP/1.1\r\nHost: x\r\nA: \xe9\r\n\r\n'],
  ['a bare line feed', 'GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n'],
  ['a bare carriage return', 'GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n'],
  ['a NUL', 'GET / HTTP/1.1\r\nHost: x\0\r\n\r\n'],
  ['an empty line in front', '\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a folded line', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
  ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
  ['a line without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nA\r\n\r\n'],
  ['an empty name', 'GET / HTTP/1.1\r\n: x\r\n\r\n'],
  ['no version', 'GET /\r\nHost: x\r\n\r\n'],
  ['too many headers', `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(101)}\r\n`],
  ['a head without an end', `GET / HTTP/1.1\r\nA: ${'b'.repeat(40_000)}`],
  ['what is not HTTP', '\x16\x03\x01\x00'],
] as const

for (const [name, text] of unusual) {
  test(`${name} is not plain`, () => {
    assert.equal(plain(text), null)
  })
}

test('a head that is not all here is incomplete, wherever it was cut', () => {
  const text = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n'
  for (let cut = 1; cut < text.length; cut++) {
    const found = plain(text.slice(0, cut))
    // Half a line end may be one that stands alone.
    if (text[cut - 1] === '\r') assert.ok(found === null || found === 'incomplete')
    else assert.equal(found, 'incomplete', `cut at ${cut}`)
  }
})

/** Heads that are nearly plain, and bytes that may stand anywhere in them. */
const odd = fc.constantFrom(
  ' ',
  '\t',
  '\r',
  '\n',
  '\r\n',
  '\0',
  ':',
  '#',
  '%',
  '"',
  '\x7f',
  '\xe9',
  '|',
)
const line = fc.oneof(
  fc.constantFrom('Host: x', 'A: b', 'Content-Length: 0', 'X-Empty:', 'Connection: keep-alive'),
  fc
    .tuple(fc.stringMatching(/^[!-~]{1,12}$/), fc.stringMatching(/^[\t -~]{0,20}$/))
    .map(p => p.join(':')),
)
const text = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'Get'),
    fc.stringMatching(/^\/[!-~]{0,20}$/),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0'),
    fc.array(line, { maxLength: 6 }),
    fc.array(fc.tuple(fc.nat(), odd), { maxLength: 2 }),
  )
  .map(([verb, target, version, lines, insertions]) => {
    let whole = `${[`${verb} ${target} ${version}`, ...lines].join('\r\n')}\r\n\r\n`
    for (const [place, what] of insertions) {
      const at = place % whole.length
      whole = whole.slice(0, at) + what + whole.slice(at)
    }
    return whole
  })

test('what is taken, node reads alike', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(text, async whole => {
      const bytes = Buffer.from(whole, 'latin1')
      const head = readPlainHead(bytes)
      if (head === null || head === 'incomplete') return
      // What intake.ts leaves to node whatever its head looks like.
      if (/^(?:content-length|transfer-encoding|upgrade|expect|connection)/im.test(whole)) return
      taken++
      const node = await byNode(bytes.subarray(0, head.endsAt))
      assert.ok(node !== null, `node refuses ${JSON.stringify(whole)}`)
      assert.equal(head.method, node.method)
      assert.equal(head.url, node.url)
      assert.equal(head.version, node.httpVersion)
      assert.deepEqual(head.headers, node.rawHeaders)
    }),
    { numRuns: 10_000 },
  )
  assert.ok(taken > 300, `only ${taken} heads were taken`)
})
