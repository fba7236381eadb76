/**
 * Which bodies a request validator holds against which model, and what a client and `$context.error` are told ("Request
 * validation for REST APIs in API Gateway" in the developer guide).
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateDeploymentCommand,
  CreateModelCommand,
  GetResourcesCommand,
  UpdateMethodCommand,
} from '@aws-sdk/client-api-gateway'
import { api, mock, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let apiId: string

const detail = {
  'x-amazon-apigateway-gateway-responses': {
    BAD_REQUEST_BODY: {
      responseTemplates: {
        'application/json':
          '$context.error.responseType|$context.error.message|$context.error.messageString|$context.error.validationErrorString',
      },
    },
    BAD_REQUEST_PARAMETERS: {
      responseTemplates: {
        'application/json': '$context.error.messageString|$context.error.validationErrorString',
      },
    },
  },
}
const validators = {
  'x-amazon-apigateway-request-validators': {
    all: { validateRequestBody: true, validateRequestParameters: true },
    body: { validateRequestBody: true, validateRequestParameters: false },
    parameters: { validateRequestBody: false, validateRequestParameters: true },
    none: { validateRequestBody: false, validateRequestParameters: false },
  },
}
const schemas = {
  Name: { type: 'string', minLength: 2 },
  Pet: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { $ref: '#/components/schemas/Name' },
      friend: { $ref: '#/components/schemas/Pet' },
      toys: { type: 'array', items: { type: 'object', required: ['id'] } },
    },
  },
}

const types = ['application/json', 'application/xml', 'application/json+x', 'text/plain']
const requestTemplates = Object.fromEntries(types.map(type => [type, '{"statusCode": 200}']))

/** A POST method with the model Pet for JSON and two required parameters. */
function post(validator: string): object {
  const schema = { type: 'string' }
  return {
    post: {
      ...mock('passed', { requestTemplates }),
      parameters: [
        { name: 'q', in: 'query', required: true, schema },
        { name: 'X-H', in: 'header', required: true, schema },
        { name: 'id', in: 'path', required: true, schema },
        { name: 'free', in: 'query', required: false, schema },
      ],
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
      },
      'x-amazon-apigateway-request-validator': validator,
    },
  }
}

before(async () => {
  t = await startGateway()
  const names = ['all', 'body', 'parameters', 'none']
  const paths = Object.fromEntries(names.map(name => [`/${name}/{id}`, post(name)]))
  apiId = await t.deploy(api(paths, { components: { schemas }, ...detail, ...validators }))
})
after(() => t.close())

const bad = 'BAD_REQUEST_BODY|Invalid request body|"Invalid request body"|'
const noName = `${bad}[object has missing required properties (["name"])]`
const json = 'application/json'

const bodies: readonly {
  readonly name: string
  readonly type?: string
  readonly body?: string
  readonly want: string
}[] = [
  { name: 'what fits', type: json, body: '{"name":"Rex"}', want: 'passed' },
  { name: 'a type with parameters', type: `${json}; charset=utf-8`, body: '{}', want: noName },
  { name: 'a type in capitals', type: 'Application/JSON', body: '{}', want: noName },
  { name: 'no type is JSON', body: '{}', want: noName },
  { name: 'a type without model', type: 'application/xml', body: '{}', want: 'passed' },
  { name: 'a type that only begins alike', type: `${json}+x`, body: '{}', want: 'passed' },
  { name: 'no body is an empty object', type: json, want: noName },
  { name: 'an empty body too', type: json, body: '', want: noName },
  {
    name: 'no JSON',
    type: json,
    body: 'name=Rex',
    want: `${bad}[Unknown error parsing request body]`,
  },
  {
    name: 'two values',
    type: json,
    body: '{"name":"Rex"} {}',
    want: `${bad}[Unknown error parsing request body]`,
  },
  {
    name: 'another type of value',
    type: json,
    body: '[]',
    want: `${bad}[instance type (array) does not match any allowed primitive type (allowed: ["object"])]`,
  },
  {
    name: 'a model behind another',
    type: json,
    body: '{"name":"R"}',
    want: `${bad}[string "R" is too short (length: 1, required minimum: 2)]`,
  },
  {
    name: 'a model within itself',
    type: json,
    body: '{"name":"Rex","friend":{"name":"Tom","friend":{}}}',
    want: noName,
  },
  {
    name: 'members of a list',
    type: json,
    body: '{"name":"Rex","toys":[{"id":1},{}]}',
    want: `${bad}[object has missing required properties (["id"])]`,
  },
]

describe('bodies', () => {
  for (const { name, type, body, want } of bodies) {
    test(`${name}: ${body ?? 'nothing'} as ${type ?? 'nothing'}`, async () => {
      const headers = type === undefined ? [] : ['Content-Type', type]
      const init = { method: 'POST', headers, ...(body === undefined ? {} : { body }) }
      const answer = await t.call(apiId, '/body/1', init)
      assert.deepEqual([answer.status, answer.body], [want === 'passed' ? 200 : 400, want])
    })
  }

  test('a model that was made by its address of another model', async () => {
    const restApiId = await t.deploy(
      api({ '/x/{id}': post('body') }, { components: { schemas }, ...detail, ...validators }),
    )
    const schema = {
      type: 'object',
      properties: {
        pet: { $ref: `https://apigateway.amazonaws.com/restapis/${restApiId}/models/Pet` },
      },
    }
    await t.rest.send(
      new CreateModelCommand({
        restApiId,
        name: 'Order',
        contentType: json,
        schema: JSON.stringify(schema),
      }),
    )
    const { items = [] } = await t.rest.send(new GetResourcesCommand({ restApiId }))
    const resourceId = items.find(({ path }) => path === '/x/{id}')?.id
    await t.rest.send(
      new UpdateMethodCommand({
        restApiId,
        resourceId,
        httpMethod: 'POST',
        patchOperations: [{ op: 'add', path: '/requestModels/$default', value: 'Order' }],
      }),
    )
    await t.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'test' }))
    const ask = async (type: string, body: string) => {
      const headers = ['Content-Type', type]
      return (await t.call(restApiId, '/x/1', { method: 'POST', headers, body })).body
    }
    assert.equal(await ask('text/plain', '{"pet":{"name":"Rex"}}'), 'passed')
    assert.equal(await ask('text/plain', '{"pet":{}}'), noName)
    assert.equal(await ask(json, '{"pet":{}}'), noName)
    assert.equal(await ask(json, '{"name":"Rex","pet":{}}'), 'passed')
  })
})

const missing = (names: string) => `"Missing required request parameters: [${names}]"|`

const parameters: readonly {
  readonly target: string
  readonly headers: readonly string[]
  readonly want: string
}[] = [
  { target: '/all/1', headers: [], want: missing('X-H, q') },
  { target: '/all/1?q=1', headers: ['X-H', '1'], want: noName },
  { target: '/all/1?q=', headers: ['X-H', '1'], want: missing('q') },
  { target: '/all/1?q=%20', headers: ['X-H', '1'], want: missing('q') },
  { target: '/all/1?q=%20&q=2', headers: ['X-H', '1'], want: noName },
  { target: '/all/1?Q=1', headers: ['X-H', '1'], want: missing('q') },
  { target: '/all/1?q=1', headers: ['x-h', '1'], want: missing('X-H') },
  { target: '/all/1?q=1', headers: ['X-H', ' '], want: missing('X-H') },
  { target: '/parameters/1', headers: [], want: missing('X-H, q') },
  { target: '/parameters/1?q=1', headers: ['X-H', '1'], want: 'passed' },
  { target: '/body/1', headers: [], want: noName },
  { target: '/none/1', headers: [], want: 'passed' },
]

describe('parameters, before the body', () => {
  for (const { target, headers, want } of parameters) {
    test(`${target} with ${headers.join(' ') || 'no headers'}`, async () => {
      const answer = await t.call(apiId, target, { method: 'POST', headers, body: '{}' })
      assert.deepEqual([answer.status, answer.body], [want === 'passed' ? 200 : 400, want])
    })
  }
})
