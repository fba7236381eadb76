/** What comes back from AWS's services, and what keeps a request from going there. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Credentials } from '../../src/aws/sign.ts'
import { type AwsStandIn, type StandInAnswer, startStandIn } from './aws-stand-in.ts'
import { api, operation, startGateway, type TestGateway } from './harness.ts'

const credentials: Credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const objects = new Map<string, Buffer>()
const bytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i % 256))

let t: TestGateway
let s3: AwsStandIn
let states: AwsStandIn
let strict: AwsStandIn
let next: StandInAnswer

const parameters = ['bucket', 'key'].map(name => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
}))

function service(uri: string, more: object = {}): object {
  const integration = {
    type: 'aws',
    httpMethod: 'POST',
    uri: `arn:aws:apigateway:us-east-1:${uri}`,
    credentials: 'arn:aws:iam::000000000000:role/gateway',
    responses: { default: { statusCode: '200' } },
    ...more,
  }
  const headers = { 'Content-Type': {}, ETag: {} }
  const responses = { 200: { description: 'ok', headers }, 404: { description: 'gone' } }
  return operation(integration, { parameters, responses })
}

before(async () => {
  s3 = await startStandIn('s3', credentials, ({ method, target, body }) => {
    if (method === 'PUT') objects.set(target, body)
    const found = objects.get(target)
    return found === undefined
      ? { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
      : { status: 200, body: found, headers: { 'Content-Type': 'image/png', ETag: '"1"' } }
  })
  states = await startStandIn('states', credentials, () => next)
  strict = await startStandIn('sns', { ...credentials, secretAccessKey: 'other' }, () => next)
  t = await startGateway({
    awsEndpoints: new Map([
      ['s3', s3.url],
      ['states', states.url],
      ['sns', strict.url],
      ['kinesis', 'http://127.0.0.1:1'],
    ]),
  })
})
after(async () => {
  await t.close()
  for (const standIn of [s3, states, strict]) await standIn.close()
})

const object = {
  requestParameters: {
    'integration.request.path.bucket': 'method.request.path.bucket',
    'integration.request.path.key': 'method.request.path.key',
  },
  responses: {
    default: {
      statusCode: '200',
      responseParameters: {
        'method.response.header.Content-Type': 'integration.response.header.Content-Type',
        'method.response.header.ETag': 'integration.response.header.ETag',
      },
    },
    '404': { statusCode: '404', responseTemplates: { 'application/json': '{"gone":true}' } },
  },
}

test('S3 takes and gives bytes as they are', async () => {
  const uri = 's3:path/{bucket}/{key}'
  const id = await t.deploy(
    api(
      {
        '/{bucket}/{key}': {
          put: service(uri, { ...object, httpMethod: 'PUT' }),
          get: service(uri, { ...object, httpMethod: 'GET' }),
        },
      },
      { 'x-amazon-apigateway-binary-media-types': ['image/png'] },
    ),
  )
  const put = await t.call(id, '/photos/a%2Fcat.png', {
    method: 'PUT',
    headers: ['Content-Type', 'image/png', 'Accept', 'image/png'],
    body: bytes,
  })
  assert.equal(put.status, 200)
  assert.deepEqual(objects.get('/photos/a%2Fcat.png'), bytes)
  assert.equal(s3.last().headers['content-type'], 'image/png')

  const got = await t.call(id, '/photos/a%2Fcat.png', { headers: ['Accept', 'image/png'] })
  assert.equal(got.headers['content-type'], 'image/png')
  assert.equal(got.headers['etag'], '"1"')
  assert.deepEqual(got.bytes, bytes)

  const missing = await t.call(id, '/photos/dog.png')
  assert.deepEqual([missing.status, missing.body], [404, '{"gone":true}'])
})

test('a path parameter does not lead out of its bucket', async () => {
  const id = await t.deploy(
    api({
      '/{bucket}/{key}': {
        get: service('s3:path/photos/{key}', {
          httpMethod: 'GET',
          requestParameters: { 'integration.request.path.key': 'method.request.path.key' },
        }),
      },
    }),
  )
  // The escaped slash would be part of one name to S3; what an endpoint of ours makes of it is not known.
  for (const key of ['..', '.', '%2e%2e', '.%2E', '..%2Fsecrets']) {
    assert.equal((await t.call(id, `/b/${key}`)).status, 400, key)
  }
  await t.call(id, '/b/a..b')
  assert.equal(s3.last().target, '/photos/a..b')
})

test('answers are picked by status, never by errorMessage', async () => {
  const id = await t.deploy(
    api({
      '/start': {
        post: service('states:action/StartExecution', {
          responses: {
            '200': { statusCode: '201' },
            '4\\d\\d': {
              statusCode: '422',
              responseTemplates: { 'application/json': '{"type":$input.json("$.__type")}' },
            },
            '.*timed out.*': { statusCode: '504' },
          },
        }),
      },
    }),
  )
  const start = () =>
    t.call(id, '/start', {
      method: 'POST',
      headers: ['Content-Type', 'application/json'],
      body: '{}',
    })
  next = { status: 200, body: '{"errorMessage":"timed out"}' }
  assert.equal((await start()).status, 201)
  next = { status: 400, body: '{"__type":"StateMachineDoesNotExist"}' }
  const refused = await start()
  assert.deepEqual([refused.status, refused.body], [422, '{"type":"StateMachineDoesNotExist"}'])
  next = { status: 503, body: '' }
  assert.equal((await start()).status, 500)
})

test('a service that refuses the signature answers for itself', async () => {
  const id = await t.deploy(
    api({
      '/publish': {
        post: service('sns:action/Publish', {
          responses: { default: { statusCode: '200' }, '403': { statusCode: '502' } },
        }),
      },
    }),
  )
  const answer = await t.call(id, '/publish', { method: 'POST' })
  assert.equal(answer.status, 502)
  assert.match(answer.body, /signature we calculated does not match/)
})

test('mappings cannot set what is the signature to set', async () => {
  const header = (name: string) => ({
    requestParameters: { [`integration.request.header.${name}`]: "'mine'" },
  })
  const names = ['Authorization', 'Host', 'X-Amz-Date', 'X-Amz-Security-Token']
  const id = await t.deploy(
    api(
      Object.fromEntries(
        names.map(name => [
          `/${name}`,
          { post: service('states:action/StartExecution', header(name)) },
        ]),
      ),
    ),
  )
  next = { status: 200, body: '{}' }
  for (const name of names) {
    const { status } = await t.call(id, `/${name}`, { method: 'POST' })
    assert.equal(status, name === 'Authorization' ? 500 : 200, name)
  }
  assert.equal(states.last().headers['x-amz-security-token'], undefined)
})

test('a service that cannot be reached is 504', async () => {
  const id = await t.deploy(api({ '/': { post: service('kinesis:action/ListStreams') } }))
  const answer = await t.call(id, '/', { method: 'POST' })
  assert.equal(answer.status, 504)
  assert.equal(answer.headers['x-amzn-errortype'], 'InternalServerErrorException')
})

test('nothing is sent to AWS without credentials, and the owner learns why', async () => {
  const id = await t.deploy(api({ '/': { post: service('ssm:action/GetParameter') } }))
  const answer = await t.call(id, '/', { method: 'POST' })
  assert.deepEqual([answer.status, answer.body], [500, '{"message": "Internal server error"}'])
  const requestId = answer.headers['x-amzn-requestid']
  const explained = await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)
  assert.match(await explained.text(), /ssm\.us-east-1\.amazonaws\.com[^.]*--aws-credentials/)
})

test('a URI that names no service deploys, as on AWS, and its requests are refused', async () => {
  const wrong = ['sns:action/', 'sns:action/A/b', 'a..b:path/x', 's3:path/b/../c', 's3:path/{a']
  for (const uri of wrong) {
    const id = await t.deploy(api({ '/': { post: service(uri) } }))
    const answer = await t.call(id, '/', { method: 'POST' })
    assert.deepEqual(
      [answer.status, answer.body],
      [500, '{"message": "Internal server error"}'],
      uri,
    )
  }
})
