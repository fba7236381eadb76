import assert from 'node:assert/strict'
import test from 'node:test'
import {
  type APIGatewayClient,
  CreateDeploymentCommand,
  FlushStageAuthorizersCacheCommand,
  FlushStageCacheCommand,
  GetSdkCommand,
  GetSdkTypeCommand,
  GetSdkTypesCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { strFromU8, unzipSync } from 'fflate'
import { answer, refused, startControl } from './harness.ts'

async function deploy(client: APIGatewayClient): Promise<string> {
  const document = {
    openapi: '3.0.1',
    info: { title: 'pets', version: '1' },
    paths: {
      '/pets/{id}': {
        get: {
          responses: {},
          parameters: [{ name: 'id', in: 'path', required: true }],
          'x-amazon-apigateway-integration': { type: 'mock' },
        },
      },
    },
  }
  const body = Buffer.from(JSON.stringify(document))
  const { id: restApiId = '' } = await client.send(new ImportRestApiCommand({ body }))
  await client.send(new CreateDeploymentCommand({ restApiId, stageName: 'dev' }))
  return restApiId
}

test('an SDK of a stage is an archive that calls this gateway', async () => {
  await using control = await startControl()
  const restApiId = await deploy(control.client)
  const { body, ...rest } = answer(
    await control.client.send(
      new GetSdkCommand({ restApiId, stageName: 'dev', sdkType: 'javascript' }),
    ),
    200,
  )
  assert.equal(rest.contentType, 'application/octet-stream')
  assert.match(rest.contentDisposition ?? '', /^attachment; filename="javascript_.+\.zip"$/)
  const files = unzipSync(body ?? new Uint8Array())
  const client = Object.entries(files).find(([name]) => name.endsWith('apigClient.js'))?.[1]
  assert.ok(client)
  const text = strFromU8(client)
  assert.ok(text.includes(`http://localhost:4566/_aws/execute-api/${restApiId}/dev`), text)
  assert.ok(text.includes('petsIdGet'))
})

test('an SDK that cannot be made is refused', async () => {
  await using control = await startControl()
  const { client } = control
  const restApiId = await deploy(client)
  const get = (sdkType: string, stageName = 'dev') =>
    client.send(new GetSdkCommand({ restApiId, stageName, sdkType }))
  await refused(get('cobol'), 'BadRequestException', 400, /Unsupported SDK type: cobol/)
  await refused(get('java'), 'BadRequestException', 400, /serviceName/)
  await refused(get('javascript', 'nope'), 'NotFoundException', 404, /stage/)
})

test('the types of SDK are listed', async () => {
  await using control = await startControl()
  const { client } = control
  const { items = [] } = await client.send(new GetSdkTypesCommand({}))
  assert.deepEqual(
    items.map(each => each.id),
    ['android', 'java', 'javascript', 'objectivec', 'ruby', 'swift', 'typescript'],
  )
  const type = await client.send(new GetSdkTypeCommand({ id: 'swift' }))
  assert.deepEqual(
    type.configurationProperties?.map(each => [each.name, each.required]),
    [['classPrefix', true]],
  )
  await refused(
    client.send(new GetSdkTypeCommand({ id: 'x' })),
    'NotFoundException',
    404,
    'Invalid SDK type specified',
  )
})

test('the caches of a stage are flushed when there is such a stage', async () => {
  await using control = await startControl()
  const { client } = control
  const restApiId = await deploy(client)
  for (const Command of [FlushStageCacheCommand, FlushStageAuthorizersCacheCommand]) {
    answer(await client.send(new Command({ restApiId, stageName: 'dev' })), 202)
    const missing = client.send(new Command({ restApiId, stageName: 'no' }))
    await refused(missing, 'NotFoundException', 404, /stage/)
  }
})
