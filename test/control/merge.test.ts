/**
 * PutRestApi into an API that has something already: what stays, what is replaced, and what the document may take from
 * the API without defining it.
 */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type APIGatewayClient,
  CreateAuthorizerCommand,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateRestApiCommand,
  GetAuthorizersCommand,
  GetDocumentationPartsCommand,
  GetGatewayResponseCommand,
  GetModelsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  ImportRestApiCommand,
  type Method,
  PutRestApiCommand,
  type PutRestApiCommandInput,
} from '@aws-sdk/client-api-gateway'
import { refused, startControl } from './harness.ts'

const lambda =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations'
const integration = { type: 'mock' }

function bytes(document: object): Uint8Array {
  return Buffer.from(JSON.stringify({ openapi: '3.0.1', info: { title: 't' }, ...document }))
}

async function newApi(client: APIGatewayClient, document?: object): Promise<string> {
  const { id = '' } = document
    ? await client.send(new ImportRestApiCommand({ body: bytes(document) }))
    : await client.send(new CreateRestApiCommand({ name: 'mine' }))
  return id
}

function put(
  client: APIGatewayClient,
  restApiId: string,
  document: object,
  more: Partial<PutRestApiCommandInput> = {},
) {
  return client.send(new PutRestApiCommand({ restApiId, body: bytes(document), ...more }))
}

async function methodsOf(
  client: APIGatewayClient,
  restApiId: string,
  path: string,
): Promise<Record<string, Method>> {
  const command = new GetResourcesCommand({ restApiId, embed: ['methods'], limit: 500 })
  const { items = [] } = await client.send(command)
  return items.find(each => each.path === path)?.resourceMethods ?? {}
}

test('a merged document may refer to models, validators and authorizers of the API', async () => {
  await using control = await startControl()
  const { client } = control
  const restApiId = await newApi(client)
  const model = { name: 'Pet', contentType: 'application/json', schema: '{"type":"object"}' }
  await client.send(new CreateModelCommand({ restApiId, ...model }))
  const validator = await client.send(
    new CreateRequestValidatorCommand({ restApiId, name: 'body', validateRequestBody: true }),
  )
  const authorizer = await client.send(
    new CreateAuthorizerCommand({
      restApiId,
      name: 'guard',
      type: 'TOKEN',
      authorizerUri: lambda,
      identitySource: 'method.request.header.Authorization',
    }),
  )
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } }
  const operation = {
    security: [{ guard: [] }],
    requestBody: { content },
    responses: { 200: { content } },
    'x-amazon-apigateway-request-validator': 'body',
    'x-amazon-apigateway-integration': integration,
  }
  const { warnings } = await put(client, restApiId, { paths: { '/pets': { post: operation } } })
  assert.equal(warnings, undefined)
  const { POST: post } = await methodsOf(client, restApiId, '/pets')
  assert.equal(post?.authorizationType, 'CUSTOM')
  assert.equal(post?.authorizerId, authorizer.id)
  assert.equal(post?.requestValidatorId, validator.id)
  assert.deepEqual(post?.requestModels, { 'application/json': 'Pet' })
  assert.deepEqual(post?.methodResponses?.['200']?.responseModels, { 'application/json': 'Pet' })

  // An export without extensions names the authorizer and says nothing of it.
  const named = {
    paths: { '/owners': { get: { ...operation, requestBody: undefined } } },
    components: { securitySchemes: { guard: { type: 'apiKey', name: 'A', in: 'header' } } },
  }
  await put(client, restApiId, named, { failOnWarnings: true })
  assert.equal((await methodsOf(client, restApiId, '/owners'))['GET']?.authorizerId, authorizer.id)

  // Overwriting takes them away first.
  await refused(
    put(client, restApiId, { paths: { '/pets': { post: operation } } }, { mode: 'overwrite' }),
    'BadRequestException',
    400,
    /Invalid Request Validator identifier specified/,
  )
  assert.ok(
    (await methodsOf(client, restApiId, '/pets'))['POST'],
    'a refused import changed the API',
  )
})

test('a merged authorizer keeps its id', async () => {
  await using control = await startControl()
  const { client } = control
  const documentWith = (ttl: number) => ({
    components: {
      securitySchemes: {
        guard: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authorizer': {
            type: 'token',
            authorizerUri: lambda,
            authorizerResultTtlInSeconds: ttl,
          },
        },
      },
    },
  })
  const restApiId = await newApi(client, documentWith(1))
  const { items: before = [] } = await client.send(new GetAuthorizersCommand({ restApiId }))
  await put(client, restApiId, documentWith(2))
  const { items: after = [] } = await client.send(new GetAuthorizersCommand({ restApiId }))
  assert.deepEqual(after, [{ ...before[0], authorizerResultTtlInSeconds: 2 }])
  await refused(put(client, restApiId, documentWith(3601)), 'BadRequestException', 400, /3600/)
})

test('a merged path must fit to the paths of the API', async () => {
  await using control = await startControl()
  const { client } = control
  const operation = { get: { 'x-amazon-apigateway-integration': integration } }
  const restApiId = await newApi(client, { paths: { '/pets/{id}': operation } })
  await put(client, restApiId, { paths: { '/pets/{id}/toys': operation } })
  await refused(
    put(client, restApiId, { paths: { '/pets/{petId}': operation } }),
    'BadRequestException',
    400,
    /A sibling \(\{id\}\) of this resource already has a variable path part/,
  )
})

test('documentation is merged by place, replaced, or left alone', async () => {
  await using control = await startControl()
  const { client } = control
  const documentSaying = (description: string, paths: object = {}) => ({
    paths,
    'x-amazon-apigateway-documentation': {
      documentationParts: [{ location: { type: 'API' }, properties: { description } }],
    },
  })
  const operation = { summary: 's', 'x-amazon-apigateway-integration': integration }
  const paths = { '/pets': { get: operation } }
  const restApiId = await newApi(client, documentSaying('one', paths))
  const said = async () => {
    const { items = [] } = await client.send(new GetDocumentationPartsCommand({ restApiId }))
    return items.map(({ properties }) => properties).sort()
  }
  assert.deepEqual(await said(), ['{"description":"one"}', '{"summary":"s"}'])
  await put(client, restApiId, documentSaying('two'))
  assert.deepEqual(await said(), ['{"description":"two"}', '{"summary":"s"}'])
  const parameters = { ignore: 'documentation' }
  await put(client, restApiId, documentSaying('no'), { mode: 'overwrite', parameters })
  assert.deepEqual(await said(), ['{"description":"two"}', '{"summary":"s"}'])
  await put(client, restApiId, documentSaying('three'), { mode: 'overwrite' })
  assert.deepEqual(await said(), ['{"description":"three"}'])
})

test('an overwrite takes the settings away that its document leaves out, a merge keeps them', async () => {
  await using control = await startControl()
  const { client } = control
  const full = {
    info: { title: 't', description: 'd', version: '1' },
    servers: [
      { 'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true } },
    ],
    'x-amazon-apigateway-api-key-source': 'AUTHORIZER',
    'x-amazon-apigateway-binary-media-types': ['image/png'],
    'x-amazon-apigateway-minimum-compression-size': 10,
    'x-amazon-apigateway-gateway-responses': { THROTTLED: { statusCode: 503 } },
    tags: [{ name: 'team', 'x-amazon-apigateway-tag-value': 'a' }],
  }
  const restApiId = await newApi(client, full)
  const read = () => client.send(new GetRestApiCommand({ restApiId }))
  const throttled = () =>
    client.send(new GetGatewayResponseCommand({ restApiId, responseType: 'THROTTLED' }))
  const before = await read()
  assert.equal(before.apiKeySource, 'AUTHORIZER')
  assert.deepEqual((await throttled()).responseTemplates, {
    'application/json': '{"message":$context.error.messageString}',
  })
  await put(client, restApiId, {})
  assert.deepEqual({ ...(await read()), $metadata: {} }, { ...before, $metadata: {} })
  await put(client, restApiId, {}, { mode: 'overwrite' })
  const after = await read()
  assert.equal(after.apiKeySource, 'HEADER')
  assert.equal(after.description, undefined)
  assert.equal(after.binaryMediaTypes, undefined)
  assert.equal(after.minimumCompressionSize, undefined)
  assert.equal(after.disableExecuteApiEndpoint, true)
  assert.deepEqual(after.tags, { team: 'a' })
  assert.equal((await throttled()).defaultResponse, true)
})

test('models that refer to each other in a circle are imported and flattened', async () => {
  await using control = await startControl()
  const { client } = control
  const schemas = {
    Pet: { properties: { owner: { $ref: '#/components/schemas/Owner' } } },
    Owner: { properties: { pets: { items: { $ref: '#/components/schemas/Pet' } } } },
  }
  const restApiId = await newApi(client, { components: { schemas } })
  const { items = [] } = await client.send(new GetModelsCommand({ restApiId }))
  const pet = items.find(({ name }) => name === 'Pet')
  assert.equal(
    JSON.parse(pet?.schema ?? '').properties.owner.$ref,
    `https://apigateway.amazonaws.com/restapis/${restApiId}/models/Owner`,
  )
})

test('warnings undo an import that must have none', async () => {
  await using control = await startControl()
  const { client } = control
  const restApiId = await newApi(client, { info: { title: 'before' } })
  const document = { info: { title: 'after' }, 'x-amazon-apigateway-unheard-of': 1 }
  await refused(
    put(client, restApiId, document, { failOnWarnings: true }),
    'BadRequestException',
    400,
    /x-amazon-apigateway-unheard-of/,
  )
  assert.equal((await client.send(new GetRestApiCommand({ restApiId }))).name, 'before')
  const { warnings } = await put(client, restApiId, document)
  assert.equal(warnings?.length, 1)
})
