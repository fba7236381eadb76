import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateRestApiCommand,
  DeleteMethodCommand,
  DeleteMethodResponseCommand,
  GetMethodCommand,
  GetMethodResponseCommand,
  GetResourceCommand,
  type PatchOperation,
  PutMethodCommand,
  type PutMethodCommandInput,
  PutMethodResponseCommand,
  UpdateMethodCommand,
  UpdateMethodResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, type Harness, refused, startControl } from './harness.ts'

async function rootOf({ client }: Harness) {
  const api = await client.send(new CreateRestApiCommand({ name: 'x' }))
  return { restApiId: api.id ?? '', resourceId: api.rootResourceId ?? '' }
}

test('a method answers what was put, and appears in its resource', async () => {
  await using control = await startControl()
  const { client } = control
  const root = await rootOf(control)
  const name = { ...root, httpMethod: 'GET' }
  const plain = answer(
    await client.send(new PutMethodCommand({ ...name, authorizationType: 'NONE' })),
    201,
  )
  assert.deepEqual(plain, { httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: false })

  const { id: requestValidatorId } = await client.send(
    new CreateRequestValidatorCommand({ restApiId: root.restApiId, name: 'v' }),
  )
  const settings = {
    authorizationType: 'AWS_IAM',
    apiKeyRequired: true,
    operationName: 'postIt',
    requestValidatorId,
    requestParameters: { 'method.request.querystring.q': true, 'method.request.header.h': false },
    requestModels: { 'application/json': 'Empty' },
    authorizationScopes: ['read'],
  }
  const full = answer(
    await client.send(new PutMethodCommand({ ...root, httpMethod: 'POST', ...settings })),
    201,
  )
  assert.deepEqual(full, { httpMethod: 'POST', ...settings })

  const resource = await client.send(new GetResourceCommand(root))
  assert.deepEqual(resource.resourceMethods, { GET: {}, POST: {} })
  const whole = await client.send(new GetResourceCommand({ ...root, embed: ['methods'] }))
  assert.deepEqual(whole.resourceMethods, { GET: plain, POST: full })

  await refused(
    client.send(new PutMethodCommand({ ...name, authorizationType: 'NONE' })),
    'ConflictException',
    409,
    'Method already exists for this resource',
  )
  answer(await client.send(new DeleteMethodCommand(name)), 204)
  await refused(
    client.send(new GetMethodCommand(name)),
    'NotFoundException',
    404,
    'Invalid Method identifier specified',
  )
})

test('a method that AWS would not take is refused in its words', async () => {
  await using control = await startControl()
  const root = await rootOf(control)
  const authorizer =
    'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.'
  const cases: [Partial<PutMethodCommandInput>, code: string, status: number, message: string][] = [
    [
      { httpMethod: 'WRONG' },
      'BadRequestException',
      400,
      'Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY',
    ],
    [{ authorizationType: 'CUSTOM' }, 'BadRequestException', 400, authorizer],
    [
      { authorizationType: 'COGNITO_USER_POOLS', authorizerId: 'nosuch' },
      'BadRequestException',
      400,
      authorizer,
    ],
    [
      { requestValidatorId: 'nosuch' },
      'BadRequestException',
      400,
      'Invalid Request Validator identifier specified',
    ],
    [
      { requestModels: { 'application/json': 'petModel' } },
      'BadRequestException',
      400,
      'Invalid model identifier specified: petModel',
    ],
    [
      {
        requestParameters: {
          'method.request.querystring.a': true,
          'method.request.header.a': true,
        },
      },
      'BadRequestException',
      400,
      'Parameter names must be unique across querystring, header and path',
    ],
    [
      { requestParameters: { 'method.request.body.a': true } },
      'BadRequestException',
      400,
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.body.a]',
    ],
    [{ resourceId: 'nosuch' }, 'NotFoundException', 404, 'Invalid Resource identifier specified'],
    [
      { restApiId: 'nosuch' },
      'NotFoundException',
      404,
      'Invalid API identifier specified 000000000000:nosuch',
    ],
  ]
  for (const [given, code, status, message] of cases) {
    const input = { ...root, httpMethod: 'GET', authorizationType: 'NONE', ...given }
    await refused(control.client.send(new PutMethodCommand(input)), code, status, message)
  }
})

test('a method is updated path by path', async () => {
  await using control = await startControl()
  const { client } = control
  const root = await rootOf(control)
  const name = { ...root, httpMethod: 'ANY' }
  await client.send(new PutMethodCommand({ ...name, authorizationType: 'NONE' }))
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateMethodCommand({ ...name, patchOperations }))
  const method = answer(
    await update(
      { op: 'replace', path: '/apiKeyRequired', value: 'true' },
      { op: 'replace', path: '/operationName', value: 'any' },
      { op: 'add', path: '/requestParameters/method.request.querystring.q', value: 'true' },
      { op: 'add', path: '/requestModels/application~1json', value: 'Empty' },
      { op: 'add', path: '/authorizationScopes', value: 'a' },
    ),
    200,
  )
  assert.deepEqual(method, {
    httpMethod: 'ANY',
    authorizationType: 'NONE',
    apiKeyRequired: true,
    operationName: 'any',
    requestParameters: { 'method.request.querystring.q': true },
    requestModels: { 'application/json': 'Empty' },
    authorizationScopes: ['a'],
  })
  const cases: [PatchOperation, code: string, status: number, message: string][] = [
    [
      { op: 'replace', path: '/httpMethod', value: 'GET' },
      'BadRequestException',
      400,
      'Invalid patch path /httpMethod',
    ],
    [
      { op: 'add', path: '/requestParameters', value: 'x' },
      'BadRequestException',
      400,
      'Invalid patch path /requestParameters',
    ],
    [
      { op: 'add', path: '/requestModels/application/json', value: 'x' },
      'BadRequestException',
      400,
      'Invalid patch path /requestModels/application/json',
    ],
    [
      { op: 'add', path: '/operationName', value: 'x' },
      'BadRequestException',
      400,
      'Invalid patch operation specified. Must be one of: [replace]',
    ],
    [
      { op: 'replace', path: '/authorizationType', value: 'CUSTOM' },
      'BadRequestException',
      400,
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    ],
    [
      { op: 'replace', path: '/requestValidatorId', value: 'nosuch' },
      'BadRequestException',
      400,
      'Invalid Request Validator identifier specified',
    ],
    [
      { op: 'remove', path: '/requestModels/text~1xml' },
      'NotFoundException',
      404,
      'Content-Type specified was not found',
    ],
  ]
  for (const [operation, code, status, message] of cases) {
    await refused(update(operation), code, status, message)
  }
})

test('method responses come and go with their headers and models', async () => {
  await using control = await startControl()
  const { client } = control
  const root = await rootOf(control)
  const { restApiId } = root
  const name = { ...root, httpMethod: 'GET', statusCode: '200' }
  await client.send(new PutMethodCommand({ ...name, authorizationType: 'NONE' }))
  const given = {
    responseParameters: { 'method.response.header.x': true },
    responseModels: { 'application/json': 'Empty' },
  }
  const response = answer(
    await client.send(new PutMethodResponseCommand({ ...name, ...given })),
    201,
  )
  assert.deepEqual(response, { statusCode: '200', ...given })
  await refused(
    client.send(new PutMethodResponseCommand({ ...name, ...given })),
    'ConflictException',
    409,
    'Response already exists for this resource',
  )
  const method = await client.send(new GetMethodCommand(name))
  assert.deepEqual(method.methodResponses, { '200': response })

  await client.send(
    new CreateModelCommand({
      restApiId,
      name: 'Pet',
      contentType: 'application/json',
      schema: '{"type":"object"}',
    }),
  )
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateMethodResponseCommand({ ...name, patchOperations }))
  const updated = answer(
    await update(
      { op: 'replace', path: '/responseModels/application~1json', value: 'Pet' },
      { op: 'add', path: '/responseParameters/method.response.header.y', value: 'false' },
      { op: 'remove', path: '/responseParameters/method.response.header.x' },
    ),
    201,
  )
  assert.deepEqual(updated, {
    statusCode: '200',
    responseParameters: { 'method.response.header.y': false },
    responseModels: { 'application/json': 'Pet' },
  })
  await refused(
    update({ op: 'add', path: '/wrong/method.response.header.my-header', value: 'true' }),
    'BadRequestException',
    400,
    'Invalid patch path /wrong/method.response.header.my-header',
  )
  await refused(
    update({ op: 'wrong_op' as never, path: '/responseModels/application~1json' }),
    'ValidationException',
    400,
    "1 validation error detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]",
  )
  const type = '/responseModels/text~1plain'
  await refused(
    update({ op: 'replace', path: type, value: 'Pet' }),
    'NotFoundException',
    404,
    'Content-Type specified was not found',
  )
  answer(await client.send(new DeleteMethodResponseCommand(name)), 204)
  await refused(
    client.send(new GetMethodResponseCommand(name)),
    'NotFoundException',
    404,
    'Invalid Response status code specified',
  )
  await client.send(new DeleteMethodCommand(name))
  await refused(
    client.send(new GetMethodResponseCommand(name)),
    'NotFoundException',
    404,
    'Invalid Method identifier specified',
  )
})
