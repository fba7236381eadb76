import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetFunctionUrlConfigCommand,
  GetRuntimeManagementConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  ListFunctionUrlConfigsCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutRuntimeManagementConfigCommand,
  UpdateFunctionConfigurationCommand,
  UpdateFunctionEventInvokeConfigCommand,
  UpdateFunctionUrlConfigCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionExists,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { arn, pets, refused, startLambda } from './lambda-harness.ts'

const FunctionName = 'pets'

test('the waiters of the SDK see a function that exists, is active and updated', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  const settings = { client, maxWaitTime: 5 }
  for (const wait of [
    waitUntilFunctionExists,
    waitUntilFunctionActiveV2,
    waitUntilFunctionUpdatedV2,
  ]) {
    assert.equal((await wait(settings, { FunctionName })).state, 'SUCCESS')
  }
})

test('how events end is configured for a function, a version or an alias', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets({ Publish: true })))
  const queue = 'arn:aws:sqs:us-east-1:000000000000:failed'
  await refused(
    client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName })),
    'ResourceNotFoundException',
    404,
    `The function ${arn('pets')}:$LATEST doesn't have an EventInvokeConfig`,
  )
  const {
    $metadata: _,
    LastModified,
    ...config
  } = await client.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: queue } },
    }),
  )
  assert.equal(LastModified?.toISOString(), '2026-01-01T00:00:00.000Z')
  assert.deepEqual(config, {
    FunctionArn: `${arn('pets')}:$LATEST`,
    MaximumRetryAttempts: 1,
    DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: queue } },
  })
  const updated = await client.send(
    new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 60 }),
  )
  assert.deepEqual([updated.MaximumRetryAttempts, updated.MaximumEventAgeInSeconds], [1, 60])
  const replaced = await client.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumEventAgeInSeconds: 70 }),
  )
  assert.deepEqual(
    [replaced.MaximumRetryAttempts, replaced.DestinationConfig?.OnFailure],
    [undefined, {}],
  )
  await client.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      Qualifier: '1',
      MaximumRetryAttempts: 0,
    }),
  )
  const { FunctionEventInvokeConfigs } = await client.send(
    new ListFunctionEventInvokeConfigsCommand({ FunctionName }),
  )
  assert.deepEqual(
    FunctionEventInvokeConfigs?.map(one => one.FunctionArn),
    [`${arn('pets')}:$LATEST`, `${arn('pets')}:1`],
  )
  const put = (more: object) =>
    client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, ...more }))
  await refused(
    put({ MaximumRetryAttempts: 3 }),
    'ValidationException',
    400,
    /less than or equal to 2$/,
  )
  await refused(put({ MaximumEventAgeInSeconds: 59 }), 'ValidationException', 400, /equal to 60$/)
  const self = { DestinationConfig: { OnSuccess: { Destination: arn('pets') } } }
  await refused(put(self), 'InvalidParameterValueException', 400, /destination for itself/)
  const table = {
    DestinationConfig: { OnSuccess: { Destination: 'arn:aws:dynamodb:us-east-1:0:table/a' } },
  }
  await refused(put(table), 'InvalidParameterValueException', 400, /names no queue/)
  await client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }))
  await refused(
    client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName })),
    'ResourceNotFoundException',
    404,
    /EventInvokeConfig$/,
  )
})

test('a function or an alias has one address', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets({ Publish: true })))
  await client.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }))
  const made = await client.send(
    new CreateFunctionUrlConfigCommand({
      FunctionName,
      AuthType: 'NONE',
      Cors: { AllowOrigins: ['*'], AllowMethods: ['GET'], MaxAge: 5 },
    }),
  )
  assert.equal(made.$metadata.httpStatusCode, 201)
  assert.match(
    String(made.FunctionUrl),
    /^http:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.localhost:4566\/$/,
  )
  assert.deepEqual(
    [made.FunctionArn, made.AuthType, made.InvokeMode, made.Cors],
    [arn('pets'), 'NONE', 'BUFFERED', { AllowOrigins: ['*'], AllowMethods: ['GET'], MaxAge: 5 }],
  )
  const create = (more: object) =>
    client.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM', ...more }))
  await refused(create({}), 'ResourceConflictException', 409, /FunctionUrlConfig exists/)
  await refused(create({ Qualifier: '1' }), 'ValidationException', 400, /at 'qualifier'/)
  await refused(create({ Qualifier: 'none' }), 'ResourceNotFoundException', 404, /:none$/)
  await refused(
    create({ Qualifier: 'live', Cors: { AllowMethods: ['BREW'] } }),
    'ValidationException',
    400,
    /at 'cors.allowMethods'/,
  )
  await create({ Qualifier: 'live' })
  const { FunctionUrlConfigs } = await client.send(
    new ListFunctionUrlConfigsCommand({ FunctionName }),
  )
  assert.deepEqual(
    FunctionUrlConfigs?.map(one => one.FunctionArn),
    [arn('pets'), `${arn('pets')}:live`],
  )
  const changed = await client.send(
    new UpdateFunctionUrlConfigCommand({ FunctionName, InvokeMode: 'RESPONSE_STREAM', Cors: {} }),
  )
  assert.deepEqual(
    [changed.InvokeMode, changed.Cors, changed.FunctionUrl],
    ['RESPONSE_STREAM', undefined, made.FunctionUrl],
  )
  await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName }))
  await refused(
    client.send(new GetFunctionUrlConfigCommand({ FunctionName })),
    'ResourceNotFoundException',
    404,
    'The resource you requested does not exist.',
  )
})

test('settings without effect are kept and answered', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  const loop = async () =>
    (await client.send(new GetFunctionRecursionConfigCommand({ FunctionName }))).RecursiveLoop
  assert.equal(await loop(), 'Terminate')
  await client.send(new PutFunctionRecursionConfigCommand({ FunctionName, RecursiveLoop: 'Allow' }))
  assert.equal(await loop(), 'Allow')
  const managed = await client.send(new GetRuntimeManagementConfigCommand({ FunctionName }))
  assert.deepEqual([managed.UpdateRuntimeOn, managed.FunctionArn], ['Auto', arn('pets')])
  await refused(
    client.send(new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn: 'Manual' })),
    'InvalidParameterValueException',
    400,
    /RuntimeVersionArn is required/,
  )
  await client.send(
    new PutRuntimeManagementConfigCommand({ FunctionName, UpdateRuntimeOn: 'FunctionUpdate' }),
  )
  const signing = await client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }))
  assert.deepEqual([signing.FunctionName, signing.CodeSigningConfigArn], ['pets', undefined])
  const { Version } = await client.send(new PublishVersionCommand({ FunctionName }))
  assert.equal(Version, '1')
})

test('dead letters, logs in JSON and snapshots are configured as on AWS', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const queue = 'arn:aws:sqs:us-east-1:000000000000:failed'
  const created = await client.send(
    new CreateFunctionCommand(
      pets({ DeadLetterConfig: { TargetArn: queue }, LoggingConfig: { LogFormat: 'JSON' } }),
    ),
  )
  assert.deepEqual(created.DeadLetterConfig, { TargetArn: queue })
  assert.deepEqual(created.LoggingConfig, {
    LogFormat: 'JSON',
    ApplicationLogLevel: 'INFO',
    SystemLogLevel: 'INFO',
    LogGroup: '/aws/lambda/pets',
  })
  const update = (more: object) =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }))
  const plain = await update({
    DeadLetterConfig: { TargetArn: '' },
    LoggingConfig: { LogFormat: 'Text' },
  })
  assert.deepEqual(
    [plain.DeadLetterConfig, plain.LoggingConfig],
    [undefined, { LogFormat: 'Text', LogGroup: '/aws/lambda/pets' }],
  )
  const bucket = { DeadLetterConfig: { TargetArn: 'arn:aws:s3:::bucket' } }
  await refused(update(bucket), 'InvalidParameterValueException', 400, /not an Amazon SQS queue/)
  await refused(
    update({ SnapStart: { ApplyOn: 'PublishedVersions' } }),
    'InvalidParameterValueException',
    400,
    'nodejs22.x is not supported for SnapStart enabled functions.',
  )
})
