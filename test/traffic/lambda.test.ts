import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, operation, startGateway, type TestGateway } from './harness.ts'

interface RestEvent {
  resource: string
  path: string
  headers: Record<string, string>
  multiValueHeaders: Record<string, string[]>
  queryStringParameters: Record<string, string> | null
  multiValueQueryStringParameters: Record<string, string[]> | null
  pathParameters: Record<string, string> | null
  stageVariables: Record<string, string> | null
  requestContext: { requestTime: string; identity: Record<string, unknown> } & Record<
    string,
    unknown
  >
  body: string | null
  isBase64Encoded: boolean
}

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

let made = 0

/** An API with a proxy to a function of this code. */
async function deployProxy(
  code: string,
  more: object = {},
  document: object = {},
): Promise<string> {
  const uri = await t.addFunction(`f${++made}`, code)
  const proxy = operation({ type: 'aws_proxy', httpMethod: 'POST', uri, ...more })
  return t.deploy(
    api({ '/f': { 'x-amazon-apigateway-any-method': proxy }, '/f/{id}': { get: proxy } }, document),
  )
}

const answering = (expression: string) => `export const handler = async event => (${expression})`

test('AWS_PROXY: the event is the one AWS sends', async () => {
  const id = await deployProxy(answering('{ body: JSON.stringify(event) }'))
  const answer = await t.call(id, '/f/a%2Fb?one=1&two=2&two=3', {
    headers: ['X-Mixed', 'a', 'X-Mixed', 'b', 'User-Agent', 'tester'],
  })
  const event = answer.json() as RestEvent
  assert.deepEqual(Object.keys(event), [
    ...['resource', 'path', 'httpMethod', 'headers', 'multiValueHeaders', 'queryStringParameters'],
    ...['multiValueQueryStringParameters', 'pathParameters', 'stageVariables', 'requestContext'],
    ...['body', 'isBase64Encoded'],
  ])
  assert.equal(event.resource, '/f/{id}')
  assert.equal(event.path, '/f/a%2Fb')
  assert.equal(event.headers['X-Mixed'], 'b')
  assert.deepEqual(event.multiValueHeaders['X-Mixed'], ['a', 'b'])
  assert.deepEqual(event.queryStringParameters, { one: '1', two: '3' })
  assert.deepEqual(event.multiValueQueryStringParameters, { one: ['1'], two: ['2', '3'] })
  assert.deepEqual(event.pathParameters, { id: 'a%2Fb' })
  assert.equal(event.stageVariables, null)
  assert.equal(event.body, null)
  assert.equal(event.isBase64Encoded, false)
  assert.equal(event.headers['X-Forwarded-For'], '127.0.0.1')
  const { requestContext: context } = event
  assert.equal(context.requestId, answer.headers['x-amzn-requestid'])
  assert.equal(context.extendedRequestId, answer.headers['x-amz-apigw-id'])
  assert.equal(context.path, '/test/f/a%2Fb')
  assert.equal(context.stage, 'test')
  assert.equal(context.apiId, id)
  assert.equal(context.identity.sourceIp, '127.0.0.1')
  assert.equal(context.identity.userAgent, 'tester')
  assert.match(context.requestTime, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/)
})

test('AWS_PROXY: without query and parameters the collections are null', async () => {
  const id = await deployProxy(answering('{ body: JSON.stringify(event) }'))
  const event = (await t.call(id, '/f', { method: 'POST', body: 'text' })).json() as Record<
    string,
    unknown
  >
  assert.equal(event.queryStringParameters, null)
  assert.equal(event.multiValueQueryStringParameters, null)
  assert.equal(event.pathParameters, null)
  assert.equal(event.body, 'text')
})

const answers = [
  {
    name: 'status, headers and body',
    gives: '{ statusCode: 201, headers: { "X-A": "b", "X-N": 1, "X-T": true }, body: "made" }',
    status: 201,
    body: 'made',
  },
  { name: 'a status as text', gives: '{ statusCode: "202", body: "" }', status: 202, body: '' },
  { name: 'no status', gives: '{ body: "fine" }', status: 200, body: 'fine' },
  { name: 'headers alone', gives: '{ headers: null }', status: 200, body: '' },
  { name: 'a status of null', gives: '{ statusCode: null, body: "x" }', status: 200, body: 'x' },
  {
    name: 'collections of null',
    gives: '{ headers: null, multiValueHeaders: null, body: null, isBase64Encoded: null }',
    status: 200,
    body: '',
  },
]

for (const { name, gives, status, body } of answers) {
  test(`AWS_PROXY: ${name} is a good answer`, async () => {
    const answer = await t.call(await deployProxy(answering(gives)), '/f')
    assert.equal(answer.status, status)
    assert.equal(answer.body, body)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.match(answer.headers['x-amzn-trace-id'] as string, /^Root=1-/)
  })
}

test('AWS_PROXY: multi-value headers come first, then the single one, under the first spelling', async () => {
  const id = await deployProxy(
    answering(
      '{ multiValueHeaders: { "X-Both": ["m"], "Set-Cookie": ["a=1", "b=2"] }, headers: { "x-both": "s" }, body: "" }',
    ),
  )
  const answer = await t.call(id, '/f')
  assert.equal(answer.headers['x-both'], 'm, s')
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2'])
  assert.ok(answer.rawHeaders.includes('X-Both'))
})

test('AWS_PROXY: base64 is decoded only for a client that accepts a binary type', async () => {
  const code = answering(
    '{ isBase64Encoded: true, body: "aGVsbG8=", headers: { "Content-Type": "image/png" } }',
  )
  const id = await deployProxy(
    code,
    {},
    { 'x-amazon-apigateway-binary-media-types': ['image/png'] },
  )
  assert.equal((await t.call(id, '/f', { headers: ['Accept', 'image/png'] })).body, 'hello')
  assert.equal((await t.call(id, '/f', { headers: ['Accept', 'text/html'] })).body, 'aGVsbG8=')
})

test('AWS_PROXY: what should be base64 and is not, is 500 for a client that would get the bytes', async () => {
  const id = await deployProxy(
    answering('{ isBase64Encoded: true, body: "no base64" }'),
    {},
    { 'x-amazon-apigateway-binary-media-types': ['image/png'] },
  )
  const refused = await t.call(id, '/f', { headers: ['Accept', 'image/png'] })
  assert.equal(refused.status, 500)
  assert.equal(refused.body, '{"message": "Internal server error"}')
  assert.equal((await t.call(id, '/f')).body, 'no base64')
})

test('AWS_PROXY: headers that the gateway has itself are not the function’s to write', async () => {
  const id = await deployProxy(
    answering(
      '{ headers: { "x-amzn-RequestId": "r", "X-Amz-Apigw-Id": "i", "X-Amzn-Trace-Id": "t", "X-Forwarded-For": "f" } }',
    ),
  )
  const { headers, rawHeaders } = await t.call(id, '/f')
  assert.match(headers['x-amzn-requestid'] as string, /^[0-9a-f-]{36}$/)
  assert.match(headers['x-amzn-trace-id'] as string, /^Root=1-[0-9a-f-]+$/)
  assert.equal(headers['x-amzn-remapped-x-forwarded-for'], 'f')
  assert.ok(rawHeaders.includes('x-amzn-Remapped-x-amzn-RequestId'))
  assert.ok(!rawHeaders.includes('i'))
})

test('AWS_PROXY: where all types are binary, a body without a type is base64 too', async () => {
  const id = await deployProxy(
    'export const handler = async event => ({ body: JSON.stringify([event.body, event.isBase64Encoded]) })',
    {},
    { 'x-amazon-apigateway-binary-media-types': ['*/*'] },
  )
  const got = await t.call(id, '/f', { method: 'POST', body: 'abc' })
  assert.deepEqual(got.json(), ['YWJj', true])
  assert.deepEqual((await t.call(id, '/f')).json(), [null, false])
})

const malformed = [
  { name: 'an empty object', gives: '{}' },
  { name: 'an unknown key', gives: '{ statusCode: 200, extra: 1 }' },
  { name: 'a string', gives: '"text"' },
  { name: 'a list', gives: '[]' },
  { name: 'nothing', gives: 'undefined' },
  { name: 'a number', gives: '200' },
  { name: 'true', gives: 'true' },
  { name: 'an answer within a list', gives: '[{ statusCode: 200 }]' },
  { name: 'a key in other letters', gives: '{ StatusCode: 200, body: "" }' },
  { name: 'cookies, which HTTP APIs have', gives: '{ statusCode: 200, cookies: ["a=1"] }' },
  { name: 'a body that is a number', gives: '{ body: 1 }' },
  { name: 'a body that is a list', gives: '{ body: [] }' },
  { name: 'a status with a fraction', gives: '{ statusCode: 200.5 }' },
  { name: 'a status that is true', gives: '{ statusCode: true }' },
  { name: 'a status with blanks', gives: '{ statusCode: " 200 " }' },
  { name: 'a status of five digits', gives: '{ statusCode: 20000 }' },
  { name: 'headers that are a list', gives: '{ headers: [["a", "b"]] }' },
  { name: 'headers that are a text', gives: '{ headers: "a: b" }' },
  { name: 'a header that is a list', gives: '{ headers: { a: ["b"] } }' },
  { name: 'a header whose name has a blank', gives: '{ headers: { "a b": "c" } }' },
  { name: 'multi-value headers that are texts', gives: '{ multiValueHeaders: { a: "b" } }' },
  { name: 'multi-value headers that are null', gives: '{ multiValueHeaders: { a: null } }' },
  { name: 'multi-value headers with objects', gives: '{ multiValueHeaders: { a: [{}] } }' },
  { name: 'a body that is an object', gives: '{ body: {} }' },
  { name: 'a status that is no number', gives: '{ statusCode: "abc" }' },
  { name: 'a header that is an object', gives: '{ headers: { a: {} } }' },
  { name: 'a header that would split the answer', gives: '{ headers: { a: "b\\r\\nc: d" } }' },
  { name: 'headers of 300 KB', gives: '{ headers: { a: "x".repeat(300_000) } }' },
  {
    name: 'a thousand and one headers',
    gives: '{ multiValueHeaders: { a: Array(1001).fill("") } }',
  },
]

for (const { name, gives } of malformed) {
  test(`AWS_PROXY: ${name} is 502`, async () => {
    const answer = await t.call(await deployProxy(answering(gives)), '/f')
    assert.equal(answer.status, 502)
    assert.equal(answer.body, '{"message": "Internal server error"}')
    assert.equal(answer.headers['x-amzn-errortype'], 'InternalServerErrorException')
  })
}

const failing = [
  {
    name: 'throws',
    code: 'export const handler = async () => { throw new Error("boom") }',
    status: 502,
  },
  { name: 'exits', code: 'export const handler = async () => process.exit(3)', status: 502 },
  {
    name: 'prints garbage and answers',
    code: 'export const handler = async () => { process.stdout.write("\\0garbage\\n"); return { body: "fine" } }',
    status: 200,
  },
  { name: 'has no handler', code: 'export const other = 1', status: 502 },
  { name: 'does not parse', code: 'export const handler = (', status: 502 },
]

for (const { name, code, status } of failing) {
  test(`a function that ${name} is ${status}, and the gateway goes on`, async () => {
    assert.equal((await t.call(await deployProxy(code), '/f')).status, status)
  })
}

test('an event of more than 6 MB is 413 and not the function’s fault', async () => {
  const code = 'export const handler = async event => ({ body: String(event.body.length) })'
  const id = await deployProxy(code)
  const answer = await t.call(id, '/f', { method: 'POST', body: 'x'.repeat(6_291_456) })
  assert.equal(answer.status, 413)
  assert.equal(answer.headers['x-amzn-errortype'], 'RequestEntityTooLargeException')
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.body, '{"message": "Request Too Long"}')
  const below = await t.call(id, '/f', { method: 'POST', body: 'x'.repeat(6_000_000) })
  assert.equal(below.body, '6000000')
})

test('a function that hangs is 504 after the integration’s time-out', async () => {
  const id = await deployProxy(
    'export const handler = () => new Promise(() => setInterval(() => {}, 1000))',
    {
      timeoutInMillis: 300,
    },
  )
  const answer = await t.call(id, '/f')
  assert.equal(answer.status, 504)
  assert.equal(answer.body, '{"message": "Endpoint request timed out"}')
})

test('a function that API Gateway may not invoke, and one that is not there, are 500', async () => {
  const closed = await t.addFunction('closed', answering('{ body: "" }'), { mayBeInvoked: false })
  const missing = closed.replace(':closed/', ':missing/')
  for (const uri of [closed, missing]) {
    const id = await t.deploy(
      api({ '/f': { get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) } }),
    )
    const answer = await t.call(id, '/f')
    assert.equal(answer.status, 500)
    assert.equal(answer.body, '{"message": "Internal server error"}')
  }
})

test('AWS: templates map in and out, and an error message picks the response', async () => {
  const uri = await t.addFunction(
    'mapped',
    'export const handler = async event => { if (event.fail) throw new Error("NotFound: " + event.fail); return { seen: event } }',
  )
  const id = await t.deploy(
    api({
      '/m': {
        get: operation(
          {
            type: 'aws',
            httpMethod: 'POST',
            uri,
            requestTemplates: {
              'application/json':
                '#if($input.params("fail") != ""){"fail":"$input.params("fail")"}#{else}{"n":"$input.params("n")"}#end',
            },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': '$input.json("$.seen")' },
              },
              'NotFound.*': {
                statusCode: '404',
                responseTemplates: {
                  'application/json': '{"error":"$input.path("$.errorMessage")"}',
                },
              },
            },
          },
          { responses: { 200: { description: 'ok' }, 404: { description: 'no' } } },
        ),
      },
    }),
  )
  const good = await t.call(id, '/m?n=5')
  assert.equal(good.status, 200, good.body)
  assert.deepEqual(good.json(), { n: '5' })
  const bad = await t.call(id, '/m?fail=it')
  assert.equal(bad.status, 404, bad.body)
  assert.deepEqual(bad.json(), { error: 'NotFound: it' })
})

test('AWS: what is not JSON never reaches the function, and no body is {}', async () => {
  const id = await deployPlain('plain')
  const text = { method: 'POST', headers: ['Content-Type', 'text/plain'], body: 'hello' }
  const refused = await t.call(id, '/m', text)
  assert.equal(refused.status, 400)
  assert.match(refused.body, /^\{"message": "Could not parse request body into json: /)
  const empty = await t.call(id, '/m', { method: 'POST' })
  assert.deepEqual([empty.status, empty.json()], [200, {}])
})

test('AWS: mappings of the answer see the headers of the Lambda service', async () => {
  const id = await deployPlain('told', {
    responses: {
      default: {
        statusCode: '200',
        responseParameters: {
          'method.response.header.X-Call': 'context.awsEndpointRequestId',
          'method.response.header.X-Same': 'integration.response.header.x-amzn-RequestId',
          'method.response.header.X-Type': 'integration.response.header.Content-Type',
          'method.response.header.X-Fault': 'integration.response.header.X-Amz-Function-Error',
        },
        responseTemplates: { 'application/json': '$context.awsEndpointRequestId' },
      },
    },
  })
  const answer = await t.call(id, '/m', { method: 'POST', body: '{}' })
  assert.match(answer.body, /^[0-9a-f-]{36}$/)
  const { headers } = answer
  assert.deepEqual(
    [headers['x-call'], headers['x-same'], headers['x-type'], headers['x-fault']],
    [answer.body, answer.body, 'application/json', undefined],
  )
  const failed = await t.call(id, '/m', { method: 'POST', body: '{"fail":"x"}' })
  assert.deepEqual([failed.status, failed.headers['x-fault']], [200, 'Unhandled'])
})

const messages = [
  { name: 'the whole message', pattern: 'NotFound: it', fail: 'NotFound: it', want: 404 },
  { name: 'a part of it', pattern: 'NotFound', fail: 'NotFound: it', want: 200 },
  {
    name: 'a message with a line end by a point',
    pattern: '.*Found.*',
    fail: 'a\nFound',
    want: 200,
  },
  { name: 'one with a line end by all', pattern: '(?s).*Found.*', fail: 'a\nFound', want: 404 },
]

for (const { name, pattern, fail, want } of messages) {
  test(`AWS: the pattern ${pattern} and ${name}: ${want}`, async () => {
    const id = await deployPlain('failing', {
      responses: { default: { statusCode: '200' }, [pattern]: { statusCode: '404' } },
    })
    const answer = await t.call(id, '/m', { method: 'POST', body: JSON.stringify({ fail }) })
    assert.equal(answer.status, want)
  })
}

test('AWS: X-Amz-Invocation-Type Event invokes and does not wait', async () => {
  const id = await deployPlain('later', {
    requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'Event'" },
    responses: { default: { statusCode: '202' } },
  })
  const answer = await t.call(id, '/m', { method: 'POST', body: '{"fail":"x"}' })
  assert.deepEqual([answer.status, answer.body], [202, ''])
})

test('AWS: a DryRun does not run the function', async () => {
  const id = await deployPlain('dry', {
    requestParameters: { 'integration.request.header.X-Amz-Invocation-Type': "'DryRun'" },
  })
  assert.equal((await t.call(id, '/m', { method: 'POST', body: '{}' })).status, 500)
})

for (const httpMethod of ['GET', 'ANY']) {
  test(`Lambda is called by POST: ${httpMethod} is 500 and does not invoke`, async () => {
    const id = await deployPlain(`by${httpMethod}`, { httpMethod })
    assert.equal((await t.call(id, '/m', { method: 'POST', body: '{}' })).status, 500)
  })
}

async function deployPlain(name: string, more: object = {}): Promise<string> {
  const uri = await t.addFunction(
    `${name}${++made}`,
    'export const handler = async event => { if (event.fail) throw new Error(event.fail); return event }',
  )
  const names = ['X-Call', 'X-Same', 'X-Type', 'X-Fault']
  const headers = Object.fromEntries(names.map(one => [one, { schema: { type: 'string' } }]))
  const responses = Object.fromEntries(
    [200, 202, 404].map(status => [status, { description: '', headers }]),
  )
  const integration = {
    type: 'aws',
    httpMethod: 'POST',
    uri,
    responses: { default: { statusCode: '200' } },
  }
  return t.deploy(api({ '/m': { post: operation({ ...integration, ...more }, { responses }) } }))
}
