import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import {
  api,
  mock,
  operation,
  rawExchange,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

let t: TestGateway
let apiId: string
let host: string

before(async () => {
  t = await startGateway()
  apiId = await t.deploy(api({ '/x': { get: mock('fine'), post: mock('fine') } }))
  host = `${apiId}.execute-api.localhost`
})
after(() => t.close())

test('headers beyond the limit are 431', async () => {
  const answer = await t.call(apiId, '/x', { headers: ['X-Big', 'x'.repeat(21_000)] })
  assert.equal(answer.status, 431)
})

test('a URL beyond the limit is 414', async () => {
  const answer = await t.call(apiId, `/x?${'a'.repeat(10_300)}`)
  assert.equal(answer.status, 414)
})

test('a body beyond 10 MB is 413, whether its length is told or not', async () => {
  const told = await rawExchange(
    t.gateway.port,
    `POST /test/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10485761\r\n\r\n`,
  )
  assert.match(told, /^HTTP\/1.1 413 /)
  assert.match(told, /^Content-Type: text\/plain\r$/m)
  assert.ok(told.includes('\r\n\r\nHTTP content length exceeded 10485760 bytes.'))
  const chunk = Buffer.alloc(10_485_762, 'x')
  const head = `POST /test/x HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.length.toString(16)}\r\n`
  const chunked = await rawExchange(t.gateway.port, Buffer.concat([Buffer.from(head), chunk]))
  assert.match(chunked, /^HTTP\/1.1 413 /)
})

for (const character of '|{}') {
  test(`a raw ${character} in the query is 400, an encoded one is not`, async () => {
    const raw = await t.call(apiId, `/x?a=b${character}c`)
    assert.deepEqual([raw.status, raw.json()], [400, { message: 'Bad Request' }])
    const encoded = await t.call(apiId, `/x?a=b${encodeURIComponent(character)}c`)
    assert.equal(encoded.status, 200)
  })
}

test('an absolute request target counts, and its authority is the host', async () => {
  const answer = await rawExchange(
    t.gateway.port,
    `GET http://${host}/test/x HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n`,
  )
  assert.match(answer, /^HTTP\/1.1 200 /)
})

test('a client that goes away in the middle of its body ends nothing', async () => {
  const answer = rawExchange(
    t.gateway.port,
    `POST /test/x HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100\r\n\r\nhalf`,
    100,
  )
  assert.equal((await t.call(apiId, '/x')).status, 200)
  await answer
})

test('whatever bytes arrive, the gateway goes on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async bytes => {
      const prefix = Buffer.from(`GET /test/x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`)
      await rawExchange(t.gateway.port, Buffer.concat([prefix, bytes, Buffer.from('\r\n\r\n')]))
    }),
    { numRuns: 60 },
  )
  assert.equal((await t.call(apiId, '/x')).status, 200)
})

test('whatever an API is asked, it answers with a status and goes on', async () => {
  const echo = await startBackend((request, response) => {
    response.end(request.url)
  })
  const id = await t.deploy(
    api({
      '/{proxy+}': {
        get: operation(
          {
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: `${echo.url}/{proxy}`,
            requestParameters: { 'integration.request.path.proxy': 'method.request.path.proxy' },
          },
          {
            parameters: [{ name: 'proxy', in: 'path', required: true, schema: { type: 'string' } }],
          },
        ),
      },
    }),
  )
  const text = fc.string({ unit: fc.constantFrom(...'abz/.%2F?&=+;~|"<>[]{}\\^`#@:$,!*()\u00e9') })
  await fc.assert(
    fc.asyncProperty(text, async target => {
      const line = Buffer.from(
        `GET /test/${target} HTTP/1.1\r\nHost: ${id}.execute-api.localhost\r\nConnection: close\r\n\r\n`,
      )
      assert.match(await rawExchange(t.gateway.port, line), /^HTTP\/1.1 [2-5]\d\d /)
    }),
    { numRuns: 150 },
  )
  await echo.close()
})
