import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateDocumentationPartCommand,
  GetDocumentationPartsCommand,
  type GetDocumentationPartsCommandInput,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { startControl } from './harness.ts'

test('places without documentation are listed until something is said about them', async () => {
  await using control = await startControl()
  const { client } = control
  const document = {
    openapi: '3.0.1',
    info: { title: 'pets', version: '1' },
    paths: {
      '/pets/{id}': {
        get: {
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          responses: { 200: {} },
          'x-amazon-apigateway-integration': { type: 'mock' },
        },
      },
    },
  }
  const body = Buffer.from(JSON.stringify(document))
  const { id: restApiId = '' } = await client.send(new ImportRestApiCommand({ body }))
  const list = async (more: Partial<GetDocumentationPartsCommandInput> = {}) => {
    const { items = [] } = await client.send(
      new GetDocumentationPartsCommand({ restApiId, locationStatus: 'UNDOCUMENTED', ...more }),
    )
    return items.map(({ location }) => [location?.type, location?.path, location?.method])
  }
  assert.deepEqual(await list({ path: '/pets/{id}' }), [
    ['METHOD', '/pets/{id}', 'GET'],
    ['PATH_PARAMETER', '/pets/{id}', 'GET'],
    ['RESOURCE', '/pets/{id}', undefined],
    ['RESPONSE', '/pets/{id}', 'GET'],
  ])
  assert.deepEqual(await list({ type: 'API' }), [['API', undefined, undefined]])
  await client.send(
    new CreateDocumentationPartCommand({
      restApiId,
      location: { type: 'METHOD', path: '/pets/{id}', method: 'GET' },
      properties: '{"summary":"x"}',
    }),
  )
  assert.deepEqual(await list({ type: 'METHOD' }), [])
})
