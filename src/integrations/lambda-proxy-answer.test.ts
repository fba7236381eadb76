import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseProxyAnswer, parseProxyMetadata } from './lambda-proxy-answer.ts'

const parse = (answer: object) => parseProxyAnswer(Buffer.from(JSON.stringify(answer)))
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, '']))

/** `a: ` and the end of the line are four bytes of the bound, with the name. */
const longest = 'x'.repeat(65_536 - 5)

const fitting = [
  { name: 'one header of 64 KB', answer: { headers: { a: longest } }, headers: 1 },
  { name: '1000 headers', answer: { headers: many(1000) }, headers: 1000 },
  {
    name: '1000 headers of both kinds',
    answer: { multiValueHeaders: { b: Array(500).fill('') }, headers: many(500) },
    headers: 1000,
  },
]

for (const { name, answer, headers } of fitting) {
  test(`${name} can be sent`, () => {
    const parsed = parse(answer)
    assert.ok(typeof parsed !== 'string', String(parsed))
    assert.equal(parsed.headers.length, 2 * headers)
  })
}

const tooMuch = [
  {
    name: 'one header of more than 64 KB',
    answer: { headers: { a: `${longest}x` } },
    why: /65536 bytes/,
  },
  {
    name: 'headers of more than 64 KB together',
    answer: { multiValueHeaders: { a: [longest.slice(4), ''] } },
    why: /65536 bytes/,
  },
  { name: '1001 headers', answer: { headers: many(1001) }, why: /more than 1000 headers/ },
  {
    name: '1001 values of a header',
    answer: { multiValueHeaders: { a: Array(1001).fill('') } },
    why: /more than 1000 headers/,
  },
]

for (const { name, answer, why } of tooMuch) {
  test(`${name} are refused, and why is said`, () => {
    const problem = parse(answer)
    assert.ok(typeof problem === 'string')
    assert.match(problem, why)
  })
}

test('a hundred thousand headers are refused as soon as a thousand', () => {
  const payload = Buffer.from(JSON.stringify({ headers: many(100_000) }))
  const started = performance.now()
  assert.match(String(parseProxyAnswer(payload)), /more than 1000 headers/)
  assert.ok(performance.now() - started < 1000)
})

test('cookies of a streamed answer count as headers', () => {
  const metadata = Buffer.from(JSON.stringify({ cookies: Array(1001).fill('a=1') }))
  assert.match(String(parseProxyMetadata(metadata)), /more than 1000 headers/)
})
