import assert from 'node:assert/strict'
import { createServer as createTcpServer } from 'node:net'
import { after, before, test } from 'node:test'
import {
  api,
  type Backend,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

interface Echo {
  method: string
  url: string
  headers: string[]
  body: string
}

let t: TestGateway
let backend: Backend
let apiId: string

before(async () => {
  t = await startGateway()
  backend = await startBackend((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, rawHeaders } = request
      const wanted = Number(/status=(\d+)/.exec(url ?? '')?.[1] ?? 200)
      response.writeHead(wanted, [
        ...['Content-Type', 'application/json', 'X-Backend', 'yes', 'Server', 'echo/1'],
        ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Via', '1.1 here'],
      ])
      const body = Buffer.concat(chunks).toString('utf8')
      response.end(
        JSON.stringify({ method, url, headers: rawHeaders, body, name: 'Rex', error: 'none' }),
      )
    })
  })
  const uri = backend.url
  const dead = await freePort()
  const parameter = (name: string) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })
  apiId = await t.deploy(
    api({
      '/proxy/{proxy+}': {
        'x-amazon-apigateway-any-method': operation(
          {
            type: 'http_proxy',
            httpMethod: 'ANY',
            uri: `${uri}/base/{proxy}`,
            requestParameters: {
              'integration.request.path.proxy': 'method.request.path.proxy',
              'integration.request.header.X-Fixed': "'literal'",
              'integration.request.header.X-From-Query': 'method.request.querystring.q',
              'integration.request.querystring.added': 'method.request.header.X-Add',
              'integration.request.header.X-Request': 'context.requestId',
            },
          },
          {
            parameters: [
              parameter('proxy'),
              { name: 'q', in: 'query', schema: { type: 'string' } },
              { name: 'X-Add', in: 'header', schema: { type: 'string' } },
            ],
          },
        ),
      },
      '/asked/{id}': {
        get: operation(
          {
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: `${uri}/asked?id={id}&fixed=1`,
            requestParameters: { 'integration.request.path.id': 'method.request.path.id' },
          },
          { parameters: [parameter('id')] },
        ),
        put: operation(
          { type: 'http_proxy', httpMethod: 'PUT', uri: `${uri}/asked?id={id}` },
          { parameters: [parameter('id')] },
        ),
      },
      '/plain': { get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: `${uri}/plain` }) },
      '/mapped': {
        post: operation(
          {
            type: 'http',
            httpMethod: 'PUT',
            uri: `${uri}/mapped`,
            requestTemplates: { 'application/json': '{"pet": $input.json("$.name")}' },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': 'name=$input.path("$.name")' },
                responseParameters: {
                  'method.response.header.X-Name': 'integration.response.body.name',
                  'method.response.header.X-Backend-Says': 'integration.response.header.X-Backend',
                },
              },
              '4\\d{2}': { statusCode: '404', responseTemplates: { 'application/json': 'mapped' } },
            },
          },
          {
            responses: {
              200: {
                description: 'ok',
                headers: {
                  'X-Name': { schema: { type: 'string' } },
                  'X-Backend-Says': { schema: { type: 'string' } },
                },
              },
              404: { description: 'not here' },
            },
          },
        ),
      },
      '/missing': {
        get: operation(
          {
            type: 'http',
            httpMethod: 'GET',
            uri: `${uri}/missing?status=404`,
            responses: {
              default: { statusCode: '200' },
              '4\\d{2}': { statusCode: '404', responseTemplates: { 'application/json': 'mapped' } },
            },
          },
          { responses: { 200: { description: 'ok' }, 404: { description: 'no' } } },
        ),
      },
      '/unmatched': {
        get: operation({
          type: 'http',
          httpMethod: 'GET',
          uri: `${uri}/x?status=500`,
          responses: { 200: { statusCode: '200' } },
        }),
      },
      '/dead': {
        get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: `http://127.0.0.1:${dead}/` }),
      },
    }),
  )
})
after(async () => {
  await t.close()
  await backend.close()
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const server = createTcpServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function headerOf(echo: Echo, name: string): string | undefined {
  const at = echo.headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === name)
  return at < 0 ? undefined : echo.headers[at + 1]
}

test('HTTP_PROXY: verb, path, query, headers and body go through; mapped ones are merged in', async () => {
  const answer = await t.call(apiId, '/proxy/a/b%20c?q=one&x=1', {
    method: 'POST',
    headers: ['X-Mine', 'kept', 'Content-Type', 'text/plain', 'X-Add', 'a b'],
    body: 'hello',
  })
  assert.equal(answer.status, 200, answer.body)
  const echo = answer.json() as Echo
  assert.equal(echo.method, 'POST')
  assert.equal(echo.url, '/base/a/b%20c?q=one&x=1&added=a%20b')
  assert.equal(echo.body, 'hello')
  assert.equal(headerOf(echo, 'x-mine'), 'kept')
  assert.equal(headerOf(echo, 'x-fixed'), 'literal')
  assert.equal(headerOf(echo, 'x-from-query'), 'one')
  assert.equal(headerOf(echo, 'x-request'), answer.headers['x-amzn-requestid'])
  assert.equal(headerOf(echo, 'host'), new URL(backend.url).host)
  assert.match(headerOf(echo, 'x-amzn-trace-id') ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
  assert.equal(headerOf(echo, 'x-amzn-apigateway-api-id'), apiId)
})

test('HTTP_PROXY: a name in the query of the URI gets its value, which adds no parameter', async () => {
  const asked = async (target: string) => ((await t.call(apiId, target)).json() as Echo).url
  assert.equal(await asked('/asked/7'), '/asked?id=7&fixed=1')
  assert.equal(await asked('/asked/7&fixed=2?x=1'), '/asked?id=7%26fixed%3D2&fixed=1&x=1')
  assert.equal(await asked('/asked/a%20b%26c'), '/asked?id=a%20b%26c&fixed=1')
  assert.equal((await t.call(apiId, '/asked/7', { method: 'PUT' })).status, 500)
})

test('HTTP_PROXY: defaults are added where the client sent nothing', async () => {
  const echo = (await t.call(apiId, '/plain')).json() as Echo
  assert.equal(headerOf(echo, 'accept'), 'application/json')
  assert.equal(headerOf(echo, 'user-agent'), `AmazonAPIGateway_${apiId}`)
})

test('HTTP_PROXY: the answer comes back with its headers, some renamed as AWS does', async () => {
  const answer = await t.call(apiId, '/plain')
  assert.equal(answer.headers['x-backend'], 'yes')
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2'])
  assert.equal(answer.headers['x-amzn-remapped-server'], 'echo/1')
  assert.equal(answer.headers.server, undefined)
  assert.equal(answer.headers['x-amzn-trace-id'], undefined)
})

test('HTTP_PROXY: an error status of the back end is handed on', async () => {
  assert.equal((await t.call(apiId, '/proxy/x?status=418')).status, 418)
})

test('HTTP: the template makes the body, and only mapped headers are sent', async () => {
  const answer = await t.call(apiId, '/mapped', {
    method: 'POST',
    headers: ['Content-Type', 'application/json', 'X-Mine', 'not sent'],
    body: '{"name":"Rex"}',
  })
  assert.equal(answer.status, 200, answer.body)
  assert.equal(answer.body, 'name=Rex')
  assert.equal(answer.headers['x-name'], 'Rex')
  assert.equal(answer.headers['x-backend-says'], 'yes')
  assert.match(answer.headers['x-amzn-trace-id'] as string, /^Root=1-/)
})

test('HTTP: the status picks the integration response by its pattern', async () => {
  const answer = await t.call(apiId, '/missing')
  assert.equal(answer.status, 404)
  assert.equal(answer.body, 'mapped')
})

test('HTTP: no pattern fits and there is no default: 500', async () => {
  const answer = await t.call(apiId, '/unmatched')
  assert.equal(answer.status, 500)
  assert.equal(answer.body, '{"message": "Internal server error"}')
})

test('a back end that cannot be reached is 504 and names the network', async () => {
  const answer = await t.call(apiId, '/dead')
  assert.equal(answer.status, 504)
  assert.equal(answer.body, '{"message": "Network error communicating with endpoint"}')
})

const hostileBackends = [
  { name: 'closes without a word', says: '', want: 504 },
  { name: 'answers garbage', says: 'nonsense\r\n\r\n', want: 502 },
  {
    name: 'has two lengths',
    says: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    want: 502,
  },
]

for (const { name, says, want } of hostileBackends) {
  test(`a back end that ${name} is ${want}`, async () => {
    const server = createTcpServer(socket => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(says))
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const id = await t.deploy(
      api({
        '/x': {
          get: operation({
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: `http://127.0.0.1:${port}/`,
          }),
        },
      }),
    )
    assert.equal((await t.call(id, '/x')).status, want)
    server.close()
  })
}

test('a back end that is too slow is 504 Endpoint request timed out', async () => {
  const slow = await startBackend(() => undefined)
  const id = await t.deploy(
    api({
      '/x': {
        get: operation({
          type: 'http_proxy',
          httpMethod: 'GET',
          uri: slow.url,
          timeoutInMillis: 100,
        }),
      },
    }),
  )
  const answer = await t.call(id, '/x')
  assert.equal(answer.status, 504)
  assert.equal(answer.body, '{"message": "Endpoint request timed out"}')
  await slow.close()
})

test('bytes go through unchanged where the media type is binary, and a large body too', async () => {
  const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 256))
  const store = await startBackend((request, response) => {
    response.writeHead(200, { 'Content-Type': 'image/png' })
    request.pipe(response)
  })
  const id = await t.deploy(
    api(
      { '/x': { post: operation({ type: 'http_proxy', httpMethod: 'POST', uri: store.url }) } },
      { 'x-amazon-apigateway-binary-media-types': ['image/png'] },
    ),
  )
  const headers = ['Content-Type', 'image/png', 'Accept', 'image/png']
  const answer = await t.call(id, '/x', { method: 'POST', headers, body: bytes })
  assert.equal(answer.status, 200)
  assert.ok(answer.bytes.equals(bytes))
  await store.close()
})
