import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateAuthorizerCommand,
  type CreateAuthorizerCommandInput,
  CreateRestApiCommand,
  DeleteAuthorizerCommand,
  GetAuthorizerCommand,
  GetAuthorizersCommand,
  PutMethodCommand,
  UpdateAuthorizerCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

const authorizerUri =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations'

test('authorizers of each type come, change and go', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId, rootResourceId } = await client.send(
    new CreateRestApiCommand({ name: 'x' }),
  )
  const token = answer(
    await client.send(
      new CreateAuthorizerCommand({
        restApiId,
        name: 'token',
        type: 'TOKEN',
        authorizerUri,
        identitySource: 'method.request.header.Authorization',
      }),
    ),
    201,
  )
  assert.deepEqual(token, {
    id: token.id,
    name: 'token',
    type: 'TOKEN',
    authType: 'custom',
    authorizerUri,
    identitySource: 'method.request.header.Authorization',
  })
  const arn = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_abc'
  const pool = await client.send(
    new CreateAuthorizerCommand({
      restApiId,
      name: 'pool',
      type: 'COGNITO_USER_POOLS',
      providerARNs: [arn],
      authorizerCredentials: 'arn:aws:iam::000000000000:role/r',
    }),
  )
  assert.equal(pool.authType, 'cognito_user_pools')
  assert.equal(pool.authorizerCredentials, undefined)
  const { items = [] } = await client.send(new GetAuthorizersCommand({ restApiId }))
  assert.equal(items.length, 2)

  const name = { restApiId, authorizerId: token.id }
  const updated = await client.send(
    new UpdateAuthorizerCommand({
      ...name,
      patchOperations: [
        { op: 'replace', path: '/authorizerResultTtlInSeconds', value: '0' },
        { op: 'replace', path: '/name', value: 'new' },
      ],
    }),
  )
  assert.deepEqual([updated.name, updated.authorizerResultTtlInSeconds], ['new', 0])

  const method = { restApiId, resourceId: rootResourceId, httpMethod: 'GET' }
  const { id: authorizerId } = token
  await client.send(new PutMethodCommand({ ...method, authorizationType: 'CUSTOM', authorizerId }))
  await refused(
    client.send(new DeleteAuthorizerCommand(name)),
    'ConflictException',
    409,
    /is referenced in method/,
  )
  answer(await client.send(new DeleteAuthorizerCommand({ restApiId, authorizerId: pool.id })), 202)
  await refused(
    client.send(new GetAuthorizerCommand({ restApiId, authorizerId: pool.id })),
    'NotFoundException',
    404,
    'Invalid Authorizer identifier specified',
  )
})

test('an authorizer that could not work is refused', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const token = { restApiId, name: 'a', type: 'TOKEN', authorizerUri } as const
  const cases: [
    Partial<CreateAuthorizerCommandInput>,
    code: string,
    status: number,
    message: RegExp,
  ][] = [
    [
      { restApiId: 'nosuch' },
      'ConflictException',
      409,
      /^Unable to complete operation due to concurrent modification/,
    ],
    [{ authorizerUri: 'x' }, 'BadRequestException', 400, /^Invalid Authorizer URI: x\./],
    [{ authorizerUri: undefined }, 'BadRequestException', 400, /^Invalid Authorizer URI: null\./],
    [{ authorizerResultTtlInSeconds: 3601 }, 'BadRequestException', 400, /3600/],
    [{ type: 'REQUEST' }, 'BadRequestException', 400, /[Ii]dentity source/],
    [{ type: 'COGNITO_USER_POOLS' }, 'BadRequestException', 400, /Provider ARNs/],
  ]
  await client.send(new CreateAuthorizerCommand({ ...token, name: 'taken' }))
  const taken =
    /^Authorizer name must be unique. Authorizer taken already exists in this RestApi\.$/
  cases.push([{ name: 'taken' }, 'BadRequestException', 400, taken])
  for (const [given, code, status, message] of cases) {
    await refused(
      client.send(new CreateAuthorizerCommand({ ...token, ...given })),
      code,
      status,
      message,
    )
  }
  await refused(
    client.send(new GetAuthorizersCommand({ restApiId: 'test-fake-rest-id' })),
    'NotFoundException',
    404,
    'Invalid API identifier specified 000000000000:test-fake-rest-id',
  )
})
