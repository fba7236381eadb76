import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type APIGatewayClient,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  CreateStageCommand,
  DeleteDeploymentCommand,
  DeleteStageCommand,
  GetDeploymentCommand,
  GetDeploymentsCommand,
  GetStageCommand,
  PutIntegrationCommand,
  PutIntegrationResponseCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  UpdateDeploymentCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

const created = new Date(Date.UTC(2026, 0, 1))

/** An API with GET /pets behind a MOCK integration, not deployed. */
async function petsApi(client: APIGatewayClient) {
  const { id: restApiId = '', rootResourceId: parentId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'pets' }),
  )
  const { id: resourceId = '' } = await client.send(
    new CreateResourceCommand({ restApiId, parentId, pathPart: 'pets' }),
  )
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await client.send(new PutMethodResponseCommand({ ...method, statusCode: '200' }))
  await client.send(
    new PutIntegrationCommand({
      ...method,
      type: 'MOCK',
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
    }),
  )
  await client.send(
    new PutIntegrationResponseCommand({ ...method, statusCode: '200', selectionPattern: '' }),
  )
  return { restApiId, resourceId, rootId: parentId }
}

test('a deployment with a stage name is live before its 201', async () => {
  await using control = await startControl()
  const { client, changes } = control
  const { restApiId } = await petsApi(client)
  const deployment = answer(
    await client.send(
      new CreateDeploymentCommand({ restApiId, stageName: 'dev', description: 'd' }),
    ),
    201,
  )
  assert.match(deployment.id ?? '', /^[a-z0-9]{6}$/)
  assert.deepEqual(deployment, { id: deployment.id, description: 'd', createdDate: created })

  assert.equal(changes.length, 1)
  const [change] = changes
  assert.ok(change?.type === 'publish')
  const { source } = change
  assert.deepEqual(
    [source.account, source.region, source.apiId, source.stage.stageName, source.deployment.id],
    ['000000000000', 'us-east-1', restApiId, 'dev', deployment.id],
  )
  assert.deepEqual(source.snapshot.resources.map(each => each.path).sort(), ['/', '/pets'])

  const stage = answer(await client.send(new GetStageCommand({ restApiId, stageName: 'dev' })), 200)
  assert.deepEqual(stage, {
    stageName: 'dev',
    deploymentId: deployment.id,
    cacheClusterEnabled: false,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: false,
    createdDate: created,
    lastUpdatedDate: created,
  })
})

test('a deployment is immutable, and a stage can go back to it', async () => {
  await using control = await startControl()
  const { client, changes } = control
  const { restApiId, rootId } = await petsApi(client)
  const first = await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  await client.send(new CreateResourceCommand({ restApiId, parentId: rootId, pathPart: 'later' }))
  const second = await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  await client.send(
    new UpdateStageCommand({
      restApiId,
      stageName: 'dev',
      patchOperations: [{ op: 'replace', path: '/deploymentId', value: first.id }],
    }),
  )
  const published = changes.map(change =>
    change.type === 'publish'
      ? [change.source.deployment.id, change.source.snapshot.resources.length]
      : [],
  )
  assert.deepEqual(published, [
    [first.id, 2],
    [second.id, 3],
    [first.id, 2],
  ])
  await client.send(new DeleteDeploymentCommand({ restApiId, deploymentId: second.id }))
  await refused(
    client.send(new DeleteDeploymentCommand({ restApiId, deploymentId: first.id })),
    'BadRequestException',
    400,
    'Active stages pointing to this deployment must be moved or deleted',
  )
  answer(await client.send(new DeleteStageCommand({ restApiId, stageName: 'dev' })), 202)
  assert.deepEqual(changes.at(-1), { type: 'retract', apiId: restApiId, stageName: 'dev' })
  answer(await client.send(new DeleteDeploymentCommand({ restApiId, deploymentId: first.id })), 202)
})

test('a deployment can be read with a summary, listed and described', async () => {
  await using control = await startControl()
  const { client } = control
  const { restApiId } = await petsApi(client)
  const { id: deploymentId = '' } = await client.send(new CreateDeploymentCommand({ restApiId }))
  const read = new GetDeploymentCommand({ restApiId, deploymentId, embed: ['apisummary'] })
  assert.deepEqual(answer(await client.send(read), 200), {
    id: deploymentId,
    createdDate: created,
    apiSummary: { '/pets': { GET: { authorizationType: 'NONE', apiKeyRequired: false } } },
  })
  const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'new' }]
  const updated = await client.send(
    new UpdateDeploymentCommand({ restApiId, deploymentId, patchOperations }),
  )
  assert.equal(updated.description, 'new')
  const { items } = await client.send(new GetDeploymentsCommand({ restApiId }))
  assert.deepEqual(items, [{ id: deploymentId, description: 'new', createdDate: created }])
  await refused(
    client.send(new GetDeploymentCommand({ restApiId, deploymentId: 'nosuch' })),
    'NotFoundException',
    404,
    'Invalid Deployment identifier specified',
  )
})

test('what cannot run is not deployed', async () => {
  await using control = await startControl()
  const { client, changes } = control
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'empty' }),
  )
  const deploy = () => client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  await refused(deploy(), 'BadRequestException', 400, "The REST API doesn't contain any methods")
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await refused(deploy(), 'BadRequestException', 400, 'No integration defined for method')
  await client.send(
    new PutIntegrationCommand({
      ...method,
      type: 'MOCK',
      requestTemplates: { 'application/json': '#if(' },
    }),
  )
  await refused(deploy(), 'BadRequestException', 400, /GET \//)
  assert.deepEqual(changes, [])
  const { items } = await client.send(new GetDeploymentsCommand({ restApiId }))
  assert.deepEqual(items, [])
})

test('a canary needs a stage that is there, and is refused in the words of AWS', async () => {
  await using control = await startControl()
  const { client } = control
  const { restApiId } = await petsApi(client)
  const canarySettings = { percentTraffic: 0 }
  const prefix = 'Invalid deployment content specified.'
  const cases: [stageName: string | undefined, message: string][] = [
    [
      undefined,
      'Non null and non empty stageName must be provided for canary deployment. Provided value is null',
    ],
    [
      '',
      'Non null and non empty stageName must be provided for canary deployment. Provided value is ',
    ],
    ['nope', 'Stage nope must already be created before making a canary release deployment'],
  ]
  for (const [stageName, message] of cases) {
    await refused(
      client.send(new CreateDeploymentCommand({ restApiId, stageName, canarySettings })),
      'BadRequestException',
      400,
      prefix + message,
    )
  }
})

test('a canary hangs beside its stage until it is promoted', async () => {
  await using control = await startControl()
  const { client } = control
  const { restApiId } = await petsApi(client)
  const first = await client.send(new CreateDeploymentCommand({ restApiId }))
  await client.send(
    new CreateStageCommand({
      restApiId,
      stageName: 'dev',
      deploymentId: first.id,
      variables: { a: '1', b: '2' },
    }),
  )
  const second = await client.send(
    new CreateDeploymentCommand({
      restApiId,
      stageName: 'dev',
      canarySettings: { percentTraffic: 50, stageVariableOverrides: { b: '3' } },
    }),
  )
  const stage = await client.send(new GetStageCommand({ restApiId, stageName: 'dev' }))
  assert.equal(stage.deploymentId, first.id)
  assert.deepEqual(stage.canarySettings, {
    deploymentId: second.id,
    percentTraffic: 50,
    stageVariableOverrides: { b: '3' },
    useStageCache: false,
  })
  const promoted = await client.send(
    new UpdateStageCommand({
      restApiId,
      stageName: 'dev',
      patchOperations: [
        { op: 'copy', path: '/deploymentId', from: '/canarySettings/deploymentId' },
        { op: 'copy', path: '/variables', from: '/canarySettings/stageVariableOverrides' },
        { op: 'remove', path: '/canarySettings' },
      ],
    }),
  )
  assert.equal(promoted.deploymentId, second.id)
  assert.deepEqual(promoted.variables, { a: '1', b: '3' })
  assert.equal(promoted.canarySettings, undefined)
})
