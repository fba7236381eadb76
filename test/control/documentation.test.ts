import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateDocumentationPartCommand,
  CreateDocumentationVersionCommand,
  CreateRestApiCommand,
  DeleteDocumentationPartCommand,
  DeleteDocumentationVersionCommand,
  GetDocumentationPartCommand,
  GetDocumentationPartsCommand,
  GetDocumentationVersionCommand,
  GetDocumentationVersionsCommand,
  ImportDocumentationPartsCommand,
  type PatchOperation,
  UpdateDocumentationPartCommand,
  UpdateDocumentationVersionCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

test('documentation parts come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const given = { location: { type: 'API' as const }, properties: '{"description":"d"}' }
  const create = () => client.send(new CreateDocumentationPartCommand({ restApiId, ...given }))
  const part = answer(await create(), 201)
  assert.deepEqual(part, { id: part.id, ...given })
  await refused(create(), 'ConflictException', 409, /already exists/)

  const name = { restApiId, documentationPartId: part.id }
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateDocumentationPartCommand({ ...name, patchOperations }))
  const updated = await update({ op: 'replace', path: '/properties', value: '{"a":1}' })
  assert.equal(updated.properties, '{"a":1}')
  const bad = 'BadRequestException'
  await refused(
    update({ op: 'replace', path: '/invalidPath', value: '{}' }),
    bad,
    400,
    "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/properties]",
  )
  await refused(
    update({ op: 'add', path: '/properties', value: '{}' }),
    bad,
    400,
    "Invalid patch path  '/properties' specified for op 'add'. Please choose supported operations",
  )
  await refused(update({ op: 'replace', path: '/properties', value: '' }), bad, 400, /JSON/)
  await refused(
    client.send(
      new CreateDocumentationPartCommand({
        restApiId,
        ...given,
        location: { type: 'INVALID' as never },
      }),
    ),
    'ValidationException',
    400,
    "1 validation error detected: Value 'INVALID' at 'createDocumentationPartInput.location.type' failed to satisfy constraint: Member must satisfy enum value set: [RESPONSE_BODY, RESPONSE, METHOD, MODEL, AUTHORIZER, RESPONSE_HEADER, RESOURCE, PATH_PARAMETER, REQUEST_BODY, QUERY_PARAMETER, API, REQUEST_HEADER]",
  )
  const all = await client.send(new GetDocumentationPartsCommand({ restApiId, type: 'METHOD' }))
  assert.deepEqual(all.items, [])
  answer(await client.send(new DeleteDocumentationPartCommand(name)), 202)
  await refused(
    client.send(new GetDocumentationPartCommand({ ...name, restApiId: 'nosuch' })),
    'NotFoundException',
    404,
    'Invalid Documentation part identifier specified',
  )
})

test('documentation is imported from a document', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const send = (text: string, mode: 'merge' | 'overwrite' = 'merge') =>
    client.send(new ImportDocumentationPartsCommand({ restApiId, mode, body: Buffer.from(text) }))
  const document = (description: string) =>
    JSON.stringify({
      openapi: '3.0.1',
      info: { title: 't', version: '1' },
      paths: {},
      'x-amazon-apigateway-documentation': {
        documentationParts: [{ location: { type: 'API' }, properties: { description } }],
      },
    })
  const first = answer(await send(document('a')), 200)
  assert.equal(first.ids?.length, 1)
  const second = await send(document('b'))
  assert.deepEqual(second.ids, first.ids)
  const { items = [] } = await client.send(new GetDocumentationPartsCommand({ restApiId }))
  assert.deepEqual(
    items.map(part => JSON.parse(part.properties ?? '')),
    [{ description: 'b' }],
  )
  await refused(
    send('a: ['),
    'BadRequestException',
    400,
    'Unable to build importer with provided input.',
  )
})

test('documentation versions come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const name = { restApiId, documentationVersion: '1.0' }
  const version = answer(await client.send(new CreateDocumentationVersionCommand(name)), 201)
  assert.deepEqual(version, { version: '1.0', createdDate: new Date(control.clock.now()) })
  const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'd' }]
  await client.send(new UpdateDocumentationVersionCommand({ ...name, patchOperations }))
  const { items } = await client.send(new GetDocumentationVersionsCommand({ restApiId }))
  assert.deepEqual(items, [{ ...version, description: 'd' }])
  answer(await client.send(new DeleteDocumentationVersionCommand(name)), 202)
  await refused(
    client.send(new GetDocumentationVersionCommand(name)),
    'NotFoundException',
    404,
    /version/,
  )
})
