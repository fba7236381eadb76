import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { api, mock, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let apiId: string

const petModel = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
}

before(async () => {
  t = await startGateway()
  apiId = await t.deploy(
    api(
      {
        '/pets': {
          post: {
            ...mock('made'),
            parameters: [
              { name: 'kind', in: 'query', required: true, schema: { type: 'string' } },
              { name: 'X-Trace', in: 'header', required: true, schema: { type: 'string' } },
            ],
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
            },
          },
        },
        '/guarded': { get: { ...mock('secret'), security: [{ api_key: [] }] } },
        '/iam': { get: { ...mock('secret'), 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } } },
      },
      {
        components: {
          schemas: { Pet: petModel },
          securitySchemes: { api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
        },
        'x-amazon-apigateway-request-validators': {
          all: { validateRequestBody: true, validateRequestParameters: true },
        },
        'x-amazon-apigateway-request-validator': 'all',
        'x-amazon-apigateway-gateway-responses': {
          BAD_REQUEST_BODY: {
            statusCode: 422,
            responseParameters: {
              'gatewayresponse.header.X-Why': "'validation'",
              'gatewayresponse.header.X-Kind': 'method.request.querystring.kind',
            },
            responseTemplates: {
              'application/json':
                '{"message":$context.error.messageString,"detail":"$context.error.validationErrorString"}',
            },
          },
          DEFAULT_4XX: {
            responseParameters: { 'gatewayresponse.header.Access-Control-Allow-Origin': "'*'" },
          },
        },
      },
    ),
  )
})
after(() => t.close())

const json = ['Content-Type', 'application/json']

test('missing parameters are named, and parameters are checked before the body', async () => {
  const answer = await t.call(apiId, '/pets', { method: 'POST', headers: json, body: '{}' })
  assert.equal(answer.status, 400)
  assert.equal(answer.headers['x-amzn-errortype'], 'BadRequestException')
  assert.deepEqual(answer.json(), {
    message: 'Missing required request parameters: [X-Trace, kind]',
  })
  assert.equal(answer.headers['access-control-allow-origin'], '*')
})

test('a body that does not match is answered by the API’s own gateway response', async () => {
  const answer = await t.call(apiId, '/pets?kind=dog', {
    method: 'POST',
    headers: [...json, 'X-Trace', '1'],
    body: '{"age":1}',
  })
  assert.equal(answer.status, 422)
  assert.equal(answer.headers['x-why'], 'validation')
  assert.equal(answer.headers['x-kind'], 'dog')
  assert.match(answer.body, /^\{"message":"Invalid request body","detail":/)
  assert.ok(answer.body.includes('object has missing required properties'), answer.body)
})

test('a body that matches goes on', async () => {
  const answer = await t.call(apiId, '/pets?kind=dog', {
    method: 'POST',
    headers: [...json, 'X-Trace', '1'],
    body: '{"name":"Rex"}',
  })
  assert.equal(answer.body, 'made')
})

test('DEFAULT_4XX decorates what has no entry of its own', async () => {
  const answer = await t.call(apiId, '/nowhere')
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  assert.equal(answer.body, '{"message":"Missing Authentication Token"}')
})

test('a method that requires an API key refuses without one and with any', async () => {
  for (const headers of [[], ['x-api-key', 'abcdefghijklmnopqrstuvwxyz']]) {
    const answer = await t.call(apiId, '/guarded', { headers })
    assert.equal(answer.status, 403)
    assert.equal(answer.body, '{"message":"Forbidden"}')
  }
})

test('a method with AWS_IAM answers nobody who has not signed', async () => {
  const answer = await t.call(apiId, '/iam')
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['x-amzn-errortype'], 'MissingAuthenticationTokenException')
  assert.equal(answer.body, '{"message":"Missing Authentication Token"}')
})
