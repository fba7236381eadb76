/**
 * Our reading of answers against node's (llhttp): random answers, most of them bent a little, cut at
 * random. What we take, node takes and reads the same; what node takes, we read the same or refuse
 * for one of the reasons listed here.
 */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseAnswers } from './fixtures/parse-answers.ts'

interface Reading {
  readonly status: number
  readonly headers: string[]
  readonly body: string
}

/** What node:http's client makes of the pieces followed by the end of the connection; null if it refuses. */
function readByNode(pieces: readonly Buffer[], method: string): Promise<Reading | null> {
  return new Promise(resolve => {
    const socket = new Duplex({
      read() {},
      write(_chunk, _encoding, done) {
        done()
        if (fed) return
        fed = true
        for (const piece of pieces) if (piece.length > 0) socket.push(piece)
        socket.push(null)
      },
    })
    let fed = false
    const outgoing = request({
      method,
      createConnection: () => socket,
      headers: { Host: 'a' },
    })
    outgoing.on('error', () => resolve(null))
    outgoing.on('upgrade', () => resolve(null))
    outgoing.on('response', incoming => {
      let body = ''
      incoming.on('data', (bytes: Buffer) => {
        body += bytes.toString('latin1')
      })
      incoming.on('error', () => resolve(null))
      incoming.on('end', () => {
        const { statusCode, rawHeaders, complete } = incoming
        resolve(complete ? { status: statusCode as number, headers: rawHeaders, body } : null)
      })
    })
    outgoing.end()
  })
}

/** Where we are stricter than node on purpose; see answer-head.ts and chunk-decoder.ts. */
const stricter: readonly RegExp[] = [
  // Another version, empty lines before it, a status below 100, control characters in the reason.
  /^Bad status line$/,
  // node reads a body with any last coding but chunked to the end of the connection.
  /^Unknown transfer coding$/,
  /^Transfer-Encoding twice$/,
  /^Transfer-Encoding in HTTP\/1\.0$/,
]

/** node does not know `chunked` when a tab follows it, which RFC 9110 section 5.5 says to drop. */
const misreadByNode = /chunked[ \t]*\t/i

const startLines = [
  ...['HTTP/1.1 200 OK', 'HTTP/1.1 200', 'HTTP/1.1 404 Not Found', 'HTTP/1.0 200 OK'],
  ...['HTTP/1.1 204 No Content', 'HTTP/1.1 304 X', 'HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 200 OK'],
  ...[
    'HTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK',
    'HTTP/1.1 999 \xe9',
    'HTTP/2.0 200 OK',
  ],
  ...['HTTP/1.1  200 OK', 'HTTP/1.1 2000 OK', 'http/1.1 200 OK', '\r\nHTTP/1.1 200 OK'],
]
const headerLines = [
  ...['Content-Length: 5', 'content-length:5 ', 'Content-Length: 5, 5', 'Content-Length: 05'],
  ...[
    'Transfer-Encoding: chunked',
    'transfer-encoding:\tChunked ',
    'Transfer-Encoding: gzip, chunked',
  ],
  ...[
    'Transfer-Encoding: identity',
    'Connection: close',
    'Connection: keep-alive',
    'Connection: x',
  ],
  ...['A: b', 'A:', 'A: b, c\t', 'A: \xe9', 'Set-Cookie: a=b; c', ' folded: x', 'A : b', ': x'],
  ...['Keep-Alive: timeout=5', 'Trailer: A', 'Content-Type: text/plain', 'Upgrade: h2c'],
]
const bodies = [
  ...[
    'hello',
    '',
    'hell',
    'hello world',
    '5\r\nhello\r\n0\r\n\r\n',
    '05;a=b\r\nhello\r\n0\r\n\r\n',
  ],
  ...['2\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n', '5\r\nhello\r\n0\r\nContent-Length: 1\r\n\r\n'],
  ...['5 \r\nhello\r\n0\r\n\r\n', '5;\r\nhello\r\n0\r\n\r\n', '5;a="b\\"c"\r\nhello\r\n0\r\n\r\n'],
  ...['5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', 'A\r\n0123456789\r\n000\r\n\r\n'],
]
const nasty = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  '0',
  '5',
  'a',
  '\x7f',
  '\xff',
  '"',
  '=',
  ',',
]

const answer = fc
  .tuple(
    fc.constantFrom(...startLines),
    fc.array(fc.constantFrom(...headerLines), { maxLength: 3 }),
    fc.constantFrom(...bodies),
    fc.array(fc.tuple(fc.nat(), fc.nat(1), fc.constantFrom(...nasty)), { maxLength: 2 }),
  )
  .map(([start, headers, body, bends]) => {
    let text = `${[start, ...headers].join('\r\n')}\r\n\r\n${body}`
    for (const [where, removed, inserted] of bends) {
      const at = where % (text.length + 1)
      text = text.slice(0, at) + inserted + text.slice(at + removed)
    }
    return text
  })

/** Valid ones, so that the comparison of what is read is not left to chance. */
const plainAnswer = fc
  .tuple(
    fc.constantFrom('HTTP/1.1 200 OK', 'HTTP/1.1 500', 'HTTP/1.0 200 OK'),
    fc.array(fc.constantFrom('A: b', 'a:c ', 'X-Long: \t\xe9 \xff', 'Connection: close', 'Y:')),
    fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 5 }),
    fc.constantFrom('counted', 'chunked', 'closed'),
  )
  .map(([start, headers, parts, kind]) => {
    const bytes = parts
      .map(part => Buffer.from(part).toString('latin1'))
      .filter(part => part !== '')
    const body = bytes.join('')
    const head = [start, ...headers].join('\r\n')
    if (kind === 'closed') return `${head}\r\n\r\n${body}`
    if (kind === 'counted' || start.startsWith('HTTP/1.0')) {
      return `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    }
    const chunks = bytes.map(part => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
    return `${head}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`
  })

function cut(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1')
  const places = cuts.map(place => place % (bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...places].map((place, i) => bytes.subarray(place, places[i] ?? bytes.length))
}

async function compare(text: string, cuts: readonly number[], method: string): Promise<void> {
  if (misreadByNode.test(text)) return
  const ours = parseAnswers(cut(text, cuts), true, method !== 'HEAD')
  const nodes = await readByNode(cut(text, cuts), method)
  const reading: Reading = { status: ours.status, headers: ours.headers, body: ours.body }
  if (nodes !== null && ours.isComplete) {
    assert.deepEqual(reading, nodes)
  } else if (nodes !== null) {
    assert.ok(
      stricter.some(reason => reason.test(ours.refusal)),
      `node takes it, we refuse: ${ours.refusal || 'incomplete'}`,
    )
  } else if (ours.isComplete) {
    // Bytes after the answer: node refuses what it has read already, we keep it and close.
    assert.ok(ours.hasMore || hasRest(text, method), 'we take what node refuses')
  }
}

/** Whether the answer is complete before its last byte, by our own reading. */
function hasRest(text: string, method: string): boolean {
  const bytes = Buffer.from(text, 'latin1')
  for (let end = 1; end < bytes.length; end++) {
    if (parseAnswers([bytes.subarray(0, end)], false, method !== 'HEAD').isComplete) return true
  }
  return false
}

const cuts = fc.array(fc.nat(500), { maxLength: 6 })
const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD')

test('bent answers are read as node reads them, or refused', async () => {
  const runs = Number(process.env['FUZZ_RUNS'] ?? 1500)
  await fc.assert(fc.asyncProperty(answer, cuts, method, compare), { numRuns: runs })
})

test('proper answers are read as node reads them', async () => {
  const run = fc.asyncProperty(plainAnswer, cuts, async (text, where) => {
    const ours = parseAnswers(cut(text, where), true)
    assert.equal(ours.refusal, '')
    assert.ok(ours.isComplete)
    assert.deepEqual(
      { status: ours.status, headers: ours.headers, body: ours.body },
      await readByNode(cut(text, where), 'GET'),
    )
  })
  await fc.assert(run, { numRuns: 500 })
})
