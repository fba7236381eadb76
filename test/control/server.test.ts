import assert from 'node:assert/strict'
import test from 'node:test'
import { CreateRestApiCommand, GetRestApisCommand } from '@aws-sdk/client-api-gateway'
import { rootIdentity } from '../../src/aws/identity-finder.ts'
import { anyAuthorization, refused, startControl } from './harness.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/

test('a call without a signature, or with half of one, is refused', async () => {
  await using control = await startControl()
  const cases: [headers: Record<string, string>, code: string][] = [
    [{}, 'MissingAuthenticationTokenException'],
    [{ authorization: 'Bearer abc' }, 'IncompleteSignatureException'],
    [{ authorization: 'AWS4-HMAC-SHA256 Credential=test' }, 'IncompleteSignatureException'],
    [
      { authorization: 'AWS4-HMAC-SHA256 Credential=test, Signature=00' },
      'IncompleteSignatureException',
    ],
  ]
  for (const [headers, code] of cases) {
    const reply = await control.raw({ path: '/restapis', headers })
    assert.equal(reply.status, 403)
    assert.equal(reply.headers['x-amzn-errortype'], code)
    assert.match(String(reply.headers['x-amzn-requestid']), uuid)
    if (code.startsWith('Missing')) {
      assert.deepEqual(JSON.parse(reply.body), { message: 'Missing Authentication Token' })
    }
  }
})

test('in verified mode the key must be known and the signature right', async () => {
  await using control = await startControl({
    credentials: {
      type: 'verified',
      find: id =>
        id === 'known'
          ? { ...rootIdentity('000000000000'), accessKeyId: id, secretAccessKey: 'secret' }
          : 'unknown',
    },
  })
  const list = (accessKeyId: string, secretAccessKey: string) =>
    control
      .clientWith({
        credentials: { accessKeyId, secretAccessKey },
        // The server's clock stands still in January.
        systemClockOffset: control.clock.now() - Date.now(),
      })
      .send(new GetRestApisCommand({}))
  assert.deepEqual((await list('known', 'secret')).items, [])
  await refused(list('known', 'wrong'), 'InvalidSignatureException', 403, /does not match/)
  await refused(
    list('other', 'secret'),
    'UnrecognizedClientException',
    403,
    'The security token included in the request is invalid.',
  )
})

test('every answer has a request id, and lists are called item', async () => {
  await using control = await startControl()
  await control.client.send(new CreateRestApiCommand({ name: 'x' }))
  const headers = { authorization: anyAuthorization, 'x-amz-date': '20260101T000000Z' }
  const reply = await control.raw({ path: '/restapis', headers })
  assert.equal(reply.status, 200)
  assert.match(String(reply.headers['x-amzn-requestid']), uuid)
  assert.equal(reply.headers['content-type'], 'application/json')
  const body = JSON.parse(reply.body)
  assert.deepEqual(Object.keys(body), ['item'])
  assert.equal(body.item[0].createdDate, Date.UTC(2026, 0, 1) / 1000)
})

test('services and paths that are not built or do not exist say so', async () => {
  await using control = await startControl()
  const signed = (service: string) => ({
    authorization: anyAuthorization.replace('apigateway', service),
    'x-amz-date': '20260101T000000Z',
  })
  const cases: [method: string, path: string, service: string, status: number][] = [
    ['GET', '/v2/apis', 'apigateway', 501],
    ['GET', '/2015-03-31/functions', 'lambda', 501],
    ['POST', '/', 'iam', 400],
    ['POST', '/', 'sqs', 501],
    ['POST', '/', 'sts', 501],
    ['GET', '/dev/@connections/abc', 'execute-api', 501],
    ['GET', '/nosuch', 'apigateway', 404],
    ['PATCH', '/restapis', 'apigateway', 404],
  ]
  for (const [method, path, service, status] of cases) {
    const reply = await control.raw({ method, path, headers: signed(service) })
    assert.equal(reply.status, status, `${method} ${path}: ${reply.body}`)
    if (path === '/v2/apis') assert.match(reply.body, /GetApis is not built yet/)
  }
})

test('bad bodies are the fault of their sender', async () => {
  await using control = await startControl()
  const headers = { authorization: anyAuthorization, 'x-amz-date': '20260101T000000Z' }
  const bodies = [
    '{',
    '[]',
    '"x"',
    'null',
    '{"name":1}',
    '{"name":null}',
    '\u0000',
    '{"tags":[1]}',
    '['.repeat(10_000),
  ]
  for (const body of bodies) {
    const reply = await control.raw({ method: 'POST', path: '/restapis', headers, body })
    assert.equal(reply.status, 400, body.slice(0, 20) + reply.body)
  }
  const long = { ...headers, 'content-length': '99999999' }
  const reply = await control.raw({ method: 'POST', path: '/restapis', headers: long })
  assert.equal(reply.status, 413)
  assert.equal(reply.headers['connection'], 'close')
})

test('what goes wrong inside is reported, and the caller is told nothing', async () => {
  const boom = new Error('secret detail')
  const control = await startControl({ publish: () => Promise.reject(boom) })
  const { client } = control
  await control.store.close()
  await refused(
    client.send(new GetRestApisCommand({})),
    'InternalFailure',
    500,
    'Internal server error',
  )
  assert.equal(control.reports.length, 1)
  control.reports.length = 0
  await control[Symbol.asyncDispose]()
})
