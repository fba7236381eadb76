/**
 * TestInvokeMethod and TestInvokeAuthorizer through a whole gateway, and their logs word for word: what changes from call to
 * call (ids, times, milliseconds) is blanked. The lines are those that AWS's own logs have.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAuthorizerCommand,
  type CreateAuthorizerCommandInput,
  GetResourcesCommand,
  ImportRestApiCommand,
  TestInvokeAuthorizerCommand,
  type TestInvokeAuthorizerCommandInput,
  TestInvokeMethodCommand,
  type TestInvokeMethodCommandInput,
} from '@aws-sdk/client-api-gateway'
import {
  api,
  type Backend,
  mock,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'

let gateway: TestGateway
let backend: Backend

before(async () => {
  backend = await startBackend((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', Date: 'x', Connection: 'close' })
    response.end('from the back end')
  })
  gateway = await startGateway({ devIssuer: 'on' })
})

after(async () => {
  await gateway.close()
  await backend.close()
})

type MethodTest = Omit<TestInvokeMethodCommandInput, 'restApiId' | 'resourceId'>

/** Imports the API without deploying it, and tests the method at `path`. */
async function testMethod(document: object, path: string, input: MethodTest) {
  const { id: restApiId = '' } = await gateway.rest.send(
    new ImportRestApiCommand({ body: Buffer.from(JSON.stringify(document)) }),
  )
  const { items = [] } = await gateway.rest.send(new GetResourcesCommand({ restApiId }))
  const resourceId = items.find(item => item.path === path)?.id ?? ''
  const { $metadata: _, ...answer } = await gateway.rest.send(
    new TestInvokeMethodCommand({ restApiId, resourceId, ...input }),
  )
  return { ...answer, lines: linesOf(answer.log, restApiId) }
}

/** The log without what differs from call to call. */
function linesOf(log = '', apiId = ''): string[] {
  return log
    .trimEnd()
    .replaceAll(/^\w{3} \w{3} \d\d [\d:]{8} UTC \d{4} : /gm, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
    .replaceAll(/1-[0-9a-f]{8}-[0-9a-f]{24}/g, 'TRACE')
    .replaceAll(/latency: \d+ ms/g, 'latency: N ms')
    .replaceAll(/X-Amz-Date=\w+/g, 'X-Amz-Date=DATE')
    .replaceAll(/Date=\w{3}, [^,]+ GMT/g, 'Date=DATE')
    .replaceAll(/X-Amz-Content-Sha256=\w{64}/g, 'X-Amz-Content-Sha256=SHA')
    .replaceAll(backend.url, 'http://BACKEND')
    .replaceAll(apiId, 'API')
    .split('\n')
}

test('a MOCK method answers and logs without a call', async () => {
  const document = api({ '/pets/{id}': { get: mock('hello $input.params("id")') } })
  const got = await testMethod(document, '/pets/{id}', {
    httpMethod: 'GET',
    pathWithQueryString: '/pets/7?a=1&b=2',
    headers: { Authorization: 'Bearer abcdef' },
    body: '{"x":1}',
  })
  assert.equal(got.status, 200)
  assert.equal(got.body, 'hello 7')
  assert.deepEqual(got.headers, { 'Content-Type': 'application/json' })
  assert.deepEqual(got.multiValueHeaders, { 'Content-Type': ['application/json'] })
  assert.ok(Number(got.latency) >= 0)
  assert.deepEqual(got.lines, [
    'Execution log for request UUID',
    'Starting execution for request: UUID',
    'HTTP Method: GET, Resource Path: /pets/7',
    'Method request path: {id=7}',
    'Method request query string: {a=1, b=2}',
    'Method request headers: {Authorization=*******abcdef}',
    'Method request body before transformations: {"x":1}',
    'Method response body after transformations: hello 7',
    'Method response headers: {Content-Type=application/json}',
    'Successfully completed execution',
    'Method completed with status: 200',
  ])
})

test('a path that does not fit the resource is taken and shown, none is the resource path', async () => {
  const document = api({ '/pets': { get: mock('$context.path') } })
  const odd = await testMethod(document, '/pets', {
    httpMethod: 'GET',
    pathWithQueryString: '/elsewhere/9',
  })
  assert.equal(odd.body, '/elsewhere/9')
  const none = await testMethod(document, '/pets', { httpMethod: 'GET' })
  assert.equal(none.body, '/pets')
})

test('an HTTP method logs its call', async () => {
  const integration = {
    type: 'http',
    httpMethod: 'POST',
    uri: `${backend.url}/there`,
    responses: { default: { statusCode: '200' } },
  }
  const got = await testMethod(api({ '/x': { post: operation(integration) } }), '/x', {
    httpMethod: 'POST',
    body: '{"a":1}',
  })
  assert.equal(got.status, 200)
  assert.match(got.headers?.['X-Amzn-Trace-Id'] ?? '', /^Root=1-[0-9a-f-]{33};Sampled=0$/)
  assert.deepEqual(got.lines.slice(6), [
    'Method request body before transformations: {"a":1}',
    'Endpoint request URI: http://BACKEND/there',
    'Endpoint request headers: {Accept=application/json, User-Agent=AmazonAPIGateway_API, Content-Type=application/json, X-Amzn-Trace-Id=Root=TRACE, X-Amzn-Apigateway-Api-Id=API}',
    'Endpoint request body after transformations: {"a":1}',
    'Sending request to http://BACKEND/there',
    'Received response. Status: 200, Integration latency: N ms',
    'Endpoint response headers: {Content-Type=text/plain, Date=x, Connection=close, Transfer-Encoding=chunked}',
    'Endpoint response body before transformations: from the back end',
    'Method response body after transformations: from the back end',
    'Method response headers: {Content-Type=application/json, X-Amzn-Trace-Id=Root=TRACE;Sampled=0}',
    'Successfully completed execution',
    'Method completed with status: 200',
  ])
})

test('a Lambda proxy method logs the event and the answer of the function', async () => {
  const uri = await gateway.addFunction(
    'proxied',
    'export const handler = async event => ({ statusCode: 201, body: JSON.stringify(event) })',
  )
  const integration = { type: 'aws_proxy', httpMethod: 'POST', uri }
  const got = await testMethod(api({ '/x': { get: operation(integration) } }), '/x', {
    httpMethod: 'GET',
    stageVariables: { color: 'red' },
  })
  assert.equal(got.status, 201)
  const event = JSON.parse(got.body ?? '')
  assert.equal(event.headers, null)
  assert.equal(event.multiValueHeaders, null)
  assert.deepEqual(event.stageVariables, { color: 'red' })
  assert.equal(event.requestContext.stage, 'test-invoke-stage')
  assert.equal(event.requestContext.path, '/x')
  assert.equal(event.requestContext.domainPrefix, 'testPrefix')
  assert.equal(event.requestContext.identity.apiKey, 'test-invoke-api-key')
  assert.equal(event.requestContext.identity.sourceIp, 'test-invoke-source-ip')
  assert.equal(event.requestContext.identity.accessKey, 'test')
  assert.equal(event.requestContext.identity.userArn, 'arn:aws:iam::000000000000:root')
  const { lines } = got
  const url =
    'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:proxied/invocations'
  assert.equal(lines[7], `Endpoint request URI: ${url}`)
  assert.equal(
    lines[8],
    'Endpoint request headers: {X-Amz-Date=DATE, x-amzn-apigateway-api-id=API, Accept=application/json, User-Agent=AmazonAPIGateway_API, Host=lambda.us-east-1.amazonaws.com, X-Amz-Content-Sha256=SHA, X-Amzn-Trace-Id=Root=TRACE, x-amzn-lambda-integration-tag=UUID, X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:000000000000:API/test-invoke-stage/GET/x}',
  )
  assert.match(
    lines[9] ?? '',
    /^Endpoint request body after transformations: \{"resource":"\/x","path":"\/x","httpMethod":"GET","headers":null,.* \[TRUNCATED\]$/,
  )
  assert.equal(lines[10], `Sending request to ${url}`)
  assert.equal(lines[11], 'Received response. Status: 200, Integration latency: N ms')
  assert.match(
    lines[12] ?? '',
    /^Endpoint response headers: \{Date=DATE, Content-Type=application\/json, Content-Length=\d+, Connection=keep-alive, x-amzn-RequestId=UUID, x-amzn-Remapped-Content-Length=0, X-Amzn-Trace-Id=root=TRACE;sampled=0\}$/,
  )
  assert.match(
    lines[13] ?? '',
    /^Endpoint response body before transformations: \{"statusCode":201,/,
  )
})

for (const { name, code, mayBeInvoked, status, last } of [
  {
    name: 'throws',
    code: 'export const handler = async () => { throw new Error("no luck") }',
    mayBeInvoked: true,
    status: 502,
    last: 'Lambda execution failed with status 200 due to customer function error: no luck. Lambda request id: UUID',
  },
  {
    name: 'malformed',
    code: 'export const handler = async () => "text"',
    mayBeInvoked: true,
    status: 502,
    last: 'Execution failed due to configuration error: Malformed Lambda proxy response: the function did not return an object',
  },
  {
    name: 'forbidden',
    code: 'export const handler = async () => ({})',
    mayBeInvoked: false,
    status: 500,
    last: /^Execution failed due to configuration error: Invalid permissions on Lambda function: /,
  },
]) {
  test(`a failure is said: a function that is ${name}`, async () => {
    const uri = await gateway.addFunction(name, code, { mayBeInvoked })
    const integration = { type: 'aws_proxy', httpMethod: 'POST', uri }
    const got = await testMethod(api({ '/x': { get: operation(integration) } }), '/x', {
      httpMethod: 'GET',
    })
    assert.equal(got.status, status)
    assert.match(got.body ?? '', /^\{"message":\s?"Internal server error"\}$/)
    assert.deepEqual(got.headers, { 'x-amzn-ErrorType': 'InternalServerErrorException' })
    const [failure = '', completed] = got.lines.slice(-2)
    if (typeof last === 'string') assert.equal(failure, last)
    else assert.match(failure, last)
    assert.equal(completed, `Method completed with status: ${status}`)
  })
}

test('a body that is not JSON is refused before a function, and no model is named', async () => {
  const uri = await gateway.addFunction('strict', 'export const handler = async event => event')
  const responses = { default: { statusCode: '200' } }
  const document = api({
    '/x': { post: operation({ type: 'aws', httpMethod: 'POST', uri, responses }) },
  })
  const got = await testMethod(document, '/x', { httpMethod: 'POST', body: 'not json' })
  const message = 'Could not parse request body into json: Could not parse payload into json'
  assert.deepEqual([got.status, JSON.parse(got.body ?? '')], [400, { message }])
  assert.deepEqual(got.lines.slice(-2), [message, 'Method completed with status: 400'])
})

test('no integration response that fits is a fault of the configuration', async () => {
  const integration = {
    type: 'http',
    httpMethod: 'GET',
    uri: `${backend.url}/there`,
    responses: { '4\\d\\d': { statusCode: '400' } },
  }
  const got = await testMethod(api({ '/x': { get: operation(integration) } }), '/x', {
    httpMethod: 'GET',
  })
  assert.equal(got.status, 500)
  assert.deepEqual(got.lines.slice(-2), [
    'Execution failed due to configuration error: No match for output mapping and no default output mapping configured. Endpoint Response Status Code: 200',
    'Method completed with status: 500',
  ])
})

test('a body that does not fit its model is refused as the client would see it', async () => {
  const document = api(
    {
      '/x': {
        post: {
          ...mock('ok'),
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
          },
          'x-amazon-apigateway-request-validator': 'all',
        },
      },
    },
    {
      components: { schemas: { Pet: { type: 'object', required: ['name'] } } },
      'x-amazon-apigateway-request-validators': {
        all: { validateRequestBody: true, validateRequestParameters: true },
      },
    },
  )
  const got = await testMethod(document, '/x', { httpMethod: 'POST', body: '{}' })
  assert.equal(got.status, 400)
  assert.deepEqual(JSON.parse(got.body ?? ''), { message: 'Invalid request body' })
  assert.deepEqual(got.headers, { 'x-amzn-ErrorType': 'BadRequestException' })
  assert.deepEqual(got.lines.slice(-2), [
    'Request body does not match model schema for content type application/json: [object has missing required properties (["name"])]',
    'Method completed with status: 400',
  ])
})

test('guards do not matter, nor what is unfinished elsewhere, and ANY is tried with a verb', async () => {
  const document = api(
    {
      '/unfinished': { get: { responses: {} } },
      '/x': {
        'x-amazon-apigateway-any-method': {
          ...mock('$context.httpMethod'),
          security: [{ key: [] }],
        },
      },
    },
    {
      components: { securitySchemes: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } } },
    },
  )
  const got = await testMethod(document, '/x', { httpMethod: 'DELETE' })
  assert.equal(got.body, 'DELETE')
  assert.equal((await testMethod(document, '/x', { httpMethod: 'ANY' })).body, 'GET')
  for (const httpMethod of ['FOO', 'get', 'TRACE']) {
    await assert.rejects(testMethod(document, '/x', { httpMethod }), {
      name: 'NotFoundException',
      message: 'Invalid Method identifier specified',
    })
  }
  const unfinished = await testMethod(document, '/unfinished', { httpMethod: 'GET' })
  assert.equal(unfinished.status, 500)
  assert.equal(unfinished.body, '{"message": "Internal server error"}')
  assert.match(
    unfinished.log ?? '',
    /Execution failed due to configuration error: .*No integration defined for method/,
  )
})

const authorizerCode = `export const handler = async event => {
  const token = event.authorizationToken ?? event.queryStringParameters.token
  if (token === 'fail') throw new Error('Unauthorized')
  if (token === 'crash') throw new Error('broken')
  if (token === 'null') return null
  const statement = { Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [event.methodArn] }
  return {
    principalId: 'user-1234567890',
    policyDocument: { Version: '2012-10-17', Statement: [statement] },
    context: { event: JSON.stringify(event) },
  }
}`

async function makeAuthorizer(
  settings: Omit<CreateAuthorizerCommandInput, 'restApiId' | 'name'>,
): Promise<(input?: Partial<TestInvokeAuthorizerCommandInput>) => Promise<Tried>> {
  const restApiId = await gateway.deploy(api({ '/x': { get: mock('ok') } }))
  const { id: authorizerId = '' } = await gateway.rest.send(
    new CreateAuthorizerCommand({ restApiId, name: 'a', ...settings }),
  )
  return async input => {
    const { $metadata: _, ...answer } = await gateway.rest.send(
      new TestInvokeAuthorizerCommand({ restApiId, authorizerId, ...input }),
    )
    const lines = linesOf(answer.log, restApiId).map(line => line.replaceAll(authorizerId, 'AUTH'))
    return { ...answer, lines, restApiId, authorizerId }
  }
}

interface Tried {
  readonly clientStatus?: number | undefined
  readonly principalId?: string | undefined
  readonly policy?: string | undefined
  readonly claims?: Readonly<Record<string, string>> | undefined
  readonly lines: readonly string[]
  readonly restApiId: string
}

test('a TOKEN authorizer says who it is and what he may', async () => {
  const authorizerUri = await gateway.addFunction('token', authorizerCode)
  const attempt = await makeAuthorizer({
    type: 'TOKEN',
    authorizerUri,
    identitySource: 'method.request.header.Auth',
    identityValidationExpression: '[a-z]+',
  })
  const got = await attempt({ headers: { Auth: 'letmepass' } })
  const methodArn = `arn:aws:execute-api:us-east-1:000000000000:${got.restApiId}/ESTestInvoke-stage/GET/`
  assert.equal(got.clientStatus, 0)
  assert.equal(got.principalId, 'user-1234567890')
  assert.deepEqual(JSON.parse(got.policy ?? ''), {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: [methodArn] }],
  })
  const url =
    'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:token/invocations'
  const { lines } = got
  assert.deepEqual(lines.slice(0, 4), [
    'Execution log for request UUID',
    'Starting authorizer: AUTH for request: UUID',
    'Incoming identity: *****pass',
    `Endpoint request URI: ${url}`,
  ])
  assert.match(
    lines[4] ?? '',
    /X-Amz-Source-Arn=arn:aws:execute-api:us-east-1:000000000000:API\/authorizers\/AUTH/,
  )
  assert.equal(
    lines[5],
    'Endpoint request body after transformations: {"type":"TOKEN","methodArn":"arn:aws:execute-api:us-east-1:000000000000:API/ESTestInvoke-stage/GET/","authorizationToken":"letmepass"}',
  )
  assert.equal(lines[6], `Sending request to ${url}`)
  assert.match(
    lines[7] ?? '',
    /^Authorizer result body before parsing: \{"principalId":"user-1234567890",/,
  )
  assert.deepEqual(lines.slice(8), [
    'Using valid authorizer policy for principal: *********567890',
    'Successfully completed authorizer execution',
  ])
})

for (const { token, status, last } of [
  { token: undefined, status: 401, last: ['Unauthorized request: UUID', 'Unauthorized'] },
  { token: 'NOT OF THE FORM', status: 401, last: ['Unauthorized request: UUID', 'Unauthorized'] },
  { token: 'fail', status: 401, last: ['Unauthorized request: UUID', 'Unauthorized'] },
  {
    token: 'crash',
    status: 500,
    last: [
      'Execution failed due to configuration error: Invalid JSON in response: Unrecognized field "errorType" , not marked as ignorable',
      'AuthorizerConfigurationException',
    ],
  },
  {
    token: 'null',
    status: 500,
    last: [
      'Execution failed due to configuration error: Could not parse policy',
      'AuthorizerConfigurationException',
    ],
  },
]) {
  test(`a TOKEN authorizer that is given ${token ?? 'nothing'} says ${status}`, async () => {
    const authorizerUri = await gateway.addFunction(`token-${token?.slice(0, 3)}`, authorizerCode)
    const attempt = await makeAuthorizer({
      type: 'TOKEN',
      authorizerUri,
      identitySource: 'method.request.header.Auth',
      identityValidationExpression: '[a-z]+',
    })
    const got = await attempt(token === undefined ? {} : { headers: { Auth: token } })
    assert.equal(got.clientStatus, status)
    assert.equal(got.policy, undefined)
    assert.deepEqual(got.lines.slice(-2), last)
  })
}

test('a REQUEST authorizer gets the whole request and needs all its identity sources', async () => {
  const authorizerUri = await gateway.addFunction('request', authorizerCode)
  const attempt = await makeAuthorizer({
    type: 'REQUEST',
    authorizerUri,
    identitySource: 'method.request.querystring.token, stageVariables.color, context.extra',
  })
  const given = {
    pathWithQueryString: '/a/b?token=abcdefgh',
    multiValueHeaders: { X: ['1', '2'] },
    stageVariables: { color: 'redish' },
    additionalContext: { extra: 'more' },
  }
  const got = await attempt(given)
  assert.equal(got.clientStatus, 0, got.lines.join('\n'))
  assert.equal(
    got.lines[2],
    'Incoming identity: {method.request.querystring.token=****efgh, stageVariables.color=***ish, context.extra=**re}',
  )
  assert.match(
    got.lines[5] ?? '',
    /\{"type":"REQUEST","methodArn":"[^"]+\/GET\/a\/b","resource":"\/","path":"\/a\/b","httpMethod":"GET","headers":\{"X":"2"\},"multiValueHeaders":\{"X":\["1","2"\]\},"queryStringParameters":\{"token":"abcdefgh"\},"multiValueQueryStringParameters":\{"token":\["abcdefgh"\]\},"pathParameters":\{\},"stageVariables":\{"color":"redish"\},"requestContext":\{"resourceId":"test-invoke-resource-id",/,
  )
  assert.equal((await attempt({ ...given, stageVariables: {} })).clientStatus, 401)
})

test('an authorizer that may not call its function says 500', async () => {
  const authorizerUri = await gateway.addFunction('locked', authorizerCode, { mayBeInvoked: false })
  const attempt = await makeAuthorizer({
    type: 'TOKEN',
    authorizerUri,
    identitySource: 'method.request.header.Auth',
  })
  const got = await attempt({ headers: { Auth: 'x' } })
  assert.equal(got.clientStatus, 500)
  assert.match(
    got.lines.at(-2) ?? '',
    /configuration error: Invalid permissions on Lambda function/,
  )
})

test('a user pool tells the claims of a right token, and nothing of a wrong one', async () => {
  const attempt = await makeAuthorizer({
    type: 'COGNITO_USER_POOLS',
    providerARNs: ['arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_a'],
    identitySource: 'method.request.header.Auth',
  })
  const minted = await fetch(`${gateway.gateway.url}/_portcullis/issuer/us-east-1_a/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"claims":{"email":"me@example.com"}}',
  })
  const { token } = (await minted.json()) as { token: string }
  const right = await attempt({ headers: { Auth: token } })
  assert.equal(right.clientStatus, 0)
  assert.equal(right.claims?.['email'], 'me@example.com')
  assert.equal(right.lines.at(-1), 'Successfully completed authorizer execution')
  const wrong = await attempt({ headers: { Auth: 'x' } })
  assert.equal(wrong.clientStatus, 401)
  assert.equal(wrong.claims, undefined)
  assert.deepEqual(wrong.lines.slice(-2), ['Unauthorized request: UUID', 'Unauthorized'])
})
