import assert from 'node:assert/strict'
import { describe as suite, test } from 'node:test'
import type { ApiSnapshot, Stage } from '../aws/rest-api.ts'
import type { OwnPart } from './documentation-parts.ts'
import { type ExportOptions, exportRest } from './export.ts'
import type { ExportFormat, Json } from './export-context.ts'

const createdDate = Date.UTC(2026, 0, 2, 3, 4, 5)
const snapshot: ApiSnapshot = {
  api: {
    id: 'abcde12345',
    name: 'pets',
    createdDate,
    apiKeySource: 'HEADER',
    endpointConfiguration: { types: ['REGIONAL'] },
    disableExecuteApiEndpoint: false,
    rootResourceId: 'r0',
  },
  resources: [
    { id: 'r0', path: '/' },
    {
      id: 'r1',
      parentId: 'r0',
      pathPart: 'pets',
      path: '/pets',
      resourceMethods: {
        GET: {
          httpMethod: 'GET',
          authorizationType: 'AWS_IAM',
          apiKeyRequired: true,
          requestParameters: { 'method.request.querystring.limit': false },
          requestModels: { 'application/json': 'Pet' },
          methodResponses: {
            '200': {
              statusCode: '200',
              responseParameters: { 'method.response.header.X-Total': true },
            },
            '404': { statusCode: '404' },
          },
        },
      },
    },
  ],
  models: [{ id: 'm', name: 'Pet', contentType: 'application/json', schema: '{"type":"object"}' }],
  requestValidators: [],
  gatewayResponses: [],
  authorizers: [],
}
const stage: Stage = {
  stageName: 'prod',
  deploymentId: 'd',
  documentationVersion: '7',
  createdDate,
  lastUpdatedDate: createdDate,
}

function exported(format: ExportFormat, parts: OwnPart[], more: Partial<ExportOptions> = {}): Json {
  return exportRest(snapshot, stage, {
    format,
    extensions: new Set(),
    host: 'x',
    region: 'eu-west-1',
    documentation: { version: '7', createdDate, parts },
    ...more,
  })
}

function part(location: OwnPart['location'], properties: object): OwnPart {
  return { location, properties: JSON.stringify(properties) }
}

function at(document: unknown, ...path: string[]): unknown {
  return path.reduce((value, name) => (value as Json | undefined)?.[name], document)
}

const get = ['paths', '/pets', 'get']

suite('documentation is written where OpenAPI has words for it', () => {
  const cases: { name: string; part: OwnPart; path: string[]; want: unknown }[] = [
    {
      name: 'the description of an operation',
      part: part({ type: 'METHOD', path: '/pets', method: 'GET' }, { description: 'd' }),
      path: [...get, 'description'],
      want: 'd',
    },
    {
      name: 'an extension of an operation',
      part: part({ type: 'METHOD', path: '/pets', method: 'GET' }, { 'x-own': [1] }),
      path: [...get, 'x-own'],
      want: [1],
    },
    {
      name: 'the documentation of all operations',
      part: part({ type: 'METHOD' }, { summary: 's' }),
      path: [...get, 'summary'],
      want: 's',
    },
    {
      name: 'the description of a response',
      part: part({ type: 'RESPONSE', statusCode: '404' }, { description: 'No such pet' }),
      path: [...get, 'responses', '404', 'description'],
      want: 'No such pet',
    },
    {
      name: 'the description of a response header',
      part: part({ type: 'RESPONSE_HEADER', name: 'X-Total' }, { description: 'd' }),
      path: [...get, 'responses', '200', 'headers', 'X-Total', 'description'],
      want: 'd',
    },
    {
      name: 'the description of a parameter',
      part: part({ type: 'QUERY_PARAMETER', name: 'limit' }, { description: 'd' }),
      path: [...get, 'parameters', '0', 'description'],
      want: 'd',
    },
    {
      name: 'the description of the API',
      part: part({ type: 'API' }, { info: { description: 'd' } }),
      path: ['info', 'description'],
      want: 'd',
    },
    {
      name: 'tags',
      part: part({ type: 'API' }, { tags: [{ name: 't' }] }),
      path: ['tags'],
      want: [{ name: 't' }],
    },
    {
      name: 'an extension of a path',
      part: part({ type: 'RESOURCE', path: '/pets' }, { 'x-own': 1 }),
      path: ['paths', '/pets', 'x-own'],
      want: 1,
    },
  ]
  for (const { name, part, path, want } of cases) {
    for (const format of ['oas30', 'swagger'] as const) {
      test(`${name} (${format})`, () => {
        assert.deepEqual(at(exported(format, [part]), ...path), want)
      })
    }
  }

  test('the description of a body and of a model', () => {
    const parts = [
      part({ type: 'REQUEST_BODY' }, { description: 'b' }),
      part({ type: 'MODEL', name: 'Pet' }, { description: 'm' }),
    ]
    const oas = exported('oas30', parts)
    assert.equal(at(oas, ...get, 'requestBody', 'description'), 'b')
    assert.equal(at(oas, 'components', 'schemas', 'Pet', 'description'), 'm')
    const swagger = exported('swagger', parts)
    assert.equal(at(swagger, ...get, 'parameters', '1', 'description'), 'b')
    assert.equal(at(swagger, 'definitions', 'Pet', 'description'), 'm')
  })
})

suite('documentation is not written', () => {
  const cases: { name: string; part: OwnPart; path: string[]; want: unknown }[] = [
    {
      name: 'over what the API itself says',
      part: part({ type: 'API' }, { info: { title: 'other', version: 'other' } }),
      path: ['info'],
      want: { title: 'pets', version: '2026-01-02T03:04:05Z' },
    },
    {
      name: 'as the description of a path',
      part: part({ type: 'RESOURCE', path: '/pets' }, { description: 'd' }),
      path: ['paths', '/pets', 'description'],
      want: undefined,
    },
    {
      name: 'where OpenAPI has no word for it',
      part: part({ type: 'METHOD' }, { own: 1, description: 2 }),
      path: [...get, 'own'],
      want: undefined,
    },
    {
      name: 'when it would be no text',
      part: part({ type: 'METHOD' }, { description: 2 }),
      path: [...get, 'description'],
      want: undefined,
    },
    {
      name: 'when it would be a setting of API Gateway',
      part: part({ type: 'METHOD' }, { 'x-amazon-apigateway-auth': { type: 'NONE' } }),
      path: [...get, 'x-amazon-apigateway-auth'],
      want: undefined,
    },
    {
      name: 'over the verbs of a path',
      part: part({ type: 'RESOURCE', path: '/pets' }, { post: {}, get: {} }),
      path: ['paths', '/pets', 'post'],
      want: undefined,
    },
  ]
  for (const { name, part, path, want } of cases) {
    test(name, () => assert.deepEqual(at(exported('oas30', [part]), ...path), want))
  }
})

suite('the list of parts', () => {
  const parts = [part({ type: 'METHOD' }, { own: 1 }), part({ type: 'API' }, { own: 2 })]
  const list = (extensions: ExportOptions['extensions']) =>
    exported('oas30', parts, { extensions })['x-amazon-apigateway-documentation']

  test('comes by default and when it is asked for', () => {
    const want = {
      version: '7',
      createdDate: '2026-01-02T03:04:05Z',
      documentationParts: [
        { location: { type: 'API' }, properties: { own: 2 } },
        { location: { type: 'METHOD' }, properties: { own: 1 } },
      ],
    }
    assert.deepEqual(list(new Set()), want)
    assert.deepEqual(list(new Set(['documentation', 'integrations'])), want)
  })

  test('does not come with other extensions', () => {
    assert.equal(list(new Set(['apigateway'])), undefined)
  })
})

test("Postman's extension says how to sign where a signature is wanted", () => {
  const document = exported('oas30', [], { extensions: new Set(['postman']) })
  assert.deepEqual(at(document, ...get, 'x-postman-meta'), {
    currentHelper: 'awsSigV4',
    helperAttributes: {
      id: 'awsSigV4',
      accessKey: '{{aws_access_key_id}}',
      secretKey: '{{aws_secret_access_key}}',
      region: 'eu-west-1',
      service: 'execute-api',
    },
  })
  assert.equal(JSON.stringify(document).includes('x-amazon-apigateway'), false)
  assert.equal(at(exported('oas30', []), ...get, 'x-postman-meta'), undefined)
})
