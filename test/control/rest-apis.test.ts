import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateRestApiCommand,
  type CreateRestApiCommandInput,
  DeleteRestApiCommand,
  GetModelsCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetRestApisCommand,
  type PatchOperation,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

const createdDate = new Date(Date.UTC(2026, 0, 1))

test('a new API has the defaults of AWS, a root and two models', async () => {
  await using control = await startControl()
  const { client } = control
  const api = answer(await client.send(new CreateRestApiCommand({ name: 'pets' })), 201)
  assert.match(api.id ?? '', /^[a-z0-9]{10}$/)
  assert.match(api.rootResourceId ?? '', /^[a-z0-9]{10}$/)
  const { id: restApiId = '', rootResourceId } = api
  const expected = {
    id: restApiId,
    name: 'pets',
    createdDate,
    apiKeySource: 'HEADER',
    endpointConfiguration: { types: ['EDGE'], ipAddressType: 'ipv4' },
    disableExecuteApiEndpoint: false,
    rootResourceId,
  }
  assert.deepEqual(api, expected)
  const read = answer(await client.send(new GetRestApiCommand({ restApiId })), 200)
  assert.deepEqual(read, { ...expected, tags: {} })
  const { items: apis } = await client.send(new GetRestApisCommand({}))
  assert.deepEqual(apis, [expected])

  const { items: resources } = await client.send(new GetResourcesCommand({ restApiId }))
  assert.deepEqual(resources, [{ id: rootResourceId, path: '/' }])
  const { items: models = [] } = await client.send(new GetModelsCommand({ restApiId }))
  assert.deepEqual(
    models.map(({ name, description, contentType }) => [name, description, contentType]),
    [
      ['Empty', 'This is a default empty schema model', 'application/json'],
      ['Error', 'This is a default error schema model', 'application/json'],
    ],
  )
})

test('what is given to a new API is echoed', async () => {
  await using control = await startControl()
  const given: CreateRestApiCommandInput = {
    name: 'pets',
    description: 'all of them',
    version: '1',
    binaryMediaTypes: ['image/png'],
    minimumCompressionSize: 1024,
    apiKeySource: 'AUTHORIZER',
    endpointConfiguration: { types: ['REGIONAL'] },
    tags: { team: 'red' },
    disableExecuteApiEndpoint: true,
  }
  const { id, rootResourceId, ...rest } = answer(
    await control.client.send(new CreateRestApiCommand(given)),
    201,
  )
  assert.deepEqual(rest, {
    ...given,
    createdDate,
    endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'ipv4' },
  })
})

test('an API that AWS would not make is refused in its words', async () => {
  await using control = await startControl()
  const cases: [Partial<CreateRestApiCommandInput>, string, string][] = [
    [{ description: '' }, 'BadRequestException', 'Description cannot be an empty string'],
    [
      { endpointConfiguration: { types: ['EDGE', 'REGIONAL'] } },
      'BadRequestException',
      'Cannot create an api with multiple Endpoint Types.',
    ],
    [
      { endpointConfiguration: { types: [] } },
      'BadRequestException',
      'REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.',
    ],
    [
      { endpointConfiguration: { types: ['PRIVATE'], ipAddressType: 'ipv4' } },
      'BadRequestException',
      'Only dualstack ipAddressType is supported for Private APIs.',
    ],
    [
      { minimumCompressionSize: 10_485_761 },
      'BadRequestException',
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
    [
      { policy: 'nonsense' },
      'BadRequestException',
      'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
    ],
    [
      {
        endpointConfiguration: {
          types: ['wrong' as never],
          ipAddressType: 'wrong' as never,
        },
      },
      'ValidationException',
      "2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types' " +
        'failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: ' +
        "[PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at 'createRestApiInput.endpointConfiguration.ipAddressType' " +
        'failed to satisfy constraint: Member must satisfy enum value set: [ipv4, dualstack]',
    ],
  ]
  for (const [given, code, message] of cases) {
    const call = control.client.send(new CreateRestApiCommand({ name: 'x', ...given }))
    await refused(call, code, 400, message)
  }
})

test('a policy comes back escaped, with whole ARNs', async () => {
  await using control = await startControl()
  const { client } = control
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: 'execute-api:Invoke',
        Resource: ['execute-api:/prod/*', '*'],
      },
    ],
  }
  const text = JSON.stringify(policy)
  const escaped = text.replaceAll('"', '\\"')
  for (const given of [text, escaped]) {
    const api = await client.send(new CreateRestApiCommand({ name: 'p', policy: given }))
    assert.match(api.policy ?? '', /^\{\\"Version\\":\\"2012-10-17\\",/)
    // As Terraform reads it.
    const read = JSON.parse(JSON.parse(`"${api.policy}"`))
    assert.deepEqual(read.Statement[0].Resource, [
      `arn:aws:execute-api:us-east-1:000000000000:${api.id}/prod/*`,
      '*',
    ])
  }
})

test('a policy of 8,192 bytes is taken, one of a byte more is not, nor one that says a thing twice', async () => {
  await using control = await startControl()
  const { client } = control
  const statement = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }
  const sized = (bytes: number) => {
    const policy = { Version: '2012-10-17', Id: '', Statement: [statement] }
    policy.Id = 'x'.repeat(bytes - JSON.stringify(policy).length)
    return JSON.stringify(policy)
  }
  const create = (policy: string) => client.send(new CreateRestApiCommand({ name: 'p', policy }))
  assert.equal(JSON.parse(`"${(await create(sized(8192))).policy}"`).length, 8192)
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const twice = text.replace('"Effect":"Allow"', '"Effect":"Deny","Effect":"Allow"')
  for (const policy of [sized(8193), twice, twice.replaceAll('"', '\\"')]) {
    await refused(create(policy), 'BadRequestException', 400, /^Invalid policy document\./)
  }
})

test('updates go through patch operations', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId = '' } = await client.send(new CreateRestApiCommand({ name: 'pets' }))
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateRestApiCommand({ restApiId, patchOperations }))
  const api = answer(
    await update(
      { op: 'replace', path: '/name', value: 'cats' },
      { op: 'replace', path: '/description', value: 'only' },
      { op: 'add', path: '/binaryMediaTypes/image~1png' },
      { op: 'add', path: '/binaryMediaTypes/image~1gif' },
      { op: 'replace', path: '/minimumCompressionSize', value: '10' },
      { op: 'replace', path: '/disableExecuteApiEndpoint', value: 'true' },
      { op: 'replace', path: '/endpointConfiguration/types/EDGE', value: 'REGIONAL' },
    ),
    200,
  )
  assert.equal(api.name, 'cats')
  assert.equal(api.description, 'only')
  assert.deepEqual(api.binaryMediaTypes, ['image/png', 'image/gif'])
  assert.equal(api.minimumCompressionSize, 10)
  assert.equal(api.disableExecuteApiEndpoint, true)
  assert.deepEqual(api.endpointConfiguration, { types: ['REGIONAL'], ipAddressType: 'ipv4' })
  assert.deepEqual(api.tags, {})
  const reset = await update(
    { op: 'remove', path: '/binaryMediaTypes/image~1png' },
    { op: 'replace', path: '/minimumCompressionSize' },
    { op: 'replace', path: '/minimumCompressionSize', value: '' },
  )
  assert.deepEqual(reset.binaryMediaTypes, ['image/gif'])
  assert.equal(reset.minimumCompressionSize, undefined)

  const cases: [PatchOperation, string][] = [
    [{ op: 'add', path: '/binaryMediaTypes' }, 'Invalid patch path /binaryMediaTypes'],
    [{ op: 'replace', path: '/nosuch', value: 'x' }, 'Invalid patch path /nosuch'],
    [
      { op: 'add', path: '/name', value: 'x' },
      'Invalid patch operation specified. Must be one of: [replace]',
    ],
    [
      { op: 'copy', path: '/endpointConfiguration/types/EDGE', value: 'x' },
      "Invalid patch operation specified. Must be 'add'|'remove'|'replace'",
    ],
    [
      { op: 'replace', path: '/endpointConfiguration/types/REGIONAL', value: 'x' },
      'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
    ],
    [
      { op: 'replace', path: '/endpointConfiguration/ipAddressType', value: 'x' },
      'ipAddressType must be either ipv4 or dualstack.',
    ],
    [
      { op: 'replace', path: '/minimumCompressionSize', value: 'many' },
      'Invalid minimum compression size, must be between 0 and 10485760',
    ],
  ]
  for (const [operation, message] of cases) {
    await refused(update(operation), 'BadRequestException', 400, message)
  }
  const before = await client.send(new GetRestApiCommand({ restApiId }))
  await refused(
    update({ op: 'replace', path: '/name', value: 'dogs' }, { op: 'add', path: '/nosuch' }),
    'BadRequestException',
    400,
    'Invalid patch path /nosuch',
  )
  const after = await client.send(new GetRestApiCommand({ restApiId }))
  assert.equal(after.name, before.name)
})

test('an API that is not there is not found, in any letter case', async () => {
  await using control = await startControl()
  const { client } = control
  const { id = '' } = await client.send(
    new CreateRestApiCommand({ name: 'x', tags: { _custom_id_: 'abc' } }),
  )
  for (const restApiId of [id.toUpperCase(), 'fake']) {
    await refused(
      client.send(new GetRestApiCommand({ restApiId })),
      'NotFoundException',
      404,
      `Invalid API identifier specified 000000000000:${restApiId}`,
    )
  }
  answer(await client.send(new DeleteRestApiCommand({ restApiId: id })), 202)
  await refused(
    client.send(new DeleteRestApiCommand({ restApiId: id })),
    'NotFoundException',
    404,
    `Invalid API identifier specified 000000000000:${id}`,
  )
})

test('a tag fixes the id of an API, once in all regions', async () => {
  await using control = await startControl()
  const create = (tag: string, id: string, region = 'us-east-1') =>
    control
      .clientWith({ region })
      .send(new CreateRestApiCommand({ name: 'x', tags: { [tag]: id } }))
  for (const tag of ['_custom_id_', 'ms-custom-id', 'floci:override-id']) {
    const id = `my-api-${tag.length}`
    const api = await create(tag, id)
    assert.equal(api.id, id)
    assert.deepEqual(api.tags, { [tag]: id })
  }
  await refused(
    create('_custom_id_', 'my-api-11', 'eu-west-1'),
    'ConflictException',
    409,
    'An API with the id my-api-11 already exists',
  )
  for (const bad of ['', 'UPPER', 'a.b', '-a', 'a/b', 'a'.repeat(64)]) {
    await refused(create('_custom_id_', bad), 'BadRequestException', 400, /1 to 63 lower-case/)
  }
})

test('accounts and regions do not see each other', async () => {
  await using control = await startControl()
  await control.client.send(new CreateRestApiCommand({ name: 'x' }))
  const names = async (config: Parameters<typeof control.clientWith>[0]) => {
    const { items = [] } = await control.clientWith(config).send(new GetRestApisCommand({}))
    return items.map(api => api.name)
  }
  const account = { credentials: { accessKeyId: '111111111111', secretAccessKey: 'test' } }
  assert.deepEqual(await names({}), ['x'])
  assert.deepEqual(await names({ region: 'eu-west-1' }), [])
  assert.deepEqual(await names(account), [])
  await refused(
    control.clientWith(account).send(new GetRestApiCommand({ restApiId: 'fake-api-id' })),
    'NotFoundException',
    404,
    'Invalid API identifier specified 111111111111:fake-api-id',
  )
})

test('lists come in pages of 25, or as many as asked', async () => {
  await using control = await startControl()
  const { client } = control
  for (let i = 0; i < 27; i++) await client.send(new CreateRestApiCommand({ name: `api ${i}` }))
  const first = await client.send(new GetRestApisCommand({}))
  assert.equal(first.items?.length, 25)
  const second = await client.send(new GetRestApisCommand({ position: first.position }))
  assert.equal(second.items?.length, 2)
  assert.equal(second.position, undefined)
  const all = await client.send(new GetRestApisCommand({ limit: 500 }))
  const ids = (page: typeof first) => page.items?.map(api => api.id) ?? []
  assert.deepEqual([...ids(first), ...ids(second)], ids(all))
  await refused(
    client.send(new GetRestApisCommand({ limit: 0 })),
    'BadRequestException',
    400,
    /limit/,
  )
  await refused(
    client.send(new GetRestApisCommand({ position: '!' })),
    'BadRequestException',
    400,
    /position/,
  )
})

test('a clone has the parts of its source under ids of its own', async () => {
  await using control = await startControl()
  const { client } = control
  const source = await client.send(new CreateRestApiCommand({ name: 'source' }))
  const clone = await client.send(new CreateRestApiCommand({ name: 'clone', cloneFrom: source.id }))
  const { items } = await client.send(new GetResourcesCommand({ restApiId: clone.id }))
  assert.deepEqual(items, [{ id: clone.rootResourceId, path: '/' }])
  assert.notEqual(clone.rootResourceId, source.rootResourceId)
  await refused(
    client.send(new CreateRestApiCommand({ name: 'clone', cloneFrom: 'nosuch' })),
    'NotFoundException',
    404,
    'Invalid API identifier specified 000000000000:nosuch',
  )
})
