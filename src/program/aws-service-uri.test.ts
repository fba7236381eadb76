import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeServicePath, parseServiceUri } from './aws-service-uri.ts'
import type { AwsEndpoint } from './program.ts'

const cases: { uri: string; want: Partial<AwsEndpoint> }[] = [
  {
    uri: 'arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem',
    want: {
      method: 'POST',
      name: 'dynamodb',
      subdomain: '',
      host: 'dynamodb.eu-west-1.amazonaws.com',
      signingName: 'dynamodb',
      signingRegion: 'eu-west-1',
      pathParts: ['/'],
      query: 'Action=PutItem',
      action: {
        target: 'DynamoDB_20120810.PutItem',
        version: null,
        contentType: 'application/x-amz-json-1.0',
      },
    },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:streams.dynamodb:action/ListStreams',
    want: {
      host: 'streams.dynamodb.us-east-1.amazonaws.com',
      signingName: 'dynamodb',
      action: {
        target: 'DynamoDBStreams_20120810.ListStreams',
        version: null,
        contentType: 'application/x-amz-json-1.0',
      },
    },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:sqs:action/SendMessage?QueueUrl=q',
    want: {
      query: 'Action=SendMessage&QueueUrl=q',
      action: { target: 'AmazonSQS.SendMessage', version: '2012-11-05', contentType: null },
    },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:ec2:action/RunInstances',
    want: { action: { target: null, version: '2016-11-15', contentType: null } },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:cloudwatch:action/PutMetricData',
    want: { host: 'monitoring.us-east-1.amazonaws.com', signingName: 'monitoring' },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:ses:action/SendEmail',
    want: { host: 'email.us-east-1.amazonaws.com', signingName: 'ses' },
  },
  {
    uri: 'arn:aws-cn:apigateway:cn-north-1:sqs:path/1/q',
    want: {
      host: 'sqs.cn-north-1.amazonaws.com.cn',
      pathParts: ['/1/q'],
      query: '',
      action: null,
    },
  },
  {
    uri: 'arn:aws:apigateway:eu-west-1:iam:action/ListUsers',
    want: { host: 'iam.amazonaws.com', signingRegion: 'us-east-1' },
  },
  {
    uri: 'arn:aws-us-gov:apigateway:us-gov-east-1:route53:path/2013-04-01/hostedzone',
    want: { host: 'route53.us-gov.amazonaws.com', signingRegion: 'us-gov-west-1' },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:runtime.sagemaker:path//endpoints/{name}/invocations',
    want: {
      host: 'runtime.sagemaker.us-east-1.amazonaws.com',
      signingName: 'sagemaker',
      pathParts: ['/endpoints/', 'name', '/invocations'],
    },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:a1-ats.iotdata:path/topics/t',
    want: { host: 'a1-ats.iot.us-east-1.amazonaws.com', signingName: 'iotdata' },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:iotdata:path/topics/t',
    want: { host: 'data-ats.iot.us-east-1.amazonaws.com', signingName: 'iotdata' },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:my.photos.s3:path/a(1)/{key+}?acl',
    want: {
      name: 's3',
      subdomain: 'my.photos',
      host: 'my.photos.s3.us-east-1.amazonaws.com',
      pathParts: ['/a%281%29/', 'key', ''],
      query: 'acl',
    },
  },
  {
    uri: 'arn:aws:apigateway:us-east-1:newservice:path/',
    want: {
      host: 'newservice.us-east-1.amazonaws.com',
      signingName: 'newservice',
      pathParts: ['/'],
    },
  },
]

test('a URI is taken apart into host, signature and request', () => {
  for (const { uri, want } of cases) {
    const parsed = parseServiceUri(uri, 'POST')
    const actual = Object.fromEntries(
      Object.keys(want).map(key => [key, parsed[key as keyof AwsEndpoint]]),
    )
    assert.deepEqual(actual, want, uri)
  }
})

test('a URI that names no service is refused', () => {
  const bad: [uri: string, why: RegExp][] = [
    ['', /is not arn:/],
    ['arn:aws:lambda:us-east-1:1:function:x', /is not arn:/],
    ['arn:aws:apigateway:us-east-1:sqs:queue/x', /is not arn:/],
    ['arn:aws:apigateway::sqs:path/x', /is not arn:/],
    ['arn:aws:apigateway:evil.com/:sqs:path/x', /is not arn:/],
    ['arn:aws-mars:apigateway:us-east-1:sqs:path/x', /partition/],
    ['arn:aws:apigateway:us-east-1:a..b:path/x', /name a service/],
    ['arn:aws:apigateway:us-east-1:-a:path/x', /name a service/],
    ['arn:aws:apigateway:us-east-1:sns:action/', /name an action/],
    ['arn:aws:apigateway:us-east-1:sns:action/{what}', /name an action/],
    ['arn:aws:apigateway:us-east-1:sns:action/ Publish', /space/],
    ['arn:aws:apigateway:us-east-1:s3:path/b/../c', /segment of dots/],
    ['arn:aws:apigateway:us-east-1:s3:path/b/%2e%2E', /segment of dots/],
    ['arn:aws:apigateway:us-east-1:s3:path/b/../{key}', /segment of dots/],
    ['arn:aws:apigateway:us-east-1:s3:path/{b', /brace/],
  ]
  for (const [uri, why] of bad) {
    assert.throws(
      () => parseServiceUri(uri, null),
      error => error instanceof SyntaxError && why.test(error.message),
      uri,
    )
  }
})

test('whatever the URI, the host is of AWS and the path begins with a slash', () => {
  const text = fc.string({ unit: 'grapheme-ascii', maxLength: 20 })
  fc.assert(
    fc.property(text, text, fc.constantFrom('path', 'action'), text, (region, name, kind, rest) => {
      let parsed: AwsEndpoint
      try {
        parsed = parseServiceUri(`arn:aws:apigateway:${region}:${name}:${kind}/${rest}`, null)
      } catch (error) {
        assert.ok(error instanceof SyntaxError)
        return
      }
      assert.match(parsed.host, /^[\w.-]+\.amazonaws\.com$/)
      assert.match(parsed.pathParts[0] ?? '', /^\//)
    }),
  )
})

test('a path is encoded to the one form that signatures know', () => {
  const encoded: Record<string, string> = {
    '/a/b.txt': '/a/b.txt',
    'a b+c': 'a%20b%2Bc',
    "(1)'*!": '%281%29%27%2A%21',
    '%2f%c3%bc': '%2F%C3%BC',
    '%41%7e': 'A~',
    '100%': '100%25',
    '%zz': '%25zz',
    ü: '%C3%BC',
    '\ud800': '%EF%BF%BD',
    '😀': '%F0%9F%98%80',
  }
  for (const [text, want] of Object.entries(encoded)) assert.equal(encodeServicePath(text), want)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const once = encodeServicePath(text)
      assert.match(once, /^(?:[\w.~/-]|%[0-9A-F]{2})*$/)
      assert.equal(encodeServicePath(once), once)
    }),
  )
})
