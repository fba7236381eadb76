import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { isArnLike, mayInvoke } from '../../src/control/lambda/may-invoke.ts'
import { resolveFunction } from '../../src/control/lambda/resolve.ts'
import { arn, echo, pets, refused, role, startLambda, zipOf } from './lambda-harness.ts'

test('a function is created with the defaults of AWS, and can be read back', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const { $metadata, ...created } = await client.send(new CreateFunctionCommand(pets()))
  assert.equal($metadata.httpStatusCode, 201)
  const { CodeSha256, RevisionId, RuntimeVersionConfig, ...plain } = created
  assert.match(String(CodeSha256), /^[\w+/]{43}=$/)
  assert.match(String(RevisionId), /^[0-9a-f-]{36}$/)
  assert.match(
    String(RuntimeVersionConfig?.RuntimeVersionArn),
    /^arn:aws:lambda:us-east-1::runtime:/,
  )
  assert.deepEqual(plain, {
    FunctionName: 'pets',
    FunctionArn: arn('pets'),
    Runtime: 'nodejs22.x',
    Role: role,
    Handler: 'index.handler',
    CodeSize: echo.length,
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    LastModified: '2026-01-01T00:00:00.000+0000',
    Version: '$LATEST',
    TracingConfig: { Mode: 'PassThrough' },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/pets' },
  })
  for (const FunctionName of ['pets', arn('pets'), '000000000000:function:pets']) {
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName }))
    assert.deepEqual(Configuration, created)
  }
  const qualified = new GetFunctionConfigurationCommand({
    FunctionName: 'pets',
    Qualifier: '$LATEST',
  })
  assert.equal((await client.send(qualified)).FunctionArn, `${arn('pets')}:$LATEST`)
})

test('an invocation answers, with its log and version when they are wanted', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  const Payload = Buffer.from('{"a":1}')
  const answer = await client.send(
    new InvokeCommand({ FunctionName: 'pets', Payload, LogType: 'Tail' }),
  )
  assert.equal(answer.StatusCode, 200)
  assert.equal(answer.FunctionError, undefined)
  assert.equal(answer.ExecutedVersion, '$LATEST')
  assert.equal(answer.Payload?.transformToString(), '{"a":1}')
  const log = Buffer.from(answer.LogResult ?? '', 'base64').toString()
  assert.match(log, /^START RequestId: [\s\S]*\tINFO\tseen\nEND RequestId: [\s\S]*\nREPORT /)

  const empty = await client.send(new InvokeCommand({ FunctionName: 'pets' }))
  assert.equal(empty.Payload?.transformToString(), '{}')
  const dry = new InvokeCommand({ FunctionName: 'pets', InvocationType: 'DryRun' })
  assert.equal((await client.send(dry)).StatusCode, 204)
  await refused(
    client.send(new InvokeCommand({ FunctionName: 'pets', Payload: Buffer.from('{') })),
    'InvalidRequestContentException',
    400,
    /^Could not parse request body into json/,
  )
  await refused(
    client.send(new InvokeCommand({ FunctionName: 'pets', Qualifier: '7' })),
    'ResourceNotFoundException',
    404,
    `Function not found: ${arn('pets')}:7`,
  )
})

test('an error of the function is an answer with its own header', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const ZipFile = zipOf('export const handler = async () => { throw new Error("boom") }')
  await client.send(new CreateFunctionCommand(pets({ Code: { ZipFile } })))
  const answer = await client.send(new InvokeCommand({ FunctionName: 'pets' }))
  assert.equal(answer.StatusCode, 200)
  assert.equal(answer.FunctionError, 'Unhandled')
  assert.equal(JSON.parse(answer.Payload?.transformToString() ?? '').errorMessage, 'boom')
})

test('new code and new settings hold from the next invocation on', async () => {
  await using lambda = await startLambda()
  const { client, changed } = lambda
  const source = (value: string) => zipOf(`export const handler = async () => ${value}`)
  const call = async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: 'pets' }))
    return JSON.parse(answer.Payload?.transformToString() ?? '')
  }
  const first = await client.send(
    new CreateFunctionCommand(pets({ Code: { ZipFile: source('1') } })),
  )
  assert.equal(await call(), 1)
  const code = { FunctionName: 'pets', ZipFile: source('process.env.WORD ?? "none"') }
  const second = await client.send(new UpdateFunctionCodeCommand(code))
  assert.notEqual(second.CodeSha256, first.CodeSha256)
  assert.equal(await call(), 'none')
  const third = await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'pets',
      Environment: { Variables: { WORD: 'said' } },
      Timeout: 10,
    }),
  )
  assert.deepEqual([third.Timeout, third.MemorySize], [10, 128])
  assert.equal(await call(), 'said')
  await refused(
    client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'pets',
        RevisionId: String(second.RevisionId),
        Timeout: 4,
      }),
    ),
    'PreconditionFailedException',
    412,
    /^The RevisionId provided does not match/,
  )
  assert.deepEqual(changed, Array(3).fill(arn('pets')))
})

test('code that lies nowhere on disk is unpacked again from the store', async () => {
  await using lambda = await startLambda()
  const { client, codeRoot } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  rmSync(codeRoot, { recursive: true })
  const answer = await client.send(new InvokeCommand({ FunctionName: 'pets' }))
  assert.equal(answer.FunctionError, undefined)
})

test('a folder is used in place', async () => {
  await using lambda = await startLambda()
  const { client, directory } = lambda
  const folder = join(directory, 'work')
  mkdirSync(folder)
  const write = (value: number) =>
    writeFileSync(join(folder, 'index.mjs'), `export const handler = async () => ${value}`)
  write(1)
  const Code = { S3Bucket: 'hot-reload', S3Key: folder }
  await client.send(new CreateFunctionCommand(pets({ Code })))
  const call = async () => {
    const answer = await client.send(new InvokeCommand({ FunctionName: 'pets' }))
    return answer.Payload?.transformToString()
  }
  assert.equal(await call(), '1')
  write(22)
  assert.equal(await call(), '22')
})

test('functions are listed in pages', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  for (const FunctionName of ['a', 'b', 'c']) {
    await client.send(new CreateFunctionCommand(pets({ FunctionName })))
  }
  const first = await client.send(new ListFunctionsCommand({ MaxItems: 2 }))
  assert.deepEqual(
    first.Functions?.map(one => one.FunctionName),
    ['a', 'b'],
  )
  const Marker = String(first.NextMarker)
  const second = await client.send(new ListFunctionsCommand({ MaxItems: 2, Marker }))
  assert.deepEqual(
    second.Functions?.map(one => one.FunctionName),
    ['c'],
  )
  assert.equal(second.NextMarker, undefined)
})

test('versions stay as they were, and aliases lead to them', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const FunctionName = 'pets'
  const source = (value: number) => zipOf(`export const handler = async () => ${value}`)
  await client.send(new CreateFunctionCommand(pets({ Code: { ZipFile: source(1) } })))
  const one = await client.send(new PublishVersionCommand({ FunctionName }))
  assert.equal(one.Version, '1')
  assert.equal(one.FunctionArn, `${arn('pets')}:1`)
  const again = await client.send(new PublishVersionCommand({ FunctionName }))
  assert.equal(again.Version, '1', 'nothing has changed since')
  const update = { FunctionName, ZipFile: source(2), Publish: true }
  assert.equal((await client.send(new UpdateFunctionCodeCommand(update))).Version, '2')

  const alias = await client.send(
    new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }),
  )
  assert.equal(alias.AliasArn, `${arn('pets')}:live`)
  const call = async (Qualifier?: string) => {
    const target = Qualifier === undefined ? { FunctionName } : { FunctionName, Qualifier }
    const answer = await client.send(new InvokeCommand(target))
    return [answer.Payload?.transformToString(), answer.ExecutedVersion]
  }
  assert.deepEqual(await call(), ['2', '$LATEST'])
  assert.deepEqual(await call('live'), ['1', '1'])
  await client.send(new UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '2' }))
  assert.deepEqual(await call('live'), ['2', '2'])

  const { Versions } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }))
  assert.deepEqual(
    Versions?.map(version => version.Version),
    ['$LATEST', '1', '2'],
  )
  const { Aliases } = await client.send(new ListAliasesCommand({ FunctionName }))
  assert.deepEqual(
    Aliases?.map(one => one.Name),
    ['live'],
  )
  await refused(
    client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' })),
    'ResourceConflictException',
    409,
    'Version has the following aliases: live',
  )
  await client.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }))
  await refused(
    client.send(new GetAliasCommand({ FunctionName, Name: 'live' })),
    'ResourceNotFoundException',
    404,
    `Cannot find alias arn: ${arn('pets')}:live`,
  )
  await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier: '2' }))
  await client.send(new DeleteFunctionCommand({ FunctionName }))
  await refused(
    client.send(new GetFunctionCommand({ FunctionName })),
    'ResourceNotFoundException',
    404,
    `Function not found: ${arn('pets')}`,
  )
})

test('permissions make a policy as AWS shows it, and the data plane can ask it', async () => {
  await using lambda = await startLambda()
  const { client, store, host } = lambda
  const FunctionName = 'pets'
  await client.send(new CreateFunctionCommand(pets()))
  await refused(
    client.send(new GetPolicyCommand({ FunctionName })),
    'ResourceNotFoundException',
    404,
    'The resource you requested does not exist.',
  )
  const permission = {
    FunctionName,
    StatementId: 'gateway',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: 'arn:aws:execute-api:us-east-1:000000000000:a1b2c3/*/GET/pets',
  }
  const { Statement } = await client.send(new AddPermissionCommand(permission))
  const statement = {
    Sid: 'gateway',
    Effect: 'Allow',
    Principal: { Service: 'apigateway.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Resource: arn('pets'),
    Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } },
  }
  assert.deepEqual(JSON.parse(String(Statement)), statement)
  const { Policy, RevisionId } = await client.send(new GetPolicyCommand({ FunctionName }))
  assert.deepEqual(JSON.parse(String(Policy)), {
    Version: '2012-10-17',
    Id: 'default',
    Statement: [statement],
  })
  assert.match(String(RevisionId), /^[0-9a-f-]{36}$/)
  await refused(
    client.send(new AddPermissionCommand(permission)),
    'ResourceConflictException',
    409,
    'The statement id (gateway) provided already exists. Please provide a new statement id, or remove the existing statement.',
  )

  const found = await resolveFunction(store, host, arn('pets'))
  assert.equal(found?.handler, 'index.handler')
  const invoker = {
    principal: 'apigateway.amazonaws.com',
    sourceAccount: '000000000000',
    sourceArn: 'arn:aws:execute-api:us-east-1:000000000000:a1b2c3/dev/GET/pets',
  }
  assert.equal(mayInvoke(found?.policy ?? [], invoker), true)
  const post = { ...invoker, sourceArn: invoker.sourceArn.replace('GET', 'POST') }
  assert.equal(mayInvoke(found?.policy ?? [], post), false)
  assert.equal(await resolveFunction(store, host, arn('nobody')), undefined)
  assert.equal(await resolveFunction(store, host, 'arn:aws:s3:::bucket'), undefined)

  const removal = { FunctionName, StatementId: 'gateway' }
  await client.send(new RemovePermissionCommand(removal))
  await refused(
    client.send(new RemovePermissionCommand(removal)),
    'ResourceNotFoundException',
    404,
    'No policy is associated with the given resource.',
  )
})

test('a function has tags', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets({ Tags: { a: '1' } })))
  const Resource = arn('pets')
  await client.send(new TagResourceCommand({ Resource, Tags: { b: '2' } }))
  await client.send(new UntagResourceCommand({ Resource, TagKeys: ['a'] }))
  assert.deepEqual((await client.send(new ListTagsCommand({ Resource }))).Tags, { b: '2' })
})

test('what AWS refuses, and what is not built, is refused', async () => {
  await using lambda = await startLambda()
  const { client, directory } = lambda
  const cases: {
    given: Partial<CreateFunctionCommandInput>
    code: string
    message: string | RegExp
  }[] = [
    { given: { FunctionName: 'a b' }, code: 'ValidationException', message: /at 'functionName'/ },
    {
      given: { Timeout: 901 },
      code: 'ValidationException',
      message: /at 'timeout' .*equal to 900$/,
    },
    {
      given: { MemorySize: 64, Timeout: 0 },
      code: 'ValidationException',
      message: /^2 validation errors/,
    },
    { given: { Role: 'me' }, code: 'ValidationException', message: /at 'role'/ },
    {
      given: { Runtime: 'python2.7' },
      code: 'InvalidParameterValueException',
      message: /There is no runtime python2\.7/,
    },
    {
      given: { Environment: { Variables: { AWS_REGION: 'x', LAMBDA_TASK_ROOT: 'y' } } },
      code: 'InvalidParameterValueException',
      message: /Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT$/,
    },
    {
      given: { Environment: { Variables: { LARGE: 'x'.repeat(4096) } } },
      code: 'InvalidParameterValueException',
      message: /exceeded the 4KB limit/,
    },
    {
      given: { Code: { ZipFile: Buffer.from('no zip') } },
      code: 'InvalidParameterValueException',
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    },
    {
      given: { Code: { S3Bucket: 'bucket', S3Key: 'key' } },
      code: 'InvalidParameterValueException',
      message: /does not read code from S3/,
    },
    {
      given: { Code: { S3Bucket: 'hot-reload', S3Key: join(directory, 'missing') } },
      code: 'InvalidParameterValueException',
      message: /absolute path of a folder/,
    },
    {
      given: { Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:a:1'] },
      code: 'InvalidParameterValueException',
      message: 'Layer version arn:aws:lambda:us-east-1:000000000000:layer:a:1 does not exist.',
    },
    {
      given: { PackageType: 'Image', Code: { ImageUri: 'image' } },
      code: 'InvalidParameterValueException',
      message: /container images/,
    },
  ]
  for (const { given, code, message } of cases) {
    await refused(client.send(new CreateFunctionCommand(pets(given))), code, 400, message)
  }
  await client.send(new CreateFunctionCommand(pets()))
  await refused(
    client.send(new CreateFunctionCommand(pets())),
    'ResourceConflictException',
    409,
    'Function already exist: pets',
  )
  await refused(
    client.send(new GetFunctionCommand({ FunctionName: arn('pets').replace('east', 'west') })),
    'ResourceNotFoundException',
    404,
    "Functions from 'us-west-1' are not reachable in this region ('us-east-1')",
  )
})

test('wildcards of ArnLike stay within their part', () => {
  const given = 'arn:aws:execute-api:us-east-1:000000000000:a1/dev/GET/pets/1'
  const cases: [string, boolean][] = [
    ['arn:aws:execute-api:us-east-1:000000000000:a1/*', true],
    ['arn:aws:execute-api:us-east-1:000000000000:a1/*/*/pets/?', true],
    ['arn:aws:execute-api:*:*:a1/dev/GET/pets/1', true],
    ['*', true],
    ['arn:aws:execute-api:*', false],
    ['arn:aws:execute-api:us-east-1:000000000000:a2/*', false],
    ['arn:aws:execute-api:us-east-1:111111111111:a1/*', false],
    ['', false],
  ]
  for (const [pattern, want] of cases) assert.equal(isArnLike(pattern, given), want, pattern)
  const hostile = `arn:aws:x:y:z:${'*a'.repeat(500)}b`
  assert.equal(isArnLike(hostile, `arn:aws:x:y:z:${'a'.repeat(2000)}`), false)
})
