import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetAuthorizersCommand,
  GetExportCommand,
  GetModelsCommand,
  GetRequestValidatorsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, anyAuthorization, refused, startControl } from './harness.ts'

const mock = { type: 'mock', requestTemplates: { 'application/json': '{"statusCode": 200}' } }
const responses = { '200': { description: 'ok' } }
const document = {
  openapi: '3.0.1',
  info: { title: 'pets', version: '1.0.0', description: 'all of them' },
  'x-amazon-apigateway-request-validators': {
    body: { validateRequestBody: true, validateRequestParameters: false },
  },
  'x-amazon-apigateway-request-validator': 'body',
  paths: {
    '/pets/{id}': {
      get: { operationId: 'getPet', responses, 'x-amazon-apigateway-integration': mock },
      delete: { responses, security: [{ guard: [] }], 'x-amazon-apigateway-integration': mock },
    },
  },
  components: {
    schemas: { Pet: { type: 'object', properties: { id: { type: 'integer' } } } },
    securitySchemes: {
      guard: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authtype': 'custom',
        'x-amazon-apigateway-authorizer': {
          type: 'token',
          authorizerUri:
            'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
        },
      },
    },
  },
}

function bytes(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
}

test('a document becomes an API that can be deployed and exported', async () => {
  await using control = await startControl()
  const { client, changes } = control
  const api = answer(await client.send(new ImportRestApiCommand({ body: bytes(document) })), 201)
  assert.equal(api.name, 'pets')
  assert.equal('tags' in api, false)
  assert.equal(api.description, 'all of them')
  assert.equal(api.version, '1.0.0')
  assert.deepEqual(api.endpointConfiguration, { types: ['EDGE'], ipAddressType: 'ipv4' })
  const restApiId = api.id ?? ''

  const embed = ['methods']
  const { items: resources = [] } = await client.send(new GetResourcesCommand({ restApiId, embed }))
  assert.deepEqual(resources.map(each => each.path).sort(), ['/', '/pets', '/pets/{id}'])
  const pet = resources.find(each => each.path === '/pets/{id}')
  const { items: validators = [] } = await client.send(
    new GetRequestValidatorsCommand({ restApiId }),
  )
  const { items: authorizers = [] } = await client.send(new GetAuthorizersCommand({ restApiId }))
  const { GET: get, DELETE: remove } = pet?.resourceMethods ?? {}
  assert.equal(get?.operationName, 'getPet')
  assert.equal(get?.requestValidatorId, validators[0]?.id)
  assert.equal(get?.methodIntegration?.type, 'MOCK')
  assert.equal(get?.methodIntegration?.cacheNamespace, pet?.id)
  assert.equal(remove?.authorizationType, 'CUSTOM')
  assert.equal(remove?.authorizerId, authorizers[0]?.id)
  const { items: models = [] } = await client.send(new GetModelsCommand({ restApiId }))
  assert.deepEqual(
    models.map(model => model.name),
    ['Pet'],
  )

  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  assert.equal(changes.length, 1)
  const stage = { restApiId, stageName: 'dev' }
  const exported = await client.send(new GetExportCommand({ ...stage, exportType: 'oas30' }))
  assert.equal(exported.contentType, 'application/octet-stream')
  assert.equal(exported.contentDisposition, 'attachment; filename="oas30_1.0.0.json"')
  const text = Buffer.from(exported.body ?? []).toString()
  assert.deepEqual(Object.keys(JSON.parse(text).paths), ['/pets/{id}'])
  const yaml = await client.send(
    new GetExportCommand({ ...stage, exportType: 'swagger', accepts: 'application/yaml' }),
  )
  assert.match(Buffer.from(yaml.body ?? []).toString(), /^swagger: /)
  await refused(
    client.send(new GetExportCommand({ ...stage, exportType: 'word' })),
    'BadRequestException',
    400,
    "No API exporter for type 'word'",
  )
})

test('parameters of an import choose endpoint type and base path', async () => {
  await using control = await startControl()
  const { client } = control
  const parameters = { endpointConfigurationTypes: 'REGIONAL', basepath: 'prepend' }
  const based = { ...document, servers: [{ url: 'https://example.com/v1' }] }
  const api = await client.send(new ImportRestApiCommand({ body: bytes(based), parameters }))
  assert.deepEqual(api.endpointConfiguration?.types, ['REGIONAL'])
  const { items = [] } = await client.send(new GetResourcesCommand({ restApiId: api.id }))
  assert.ok(items.some(each => each.path === '/v1/pets/{id}'))
})

test('a merge keeps what the document does not name, an overwrite does not', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId = '', rootResourceId: parentId } = await client.send(
    new CreateRestApiCommand({ name: 'mine', description: 'kept' }),
  )
  await client.send(new CreateResourceCommand({ restApiId, parentId, pathPart: 'mine' }))
  const paths = async () => {
    const { items = [] } = await client.send(new GetResourcesCommand({ restApiId }))
    return items.map(each => each.path).sort()
  }
  const put = (mode: 'merge' | 'overwrite' | undefined) =>
    client.send(new PutRestApiCommand({ restApiId, mode, body: bytes(document) }))
  const merged = answer(await put(undefined), 200)
  assert.equal(merged.id, restApiId)
  assert.deepEqual(await paths(), ['/', '/mine', '/pets', '/pets/{id}'])
  const replaced = answer(await put('overwrite'), 200)
  assert.equal(replaced.rootResourceId, parentId)
  assert.deepEqual(await paths(), ['/', '/pets', '/pets/{id}'])
  const again = await client.send(new GetRestApiCommand({ restApiId }))
  assert.equal(again.name, 'pets')
})

test('a document that is none leaves nothing behind', async () => {
  await using control = await startControl()
  const { client } = control
  for (const body of ['', '{', 'a: [', '[]', '"x"', '\u0000', '{"openapi":"4.0"}']) {
    await refused(
      client.send(new ImportRestApiCommand({ body: bytes(body) })),
      'BadRequestException',
      400,
      'Invalid OpenAPI input.',
    )
  }
  const warned = { ...document, info: {} }
  await refused(
    client.send(new ImportRestApiCommand({ body: bytes(warned), failOnWarnings: true })),
    'BadRequestException',
    400,
    /title/,
  )
  const { items } = await client.send(new GetRestApisCommand({}))
  assert.deepEqual(items, [])
})

test('a template that passes the body through is null here and has a name in exports', async () => {
  await using control = await startControl()
  const { client } = control
  const integration = {
    ...mock,
    responses: {
      default: { statusCode: '200', responseTemplates: { 'application/json': null } },
      '5..': { statusCode: '500', responseTemplates: { 'text/plain': '__passthrough__' } },
    },
  }
  const paths = {
    '/': {
      get: {
        responses: { '200': { description: '' }, '500': { description: '' } },
        'x-amazon-apigateway-integration': integration,
      },
    },
  }
  const input = { body: bytes({ ...document, paths }), failOnWarnings: true }
  const { id: restApiId, rootResourceId } = await client.send(new ImportRestApiCommand(input))
  const { body } = await control.raw({
    path: `/restapis/${restApiId}/resources/${rootResourceId}/methods/GET/integration`,
    headers: { authorization: anyAuthorization, 'x-amz-date': '20260101T000000Z' },
  })
  const { '200': ok, '500': failed } = JSON.parse(body).integrationResponses
  assert.deepEqual(ok.responseTemplates, { 'application/json': null })
  assert.deepEqual(failed.responseTemplates, { 'text/plain': null })
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  const exported = await client.send(
    new GetExportCommand({
      restApiId,
      stageName: 'dev',
      exportType: 'oas30',
      parameters: { extensions: 'integrations' },
    }),
  )
  const text = Buffer.from(exported.body ?? []).toString()
  assert.equal(text.match(/"__passthrough__"/g)?.length, 2)
})

test('the schema of an imported model is written as those of the default models are', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new ImportRestApiCommand({ body: bytes(document) }))
  const { items = [] } = await client.send(new GetModelsCommand({ restApiId }))
  assert.equal(
    items.find(model => model.name === 'Pet')?.schema,
    '{\n  "type" : "object",\n  "properties" : {\n    "id" : {\n      "type" : "integer"\n    }\n  }\n}',
  )
})
