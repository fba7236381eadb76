/**
 * Nothing that was acknowledged is lost, and nothing is half done: two writers on one thing, and a gateway that is killed
 * while it takes a definition of 500 paths.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import test from 'node:test'
import {
  APIGatewayClient,
  ConflictException,
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStageCommand,
  ImportRestApiCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  PutMethodResponseCommand,
  PutRestApiCommand,
  UpdateRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { startGateway } from '../started-gateway.ts'
import { startControl } from './harness.ts'

/** Sends all at once; gives the indexes of those that were acknowledged. Only a ConflictException is allowed else. */
async function acknowledged(calls: readonly Promise<unknown>[]): Promise<number[]> {
  const outcomes = await Promise.allSettled(calls)
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled') return [index]
    assert.ok(outcome.reason instanceof ConflictException, String(outcome.reason))
    return []
  })
}

const many = Array.from({ length: 40 }, (_, index) => index)

test('writers that change one API at once lose no update', async () => {
  await using control = await startControl()
  const writers = [control.client, control.clientWith({})]
  const { id: restApiId = '' } = await control.client.send(new CreateRestApiCommand({ name: 'x' }))
  const done = await acknowledged(
    many.map(index =>
      (writers[index % 2] as APIGatewayClient).send(
        new UpdateRestApiCommand({
          restApiId,
          patchOperations: [{ op: 'add', path: `/binaryMediaTypes/a~1${index}` }],
        }),
      ),
    ),
  )
  const { binaryMediaTypes = [] } = await control.client.send(new GetRestApiCommand({ restApiId }))
  assert.deepEqual(binaryMediaTypes.toSorted(), done.map(index => `a/${index}`).toSorted())
})

test('writers that change one stage, and one method, at once lose no update', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId = '', rootResourceId: resourceId = '' } = await client.send(
    new CreateRestApiCommand({ name: 'x' }),
  )
  const method = { restApiId, resourceId, httpMethod: 'GET' }
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }))
  await client.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }))
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  const variables = many.map(index =>
    client.send(
      new UpdateStageCommand({
        restApiId,
        stageName: 'dev',
        patchOperations: [{ op: 'replace', path: `/variables/v${index}`, value: 'x' }],
      }),
    ),
  )
  const responses = many.map(index =>
    client.send(new PutMethodResponseCommand({ ...method, statusCode: String(200 + index) })),
  )
  const done = {
    variables: await acknowledged(variables),
    responses: await acknowledged(responses),
  }
  const stage = await client.send(new GetStageCommand({ restApiId, stageName: 'dev' }))
  assert.deepEqual(
    Object.keys(stage.variables ?? {}).toSorted(),
    done.variables.map(index => `v${index}`).toSorted(),
  )
  const { items = [] } = await client.send(
    new GetResourcesCommand({ restApiId, embed: ['methods'] }),
  )
  assert.deepEqual(
    Object.keys(items[0]?.resourceMethods?.GET?.methodResponses ?? {}).toSorted(),
    done.responses.map(index => String(200 + index)).toSorted(),
  )
})

test('of writers that make the same resource at once one succeeds', async () => {
  await using control = await startControl()
  const { id: restApiId = '', rootResourceId: parentId = '' } = await control.client.send(
    new CreateRestApiCommand({ name: 'x' }),
  )
  const done = await acknowledged(
    many.map(() =>
      control.client.send(new CreateResourceCommand({ restApiId, parentId, pathPart: 'a' })),
    ),
  )
  assert.equal(done.length, 1)
  const { items = [] } = await control.client.send(new GetResourcesCommand({ restApiId }))
  assert.equal(items.length, 2)
})

const pathCount = 500

/** A whole definition in which every part says which version it is of. */
function definition(version: number): Buffer {
  const paths = Array.from({ length: pathCount }, (_, index) => {
    const get = {
      operationId: `v${version}`,
      responses: { 200: { description: '' } },
      'x-amazon-apigateway-integration': { type: 'mock' },
    }
    return [`/p${index}-v${version}`, { get }]
  })
  const document = {
    openapi: '3.0.1',
    info: { title: `v${version}`, version: String(version) },
    paths: Object.fromEntries(paths),
  }
  return Buffer.from(JSON.stringify(document))
}

/** The version that the whole API is of; fails when its parts are of several. */
async function versionOf(client: APIGatewayClient, restApiId: string): Promise<number> {
  const { name = '' } = await client.send(new GetRestApiCommand({ restApiId }))
  const items = []
  let position: string | undefined
  do {
    const input = { restApiId, limit: 500, embed: ['methods'], ...(position && { position }) }
    const page = await client.send(new GetResourcesCommand(input))
    items.push(...(page.items ?? []))
    position = page.position
  } while (position !== undefined)
  assert.equal(items.length, pathCount + 1)
  for (const { path = '', resourceMethods } of items) {
    if (path === '/') continue
    assert.ok(path.endsWith(`-${name}`), `${path} in an API named ${name}`)
    assert.equal(resourceMethods?.GET?.operationName, name)
  }
  return Number(name.slice(1))
}

function clientOf(endpoint: string): APIGatewayClient {
  return new APIGatewayClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

test('kill -9 in the middle of PutRestApi leaves the old API or the new one', async t => {
  let gateway = await startGateway(['--no-example'])
  const { dataDir } = gateway
  t.after(async () => {
    await gateway.stop({ keepData: true })
    await rm(dataDir, { recursive: true, force: true })
  })
  let client = clientOf(gateway.url)
  const { id: restApiId = '' } = await client.send(
    new ImportRestApiCommand({ body: definition(0) }),
  )
  const started = performance.now()
  await client.send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body: definition(1) }))
  const tookMs = performance.now() - started

  let version = 1
  const found: string[] = []
  // Spread over the time that a call takes; just after a start it takes a few times longer.
  for (const part of [0.5, 1, 1.7, 2.5, 4]) {
    const next = version + 1
    const put = client
      .send(new PutRestApiCommand({ restApiId, mode: 'overwrite', body: definition(next) }))
      .then(
        () => true,
        () => false,
      )
    const isDone = await Promise.race([
      put,
      new Promise(resolve => setTimeout(resolve, tookMs * part)),
    ])
    const exited = once(gateway.process, 'exit')
    gateway.process.kill('SIGKILL')
    await exited
    client.destroy()
    gateway = await startGateway(['--no-example'], dataDir)
    client = clientOf(gateway.url)
    const now = await versionOf(client, restApiId)
    const isAcknowledged = await put
    if (isAcknowledged || isDone === true) assert.equal(now, next)
    else assert.ok(now === version || now === next, `${now} after ${version}`)
    found.push(now === next ? 'new' : 'old')
    version = now
  }
  client.destroy()
  t.diagnostic(`after each kill: ${found.join(', ')}; a call takes ${Math.round(tookMs)} ms`)
})
