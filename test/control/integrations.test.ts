import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateRestApiCommand,
  DeleteIntegrationCommand,
  DeleteIntegrationResponseCommand,
  GetIntegrationCommand,
  GetIntegrationResponseCommand,
  GetMethodCommand,
  type PatchOperation,
  PutIntegrationCommand,
  type PutIntegrationCommandInput,
  PutIntegrationResponseCommand,
  type PutIntegrationResponseCommandInput,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateIntegrationCommand,
  UpdateIntegrationResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, anyAuthorization, type Harness, refused, startControl } from './harness.ts'

const lambdaUri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations'

/** POST / with a declared header, a path parameter and a response 200 with the header X. */
async function methodOf({ client }: Harness) {
  const api = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const name = { restApiId: api.id, resourceId: api.rootResourceId, httpMethod: 'POST' }
  await client.send(
    new PutMethodCommand({
      ...name,
      authorizationType: 'NONE',
      requestParameters: { 'method.request.header.h': false },
    }),
  )
  await client.send(
    new PutMethodResponseCommand({
      ...name,
      statusCode: '200',
      responseParameters: { 'method.response.header.X': false },
    }),
  )
  return name
}

test('each type of integration answers with the defaults of AWS', async () => {
  await using control = await startControl()
  const { client } = control
  const name = await methodOf(control)
  const defaults = {
    passthroughBehavior: 'WHEN_NO_MATCH',
    timeoutInMillis: 29_000,
    cacheNamespace: name.resourceId,
    cacheKeyParameters: [],
  }
  const cases: [Partial<PutIntegrationCommandInput>, Record<string, unknown>][] = [
    [{ type: 'MOCK', integrationHttpMethod: 'GET' }, {}],
    [
      { type: 'HTTP', integrationHttpMethod: 'GET', uri: 'http://localhost:8080/{x}' },
      { httpMethod: 'GET', uri: 'http://localhost:8080/{x}', connectionType: 'INTERNET' },
    ],
    [
      { type: 'HTTP_PROXY', integrationHttpMethod: 'ANY', uri: 'https://${stageVariables.host}/' },
      { httpMethod: 'ANY', uri: 'https://${stageVariables.host}/', connectionType: 'INTERNET' },
    ],
    [
      { type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri: lambdaUri },
      { httpMethod: 'POST', uri: lambdaUri },
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: lambdaUri, requestTemplates: {} },
      { httpMethod: 'POST', uri: lambdaUri, requestTemplates: {} },
    ],
  ]
  for (const [given, more] of cases) {
    const input = { ...name, ...given } as PutIntegrationCommandInput
    const integration = answer(await client.send(new PutIntegrationCommand(input)), 201)
    assert.deepEqual(integration, { type: given.type, ...defaults, ...more })
    assert.deepEqual(answer(await client.send(new GetIntegrationCommand(name)), 200), integration)
  }
  answer(await client.send(new DeleteIntegrationCommand(name)), 204)
  await refused(
    client.send(new GetIntegrationCommand(name)),
    'NotFoundException',
    404,
    'Invalid Integration identifier specified',
  )
})

test('an integration that AWS would not take is refused in its words', async () => {
  await using control = await startControl()
  const name = await methodOf(control)
  const mapping = (error: string) =>
    `Invalid mapping expression specified: Validation Result: warnings : [], errors : [${error}]`
  const http = { type: 'HTTP', integrationHttpMethod: 'GET', uri: 'http://a/' } as const
  const cases: [Partial<PutIntegrationCommandInput>, message: string][] = [
    [{ type: 'HTTP', uri: 'http://a/' }, 'Enumeration value for HttpMethod must be non-empty'],
    [{ ...http, uri: 'not-a-uri' }, 'Invalid HTTP endpoint specified for URI'],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: 'not-an-arn' },
      'Invalid ARN specified in the request',
    ],
    [
      {
        type: 'AWS',
        integrationHttpMethod: 'POST',
        uri: 'arn:aws:iam::0000000000:role/service-role/asdf',
      },
      'AWS ARN for integration must contain path or action',
    ],
    [
      {
        type: 'AWS_PROXY',
        integrationHttpMethod: 'POST',
        uri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue',
      },
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    ],
    [{ ...http, timeoutInMillis: 49 }, 'Timeout should be between 50 ms and 29000 ms'],
    [
      { ...http, requestParameters: { 'integration.request.header.X': 'true' } },
      mapping('Invalid mapping expression specified: true'),
    ],
    [
      { ...http, requestParameters: { 'integration.request.path.p': 'method.request.path.p' } },
      mapping('Invalid mapping expression parameter specified: method.request.path.p'),
    ],
    [
      { ...http, requestParameters: { nonsense: "'x'" } },
      mapping('Invalid mapping expression parameter specified: nonsense'),
    ],
    ...[
      'method.request.querystring.undeclared',
      'method.request.body',
      'integration.request.header.unmapped',
      'header.h',
    ].map((key): [Partial<PutIntegrationCommandInput>, string] => [
      { ...http, cacheKeyParameters: ['method.request.header.h', key] },
      'Invalid cache key parameter specified',
    ]),
  ]
  for (const [given, message] of cases) {
    const input = { ...name, ...given } as PutIntegrationCommandInput
    await refused(
      control.client.send(new PutIntegrationCommand(input)),
      'BadRequestException',
      400,
      message,
    )
  }
  await refused(
    control.client.send(new PutIntegrationCommand({ ...name, type: 'HTTPS_PROXY' as never })),
    'ValidationException',
    400,
    "1 validation error detected: Value 'HTTPS_PROXY' at 'putIntegrationInput.type' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, MOCK, AWS_PROXY, HTTP_PROXY, AWS]",
  )
})

test('an integration is updated path by path', async () => {
  await using control = await startControl()
  const { client } = control
  const name = await methodOf(control)
  await client.send(
    new PutIntegrationCommand({
      ...name,
      type: 'HTTP',
      integrationHttpMethod: 'GET',
      uri: 'http://a/',
    }),
  )
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateIntegrationCommand({ ...name, patchOperations }))
  const integration = answer(
    await update(
      { op: 'replace', path: '/uri', value: 'http://b/' },
      { op: 'replace', path: '/httpMethod', value: 'PUT' },
      { op: 'replace', path: '/timeoutInMillis', value: '1000' },
      { op: 'replace', path: '/tlsConfig/insecureSkipVerification', value: 'true' },
      { op: 'add', path: '/requestTemplates/application~1json', value: '{}' },
      {
        op: 'add',
        path: '/requestParameters/integration.request.header.h',
        value: 'method.request.header.h',
      },
      { op: 'add', path: '/cacheKeyParameters/method.request.header.h' },
    ),
    200,
  )
  assert.deepEqual(integration, {
    type: 'HTTP',
    httpMethod: 'PUT',
    uri: 'http://b/',
    connectionType: 'INTERNET',
    passthroughBehavior: 'WHEN_NO_MATCH',
    timeoutInMillis: 1000,
    tlsConfig: { insecureSkipVerification: true },
    requestTemplates: { 'application/json': '{}' },
    requestParameters: { 'integration.request.header.h': 'method.request.header.h' },
    cacheNamespace: name.resourceId,
    cacheKeyParameters: ['method.request.header.h'],
  })
  const cases: [PatchOperation, string][] = [
    [{ op: 'replace', path: '/type', value: 'MOCK' }, 'Invalid patch path /type'],
    [{ op: 'replace', path: '/uri', value: 'nonsense' }, 'Invalid HTTP endpoint specified for URI'],
    [
      { op: 'replace', path: '/timeoutInMillis', value: 'soon' },
      'Invalid number value specified: soon',
    ],
  ]
  for (const [operation, message] of cases) {
    await refused(update(operation), 'BadRequestException', 400, message)
  }
})

test('integration responses follow the method response', async () => {
  await using control = await startControl()
  const { client } = control
  const name = { ...(await methodOf(control)), statusCode: '200' }
  const put = (given: Partial<PutIntegrationResponseCommandInput>) =>
    client.send(new PutIntegrationResponseCommand({ ...name, ...given }))
  await refused(put({}), 'NotFoundException', 404, 'Invalid Integration identifier specified')
  await client.send(new PutIntegrationCommand({ ...name, type: 'MOCK' }))

  const response = answer(await put({ selectionPattern: '', responseTemplates: {} }), 201)
  assert.deepEqual(response, { statusCode: '200', selectionPattern: '', responseTemplates: {} })
  const method = await client.send(new GetMethodCommand(name))
  assert.deepEqual(method.methodIntegration?.integrationResponses, { '200': response })

  await refused(
    put({ statusCode: '404' }),
    'NotFoundException',
    404,
    'Invalid Response status code specified',
  )
  await refused(
    put({ statusCode: 'wrong' }),
    'ValidationException',
    400,
    "1 validation error detected: Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
  )
  await refused(
    put({ responseTemplates: { '123': 'x' } }),
    'BadRequestException',
    400,
    'Validation Result: warnings : [], errors : [Invalid content type specified: 123]',
  )
  await refused(
    put({ responseParameters: { 'method.response.header.Y': "'y'" } }),
    'BadRequestException',
    400,
    'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.response.header.Y]',
  )
  await client.send(new PutMethodResponseCommand({ ...name, statusCode: '500' }))
  await refused(
    put({ statusCode: '500' }),
    'ConflictException',
    409,
    'Integration response with selection pattern default already exists',
  )
  answer(await put({ statusCode: '500', selectionPattern: '5\\d\\d' }), 201)

  const updated = answer(
    await client.send(
      new UpdateIntegrationResponseCommand({
        ...name,
        patchOperations: [
          { op: 'replace', path: '/selectionPattern', value: '2\\d\\d' },
          { op: 'add', path: '/responseParameters/method.response.header.X', value: "'x'" },
          { op: 'add', path: '/responseTemplates/application~1json', value: '{}' },
          { op: 'replace', path: '/contentHandling', value: 'CONVERT_TO_TEXT' },
        ],
      }),
    ),
    200,
  )
  assert.deepEqual(updated, {
    statusCode: '200',
    selectionPattern: '2\\d\\d',
    responseParameters: { 'method.response.header.X': "'x'" },
    responseTemplates: { 'application/json': '{}' },
    contentHandling: 'CONVERT_TO_TEXT',
  })
  answer(await client.send(new DeleteIntegrationResponseCommand(name)), 204)
  await refused(
    client.send(new GetIntegrationResponseCommand(name)),
    'NotFoundException',
    404,
    'Invalid Response status code specified',
  )
})

test('a template without text is answered as null', async () => {
  await using control = await startControl()
  const { client } = control
  const name = { ...(await methodOf(control)), statusCode: '200' }
  const none = { 'application/json': null as unknown as string }
  await client.send(new PutIntegrationCommand({ ...name, type: 'MOCK' }))
  await client.send(
    new PutIntegrationResponseCommand({ ...name, responseTemplates: { 'application/json': '' } }),
  )
  const headers = { authorization: anyAuthorization, 'x-amz-date': '20260101T000000Z' }
  const path = `/restapis/${name.restApiId}/resources/${name.resourceId}/methods/${name.httpMethod}`
  const patchOperations = [{ op: 'add', path: 'requestTemplates/application~1json' }]
  const body = JSON.stringify({ patchOperations })
  const patched = await control.raw({
    method: 'PATCH',
    path: `${path}/integration`,
    headers,
    body,
  })
  assert.equal(patched.status, 200, patched.body)
  const integration = JSON.parse(patched.body)
  assert.deepEqual(integration.requestTemplates, none)
  assert.deepEqual(integration.integrationResponses['200'].responseTemplates, none)
  for (const parent of [path, `/restapis/${name.restApiId}/resources?embed=methods`]) {
    const { body: text } = await control.raw({ path: parent, headers })
    assert.match(text, /"requestTemplates":\{"application\/json":null\}/)
  }
})
