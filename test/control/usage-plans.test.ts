import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateApiKeyCommand,
  type CreateApiKeyCommandInput,
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateUsagePlanCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  DeleteStageCommand,
  DeleteUsagePlanCommand,
  DeleteUsagePlanKeyCommand,
  GetApiKeyCommand,
  GetApiKeysCommand,
  GetUsagePlanCommand,
  GetUsagePlanKeysCommand,
  GetUsagePlansCommand,
  ImportApiKeysCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateApiKeyCommand,
  UpdateUsagePlanCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, type Harness, refused, startControl } from './harness.ts'

const value = 'a-key-of-twenty-and-more-characters'

/** An API with a stage `dev`. */
async function deployed({ client }: Harness): Promise<string> {
  const api = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const restApiId = api.id ?? ''
  const name = { restApiId, resourceId: api.rootResourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...name, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...name, type: 'MOCK' }))
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  return restApiId
}

test('API keys hide their value until it is asked for', async () => {
  await using control = await startControl()
  const { client } = control
  const now = new Date(control.clock.now())
  const key = answer(await client.send(new CreateApiKeyCommand({ name: 'k', value })), 201)
  assert.match(key.id ?? '', /^[a-z0-9]{10}$/)
  assert.deepEqual(key, {
    id: key.id,
    name: 'k',
    value,
    enabled: false,
    stageKeys: [],
    createdDate: now,
    lastUpdatedDate: now,
  })
  const { value: _, ...hidden } = key
  const apiKey = key.id
  const read = await client.send(new GetApiKeyCommand({ apiKey }))
  assert.deepEqual(answer(read, 200), { ...hidden, tags: {} })
  const shown = await client.send(new GetApiKeyCommand({ apiKey, includeValue: true }))
  assert.equal(shown.value, value)
  const made = await client.send(new CreateApiKeyCommand({ name: 'other' }))
  assert.match(made.value ?? '', /^[A-Za-z0-9]{40}$/)
  const { items = [] } = await client.send(new GetApiKeysCommand({ nameQuery: 'ot' }))
  assert.deepEqual(
    items.map(each => [each.name, each.value, each.tags]),
    [['other', undefined, undefined]],
  )
  const updated = await client.send(
    new UpdateApiKeyCommand({
      apiKey,
      patchOperations: [
        { op: 'replace', path: '/enabled', value: 'true' },
        { op: 'add', path: '/labels', value: 'x' },
      ],
    }),
  )
  assert.equal(updated.enabled, true)
  await refused(
    client.send(
      new UpdateApiKeyCommand({
        apiKey,
        patchOperations: [{ op: 'replace', path: '/id', value: 'x' }],
      }),
    ),
    'BadRequestException',
    400,
    "Invalid patch path  '/id' specified for op 'replace'. Must be one of: [/description, /enabled, /name, /customerId]",
  )
  answer(await client.send(new DeleteApiKeyCommand({ apiKey })), 202)
  await refused(
    client.send(new GetApiKeyCommand({ apiKey })),
    'NotFoundException',
    404,
    'Invalid API Key identifier specified',
  )
  await client.send(new CreateApiKeyCommand({ name: 'again', value }))
})

test('an API key that AWS would not make is refused in its words', async () => {
  await using control = await startControl()
  await control.client.send(new CreateApiKeyCommand({ value }))
  const bad = 'BadRequestException'
  const cases: [CreateApiKeyCommandInput, code: string, status: number, message: string][] = [
    [{ value }, 'ConflictException', 409, 'API Key already exists'],
    [{ value: 'short' }, bad, 400, 'API Key value should be at least 20 characters'],
    [{ value: 'x'.repeat(129) }, bad, 400, 'API Key value exceeds maximum size of 128 characters'],
    [{ name: 'x'.repeat(1025) }, bad, 400, 'Invalid API Key name, can be at most 1024 characters.'],
    [{ description: 'x'.repeat(1025) }, bad, 400, 'Invalid API Key description specified.'],
    [{ value: 'ü'.repeat(30) }, bad, 400, 'Invalid API Key value specified'],
  ]
  for (const [given, code, status, message] of cases) {
    await refused(control.client.send(new CreateApiKeyCommand(given)), code, status, message)
  }
})

test('keys are imported from CSV, over those of the same value', async () => {
  await using control = await startControl()
  const { client } = control
  const plan = await client.send(new CreateUsagePlanCommand({ name: 'p' }))
  const csv = [
    'Description,KEY,name,Enabled,usageplanids',
    `"with, comma",${value},first,TRUE,"${plan.id},nosuch"`,
    ',another-key-of-twenty-characters,second,,',
  ].join('\r\n')
  const send = (text: string, failOnWarnings?: boolean) =>
    client.send(
      new ImportApiKeysCommand({ body: Buffer.from(text), format: 'csv', failOnWarnings }),
    )
  const first = answer(await send(csv), 201)
  assert.equal(first.ids?.length, 2)
  assert.deepEqual(first.warnings, ['Invalid Usage Plan ID specified: nosuch'])
  const key = await client.send(new GetApiKeyCommand({ apiKey: first.ids?.[0] }))
  assert.deepEqual([key.name, key.description, key.enabled], ['first', 'with, comma', true])
  const { items } = await client.send(new GetUsagePlanKeysCommand({ usagePlanId: plan.id }))
  assert.equal(items?.length, 1)
  const second = await send(csv.replace('first', 'renamed'))
  assert.deepEqual(second.ids, first.ids)
  await refused(send(csv, true), 'BadRequestException', 400, /nosuch/)
  await refused(send('nonsense'), 'BadRequestException', 400, /columns/)
})

test('usage plans come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const restApiId = await deployed(control)
  const settings = {
    name: 'gold',
    throttle: { burstLimit: 5, rateLimit: 2.5 },
    quota: { limit: 100, period: 'WEEK' as const },
  }
  const plan = answer(await client.send(new CreateUsagePlanCommand(settings)), 201)
  assert.match(plan.id ?? '', /^[a-z0-9]{6}$/)
  const quota = { ...settings.quota, offset: 0 }
  assert.deepEqual(plan, { id: plan.id, ...settings, quota, apiStages: [] })
  const read = await client.send(new GetUsagePlanCommand({ usagePlanId: plan.id }))
  assert.deepEqual(answer(read, 200), { ...plan, tags: {} })
  const usagePlanId = plan.id
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateUsagePlanCommand({ usagePlanId, patchOperations }))
  const stage = `${restApiId}:dev`
  const updated = await update(
    { op: 'add', path: '/apiStages', value: stage },
    { op: 'replace', path: `/apiStages/${stage}/throttle/~1/GET/rateLimit`, value: '1' },
    { op: 'replace', path: `/apiStages/${stage}/throttle/~1pets/GET/burstLimit`, value: '7' },
    { op: 'replace', path: `/apiStages/${stage}/throttle//pets/{id}/GET/rateLimit`, value: '3' },
    { op: 'replace', path: `/apiStages/${stage}/throttle//dogs/GET/rateLimit`, value: '4' },
    { op: 'remove', path: `/apiStages/${stage}/throttle//dogs/GET` },
    { op: 'replace', path: '/quota/limit', value: '7' },
    { op: 'remove', path: '/throttle' },
    { op: 'add', path: '/productCode', value: 'p' },
  )
  assert.deepEqual(updated.apiStages, [
    {
      apiId: restApiId,
      stage: 'dev',
      throttle: {
        '//GET': { rateLimit: 1 },
        '/pets/GET': { burstLimit: 7 },
        '/pets/{id}/GET': { rateLimit: 3 },
      },
    },
  ])
  assert.deepEqual(
    [updated.quota?.limit, updated.throttle, updated.productCode],
    [7, undefined, 'p'],
  )
  await refused(
    client.send(new DeleteUsagePlanCommand({ usagePlanId })),
    'BadRequestException',
    400,
    `Cannot delete Usage Plan ${usagePlanId} because there are API Stages associated with it`,
  )
  const cases: [PatchOperation, code: string, status: number, message: string][] = [
    [{ op: 'add', path: '/apiStages' }, 'BadRequestException', 400, 'Invalid API Stage specified'],
    [
      { op: 'add', path: '/apiStages', value: `${restApiId}:nosuch` },
      'NotFoundException',
      404,
      `Invalid API Stage {api: ${restApiId}, stage: nosuch} specified for usageplan ${usagePlanId}`,
    ],
    [
      { op: 'remove', path: '/apiStages', value: `${restApiId}:nosuch` },
      'NotFoundException',
      404,
      `Invalid API Stage {api: ${restApiId}, stage: nosuch} specified for usageplan ${usagePlanId}`,
    ],
    [{ op: 'add', path: '/nosuch' }, 'BadRequestException', 400, 'Invalid patch path /nosuch'],
  ]
  for (const [operation, code, status, message] of cases) {
    await refused(update(operation), code, status, message)
  }
  await update({ op: 'remove', path: '/apiStages', value: stage })
  answer(await client.send(new DeleteUsagePlanCommand({ usagePlanId })), 202)
  await refused(
    client.send(new GetUsagePlanCommand({ usagePlanId })),
    'NotFoundException',
    404,
    'Invalid Usage Plan ID specified',
  )
})

test('a stage that is deleted leaves the plans that held it', async () => {
  await using control = await startControl()
  const { client } = control
  const apiId = await deployed(control)
  const apiStages = [{ apiId, stage: 'dev' }]
  const { id: usagePlanId } = await client.send(
    new CreateUsagePlanCommand({ name: 'gold', apiStages }),
  )
  await client.send(new DeleteStageCommand({ restApiId: apiId, stageName: 'dev' }))
  const plan = await client.send(new GetUsagePlanCommand({ usagePlanId }))
  assert.deepEqual(plan.apiStages, [])
  answer(await client.send(new DeleteUsagePlanCommand({ usagePlanId })), 202)
})

test('a key is in one plan per stage', async () => {
  await using control = await startControl()
  const { client } = control
  const apiId = await deployed(control)
  const apiStages = [{ apiId, stage: 'dev' }]
  const gold = await client.send(new CreateUsagePlanCommand({ name: 'gold', apiStages }))
  const silver = await client.send(new CreateUsagePlanCommand({ name: 'silver', apiStages }))
  const key = await client.send(new CreateApiKeyCommand({ name: 'k', value }))
  const join = (usagePlanId: string | undefined) =>
    client.send(new CreateUsagePlanKeyCommand({ usagePlanId, keyId: key.id, keyType: 'API_KEY' }))
  const member = answer(await join(gold.id), 201)
  assert.deepEqual(member, { id: key.id, type: 'API_KEY', value, name: 'k' })
  await refused(join(gold.id), 'ConflictException', 409, /already/)
  await refused(join(silver.id), 'ConflictException', 409, /multiple Usage Plans/)
  const { items = [] } = await client.send(new GetUsagePlansCommand({ keyId: key.id }))
  assert.deepEqual(
    items.map(plan => plan.name),
    ['gold'],
  )
  const name = { usagePlanId: gold.id, keyId: key.id }
  answer(await client.send(new DeleteUsagePlanKeyCommand(name)), 202)
  await join(silver.id)
})
