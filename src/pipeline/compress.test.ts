import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, inflateSync } from 'node:zlib'
import { chosenCoding, compressReply } from './compress.ts'

const codings: readonly { given: string | undefined; want: 'gzip' | 'deflate' | null }[] = [
  { given: undefined, want: null },
  { given: '', want: null },
  { given: '*', want: null },
  { given: 'gzip', want: 'gzip' },
  { given: 'GZip', want: 'gzip' },
  { given: 'deflate', want: 'deflate' },
  { given: 'identity', want: null },
  { given: 'br', want: null },
  { given: 'x-gzip', want: null },
  { given: 'gzip, deflate, br', want: 'gzip' },
  { given: 'deflate, gzip', want: 'deflate' },
  { given: 'br, gzip', want: null },
  { given: 'br;q=0.5, gzip', want: 'gzip' },
  { given: 'gzip;q=0.5, br', want: null },
  { given: 'gzip;q=0.1, deflate;q=0.2', want: 'deflate' },
  { given: 'gzip;q=0', want: null },
  { given: 'gzip ; q = 0.7 , identity;q=0.6', want: 'gzip' },
  { given: 'gzip;q=2', want: null },
  { given: 'gzip;q=none', want: null },
  { given: 'gzip;q=0.5, identity', want: null },
]

for (const { given, want } of codings) {
  test(`Accept-Encoding ${given ?? 'missing'}: ${want ?? 'as it is'}`, () => {
    assert.equal(chosenCoding(given), want)
  })
}

const text = 'ab'.repeat(2000)
const reply = { status: 200, headers: ['Content-Type', 'text/plain'], body: text }

test('a small body is packed at once, a large one later; both come out as they went in', async () => {
  const small = compressReply(reply, 0, 'GET', 'gzip')
  assert.ok(!(small instanceof Promise))
  assert.equal(gunzipSync(small.body).toString(), text)
  assert.deepEqual(small.headers, ['Content-Type', 'text/plain', 'Content-Encoding', 'gzip'])
  const large = compressReply({ ...reply, body: Buffer.alloc(20_000, 'é') }, 0, 'GET', 'deflate')
  assert.ok(large instanceof Promise)
  assert.deepEqual(inflateSync((await large).body), Buffer.alloc(20_000, 'é'))
})

const untouched: readonly {
  name: string
  reply: typeof reply
  minimum: number
  method?: string
}[] = [
  { name: 'one byte under the minimum', reply, minimum: 4001 },
  { name: 'no body', reply: { ...reply, body: '' }, minimum: 0 },
  { name: 'status 204', reply: { ...reply, status: 204 }, minimum: 0 },
  { name: 'status 304', reply: { ...reply, status: 304 }, minimum: 0 },
  { name: 'HEAD', reply, minimum: 0, method: 'HEAD' },
  {
    name: 'encoded already',
    reply: { ...reply, headers: ['CONTENT-encoding', 'br'] },
    minimum: 0,
  },
]

for (const { name, reply: given, minimum, method = 'GET' } of untouched) {
  test(`stays as it is: ${name}`, () => {
    assert.equal(compressReply(given, minimum, method, 'gzip'), given)
  })
}

test('the minimum counts bytes and includes itself', () => {
  const body = 'é'.repeat(50)
  assert.notEqual(compressReply({ ...reply, body }, 100, 'GET', 'gzip'), reply)
  assert.equal((compressReply({ ...reply, body }, 101, 'GET', 'gzip') as typeof reply).body, body)
})
