import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateRestApiCommand,
  DeleteMethodCommand,
  DeleteModelCommand,
  DeleteRequestValidatorCommand,
  GetModelCommand,
  GetModelTemplateCommand,
  GetRequestValidatorCommand,
  GetRequestValidatorsCommand,
  type PatchOperation,
  PutMethodCommand,
  UpdateModelCommand,
  UpdateRequestValidatorCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

const contentType = 'application/json'
const schema = '{"type": "object", "properties": {"id": {"type": "integer"}}}'

test('models come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId = '', rootResourceId } = await client.send(
    new CreateRestApiCommand({ name: 'x' }),
  )
  const create = (name: string, text = schema) =>
    client.send(new CreateModelCommand({ restApiId, name, contentType, schema: text }))
  const pet = answer(await create('Pet'), 201)
  assert.match(pet.id ?? '', /^[a-z0-9]{6}$/)
  assert.deepEqual(pet, { id: pet.id, name: 'Pet', contentType, schema })

  const reference = `https://apigateway.amazonaws.com/restapis/${restApiId}/models/Pet`
  await create('Pets', JSON.stringify({ type: 'array', items: { $ref: reference } }))
  const flat = await client.send(
    new GetModelCommand({ restApiId, modelName: 'Pets', flatten: true }),
  )
  assert.deepEqual(JSON.parse(flat.schema ?? ''), {
    type: 'array',
    items: { $ref: '#/definitions/Pet' },
    definitions: { Pet: JSON.parse(schema) },
  })
  const template = await client.send(new GetModelTemplateCommand({ restApiId, modelName: 'Pet' }))
  assert.equal(template.value, '#set($inputRoot = $input.path(\'$\'))\n{\n  "id" : 42\n}')

  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateModelCommand({ restApiId, modelName: 'Pet', patchOperations }))
  const updated = await update({ op: 'replace', path: '/description', value: 'a pet' })
  assert.equal(updated.description, 'a pet')
  const bad = 'BadRequestException'
  await refused(
    update({ op: 'replace', path: '/name', value: 'x' }),
    bad,
    400,
    "Invalid patch path  '/name' specified for op 'replace'. Must be one of: [/description, /schema]",
  )
  await refused(
    update({ op: 'add', path: '/wrong-path', value: 'x' }),
    bad,
    400,
    "Invalid patch path  '/wrong-path' specified for op 'add'. Please choose supported operations",
  )
  await refused(create('', schema), bad, 400, 'Model name must be non-empty')
  await refused(
    create('Empty2', ''),
    bad,
    400,
    'Model schema must have at least 1 property or array items defined',
  )
  await refused(create('Bad', '{'), bad, 400, /Invalid model schema specified/)
  await refused(
    create('Pet'),
    'ConflictException',
    409,
    'Model name already exists for this REST API',
  )
  await refused(
    client.send(new CreateModelCommand({ restApiId: 'abcde0', name: 'A', contentType, schema })),
    'NotFoundException',
    404,
    'Invalid API identifier specified 000000000000:abcde0',
  )
  await refused(
    client.send(new GetModelCommand({ restApiId, modelName: 'MySchema' })),
    'NotFoundException',
    404,
    'Invalid model name specified: MySchema',
  )

  await client.send(
    new PutMethodCommand({
      restApiId,
      resourceId: rootResourceId,
      httpMethod: 'ANY',
      authorizationType: 'NONE',
      requestModels: { [contentType]: 'Pet' },
    }),
  )
  await refused(
    client.send(new DeleteModelCommand({ restApiId, modelName: 'Pet' })),
    'ConflictException',
    409,
    "Cannot delete model 'Pet', is referenced in method request: //ANY",
  )
  answer(await client.send(new DeleteModelCommand({ restApiId, modelName: 'Pets' })), 202)
})

test('deeply nested schemas are no trouble', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const deep = `${'{"items":'.repeat(3_000)}{}${'}'.repeat(3_000)}`
  await client.send(new CreateModelCommand({ restApiId, name: 'Deep', contentType, schema: deep }))
  const name = { restApiId, modelName: 'Deep' }
  await client.send(new GetModelTemplateCommand(name))
  await client.send(new GetModelCommand({ ...name, flatten: true }))
})

test('request validators come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const validator = answer(
    await client.send(
      new CreateRequestValidatorCommand({ restApiId, name: 'body', validateRequestBody: true }),
    ),
    201,
  )
  assert.deepEqual(validator, {
    id: validator.id,
    name: 'body',
    validateRequestBody: true,
    validateRequestParameters: false,
  })
  const name = { restApiId, requestValidatorId: validator.id }
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateRequestValidatorCommand({ ...name, patchOperations }))
  const updated = answer(
    await update(
      { op: 'replace', path: '/validateRequestParameters', value: 'true' },
      { op: 'replace', path: '/name', value: 'both' },
    ),
    200,
  )
  assert.deepEqual(updated, { ...validator, name: 'both', validateRequestParameters: true })
  const { items } = await client.send(new GetRequestValidatorsCommand({ restApiId }))
  assert.deepEqual(items, [updated])

  const bad = 'BadRequestException'
  await refused(
    update({ op: 'replace', path: '/invalidPath', value: 'x' }),
    bad,
    400,
    "Invalid patch path  '/invalidPath' specified for op 'replace'. Must be one of: [/name, /validateRequestParameters, /validateRequestBody]",
  )
  await refused(
    update({ op: 'add', path: '/validateRequestBody', value: 'true' }),
    bad,
    400,
    "Invalid patch path  '/validateRequestBody' specified for op 'add'. Please choose supported operations",
  )
  for (const value of ['', undefined]) {
    await refused(
      update({ op: 'replace', path: '/name', value }),
      bad,
      400,
      'Request Validator name cannot be blank',
    )
  }
  await refused(
    client.send(new CreateRequestValidatorCommand({ restApiId: 'nosuch' })),
    bad,
    400,
    'Invalid REST API identifier specified',
  )
  answer(await client.send(new DeleteRequestValidatorCommand(name)), 202)
  for (const call of [
    client.send(new GetRequestValidatorCommand(name)),
    client.send(new DeleteRequestValidatorCommand(name)),
  ]) {
    await refused(call, 'NotFoundException', 404, 'Invalid Request Validator identifier specified')
  }
})

test('a request validator that a method uses stays', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId, rootResourceId: resourceId } = await client.send(
    new CreateRestApiCommand({ name: 'x' }),
  )
  const { id: requestValidatorId } = await client.send(
    new CreateRequestValidatorCommand({ restApiId, name: 'v' }),
  )
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  const validator = { restApiId, requestValidatorId }
  await client.send(
    new PutMethodCommand({ ...method, authorizationType: 'NONE', requestValidatorId }),
  )
  await refused(
    client.send(new DeleteRequestValidatorCommand(validator)),
    'ConflictException',
    409,
    `Cannot delete Request Validator '${requestValidatorId}', is referenced in method: //GET`,
  )
  await client.send(new DeleteMethodCommand(method))
  answer(await client.send(new DeleteRequestValidatorCommand(validator)), 202)
})
