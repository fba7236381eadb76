import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
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

const limit = 200_000
const words = 'It is a long way. '.repeat(100)
/** What the back end was sent last. */
let seen = { body: Buffer.alloc(0), headers: {} as NodeJS.Dict<string | string[]> }
let backend: Backend
let t: TestGateway
let apiId: string
let uncompressed: string

before(async () => {
  backend = await startBackend((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      seen = { body: Buffer.concat(chunks), headers: request.headers }
      if (request.url === '/packed') {
        // Text, so that it passes without binaryMediaTypes.
        response.writeHead(200, { 'content-encoding': 'rot13', 'content-type': 'text/plain' })
        response.end(words)
      } else if (request.url === '/none') {
        response.writeHead(204).end()
      } else if (request.url === '/big') {
        response.end(words.repeat(100))
      } else {
        response.end(words)
      }
    })
  })
  t = await startGateway({ bodyLimitBytes: limit })
  const validators = {
    'x-amazon-apigateway-request-validators': { body: { validateRequestBody: true } },
  }
  uncompressed = await t.deploy(api(paths(), validators))
  apiId = await t.deploy(
    api(paths(), { ...validators, 'x-amazon-apigateway-minimum-compression-size': 100 }),
  )
})
after(async () => {
  await t.close()
  await backend.close()
})

function paths(): Record<string, object> {
  const proxy = (path: string) =>
    operation({ type: 'http_proxy', httpMethod: 'ANY', uri: `${backend.url}${path}` })
  const schema = { type: 'object', required: ['name'] }
  return {
    '/words': { 'x-amazon-apigateway-any-method': proxy('/words') },
    '/big': { get: proxy('/big') },
    '/packed': { get: proxy('/packed') },
    '/none': { get: proxy('/none') },
    '/short': { get: mock('short') },
    '/mapped': {
      post: operation(
        {
          type: 'http',
          httpMethod: 'POST',
          uri: `${backend.url}/words`,
          requestTemplates: { 'application/json': '{"got":"$input.path(\'$.name\')"}' },
          responses: {
            default: {
              statusCode: '200',
              responseTemplates: { 'application/json': `#foreach($i in [1..99])$i,#end` },
            },
          },
        },
        {
          'x-amazon-apigateway-request-validator': 'body',
          requestBody: { content: { 'application/json': { schema } } },
        },
      ),
    },
  }
}

function send(body: Buffer, coding: string, target = '/words', headers: string[] = []) {
  const all = ['Content-Encoding', coding, ...headers]
  return t.call(apiId, target, { method: 'POST', body, headers: all })
}

const codings: readonly [string, (data: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['GZIP', gzipSync],
  ['deflate', deflateSync],
  ['identity', data => data],
]

for (const [coding, encode] of codings) {
  test(`a ${coding} body reaches the back end decoded, without the header`, async () => {
    for (const size of [1, 1_000, 150_000]) {
      const data = Buffer.from('some data '.repeat(size / 10 + 1)).subarray(0, size)
      assert.equal((await send(encode(data), coding)).status, 200)
      assert.ok(seen.body.equals(data))
      assert.equal(seen.headers['content-encoding'], undefined)
      assert.equal(seen.headers['content-length'], String(size))
    }
  })
}

test('a body that is too large to be decoded at once', async () => {
  const data = Buffer.from(randomBytes(50_000).toString('hex'))
  assert.equal((await send(gzipSync(data), 'gzip')).status, 200)
  assert.ok(seen.body.equals(data))
})

test('validation and templates see the decoded body', async () => {
  const json = ['Content-Type', 'application/json']
  const good = await send(gzipSync('{"name":"Rex"}'), 'gzip', '/mapped', json)
  assert.equal(good.status, 200)
  assert.equal(seen.body.toString(), '{"got":"Rex"}')
  const bad = await send(gzipSync('{"nom":"Rex"}'), 'gzip', '/mapped', json)
  assert.equal(bad.status, 400)
})

test('a function gets the decoded body in its event', async () => {
  const uri = await t.addFunction(
    'echo',
    'export const handler = async e => ({ statusCode: 200, body: JSON.stringify([e.body, e.headers]) })',
  )
  const id = await t.deploy(
    api({ '/f': { post: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) } }),
  )
  const headers = ['Content-Encoding', 'gzip']
  const answer = await t.call(id, '/f', { method: 'POST', body: gzipSync('hello'), headers })
  const [body, seenHeaders] = answer.json() as [string, Record<string, string>]
  assert.equal(body, 'hello')
  assert.equal(seenHeaders['Content-Length'], undefined)
})

const bad: readonly [name: string, coding: string, body: Buffer][] = [
  ['a coding that API Gateway has not', 'br', gzipSync('x')],
  ['two codings', 'gzip, gzip', gzipSync(gzipSync('x'))],
  ['no coding in the header', ';', gzipSync('x')],
  ['text that is not gzip', 'gzip', Buffer.from('plain')],
  ['gzip that is called deflate', 'deflate', gzipSync('x')],
  ['bare deflate', 'deflate', deflateRawSync('x'.repeat(100))],
  ['a body that breaks off', 'gzip', gzipSync(words).subarray(0, 40)],
  ['a wrong checksum', 'gzip', broken(gzipSync(words))],
  ['a large body that breaks off', 'gzip', gzipSync(Buffer.alloc(150_000)).subarray(0, -9)],
]

function broken(data: Buffer): Buffer {
  data[data.length - 6] = (data[data.length - 6] as number) ^ 255
  return data
}

for (const [name, coding, body] of bad) {
  test(`415: ${name}`, async () => {
    const answer = await send(body, coding)
    assert.equal(answer.status, 415)
    assert.equal(answer.body, '{"message": "Unsupported Media Type"}')
  })
}

test('a repeated Content-Encoding is not one coding', async () => {
  const answer = await send(gzipSync('x'), 'gzip', '/words', ['Content-Encoding', 'gzip'])
  assert.equal(answer.status, 415)
})

test('an empty body needs no decoding', async () => {
  assert.equal((await send(Buffer.alloc(0), 'gzip')).status, 200)
})

test('the limit holds for what comes out: bombs end with 413 and little memory', async () => {
  for (const size of [limit + 1, 70_000_000]) {
    const answer = await send(gzipSync(Buffer.alloc(size)), 'gzip')
    assert.equal(answer.status, 413)
    assert.equal(answer.body, `HTTP content length exceeded ${limit} bytes.`)
  }
  assert.equal((await send(gzipSync(Buffer.alloc(limit)), 'gzip')).status, 200)
})

test('answers are compressed when the client names gzip or deflate', async () => {
  const zipped = await t.call(apiId, '/words', { headers: ['Accept-Encoding', 'gzip'] })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.equal(zipped.headers['content-length'], String(zipped.bytes.length))
  assert.equal(gunzipSync(zipped.bytes).toString(), words)
  const deflated = await t.call(apiId, '/words', {
    headers: ['accept-encoding', 'br;q=0.1,deflate'],
  })
  assert.equal(deflated.headers['content-encoding'], 'deflate')
  assert.equal(inflateSync(deflated.bytes).toString(), words)
})

test('large answers, and what a template rendered', async () => {
  const large = await t.call(apiId, '/big', { headers: ['Accept-Encoding', 'gzip'] })
  assert.equal(gunzipSync(large.bytes).toString(), words.repeat(100))
})

const plain: readonly { name: string; target: string; headers?: string[]; body?: string }[] = [
  { name: 'the client names no coding', target: '/words', body: words },
  { name: 'any coding', target: '/words', headers: ['Accept-Encoding', '*'], body: words },
  { name: 'another coding', target: '/words', headers: ['Accept-Encoding', 'br'], body: words },
  { name: 'too small', target: '/short', headers: ['Accept-Encoding', 'gzip'], body: 'short' },
  { name: 'no content', target: '/none', headers: ['Accept-Encoding', 'gzip'], body: '' },
]

for (const { name, target, headers = [], body } of plain) {
  test(`not compressed: ${name}`, async () => {
    const answer = await t.call(apiId, target, { headers })
    assert.equal(answer.headers['content-encoding'], undefined)
    assert.equal(answer.body, body)
  })
}

test('not compressed: the back end did it, or the API does not ask for it', async () => {
  const headers = ['Accept-Encoding', 'deflate']
  const answer = await t.call(apiId, '/packed', { headers })
  assert.equal(answer.headers['content-encoding'], 'rot13')
  assert.equal(answer.body, words)
  assert.equal((await t.call(uncompressed, '/words', { headers })).body, words)
})

const longRefusal = `{"message":"${'Nothing is here. '.repeat(2_000)}"}`
const refusals = [
  { name: 'short', responses: {}, text: '{"message":"Missing Authentication Token"}' },
  {
    name: 'long',
    responses: {
      MISSING_AUTHENTICATION_TOKEN: { responseTemplates: { 'application/json': longRefusal } },
    },
    text: longRefusal,
  },
]

for (const { name, responses, text } of refusals) {
  test(`the ${name} refusal of a request that leads nowhere is compressed, too`, async () => {
    const settings = {
      'x-amazon-apigateway-minimum-compression-size': 10,
      'x-amazon-apigateway-gateway-responses': responses,
    }
    const refusing = await t.deploy(api({ '/words': { get: mock('short') } }, settings))
    const headers = ['Accept-Encoding', 'gzip']
    const answer = await t.call(refusing, '/nowhere', { headers })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers['content-encoding'], 'gzip')
    assert.equal(answer.headers['content-length'], String(answer.bytes.length))
    assert.equal(gunzipSync(answer.bytes).toString(), text)
    assert.equal((await t.call(refusing, '/nowhere')).body, text)
  })
}

test('HEAD and pipelined requests keep the connection in step', async () => {
  const head = (method: string, more = '') =>
    `${method} /test/words HTTP/1.1\r\nHost: ${apiId}.execute-api.x\r\nAccept-Encoding: gzip\r\n${more}\r\n`
  const answers = await rawExchange(
    t.gateway.port,
    head('HEAD') + head('GET') + head('GET', 'Connection: close\r\n'),
  )
  assert.equal(answers.match(/HTTP\/1\.1 200 /g)?.length, 3)
  assert.equal(answers.match(/Content-Encoding: gzip/g)?.length, 2)
})
