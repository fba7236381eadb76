import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Credentials } from '../../src/aws/sign.ts'
import { type AwsStandIn, type StandInAnswer, startStandIn } from './aws-stand-in.ts'
import { api, type CallInit, operation, startGateway, type TestGateway } from './harness.ts'

const credentials: Credentials = {
  accessKeyId: 'AKIAGATEWAY',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG',
  sessionToken: 'of+a/role==',
}
const role = 'arn:aws:iam::000000000000:role/gateway'

interface ServiceCase {
  readonly name: string
  readonly service: string
  readonly uri: string
  readonly httpMethod?: string
  readonly verb?: string
  readonly more?: object
  readonly call?: CallInit
  readonly target?: string
  readonly answer: StandInAnswer
  readonly want: {
    readonly asked: string
    readonly headers?: Readonly<Record<string, string | undefined>>
    readonly body?: string
    readonly scope: string
  }
}

const form = 'application/x-www-form-urlencoded'
const json = (value: unknown): StandInAnswer => ({ status: 200, body: JSON.stringify(value) })
const post = (body: string): CallInit => ({
  method: 'POST',
  body,
  headers: ['Content-Type', 'application/json'],
})

const cases: readonly ServiceCase[] = [
  {
    name: 'SQS by path: the form that a template writes',
    service: 'sqs',
    uri: 'arn:aws:apigateway:eu-west-1:sqs:path/000000000000/orders',
    more: {
      requestParameters: { 'integration.request.header.Content-Type': `'${form}'` },
      requestTemplates: {
        'application/json': "Action=SendMessage&MessageBody=$util.urlEncode($input.json('$.text'))",
      },
    },
    call: post('{"text":"a & b"}'),
    answer: {
      status: 200,
      body: '<SendMessageResponse/>',
      headers: { 'Content-Type': 'text/xml' },
    },
    want: {
      asked: 'POST /000000000000/orders',
      headers: { 'content-type': form, 'x-amz-target': undefined },
      body: 'Action=SendMessage&MessageBody=%22a+%26+b%22',
      scope: 'eu-west-1/sqs',
    },
  },
  {
    name: 'SQS by action: mapped query parameters, and the version that the service wants',
    service: 'sqs',
    uri: 'arn:aws:apigateway:eu-west-1:sqs:action/SendMessage',
    more: {
      requestParameters: {
        'integration.request.querystring.QueueUrl': "'http://sqs/000000000000/orders'",
        'integration.request.querystring.MessageBody': 'method.request.body.text',
      },
    },
    call: post('{"text":"a+b c"}'),
    answer: json({}),
    want: {
      asked:
        'POST /?Action=SendMessage&QueueUrl=http%3A%2F%2Fsqs%2F000000000000%2Forders&MessageBody=a%2Bb%20c&Version=2012-11-05',
      headers: { 'x-amz-target': undefined },
      scope: 'eu-west-1/sqs',
    },
  },
  {
    name: 'SQS in JSON: chosen by the content type',
    service: 'sqs',
    uri: 'arn:aws:apigateway:eu-west-1:sqs:action/SendMessage',
    more: {
      requestParameters: {
        'integration.request.header.Content-Type': "'application/x-amz-json-1.0'",
      },
    },
    call: post('{"QueueUrl":"q","MessageBody":"m"}'),
    answer: json({ MessageId: '1' }),
    want: {
      asked: 'POST /?Action=SendMessage',
      headers: {
        'x-amz-target': 'AmazonSQS.SendMessage',
        'content-type': 'application/x-amz-json-1.0',
      },
      body: '{"QueueUrl":"q","MessageBody":"m"}',
      scope: 'eu-west-1/sqs',
    },
  },
  {
    name: 'SNS: the parameters that the URI itself has',
    service: 'sns',
    uri: 'arn:aws:apigateway:us-east-1:sns:action/Publish&TopicArn=arn%3Aaws%3Asns%3A%3A%3Anews',
    more: {
      requestParameters: {
        'integration.request.querystring.Message': 'method.request.querystring.m',
      },
    },
    call: { method: 'POST' },
    target: '/call?m=hello',
    answer: json({ PublishResponse: {} }),
    want: {
      asked:
        'POST /?Action=Publish&TopicArn=arn%3Aaws%3Asns%3A%3A%3Anews&Message=hello&Version=2010-03-31',
      body: '',
      scope: 'us-east-1/sns',
    },
  },
  {
    name: 'Step Functions: target and content type without any mapping',
    service: 'states',
    uri: 'arn:aws:apigateway:eu-central-1:states:action/StartExecution',
    more: {
      requestTemplates: {
        'application/json':
          '{"stateMachineArn":"arn:m","input":"$util.escapeJavaScript($input.json(\'$\'))"}',
      },
    },
    call: post('{"n":1}'),
    answer: json({ executionArn: 'arn:e' }),
    want: {
      asked: 'POST /?Action=StartExecution',
      headers: {
        'x-amz-target': 'AWSStepFunctions.StartExecution',
        'content-type': 'application/x-amz-json-1.0',
        accept: 'application/json',
      },
      body: '{"stateMachineArn":"arn:m","input":"{\\"n\\":1}"}',
      scope: 'eu-central-1/states',
    },
  },
  {
    name: 'EventBridge: the target that a mapping sets stays',
    service: 'events',
    uri: 'arn:aws:apigateway:us-east-1:events:action/PutEvents',
    more: {
      requestParameters: {
        'integration.request.header.X-Amz-Target': "'AWSEvents.PutEvents'",
        'integration.request.header.Content-Type': "'application/x-amz-json-1.1'",
      },
      requestTemplates: { 'application/json': '{"Entries":[{"Detail":"$context.stage"}]}' },
    },
    call: post('{}'),
    answer: json({ FailedEntryCount: 0 }),
    want: {
      asked: 'POST /?Action=PutEvents',
      headers: {
        'x-amz-target': 'AWSEvents.PutEvents',
        'content-type': 'application/x-amz-json-1.1',
      },
      body: '{"Entries":[{"Detail":"test"}]}',
      scope: 'us-east-1/events',
    },
  },
  {
    name: 'Kinesis: a GET of ours may be a POST to the service',
    service: 'kinesis',
    uri: 'arn:aws:apigateway:us-east-1:kinesis:action/ListStreams',
    verb: 'get',
    more: { requestTemplates: { 'application/json': '{}' } },
    call: { method: 'GET' },
    answer: json({ StreamNames: [] }),
    want: {
      asked: 'POST /?Action=ListStreams',
      headers: {
        'x-amz-target': 'Kinesis_20131202.ListStreams',
        'content-type': 'application/x-amz-json-1.1',
      },
      body: '{}',
      scope: 'us-east-1/kinesis',
    },
  },
  {
    name: 'SSM',
    service: 'ssm',
    uri: 'arn:aws:apigateway:us-east-1:ssm:action/GetParameter',
    call: post('{"Name":"/a"}'),
    answer: json({ Parameter: {} }),
    want: {
      asked: 'POST /?Action=GetParameter',
      headers: { 'x-amz-target': 'AmazonSSM.GetParameter' },
      body: '{"Name":"/a"}',
      scope: 'us-east-1/ssm',
    },
  },
  {
    name: 'Firehose',
    service: 'firehose',
    uri: 'arn:aws:apigateway:us-east-1:firehose:action/PutRecord',
    more: {
      requestTemplates: {
        'application/json': '{"Record":{"Data":"$util.base64Encode($input.json(\'$\'))"}}',
      },
    },
    call: post('{"a":1}'),
    answer: json({ RecordId: 'r' }),
    want: {
      asked: 'POST /?Action=PutRecord',
      headers: { 'x-amz-target': 'Firehose_20150804.PutRecord' },
      body: '{"Record":{"Data":"eyJhIjoxfQ=="}}',
      scope: 'us-east-1/firehose',
    },
  },
  {
    name: 'S3 by path, with every character that a key may have',
    service: 's3',
    uri: 'arn:aws:apigateway:us-east-1:s3:path/photos/{key}?versionId=7',
    httpMethod: 'GET',
    verb: 'get',
    more: {
      requestParameters: { 'integration.request.path.key': 'method.request.querystring.key' },
    },
    call: { method: 'GET' },
    target: `/call?key=${encodeURIComponent("a b/ü+(1)'*!=&%41.txt")}`,
    answer: { status: 200, body: 'object' },
    want: {
      asked: 'GET /photos/a%20b/%C3%BC%2B%281%29%27%2A%21%3D%26%2541.txt?versionId=7',
      scope: 'us-east-1/s3',
    },
  },
  {
    name: 'a bucket as subdomain goes in front of the path of a named endpoint',
    service: 's3',
    uri: 'arn:aws:apigateway:us-east-1:my.photos.s3:path/cat.png',
    httpMethod: 'DELETE',
    answer: { status: 204, body: '' },
    want: { asked: 'DELETE /my.photos/cat.png', scope: 'us-east-1/s3' },
  },
  {
    name: 'other operations of Lambda',
    service: 'lambda',
    uri: 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{name}',
    httpMethod: 'GET',
    verb: 'get',
    more: { requestParameters: { 'integration.request.path.name': "'pets:live'" } },
    call: { method: 'GET' },
    answer: json({ Configuration: {} }),
    want: { asked: 'GET /2015-03-31/functions/pets%3Alive', scope: 'us-east-1/lambda' },
  },
  {
    name: 'IoT data: signed for iotdata, whatever the account subdomain',
    service: 'iotdata',
    uri: 'arn:aws:apigateway:us-east-1:a1b2-ats.iotdata:path/topics/doors%2Fopen?qos=1',
    call: post('{"open":true}'),
    answer: json({}),
    want: {
      asked: 'POST /topics/doors%2Fopen?qos=1',
      body: '{"open":true}',
      scope: 'us-east-1/iotdata',
    },
  },
  {
    name: 'a global service is signed for its one region',
    service: 'iam',
    uri: 'arn:aws:apigateway:eu-west-1:iam:action/ListUsers',
    call: { method: 'POST' },
    answer: json({}),
    want: { asked: 'POST /?Action=ListUsers&Version=2010-05-08', scope: 'us-east-1/iam' },
  },
]

const anyAnswer = { default: { statusCode: '200' } }

function integration(uri: string, more: object = {}): object {
  return {
    type: 'aws',
    httpMethod: 'POST',
    uri,
    credentials: role,
    passthroughBehavior: 'when_no_match',
    responses: anyAnswer,
    ...more,
  }
}

describe('a call of a service, signed', () => {
  let t: TestGateway
  const standIns = new Map<string, AwsStandIn>()
  let current: ServiceCase

  before(async () => {
    for (const service of new Set(cases.map(one => one.service))) {
      standIns.set(service, await startStandIn(service, credentials, () => current.answer))
    }
    const awsEndpoints = new Map([...standIns].map(([name, { url }]) => [name, url]))
    t = await startGateway({ awsEndpoints, awsCredentials: credentials })
  })
  after(async () => {
    await t.close()
    for (const standIn of standIns.values()) await standIn.close()
  })

  for (const one of cases) {
    test(one.name, async () => {
      current = one
      const { httpMethod = 'POST', verb = 'post', more, want } = one
      const definition = integration(one.uri, { httpMethod, ...more })
      const parameters = ['key', 'm'].map(name => ({
        name,
        in: 'query',
        schema: { type: 'string' },
      }))
      const id = await t.deploy(api({ '/call': { [verb]: operation(definition, { parameters }) } }))
      const call = one.call ?? { method: verb.toUpperCase() }
      const answer = await t.call(id, one.target ?? '/call', call)
      assert.equal(answer.status, 200, answer.body)
      assert.equal(answer.body, one.answer.body)
      const asked = (standIns.get(one.service) as AwsStandIn).last()
      assert.equal(`${asked.method} ${asked.target}`, want.asked)
      assert.equal(asked.scope, want.scope)
      if (want.body !== undefined) assert.equal(asked.body.toString(), want.body)
      for (const [name, value] of Object.entries(want.headers ?? {})) {
        assert.equal(asked.headers[name], value, name)
      }
      assert.equal(asked.headers['x-amz-security-token'], credentials.sessionToken)
      assert.equal(asked.headers['x-amzn-apigateway-api-id'], id)
      assert.match(asked.headers['user-agent'] ?? '', /^AmazonAPIGateway_/)
      assert.match(String(asked.headers['x-amz-content-sha256']), /^[0-9a-f]{64}$/)
    })
  }
})
