import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CreateRestApiCommand,
  DeleteGatewayResponseCommand,
  GetGatewayResponseCommand,
  GetGatewayResponsesCommand,
  type PatchOperation,
  PutGatewayResponseCommand,
  UpdateGatewayResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { answer, refused, startControl } from './harness.ts'

const templates = { 'application/json': '{"message":$context.error.messageString}' }

test('all gateway responses exist as defaults from the start', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const { items = [] } = await client.send(new GetGatewayResponsesCommand({ restApiId }))
  assert.equal(items.length, 21)
  for (const { responseType, statusCode, ...rest } of items) {
    assert.deepEqual(rest, {
      defaultResponse: true,
      responseParameters: {},
      responseTemplates: templates,
    })
    assert.equal(statusCode === undefined, responseType?.startsWith('DEFAULT_'))
  }
  const pages = await client.send(new GetGatewayResponsesCommand({ restApiId, limit: 20 }))
  const last = await client.send(
    new GetGatewayResponsesCommand({ restApiId, position: pages.position }),
  )
  assert.deepEqual([...(pages.items ?? []), ...(last.items ?? [])], items)
  await refused(
    client.send(
      new GetGatewayResponseCommand({ restApiId, responseType: 'FAKE_RESPONSE_TYPE' as never }),
    ),
    'ValidationException',
    400,
    "1 validation error detected: Value 'FAKE_RESPONSE_TYPE' at 'responseType' failed to satisfy constraint: Member must satisfy enum value set: [REQUEST_TOO_LARGE, RESOURCE_NOT_FOUND, AUTHORIZER_CONFIGURATION_ERROR, MISSING_AUTHENTICATION_TOKEN, BAD_REQUEST_BODY, INVALID_SIGNATURE, INVALID_API_KEY, BAD_REQUEST_PARAMETERS, AUTHORIZER_FAILURE, UNAUTHORIZED, INTEGRATION_TIMEOUT, ACCESS_DENIED, DEFAULT_4XX, DEFAULT_5XX, WAF_FILTERED, QUOTA_EXCEEDED, THROTTLED, API_CONFIGURATION_ERROR, UNSUPPORTED_MEDIA_TYPE, INTEGRATION_FAILURE, EXPIRED_TOKEN]",
  )
})

test('a gateway response that was put is filled up with defaults, and goes back to them', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const name = { restApiId, responseType: 'UNAUTHORIZED' } as const
  await refused(
    client.send(new DeleteGatewayResponseCommand(name)),
    'NotFoundException',
    404,
    'Gateway response type not defined on api',
  )
  const put = answer(
    await client.send(new PutGatewayResponseCommand({ ...name, statusCode: '418' })),
    201,
  )
  assert.deepEqual(put, {
    responseType: 'UNAUTHORIZED',
    statusCode: '418',
    responseParameters: {},
    responseTemplates: templates,
    defaultResponse: false,
  })
  answer(await client.send(new DeleteGatewayResponseCommand(name)), 202)
  const read = await client.send(new GetGatewayResponseCommand(name))
  assert.equal(read.defaultResponse, true)
  assert.equal(read.statusCode, '401')
})

test('parameters stand for headers, paths or queries, and read something', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const put = (responseParameters: Record<string, string>) =>
    client.send(
      new PutGatewayResponseCommand({ restApiId, responseType: 'THROTTLED', responseParameters }),
    )
  const good = {
    'gatewayresponse.header.a': "'*'",
    'gatewayresponse.header.b': 'method.request.header.Accept',
    'gatewayresponse.header.c': 'context.requestId',
    'gatewayresponse.header.d': 'stageVariables.x',
    'gatewayresponse.path.e': 'method.request.path.petId',
    'gatewayresponse.querystring.f': 'method.request.querystring.q',
  }
  assert.deepEqual(answer(await put(good), 201)['responseParameters'], good)
  const words = 'Invalid mapping expression specified: Validation Result: warnings : [], errors : '
  const bad: [key: string, expression: string, message: string][] = [
    ['gatewayresponse.body', "'x'", 'parameter specified: gatewayresponse.body'],
    ['gatewayresponse.body.a', "'x'", 'parameter specified: gatewayresponse.body.a'],
    ['gatewayresponse.header.', "'x'", 'parameter specified: gatewayresponse.header.'],
    ['method.response.header.a', "'x'", 'parameter specified: method.response.header.a'],
    ['gatewayresponse.header.a', '*', 'specified: *'],
    ['gatewayresponse.header.a', 'method.request.cookie.a', 'specified: method.request.cookie.a'],
  ]
  for (const [key, expression, message] of bad) {
    const text = `${words}[Invalid mapping expression ${message}]`
    await refused(put({ [key]: expression }), 'BadRequestException', 400, text)
  }
})

test('a gateway response is updated path by path', async () => {
  await using control = await startControl()
  const { client } = control
  const { id: restApiId } = await client.send(new CreateRestApiCommand({ name: 'x' }))
  const name = { restApiId, responseType: 'DEFAULT_4XX' } as const
  const update = (...patchOperations: PatchOperation[]) =>
    client.send(new UpdateGatewayResponseCommand({ ...name, patchOperations }))
  const updated = answer(
    await update(
      { op: 'replace', path: '/statusCode', value: '444' },
      { op: 'add', path: '/responseParameters/gatewayresponse.header.x', value: "'x'" },
      { op: 'add', path: '/responseTemplates/application~1xml', value: '<x/>' },
    ),
    200,
  )
  assert.deepEqual(updated, {
    responseType: 'DEFAULT_4XX',
    statusCode: '444',
    responseParameters: { 'gatewayresponse.header.x': "'x'" },
    responseTemplates: { ...templates, 'application/xml': '<x/>' },
    defaultResponse: false,
  })
  const bad = 'BadRequestException'
  const cases: [PatchOperation, code: string, status: number, message: string][] = [
    [{ op: 'add', path: '/statusCode', value: '500' }, bad, 400, 'Invalid patch path /statusCode'],
    [{ op: 'replace', path: '/wrongPath', value: 'x' }, bad, 400, 'Invalid patch path /wrongPath'],
    [{ op: 'replace', value: 'x' }, bad, 400, 'Invalid patch path null'],
    [
      { op: 'replace', path: '/responseTemplates/application~1json' },
      bad,
      400,
      'Invalid null or empty value in responseTemplates',
    ],
    [
      { op: 'replace', path: '/responseParameters/gatewayresponse.header.none' },
      bad,
      400,
      'Invalid null or empty value in responseParameters',
    ],
    [
      { op: 'replace', path: '/responseParameters/gatewayresponse.header.none', value: "'x'" },
      'NotFoundException',
      404,
      'Invalid parameter name specified',
    ],
  ]
  for (const [operation, code, status, message] of cases) {
    await refused(update(operation), code, status, message)
  }
  await refused(
    update({ op: 'wrong-op' as never, path: '/statusCode' }),
    'ValidationException',
    400,
    "1 validation error detected: Value 'wrong-op' at 'updateGatewayResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]",
  )
})
