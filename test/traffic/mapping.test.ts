import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, mock, operation, startBackend, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway

before(async () => {
  t = await startGateway()
})
after(() => t.close())

async function answerOf(
  integration: object,
  init: { method?: string; headers?: string[]; body?: string; target?: string } = {},
) {
  const apiId = await t.deploy(
    api({ '/x/{id}': { 'x-amazon-apigateway-any-method': integration } }),
  )
  return t.call(apiId, init.target ?? '/x/7?a=1&a=2&b=%2B+', init)
}

const templates = [
  {
    name: '$input.params reads path, then query, then header',
    template: '$input.params("id") $input.params("a") $input.params("X-H")',
    want: '7 2 h',
  },
  {
    name: '$context knows the route and the stage',
    template: '$context.stage $context.resourcePath $context.httpMethod $context.path',
    want: 'test /x/{id} GET /test/x/7',
  },
  {
    name: 'an unknown reference prints nothing',
    template: '[$context.nothing][$foo]',
    want: '[][]',
  },
  { name: 'a query is decoded', template: '[$input.params("b")]', want: '[+ ]' },
  {
    name: '$util escapes and encodes',
    template: '$util.base64Encode("hi") $util.urlEncode("a b&c")',
    want: 'aGk= a+b%26c',
  },
]

for (const { name, template, want } of templates) {
  test(`templates: ${name}`, async () => {
    const answer = await answerOf(mock(template), { headers: ['X-H', 'h'] })
    assert.equal(answer.status, 200, answer.body)
    assert.equal(answer.body, want)
  })
}

test('templates: the response template is picked by Accept, and its type is the answer’s', async () => {
  const integration = {
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: {
      default: {
        statusCode: '200',
        responseTemplates: { 'application/json': '{"a":1}', 'application/xml': '<a>1</a>' },
      },
    },
  }
  const xml = await answerOf(operation(integration), {
    headers: ['Accept', 'application/xml, */*'],
  })
  assert.equal(xml.body, '<a>1</a>')
  assert.equal(xml.headers['content-type'], 'application/xml')
  const json = await answerOf(operation(integration), { headers: ['Accept', 'text/html'] })
  assert.equal(json.body, '{"a":1}')
})

test('templates: overrides set the status and headers of the answer', async () => {
  const answer = await answerOf(
    operation({
      type: 'mock',
      requestTemplates: {
        'application/json':
          '#set($context.responseOverride.status = 444)#set($context.responseOverride.header.X-O = "yes"){"statusCode": 200}',
      },
      responses: {
        default: { statusCode: '200', responseTemplates: { 'application/json': 'body' } },
      },
    }),
  )
  assert.equal(answer.status, 444)
  assert.equal(answer.headers['x-o'], 'yes')
  assert.equal(answer.body, 'body')
})

test('templates: stage variables are there', async () => {
  const answer = await answerOf(mock('[$stageVariables.none]'))
  assert.equal(answer.body, '[]')
})

const passthrough = [
  {
    name: 'WHEN_NO_TEMPLATES refuses a type without template',
    behaviour: 'when_no_templates',
    want: 415,
  },
  { name: 'NEVER refuses a type without template', behaviour: 'never', want: 415 },
  { name: 'WHEN_NO_MATCH passes the body through', behaviour: 'when_no_match', want: 201 },
]

for (const { name, behaviour, want } of passthrough) {
  test(`passthrough: ${name}`, async () => {
    const answer = await answerOf(
      operation(
        {
          type: 'mock',
          passthroughBehavior: behaviour,
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          responses: { default: { statusCode: '200' }, 201: { statusCode: '201' } },
        },
        { responses: { 200: { description: 'ok' }, 201: { description: 'made' } } },
      ),
      { method: 'POST', headers: ['Content-Type', 'text/plain'], body: '{"statusCode": 201}' },
    )
    assert.equal(answer.status, want, answer.body)
    if (want === 415) assert.equal(answer.body, '{"message": "Unsupported Media Type"}')
  })
}

const broken = [
  { name: 'a request template that yields no status', request: 'hello', response: 'x' },
  {
    name: 'a request template that yields a status that is no number',
    request: '{"statusCode": "abc"}',
    response: 'x',
  },
  {
    name: 'a template that runs away',
    request: '{"statusCode": 200}',
    response:
      '#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])xxxxxxxxxxxxxxxxxxxxx#end#end#end',
  },
]

for (const { name, request, response } of broken) {
  test(`${name} is 500 and tells the client nothing`, async () => {
    const answer = await answerOf(
      operation({
        type: 'mock',
        requestTemplates: { 'application/json': request },
        responses: {
          default: { statusCode: '200', responseTemplates: { 'application/json': response } },
        },
      }),
    )
    assert.equal(answer.status, 500)
    assert.equal(answer.body, '{"message": "Internal server error"}')
  })
}

test('unquoted {statusCode: 200} works, as the CDK writes it', async () => {
  const answer = await answerOf(
    mock('fine', { requestTemplates: { 'application/json': '{ statusCode: 200 }' } }),
  )
  assert.equal(answer.body, 'fine')
})

test('a template without text passes the body through, on both ways', async () => {
  const backend = await startBackend((request, response) => {
    request.pipe(response)
  })
  const apiId = await t.deploy(
    api({
      '/x': {
        post: operation({
          type: 'http',
          httpMethod: 'POST',
          uri: backend.url,
          requestTemplates: { 'application/json': '' },
          responses: {
            default: { statusCode: '200', responseTemplates: { 'application/json': '' } },
          },
        }),
      },
    }),
  )
  const headers = ['Content-Type', 'application/json']
  assert.equal(
    (await t.call(apiId, '/x', { method: 'POST', headers, body: '{"a": 1}' })).body,
    '{"a": 1}',
  )
  assert.equal((await t.call(apiId, '/x', { method: 'POST', headers })).body, '')
  await backend.close()
})

test('parameters: a body that a mapping reads and that only begins like JSON is 400', async () => {
  const echo = await startBackend((request, response) => {
    response.end(String(request.headers['x-part']))
  })
  const integration = operation({
    type: 'http_proxy',
    httpMethod: 'POST',
    uri: `${echo.url}/`,
    requestParameters: { 'integration.request.header.X-Part': 'method.request.body.a[0].b' },
  })
  const bodies = [
    { body: '{"a":[{"b":"deep"}]}', want: [200, 'deep'] },
    { body: '{"a":[{"b":1.50}]}', want: [200, '1.5'] },
    { body: '{"a":[{"b":{"c":null}}]}', want: [200, '{"c":null}'] },
    { body: '{"a":[]}', want: [200, 'undefined'] },
    { body: 'a[0].b', want: [200, 'undefined'] },
    { body: ' {"a":', want: [400, '{"message": "Invalid JSON in request body"}'] },
  ]
  for (const { body, want } of bodies) {
    const answer = await answerOf(integration, { method: 'POST', body })
    assert.deepEqual([answer.status, answer.body], want)
  }
  await echo.close()
})

const doubled = '#set($x = "xxxxxxxx")#foreach($i in [1..14])#set($x = "$x$x")#end'

test('a response header that a template makes too long is a fault of the configuration', async () => {
  const template = `${doubled}#set($context.responseOverride.header.X-Long = $x)`
  const answer = await answerOf(mock(template))
  assert.equal(answer.status, 500)
  assert.equal(answer.headers['x-long'], undefined)
})

test('a response header that a mapping takes from a long body is one, too', async () => {
  const backend = await startBackend((_, response) =>
    response.end(JSON.stringify({ short: 'x', long: 'x'.repeat(66_000) })),
  )
  const mapped = (name: string) =>
    operation(
      {
        type: 'http',
        httpMethod: 'GET',
        uri: `${backend.url}/`,
        responses: {
          default: {
            statusCode: '200',
            responseParameters: {
              'method.response.header.X-A': `integration.response.body.${name}`,
            },
          },
        },
      },
      {
        responses: {
          200: { description: 'ok', headers: { 'X-A': { schema: { type: 'string' } } } },
        },
      },
    )
  assert.equal((await answerOf(mapped('short'))).headers['x-a'], 'x')
  assert.equal((await answerOf(mapped('long'))).status, 500)
  await backend.close()
})
