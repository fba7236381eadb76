/**
 * Whom integrations call: never the addresses where machines keep their secrets, however a definition spells them, never
 * whoever a back end names instead of itself; and the path that is asked for is the one that was mapped.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  api,
  type Backend,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

let t: TestGateway
let backend: Backend
let asked: string[] = []

before(async () => {
  t = await startGateway()
  backend = await startBackend((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/away') response.writeHead(302, { Location: `${backend.url}/elsewhere` })
    response.end(request.url)
  })
})
after(async () => {
  await t.close()
  await backend.close()
})

const spellings = [
  'http://169.254.169.254/',
  'http://169.254.169.254./',
  'http://2852039166/',
  'http://0xA9FEA9FE/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fd00:ec2::254]/',
  'http://[fe80::1]/',
  'http://100.100.100.200/',
]

describe('addresses of a machine’s own secrets', () => {
  for (const uri of spellings) {
    for (const type of ['http', 'http_proxy']) {
      test(`${uri} behind ${type} is not called, and the owner learns why`, async () => {
        const responses = { default: { statusCode: '200' } }
        const apiId = await t.deploy(
          api({ '/x': { get: operation({ type, httpMethod: 'GET', uri, responses }) } }),
        )
        const answer = await t.call(apiId, '/x')
        assert.equal(answer.status, 504)
        const id = answer.headers['x-amzn-requestid']
        const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${id}`)
        assert.match(await explained.text(), /not allowed/)
      })
    }
  }
})

test('a redirect goes to the client and is not followed', async () => {
  const uri = `${backend.url}/away`
  const apiId = await t.deploy(
    api({ '/x': { get: operation({ type: 'http_proxy', httpMethod: 'GET', uri }) } }),
  )
  asked = []
  const answer = await t.call(apiId, '/x')
  assert.deepEqual([answer.status, answer.headers.location], [302, `${backend.url}/elsewhere`])
  assert.deepEqual(asked, ['/away'])
})

/** Sources of a placeholder behind `/p/`, and what clients send. */
const climbs = [
  { source: 'method.request.path.id', target: '/x/..' },
  { source: 'method.request.path.id', target: '/x/.' },
  { source: 'method.request.path.id', target: '/x/%2e%2e' },
  { source: 'method.request.path.id', target: '/x/.%2E' },
  { source: 'method.request.path.id', target: '/x/..%2Fz' },
  { source: 'method.request.path.id', target: '/x/a%5c..%5cz' },
  { source: 'method.request.path.id', target: '/x/..;a=b' },
  { source: 'method.request.path.proxy', target: '/all/a/../../z' },
  { source: 'method.request.path.proxy', target: '/all/a/..' },
  { source: 'method.request.path.proxy', target: '/all/%2e%2e/z' },
  { source: 'method.request.querystring.q', target: '/x/1?q=..%2Fz' },
  { source: 'method.request.querystring.q', target: '/x/1?q=..%5Cz' },
  { source: 'method.request.multivaluequerystring.q', target: '/x/1?q=../z' },
  { source: 'method.request.header.q', target: '/x/1', headers: ['q', '../z'] },
  { source: 'method.request.body.q', target: '/x/1', body: '{"q":"a/../../z"}' },
  { source: 'method.request.body', target: '/x/1', body: '../z' },
]

/** Every way to a placeholder: `/x/{id}` and `/all/{proxy+}` lead to `/p/` behind the back end. */
function placeholderApi(type: string, source: string): object {
  const integration = {
    type,
    httpMethod: 'POST',
    uri: `${backend.url}/p/{name}`,
    requestParameters: { 'integration.request.path.name': source },
    responses: { default: { statusCode: '200' } },
  }
  const schema = { type: 'string' }
  const parameters = [
    { name: 'q', in: 'query', schema },
    { name: 'id', in: 'path', required: true, schema },
  ]
  const inHeader = [{ name: 'q', in: 'header', schema }, parameters[1]]
  const one = source.includes('.header.') ? inHeader : parameters
  const proxy = { name: 'proxy', in: 'path', required: true, schema }
  return api(
    source.endsWith('.proxy')
      ? { '/all/{proxy+}': { post: operation(integration, { parameters: [proxy] }) } }
      : { '/x/{id}': { post: operation(integration, { parameters: one }) } },
  )
}

for (const type of ['http', 'http_proxy']) {
  for (const { source, target, headers = [], body } of climbs) {
    test(`${type}: ${target} ${headers.join(' ')}${body ?? ''} into ${source} does not leave the URI`, async () => {
      const apiId = await t.deploy(placeholderApi(type, source))
      asked = []
      const init = { method: 'POST', headers: ['Content-Type', 'application/json', ...headers] }
      const answer = await t.call(apiId, target, body === undefined ? init : { ...init, body })
      assert.deepEqual([answer.status, asked], [400, []])
      assert.equal(answer.headers['x-amzn-errortype'], 'BadRequestException')
      const id = answer.headers['x-amzn-requestid']
      const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${id}`)
      assert.match(await explained.text(), /segment of dots/)
    })
  }
}

const fillings = [
  { source: 'method.request.path.id', target: '/x/v1.2..b', want: '/p/v1.2..b?a=1' },
  { source: 'method.request.path.id', target: '/x/.well-known', want: '/p/.well-known?a=1' },
  {
    source: 'method.request.querystring.q',
    target: '/x/1?q=%252e%252e',
    want: '/p/%252e%252e?a=1',
  },
  { source: 'method.request.path.id', target: '/x/a%2Fb', want: '/p/a%2Fb?a=1' },
  { source: 'method.request.path.id', target: '/x/%zz', want: '/p/%zz?a=1' },
  { source: 'method.request.path.id', target: '/x/a+b;c=d', want: '/p/a+b;c=d?a=1' },
  { source: 'method.request.querystring.q', target: '/x/1?q=a%20b', want: '/p/a%20b?a=1' },
  { source: 'method.request.querystring.q', target: '/x/1?q=a%3Fb%23c', want: '/p/a%3Fb%23c?a=1' },
  { source: 'method.request.querystring.q', target: '/x/1?q=a%252Fb', want: '/p/a%252Fb?a=1' },
  { source: 'method.request.querystring.q', target: '/x/1?q=100%25', want: '/p/100%25?a=1' },
  { source: "'a%2Fb'", target: '/x/1', want: '/p/a%2Fb?a=1' },
]

for (const { source, target, want } of fillings) {
  test(`a placeholder filled from ${source}: ${target} asks for ${want}`, async () => {
    const integration = {
      type: 'http',
      httpMethod: 'GET',
      uri: `${backend.url}/p/{name}?a=1`,
      requestParameters: { 'integration.request.path.name': source },
      responses: { default: { statusCode: '200' } },
    }
    const parameters = [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'q', in: 'query', schema: { type: 'string' } },
    ]
    const apiId = await t.deploy(
      api({ '/x/{id}': { get: operation(integration, { parameters }) } }),
    )
    assert.equal((await t.call(apiId, target)).body, want)
  })
}
