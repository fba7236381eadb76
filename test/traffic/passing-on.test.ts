/**
 * What of a request reaches an HTTP back end and what of its answer reaches the client: `passthroughBehavior` row by row, values
 * that come several times, nested parts of bodies, and certificates that nobody signed.
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:https'
import { after, before, describe, test } from 'node:test'
import { selfSignedCertificate } from '../../src/base/x509.ts'
import {
  api,
  type Backend,
  type CallInit,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

let t: TestGateway
let backend: Backend
let calls = 0

const answered = {
  a: { b: [{ c: 'deep' }, { c: 'second' }], 'd-e': 1.5, n: null, t: true, o: { x: [1] }, s: '' },
}

/** As Java reads and writes them, not as JavaScript does. */
const numbers = '"numbers":{"long":12345678901234567890,"whole":1.0,"list":[1.50,2e3]}'

before(async () => {
  t = await startGateway()
  backend = await startBackend((request, response) => {
    calls++
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const { url, headers } = request
      const body = Buffer.concat(chunks).toString()
      response.writeHead(200, ['Content-Type', 'application/json', 'X-M', 'a', 'X-M', 'b,c'])
      const text = JSON.stringify({ url, headers, body, ...answered })
      response.end(`${text.slice(0, -1)},${numbers}}`)
    })
  })
})
after(async () => {
  await t.close()
  await backend.close()
})

interface Echo {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const json = { 'application/json': '{"made":1}' }
const behaviours = ['when_no_match', 'when_no_templates', 'never'] as const

/** The documented table: what the back end gets under each behaviour, null: 415. */
const rows: readonly {
  readonly name: string
  readonly templates?: Readonly<Record<string, string>>
  readonly type?: string
  readonly want: readonly [noMatch: string | null, noTemplates: string | null, never: string | null]
}[] = [
  {
    name: 'a template for the type',
    templates: json,
    type: 'application/json',
    want: ['{"made":1}', '{"made":1}', '{"made":1}'],
  },
  {
    name: 'a template for the type, with parameters',
    templates: json,
    type: 'application/json; charset=utf-8',
    want: ['{"made":1}', '{"made":1}', '{"made":1}'],
  },
  {
    name: 'a template for JSON and no type',
    templates: json,
    want: ['{"made":1}', '{"made":1}', '{"made":1}'],
  },
  {
    name: 'templates for other types',
    templates: json,
    type: 'text/plain',
    want: ['sent', null, null],
  },
  { name: 'no templates', type: 'text/plain', want: ['sent', 'sent', null] },
  { name: 'no templates and no type', want: ['sent', 'sent', null] },
]

describe('passthroughBehavior', () => {
  for (const { name, templates, type, want } of rows) {
    for (const [i, passthroughBehavior] of behaviours.entries()) {
      test(`${passthroughBehavior}: ${name}`, async () => {
        const apiId = await t.deploy(
          api({
            '/x': {
              post: operation({
                type: 'http',
                httpMethod: 'POST',
                uri: `${backend.url}/`,
                passthroughBehavior,
                ...(templates === undefined ? {} : { requestTemplates: templates }),
                responses: { default: { statusCode: '200' } },
              }),
            },
          }),
        )
        calls = 0
        const headers = type === undefined ? [] : ['Content-Type', type]
        const answer = await t.call(apiId, '/x', { method: 'POST', headers, body: 'sent' })
        const body = want[i] ?? null
        if (body === null) {
          assert.deepEqual(
            [answer.status, answer.body, calls],
            [415, '{"message": "Unsupported Media Type"}', 0],
          )
          return
        }
        assert.equal(answer.status, 200)
        assert.equal((answer.json() as Echo).body, body)
      })
    }
  }
})

const query = (name: string) => ({ name, in: 'query', schema: { type: 'string' } })
const header = (name: string) => ({ name, in: 'header', schema: { type: 'string' } })

/** `target` of the back end's request <- `source`. */
async function mapped(type: string, target: string, source: string, init: CallInit) {
  const apiId = await t.deploy(
    api({
      '/x': {
        get: operation(
          {
            type,
            httpMethod: 'GET',
            uri: `${backend.url}/?own=1`,
            requestParameters: { [`integration.request.${target}`]: source },
            responses: { default: { statusCode: '200' } },
          },
          { parameters: [query('q'), header('X-H')] },
        ),
      },
    }),
  )
  return (await t.call(apiId, '/x?q=1&q=2,3&q=a%26b', init)).json() as Echo
}

const sources: readonly {
  readonly source: string
  readonly inHeader: string | undefined
  readonly inQuery: string
}[] = [
  { source: 'method.request.querystring.q', inHeader: 'a&b', inQuery: 'to=a%26b' },
  {
    source: 'method.request.multivaluequerystring.q',
    inHeader: '1,2,3,a&b',
    inQuery: 'to=1&to=2%2C3&to=a%26b',
  },
  { source: 'method.request.header.X-H', inHeader: 'c', inQuery: 'to=c' },
  { source: 'method.request.multivalueheader.X-H', inHeader: 'a,b,c', inQuery: 'to=a%2Cb%2Cc' },
  { source: "'x, y'", inHeader: 'x, y', inQuery: 'to=x%2C%20y' },
  { source: 'stageVariables.none', inHeader: undefined, inQuery: '' },
  { source: 'context.stage', inHeader: 'test', inQuery: 'to=test' },
]

describe('values that come several times', () => {
  const init = { headers: ['X-H', 'a,b', 'X-H', 'c'] }
  for (const { source, inHeader, inQuery } of sources) {
    for (const type of ['http', 'http_proxy']) {
      test(`${source} in a header and in the query, ${type}`, async () => {
        const one = await mapped(type, 'header.To', source, init)
        assert.equal(one.headers['to'], inHeader)
        const other = await mapped(type, 'querystring.to', source, init)
        const sent = type === 'http' ? ['own=1'] : ['own=1', 'q=1', 'q=2,3', 'q=a%26b']
        const want = [...sent, ...(inQuery === '' ? [] : [inQuery])].join('&')
        assert.equal(other.url, `/?${want}`)
      })
    }
  }
})

describe('the type of a body that is not there', () => {
  const verbs: readonly (readonly [verb: string, want: string | undefined])[] = [
    ['POST', 'text/plain'],
    ['DELETE', 'text/plain'],
    ['GET', undefined],
    ['OPTIONS', undefined],
  ]
  for (const [method, want] of verbs) {
    test(`${method}: the back end is told ${want ?? 'none'}`, async () => {
      const integration = {
        type: 'http',
        httpMethod: 'POST',
        uri: `${backend.url}/`,
        responses: { default: { statusCode: '200' } },
      }
      const any = { 'x-amazon-apigateway-any-method': operation(integration) }
      const apiId = await t.deploy(api({ '/x': any }))
      const headers = ['Content-Type', 'text/plain']
      const echo = (await t.call(apiId, '/x', { method, headers })).json() as Echo
      assert.equal(echo.headers['content-type'], want)
    })
  }
})

test('a number of the request’s body is mapped as it was written', async () => {
  const apiId = await t.deploy(
    api({
      '/x': {
        post: operation({
          type: 'http',
          httpMethod: 'POST',
          uri: `${backend.url}/`,
          requestParameters: { 'integration.request.header.To': 'method.request.body.n' },
          responses: { default: { statusCode: '200' } },
        }),
      },
    }),
  )
  for (const n of ['12345678901234567890', '1.0', '0.1', '-7']) {
    const answer = await t.call(apiId, '/x', { method: 'POST', body: `{"n":${n}}` })
    assert.equal((answer.json() as Echo).headers['to'], n)
  }
})

describe('parts of the answer', () => {
  const parts: readonly (readonly [source: string, want: string | undefined])[] = [
    ['integration.response.body.a.b[0].c', 'deep'],
    ['integration.response.body.a.b[-1].c', 'second'],
    ["integration.response.body.a['d-e']", '1.5'],
    ['integration.response.body.a.t', 'true'],
    ['integration.response.body.numbers.long', '12345678901234567890'],
    ['integration.response.body.numbers.whole', '1.0'],
    ['integration.response.body.numbers.list', '[1.5,2000.0]'],
    ['integration.response.body.a.o', '{"x":[1]}'],
    ['integration.response.body.a.n', undefined],
    ['integration.response.body.a.s', undefined],
    ['integration.response.body.a.none.deeper', undefined],
    ['integration.response.header.X-M', 'b,c'],
    ['integration.response.header.x-m', 'b,c'],
    ['integration.response.multivalueheader.X-M', 'a,b,c'],
    ['integration.response.header.X-None', undefined],
  ]
  for (const [source, want] of parts) {
    test(`${source} is ${want ?? 'nothing'}`, async () => {
      const responses = {
        default: {
          statusCode: '200',
          responseParameters: { 'method.response.header.To': source },
        },
      }
      const apiId = await t.deploy(
        api({
          '/x': {
            get: operation(
              { type: 'http', httpMethod: 'GET', uri: `${backend.url}/`, responses },
              {
                responses: {
                  200: { description: 'ok', headers: { To: { schema: { type: 'string' } } } },
                },
              },
            ),
          },
        }),
      )
      const answer = await t.call(apiId, '/x')
      assert.deepEqual([answer.status, answer.headers['to']], [200, want])
    })
  }
})

describe('a back end whose certificate nobody signed', () => {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const now = Date.now()
  const cert = selfSignedCertificate({
    ...keys,
    name: [['CN', 'localhost']],
    notBeforeMs: now - 60_000,
    notAfterMs: now + 3_600_000,
  })
  const identity = { cert, key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) }
  for (const insecureSkipVerification of [true, false, undefined]) {
    test(`insecureSkipVerification ${insecureSkipVerification}`, async () => {
      const server = createServer(identity, (_, response) => {
        response.end('secret')
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      const tlsConfig =
        insecureSkipVerification === undefined ? {} : { tlsConfig: { insecureSkipVerification } }
      const uri = `https://localhost:${port}/`
      const integration = { type: 'http_proxy', httpMethod: 'GET', uri, ...tlsConfig }
      const apiId = await t.deploy(api({ '/x': { get: operation(integration) } }))
      const answer = await t.call(apiId, '/x')
      server.close()
      server.closeAllConnections()
      assert.deepEqual(
        [answer.status, answer.body],
        insecureSkipVerification === true
          ? [200, 'secret']
          : [500, '{"message": "Internal server error"}'],
      )
    })
  }
})
