import assert from 'node:assert/strict'
import test from 'node:test'
import {
  AddLayerVersionPermissionCommand,
  CreateFunctionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { resolveFunction } from '../../src/control/lambda/resolve.ts'
import { arn, pets, refused, startLambda, zipOf } from './lambda-harness.ts'

const layer = 'arn:aws:lambda:us-east-1:000000000000:layer:tools'
const gone = 'The resource you requested does not exist.'

function tools(source: string, more: object = {}) {
  return new PublishLayerVersionCommand({
    LayerName: 'tools',
    Content: { ZipFile: zipOf(source) },
    ...more,
  })
}

test('versions of a layer are numbered, read, listed newest first, and deleted', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const first = await client.send(
    tools('1', {
      Description: 'one',
      CompatibleRuntimes: ['nodejs22.x'],
      CompatibleArchitectures: ['arm64'],
      LicenseInfo: 'MIT',
    }),
  )
  const { $metadata, ...published } = first
  assert.equal($metadata.httpStatusCode, 201)
  assert.deepEqual(published, {
    Content: { CodeSha256: first.Content?.CodeSha256, CodeSize: zipOf('1').length },
    LayerArn: layer,
    LayerVersionArn: `${layer}:1`,
    Description: 'one',
    CreatedDate: '2026-01-01T00:00:00.000+0000',
    Version: 1,
    CompatibleRuntimes: ['nodejs22.x'],
    CompatibleArchitectures: ['arm64'],
    LicenseInfo: 'MIT',
  })
  assert.equal((await client.send(tools('2'))).Version, 2)

  const read = new GetLayerVersionCommand({ LayerName: layer, VersionNumber: 1 })
  assert.equal((await client.send(read)).LayerVersionArn, `${layer}:1`)
  const byArn = await client.send(new GetLayerVersionByArnCommand({ Arn: `${layer}:2` }))
  assert.equal(byArn.Version, 2)
  const page = await client.send(new ListLayerVersionsCommand({ LayerName: 'tools', MaxItems: 1 }))
  assert.deepEqual(
    page.LayerVersions?.map(version => version.Version),
    [2],
  )
  const rest = await client.send(
    new ListLayerVersionsCommand({ LayerName: 'tools', Marker: String(page.NextMarker) }),
  )
  assert.deepEqual(
    [rest.LayerVersions?.map(version => version.Version), rest.NextMarker],
    [[1], undefined],
  )
  const matching = async (filter: object) => {
    const { Layers } = await client.send(new ListLayersCommand(filter))
    return Layers?.map(one => one.LatestMatchingVersion?.Version)
  }
  assert.deepEqual(await matching({}), [2])
  assert.deepEqual(await matching({ CompatibleRuntime: 'nodejs22.x' }), [1])
  assert.deepEqual(await matching({ CompatibleArchitecture: 'x86_64' }), [])

  await client.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 2 }))
  await client.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 2 }))
  await refused(
    client.send(new GetLayerVersionCommand({ LayerName: 'tools', VersionNumber: 2 })),
    'ResourceNotFoundException',
    404,
    gone,
  )
  assert.equal((await client.send(tools('3'))).Version, 3, 'numbers are never used again')
})

test('a function keeps its layers in their order, also when their versions are deleted', async () => {
  await using lambda = await startLambda()
  const { client, store, host } = lambda
  await client.send(tools('1'))
  await client.send(
    new PublishLayerVersionCommand({ LayerName: 'more', Content: { ZipFile: zipOf('more') } }),
  )
  const more = 'arn:aws:lambda:us-east-1:000000000000:layer:more:1'
  const created = await client.send(
    new CreateFunctionCommand(pets({ Layers: [`${layer}:1`, more] })),
  )
  assert.deepEqual(created.Layers, [
    { Arn: `${layer}:1`, CodeSize: zipOf('1').length },
    { Arn: more, CodeSize: zipOf('more').length },
  ])
  const before = await resolveFunction(store, host, arn('pets'))
  assert.equal(before?.layers.length, 2)
  await client.send(new DeleteLayerVersionCommand({ LayerName: 'tools', VersionNumber: 1 }))
  assert.deepEqual((await resolveFunction(store, host, arn('pets')))?.layers, before?.layers)
  const changed = await client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'pets', Layers: [more] }),
  )
  assert.deepEqual(
    changed.Layers?.map(one => one.Arn),
    [more],
  )
  const none = await client.send(
    new UpdateFunctionConfigurationCommand({ FunctionName: 'pets', Layers: [] }),
  )
  assert.equal(none.Layers, undefined)
  assert.deepEqual((await resolveFunction(store, host, arn('pets')))?.layers, [])
})

test('layers that cannot be used are refused', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(tools('1'))
  await client.send(tools('2'))
  const create = (...Layers: string[]) => client.send(new CreateFunctionCommand(pets({ Layers })))
  const cases: [string[], RegExp][] = [
    [[`${layer}:9`], /^Layer version .*:tools:9 does not exist\.$/],
    [[layer], /^Layer version ARN is not valid/],
    [[`${layer}:1`, `${layer}:2`], /^Two different versions of the same layer/],
    [[`${layer}:1`.replace('us-east-1', 'eu-west-1')], /^Layers are not in the same region/],
    [Array.from({ length: 6 }, (_, i) => `${layer}${i}:1`), /^Cannot reference more than 5 layers/],
  ]
  for (const [given, message] of cases) {
    await refused(create(...given), 'InvalidParameterValueException', 400, message)
  }
})

test('another account uses a layer when a permission says so', async () => {
  await using lambda = await startLambda()
  const { client, foreign } = lambda
  await client.send(tools('1'))
  const Role = 'arn:aws:iam::111111111111:role/any'
  const create = () =>
    foreign.send(new CreateFunctionCommand(pets({ Role, Layers: [`${layer}:1`] })))
  await refused(create(), 'InvalidParameterValueException', 400, /does not exist/)
  const target = { LayerName: 'tools', VersionNumber: 1 }
  await refused(
    client.send(new GetLayerVersionPolicyCommand(target)),
    'ResourceNotFoundException',
    404,
    'No policy is associated with the given resource.',
  )
  const permission = {
    ...target,
    StatementId: 'friends',
    Action: 'lambda:GetLayerVersion',
    Principal: '111111111111',
  }
  const organization = { ...permission, StatementId: 'o', OrganizationId: 'o-abcdefghij' }
  await client.send(new AddLayerVersionPermissionCommand(organization))
  await refused(create(), 'InvalidParameterValueException', 400, /does not exist/)
  const { Statement } = await client.send(new AddLayerVersionPermissionCommand(permission))
  const statement = {
    Sid: 'friends',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111111111111:root' },
    Action: 'lambda:GetLayerVersion',
    Resource: `${layer}:1`,
  }
  assert.deepEqual(JSON.parse(String(Statement)), statement)
  assert.deepEqual((await create()).Layers?.[0]?.Arn, `${layer}:1`)
  await client.send(new RemoveLayerVersionPermissionCommand({ ...target, StatementId: 'o' }))
  const { Policy } = await client.send(new GetLayerVersionPolicyCommand(target))
  assert.deepEqual(JSON.parse(String(Policy)).Statement, [statement])
  await refused(
    client.send(new AddLayerVersionPermissionCommand({ ...permission, Action: 'lambda:*' })),
    'ValidationException',
    400,
    /at 'action' failed to satisfy constraint/,
  )
})
