/** What cannot run here is refused when the function is made or changed, and nothing of it is kept. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { echo, pets, refused, startLambda } from './lambda-harness.ts'

const executable = { os: 3, attrs: (0o755 << 16) | 0 }
const program = Buffer.from('#!/bin/sh\n')
const bootstrap = zipSync({ bootstrap: [program, executable] })
const extension = zipSync({ extensions: {}, 'extensions/agent': [program, executable] })

const invalid = (send: Promise<unknown>, message: string | RegExp) =>
  refused(send, 'InvalidParameterValueException', 400, message)

for (const runtime of ['java21', 'dotnet8', 'ruby3.4', 'go1.x', 'dotnetcore3.1'] as const) {
  test(`${runtime} needs a bootstrap in the code`, async () => {
    await using lambda = await startLambda()
    const { client } = lambda
    const words = new RegExp(`${runtime} can only be run here .* executable file named bootstrap`)
    const Runtime = runtime as 'java21'
    await invalid(client.send(new CreateFunctionCommand(pets({ Runtime }))), words)
    const Code = { ZipFile: bootstrap }
    const made = await client.send(new CreateFunctionCommand(pets({ Runtime, Code })))
    assert.equal(made.Runtime, runtime)
    const worse = new UpdateFunctionCodeCommand({ FunctionName: 'pets', ZipFile: echo })
    await invalid(client.send(worse), words)
    const read = new GetFunctionConfigurationCommand({ FunctionName: 'pets' })
    assert.equal((await client.send(read)).CodeSha256, made.CodeSha256)
  })
}

test('a change of the runtime looks at the code, too; provided runtimes may come without', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  const to = (Runtime: 'java21' | 'provided.al2023') =>
    new UpdateFunctionConfigurationCommand({ FunctionName: 'pets', Runtime })
  await invalid(client.send(to('java21')), /named bootstrap/)
  // As on AWS: such a function fails when it is invoked, with Runtime.InvalidEntrypoint.
  assert.equal((await client.send(to('provided.al2023'))).Runtime, 'provided.al2023')
})

test('a bootstrap may come with a layer', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const layer = await client.send(
    new PublishLayerVersionCommand({ LayerName: 'jvm', Content: { ZipFile: bootstrap } }),
  )
  const Layers = [layer.LayerVersionArn as string]
  await client.send(new CreateFunctionCommand(pets({ Runtime: 'java21', Layers })))
  const without = new UpdateFunctionConfigurationCommand({ FunctionName: 'pets', Layers: [] })
  await invalid(client.send(without), /named bootstrap/)
})

test('a layer with an external extension is refused', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const layer = await client.send(
    new PublishLayerVersionCommand({ LayerName: 'agent', Content: { ZipFile: extension } }),
  )
  const Layers = [layer.LayerVersionArn as string]
  const words = /external extension agent \(extensions\/agent\)\. Portcullis does not run/
  await invalid(client.send(new CreateFunctionCommand(pets({ Layers }))), words)
  // In the code itself the folder means nothing to Lambda.
  const code = { ...pets(), Code: { ZipFile: zipSync({ 'extensions/x.js': program }) } }
  await client.send(new CreateFunctionCommand(code))
  const add = new UpdateFunctionConfigurationCommand({ FunctionName: 'pets', Layers })
  await invalid(client.send(add), words)
})

test('log levels go with JSON only, and none is stored and ignored', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const words = 'Log levels are only supported when the log format is JSON.'
  const LoggingConfig = { ApplicationLogLevel: 'ERROR' } as const
  await invalid(client.send(new CreateFunctionCommand(pets({ LoggingConfig }))), words)
  await client.send(new CreateFunctionCommand(pets()))
  const change = (config: object) =>
    client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'pets', LoggingConfig: config }),
    )
  await invalid(change(LoggingConfig), words)
  const json = await change({ LogFormat: 'JSON', SystemLogLevel: 'WARN' })
  assert.deepEqual(json.LoggingConfig, {
    LogFormat: 'JSON',
    ApplicationLogLevel: 'INFO',
    SystemLogLevel: 'WARN',
    LogGroup: '/aws/lambda/pets',
  })
  await invalid(change({ LogFormat: 'Text', ...LoggingConfig }), words)
})

test('a zip that is none, leads outside or has a link that does is not unpacked', async () => {
  await using lambda = await startLambda()
  const { client } = lambda
  const link = { os: 3, attrs: (0o120777 << 16) | 0 }
  const zips = {
    'cut off': echo.subarray(0, echo.length - 30),
    'a name that leads outside': zipSync({ '../up.js': program }),
    'a link that leads outside': zipSync({ out: [Buffer.from('../../etc'), link] }),
  }
  const words = /^Could not unzip uploaded file\./
  for (const [name, ZipFile] of Object.entries(zips)) {
    const FunctionName = name.replaceAll(' ', '-')
    await invalid(
      client.send(new CreateFunctionCommand(pets({ FunctionName, Code: { ZipFile } }))),
      words,
    )
    await refused(
      client.send(new GetFunctionConfigurationCommand({ FunctionName })),
      'ResourceNotFoundException',
      404,
      /Function not found/,
    )
  }
})
