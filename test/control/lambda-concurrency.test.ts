import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetProvisionedConcurrencyConfigCommand,
  InvokeCommand,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda'
import fc from 'fast-check'
import { chosen, type ResolvedFunction, resolveFunction } from '../../src/control/lambda/resolve.ts'
import { arn, echo, pets, refused, startLambda, zipOf } from './lambda-harness.ts'

const FunctionName = 'pets'

test('a reservation is kept, told to the runner, counted for the account, and taken away', async () => {
  await using lambda = await startLambda()
  const { client, store, host } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  assert.deepEqual(
    (await client.send(new GetFunctionConcurrencyCommand({ FunctionName })))
      .ReservedConcurrentExecutions,
    undefined,
  )
  const put = (ReservedConcurrentExecutions: number) =>
    client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }))
  assert.equal((await put(3)).ReservedConcurrentExecutions, 3)
  assert.equal((await resolveFunction(store, host, arn('pets')))?.reservedConcurrency, 3)
  const { Concurrency } = await client.send(new GetFunctionCommand({ FunctionName }))
  assert.deepEqual(Concurrency, { ReservedConcurrentExecutions: 3 })
  await refused(
    put(901),
    'InvalidParameterValueException',
    400,
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
  )
  await refused(put(-1), 'ValidationException', 400, /at 'reservedConcurrentExecutions'/)
  const { AccountLimit, AccountUsage } = await client.send(new GetAccountSettingsCommand({}))
  assert.deepEqual(
    [AccountLimit?.ConcurrentExecutions, AccountLimit?.UnreservedConcurrentExecutions],
    [1000, 997],
  )
  assert.deepEqual(AccountUsage, { TotalCodeSize: echo.length, FunctionCount: 1 })
  await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
  assert.equal((await resolveFunction(store, host, arn('pets')))?.reservedConcurrency, undefined)
})

test('provisioned concurrency belongs to a version or to an alias of one', async () => {
  await using lambda = await startLambda()
  const { client, store, host } = lambda
  await client.send(new CreateFunctionCommand(pets()))
  await client.send(new PublishVersionCommand({ FunctionName }))
  const put = (Qualifier: string, ProvisionedConcurrentExecutions = 2) =>
    client.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier,
        ProvisionedConcurrentExecutions,
      }),
    )
  const given = await put('1')
  assert.equal(given.$metadata.httpStatusCode, 202)
  assert.deepEqual(
    [given.RequestedProvisionedConcurrentExecutions, given.Status],
    [2, 'IN_PROGRESS'],
  )
  assert.equal((await resolveFunction(store, host, `${arn('pets')}:1`))?.provisionedConcurrency, 2)
  const { ProvisionedConcurrencyConfigs } = await client.send(
    new ListProvisionedConcurrencyConfigsCommand({ FunctionName }),
  )
  assert.deepEqual(
    ProvisionedConcurrencyConfigs?.map(one => one.FunctionArn),
    [`${arn('pets')}:1`],
  )
  await refused(
    put('$LATEST'),
    'InvalidParameterValueException',
    400,
    'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
  )
  await refused(
    put('live'),
    'ResourceNotFoundException',
    404,
    `Cannot find alias arn: ${arn('pets')}:live`,
  )
  await client.send(
    new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 }),
  )
  await refused(put('1'), 'InvalidParameterValueException', 400, /should not be greater than/)
  const target = { FunctionName, Qualifier: '1' }
  await client.send(new DeleteProvisionedConcurrencyConfigCommand(target))
  await refused(
    client.send(new GetProvisionedConcurrencyConfigCommand(target)),
    'ProvisionedConcurrencyConfigNotFoundException',
    404,
    'No Provisioned Concurrency Config found for this function',
  )
})

test('an alias divides invocations between two versions', async () => {
  await using lambda = await startLambda()
  const { client, dice } = lambda
  const source = (value: number) => zipOf(`export const handler = async () => ${value}`)
  await client.send(
    new CreateFunctionCommand(pets({ Code: { ZipFile: source(1) }, Publish: true })),
  )
  const update = { FunctionName, ZipFile: source(2), Publish: true }
  await client.send(new UpdateFunctionCodeCommand(update))
  const weights = (AdditionalVersionWeights: Record<string, number>) => ({
    FunctionName,
    Name: 'live',
    FunctionVersion: '1',
    RoutingConfig: { AdditionalVersionWeights },
  })
  const refusals: [Record<string, number>, string, number, RegExp][] = [
    [{ 2: 0.1, 1: 0.1 }, 'InvalidParameterValueException', 400, /cannot be greater than 1$/],
    [{ 2: 1.5 }, 'InvalidParameterValueException', 400, /from 0\.0 to 1\.0/],
    [{ 1: 0.5 }, 'InvalidParameterValueException', 400, /already included/],
    [{ $LATEST: 0.5 }, 'InvalidParameterValueException', 400, /not a published version/],
    [{ 7: 0.5 }, 'ResourceNotFoundException', 404, /^Function not found: .*:7$/],
  ]
  for (const [given, code, status, message] of refusals) {
    await refused(client.send(new CreateAliasCommand(weights(given))), code, status, message)
  }
  const { RoutingConfig } = await client.send(new CreateAliasCommand(weights({ 2: 0.25 })))
  assert.deepEqual(RoutingConfig, { AdditionalVersionWeights: { 2: 0.25 } })
  const call = async (next: number) => {
    dice.next = next
    const answer = await client.send(new InvokeCommand({ FunctionName, Qualifier: 'live' }))
    return [answer.Payload?.transformToString(), answer.ExecutedVersion]
  }
  assert.deepEqual(await call(0.2499), ['2', '2'])
  assert.deepEqual(await call(0.25), ['1', '1'])
  assert.deepEqual(await call(0.1), ['2', '2'])
  const only = await client.send(
    new UpdateAliasCommand({ FunctionName, Name: 'live', RoutingConfig: {} }),
  )
  assert.equal(only.RoutingConfig, undefined)
  assert.deepEqual(await call(0), ['1', '1'])
})

test('over many invocations the additional version gets its share', () => {
  const found = (weight: number) =>
    ({ version: '1', additional: { weight, settings: { version: '2' } } }) as ResolvedFunction
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer(), (weight, seed) => {
      let state = seed >>> 0
      const random = () => {
        // Numerical Recipes' generator: even enough for counting.
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0
        return state / 2 ** 32
      }
      let other = 0
      for (let i = 0; i < 4000; i++) if (chosen(found(weight), random).version === '2') other++
      assert.ok(Math.abs(other / 4000 - weight) < 0.05, `${other} of 4000 for ${weight}`)
    }),
  )
  assert.equal(chosen(found(0), () => 0).version, '1')
  assert.equal(chosen(found(1), () => 0.999999).version, '2')
})
