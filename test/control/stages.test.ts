import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateDeploymentCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  type CreateStageCommandInput,
  GetStageCommand,
  GetStagesCommand,
  type PatchOperation,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateAccountCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, type Harness, refused, startControl } from './harness.ts'

async function deployed({ client }: Harness) {
  const api = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const restApiId = api.id ?? ''
  const name = { restApiId, resourceId: api.rootResourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...name, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...name, type: 'MOCK' }))
  const deployment = await client.send(new CreateDeploymentCommand({ restApiId }))
  return { restApiId, deploymentId: deployment.id ?? '', stageName: 'dev' }
}

test('a stage answers what it was made of', async () => {
  await using control = await startControl()
  const { client, changes } = control
  const name = await deployed(control)
  const given = {
    description: 'for tests',
    variables: { colour: 'red, green' },
    tracingEnabled: true,
    cacheClusterEnabled: true,
    cacheClusterSize: '1.6' as const,
    documentationVersion: '1',
    tags: { team: 'red' },
  }
  const stage = answer(await client.send(new CreateStageCommand({ ...name, ...given })), 201)
  const now = new Date(control.clock.now())
  assert.deepEqual(stage, {
    stageName: 'dev',
    deploymentId: name.deploymentId,
    ...given,
    cacheClusterStatus: 'AVAILABLE',
    methodSettings: {},
    createdDate: now,
    lastUpdatedDate: now,
  })
  assert.equal(changes.length, 1)
  const { item } = await client.send(new GetStagesCommand({ restApiId: name.restApiId }))
  assert.deepEqual(item, [stage])
  const none = await client.send(
    new GetStagesCommand({ restApiId: name.restApiId, deploymentId: 'other' }),
  )
  assert.deepEqual(none.item, [])
})

test('a stage that AWS would not make is refused', async () => {
  await using control = await startControl()
  const name = await deployed(control)
  const create = (given: Partial<CreateStageCommandInput>) =>
    control.client.send(new CreateStageCommand({ ...name, ...given }))
  const cases: [
    Partial<CreateStageCommandInput>,
    code: string,
    status: number,
    message: string | RegExp,
  ][] = [
    [{ deploymentId: 'nosuch' }, 'BadRequestException', 400, 'Deployment id does not exist'],
    [{ stageName: 'a b' }, 'BadRequestException', 400, /^Stage name only allows/],
    [
      { variables: { 'a-b': '1' } },
      'BadRequestException',
      400,
      /^Invalid stage variable name: a-b/,
    ],
    [{ variables: { a: 'ü' } }, 'BadRequestException', 400, /^Invalid stage variable value: ü/],
    [
      { restApiId: 'nosuch' },
      'NotFoundException',
      404,
      'Invalid API identifier specified 000000000000:nosuch',
    ],
  ]
  for (const [given, code, status, message] of cases) {
    await refused(create(given), code, status, message)
  }
  await create({})
  await refused(create({}), 'ConflictException', 409, 'Stage already exists')
  await refused(
    control.client.send(new GetStageCommand({ ...name, stageName: 'nosuch' })),
    'NotFoundException',
    404,
    'Invalid stage identifier specified',
  )
})

test('settings of methods are kept under the path as it was written', async () => {
  await using control = await startControl()
  const { client, changes } = control
  const name = await deployed(control)
  await client.send(new CreateStageCommand(name))
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateStageCommand({ ...name, patchOperations }))
  const defaults = {
    metricsEnabled: false,
    dataTraceEnabled: false,
    throttlingBurstLimit: 5000,
    throttlingRateLimit: 10_000,
    cachingEnabled: false,
    cacheTtlInSeconds: 300,
    cacheDataEncrypted: false,
    requireAuthorizationForCacheControl: true,
    unauthorizedCacheControlHeaderStrategy: 'SUCCEED_WITH_RESPONSE_HEADER',
  }
  const stage = await update(
    { op: 'replace', path: '/*/*/throttling/rateLimit', value: '1.5' },
    { op: 'replace', path: '/test/GET/throttling/burstLimit', value: '7' },
    { op: 'replace', path: '/~1a~1{b}/ANY/caching/ttlInSeconds', value: '60' },
    { op: 'replace', path: '/*/*/metrics/enabled', value: 'true' },
  )
  assert.deepEqual(stage.methodSettings, {
    '*/*': { ...defaults, throttlingRateLimit: 1.5, metricsEnabled: true },
    'test/GET': { ...defaults, throttlingBurstLimit: 7 },
    '~1a~1{b}/ANY': { ...defaults, cacheTtlInSeconds: 60 },
  })
  const last = changes.at(-1)
  assert.ok(last?.type === 'publish')
  assert.deepEqual(
    Object.keys(last.source.stage.methodSettings ?? {}),
    Object.keys(stage.methodSettings ?? {}),
  )
  const removed = await update({ op: 'remove', path: '/test/GET' })
  assert.deepEqual(Object.keys(removed.methodSettings ?? {}), ['*/*', '~1a~1{b}/ANY'])
})

test('logging needs the role of the account', async () => {
  await using control = await startControl()
  const { client } = control
  const name = await deployed(control)
  await client.send(new CreateStageCommand(name))
  const patchOperations = [{ op: 'replace' as const, path: '/*/*/logging/loglevel', value: 'INFO' }]
  const turnOn = () => client.send(new UpdateStageCommand({ ...name, patchOperations }))
  await refused(
    turnOn(),
    'BadRequestException',
    400,
    'CloudWatch Logs role ARN must be set in account settings to enable logging',
  )
  await client.send(
    new UpdateAccountCommand({
      patchOperations: [
        { op: 'replace', path: '/cloudwatchRoleArn', value: 'arn:aws:iam::000000000000:role/logs' },
      ],
    }),
  )
  const stage = await turnOn()
  assert.equal(stage.methodSettings?.['*/*']?.loggingLevel, 'INFO')
})

test('a stage is updated path by path', async () => {
  await using control = await startControl()
  const { client } = control
  const name = await deployed(control)
  await client.send(new CreateStageCommand(name))
  control.clock.advance(5_500)
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateStageCommand({ ...name, patchOperations }))
  const stage = answer(
    await update(
      { op: 'replace', path: '/description', value: 'd' },
      { op: 'replace', path: '/tracingEnabled', value: 'true' },
      { op: 'replace', path: '/variables/a', value: '1' },
      { op: 'add', path: '/variables/b', value: '2' },
      { op: 'remove', path: '/variables/a' },
      {
        op: 'replace',
        path: '/accessLogSettings/destinationArn',
        value: 'arn:aws:logs:us-east-1:0:log-group:g',
      },
      { op: 'add', path: '/accessLogSettings/format', value: '$context.requestId' },
      { op: 'replace', path: '/canarySettings/deploymentId', value: name.deploymentId },
    ),
    200,
  )
  const created = control.clock.now() - 5_500
  assert.deepEqual(stage, {
    stageName: 'dev',
    deploymentId: name.deploymentId,
    description: 'd',
    tracingEnabled: true,
    variables: { b: '2' },
    accessLogSettings: {
      destinationArn: 'arn:aws:logs:us-east-1:0:log-group:g',
      format: '$context.requestId',
    },
    canarySettings: { deploymentId: name.deploymentId, percentTraffic: 0, useStageCache: false },
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    createdDate: new Date(created),
    lastUpdatedDate: new Date(created + 5_000),
  })
  const removed = await update(
    { op: 'remove', path: '/accessLogSettings' },
    { op: 'remove', path: '/canarySettings' },
  )
  assert.equal(removed.accessLogSettings, undefined)
  assert.equal(removed.canarySettings, undefined)
})

test('wrong patches of a stage are refused in the words of AWS', async () => {
  await using control = await startControl()
  const name = await deployed(control)
  await control.client.send(new CreateStageCommand(name))
  const noSetting = (key: string) =>
    `Cannot remove method setting ${key} because there is no method setting for this method `
  const settings =
    'Must be one of: [/deploymentId, /description, /cacheClusterEnabled, /cacheClusterSize, /clientCertificateId, /accessLogSettings, /accessLogSettings/destinationArn, /accessLogSettings/format, /{resourcePath}/{httpMethod}/metrics/enabled, /{resourcePath}/{httpMethod}/logging/dataTrace, /{resourcePath}/{httpMethod}/logging/loglevel, /{resourcePath}/{httpMethod}/throttling/burstLimit/{resourcePath}/{httpMethod}/throttling/rateLimit/{resourcePath}/{httpMethod}/caching/ttlInSeconds, /{resourcePath}/{httpMethod}/caching/enabled, /{resourcePath}/{httpMethod}/caching/dataEncrypted, /{resourcePath}/{httpMethod}/caching/requireAuthorizationForCacheControl, /{resourcePath}/{httpMethod}/caching/unauthorizedCacheControlHeaderStrategy, /*/*/metrics/enabled, /*/*/logging/dataTrace, /*/*/logging/loglevel, /*/*/throttling/burstLimit /*/*/throttling/rateLimit /*/*/caching/ttlInSeconds, /*/*/caching/enabled, /*/*/caching/dataEncrypted, /*/*/caching/requireAuthorizationForCacheControl, /*/*/caching/unauthorizedCacheControlHeaderStrategy, /variables/{variable_name}, /tracingEnabled]'
  const copies =
    'Valid copy:path are [/deploymentId, /variables] and valid copy:from are [/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]'
  const cases: [PatchOperation, string][] = [
    [
      { op: 'add', path: '/accessLogSettings/nosuch', value: 'x' },
      'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]',
    ],
    [
      { op: 'replace', path: '/accessLogSettings/destinationArn', value: '' },
      'Access Log value must not be empty',
    ],
    [{ op: 'remove', path: '/*/*' }, noSetting('*/*')],
    [{ op: 'remove', path: '/accessLogSettings/*' }, noSetting('accessLogSettings/*')],
    [
      { op: 'remove', path: '/accessLogSettings/destinationArn' },
      noSetting('accessLogSettings/destinationArn'),
    ],
    [
      { op: 'remove', path: '/canarySettings/stageVariableOverrides' },
      noSetting('canarySettings/stageVariableOverrides'),
    ],
    [
      { op: 'add', path: '/canarySettings/deploymentId', value: 'x' },
      'Invalid add operation with path: /canarySettings/deploymentId',
    ],
    [
      { op: 'replace', path: '/canarySettings/deploymentId', value: 'nosuch' },
      'Deployment id does not exist',
    ],
    [
      { op: 'replace', path: '/canarySettings', value: 'x' },
      `Invalid method setting path: /canarySettings. ${settings}`,
    ],
    [
      { op: 'copy', path: '/canarySettings/stageVariableOverrides', from: '/variables' },
      `Invalid copy operation with path: /canarySettings/stageVariableOverrides and from /variables. ${copies}`,
    ],
    [
      { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
      'Promotion not available. Canary does not exist.',
    ],
  ]
  for (const [operation, message] of cases) {
    await refused(
      control.client.send(new UpdateStageCommand({ ...name, patchOperations: [operation] })),
      'BadRequestException',
      400,
      message,
    )
  }
})

test('the overrides of a canary are set together, and each is set and taken away', async () => {
  await using control = await startControl()
  const name = await deployed(control)
  await control.client.send(new CreateStageCommand(name))
  const path = '/canarySettings/stageVariableOverrides'
  const cases: [PatchOperation, Record<string, string>][] = [
    [
      { op: 'replace', path, value: '{"a":"1","b":"2"}' },
      { a: '1', b: '2' },
    ],
    [
      { op: 'replace', path: `${path}/c`, value: '3' },
      { a: '1', b: '2', c: '3' },
    ],
    [
      { op: 'remove', path: `${path}/a` },
      { b: '2', c: '3' },
    ],
  ]
  for (const [operation, want] of cases) {
    const input = { ...name, patchOperations: [operation] }
    const stage = await control.client.send(new UpdateStageCommand(input))
    assert.deepEqual(stage.canarySettings?.stageVariableOverrides, want)
  }
  await refused(
    control.client.send(
      new UpdateStageCommand({ ...name, patchOperations: [{ op: 'remove', path: `${path}/a` }] }),
    ),
    'BadRequestException',
    400,
    'Cannot remove method setting canarySettings/stageVariableOverrides/a because there is no method setting for this method ',
  )
})
