/** A table behind an API without any code, as AWS's tutorials build it, against an independent DynamoDB. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import dynalite from 'dynalite'
import { api, operation, startGateway, type TestGateway } from './harness.ts'

const peer = dynalite({ createTableMs: 0 })
let t: TestGateway
let apiId: string

function action(name: string, template: string | null, responses: object): object {
  const integration = {
    type: 'aws',
    httpMethod: 'POST',
    uri: `arn:aws:apigateway:us-east-1:dynamodb:action/${name}`,
    credentials: 'arn:aws:iam::000000000000:role/table',
    ...(template === null ? {} : { requestTemplates: { 'application/json': template } }),
    passthroughBehavior: 'when_no_templates',
    responses,
  }
  const headers = { 'x-type': {} }
  return operation(integration, { responses: { 200: { description: 'ok', headers } } })
}

const failure = {
  statusCode: '409',
  responseTemplates: {
    'application/json': `{"failure":"$input.path('$.__type').split('#')[1]"}`,
  },
}

before(async () => {
  await new Promise<void>(resolve => peer.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`
  t = await startGateway({ awsEndpoints: new Map([['dynamodb', url]]) })
  apiId = await t.deploy(
    api({
      '/tables': { post: action('CreateTable', null, { default: { statusCode: '201' } }) },
      '/pets/{id}': {
        put: action(
          'PutItem',
          `{"TableName":"Pets","Item":{"id":{"S":"$input.params('id')"},"name":{"S":"$input.path('$.name')"}},
            "ConditionExpression":"attribute_not_exists(id)"}`,
          { default: { statusCode: '200' }, '4\\d{2}': failure },
        ),
        get: action('GetItem', `{"TableName":"Pets","Key":{"id":{"S":"$input.params('id')"}}}`, {
          default: {
            statusCode: '200',
            responseParameters: {
              'method.response.header.x-type': 'integration.response.header.content-type',
            },
            responseTemplates: {
              'application/json': `#if($input.path('$.Item') == $null)#set($context.responseOverride.status = 404){}#else{"name":$input.json('$.Item.name.S')}#end`,
            },
          },
        }),
      },
    }),
  )
})
after(async () => {
  await t.close()
  await new Promise(resolve => {
    peer.close(resolve)
    peer.closeAllConnections()
  })
})

const jsonType = ['Content-Type', 'application/json']

test('a table is made, written and read', async () => {
  const created = await t.call(apiId, '/tables', {
    method: 'POST',
    headers: jsonType,
    body: JSON.stringify({
      TableName: 'Pets',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  })
  assert.equal(created.status, 201)
  assert.match(created.body, /"TableName":"Pets"/)

  const rex = { method: 'PUT', headers: jsonType, body: '{"name":"Rex"}' }
  const written = await t.call(apiId, '/pets/7', rex)
  assert.deepEqual([written.status, written.body], [200, '{}'])

  const read = await t.call(apiId, '/pets/7')
  assert.deepEqual([read.status, read.json()], [200, { name: 'Rex' }])
  assert.equal(read.headers['x-type'], 'application/x-amz-json-1.0')

  assert.equal((await t.call(apiId, '/pets/8')).status, 404)

  const again = await t.call(apiId, '/pets/7', rex)
  assert.equal(again.status, 409)
  assert.deepEqual(again.json(), { failure: 'ConditionalCheckFailedException' })
})
