import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  controlArn,
  formatArn,
  functionArn,
  functionOfInvokeUri,
  invokeArn,
  parseArn,
  parseFunctionName,
} from './arn.ts'

test('an ARN taken apart and put together again is the same', () => {
  const arns = [
    'arn:aws:apigateway:eu-west-1::/restapis/a1b2c3d4e5/stages/dev',
    'arn:aws:lambda:us-east-1:123456789012:function:hello:live',
    'arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2/dev/GET/a:b',
    'arn:aws:s3:::bucket/key',
  ]
  for (const arn of arns) assert.equal(formatArn(parseArn(arn)!), arn)
})

test('what is no ARN is not taken for one', () => {
  for (const text of [
    '',
    'arn',
    'arn:',
    'arn:aws',
    'arn:aws:s3',
    'arn:aws:s3:::',
    'urn:aws:s3:::b',
  ]) {
    assert.equal(parseArn(text), undefined, text)
  }
  assert.equal(parseArn(`arn:aws:s3:::${'x'.repeat(3000)}`), undefined)
})

test('ARNs are built in the forms of API Gateway and Lambda', () => {
  assert.equal(
    controlArn('eu-west-1', '/restapis/a1/stages/dev'),
    'arn:aws:apigateway:eu-west-1::/restapis/a1/stages/dev',
  )
  assert.equal(
    invokeArn('us-gov-west-1', '123456789012', 'a1', 'dev/GET/pets'),
    'arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:a1/dev/GET/pets',
  )
  assert.equal(
    functionArn('eu-west-1', '123456789012', 'hello', '3'),
    'arn:aws:lambda:eu-west-1:123456789012:function:hello:3',
  )
})

describe('a function name', () => {
  const account = '123456789012'
  const cases: {
    given: string
    want: [string | undefined, string | undefined, string, string?]
  }[] = [
    { given: 'hello', want: [undefined, undefined, 'hello'] },
    { given: 'hello:live', want: [undefined, undefined, 'hello', 'live'] },
    { given: 'function:hello', want: [undefined, undefined, 'hello'] },
    { given: `${account}:function:hello`, want: [undefined, account, 'hello'] },
    { given: `${account}:function:hello:$LATEST`, want: [undefined, account, 'hello', '$LATEST'] },
    {
      given: `arn:aws:lambda:eu-west-1:${account}:function:hello`,
      want: ['eu-west-1', account, 'hello'],
    },
    {
      given: `arn:aws:lambda:eu-west-1:${account}:function:hello:3`,
      want: ['eu-west-1', account, 'hello', '3'],
    },
  ]
  for (const { given, want } of cases) {
    test(`is read from ${given}`, () => {
      const [region, owner, name, qualifier] = want
      assert.deepEqual(parseFunctionName(given), { region, account: owner, name, qualifier })
    })
  }

  for (const given of [
    '',
    'a b',
    'a:b:c:d',
    'arn:aws:s3:::b',
    `arn:aws:lambda:x:${account}:layer:a`,
    'x'.repeat(65),
  ]) {
    test(`is not read from '${given.slice(0, 40)}'`, () => {
      assert.equal(parseFunctionName(given), undefined)
    })
  }
})

test('the function of an invoke URI is found, buffered or streamed', () => {
  const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:${stageVariables.fn}'
  const uri = (path: string) => `arn:aws:apigateway:eu-west-1:lambda:path/${path}`
  assert.deepEqual(functionOfInvokeUri(uri(`2015-03-31/functions/${arn}/invocations`)), {
    functionArn: arn,
    isStreaming: false,
  })
  assert.deepEqual(
    functionOfInvokeUri(uri(`2021-11-15/functions/${arn}/response-streaming-invocations`)),
    { functionArn: arn, isStreaming: true },
  )
  assert.equal(functionOfInvokeUri(uri(`2015-03-31/functions/${arn}/other`)), undefined)
  assert.equal(functionOfInvokeUri(uri('2015-03-31/functions//invocations')), undefined)
  assert.equal(functionOfInvokeUri('arn:aws:apigateway:eu-west-1:sqs:path/1/2'), undefined)
})

test('any text is read or not, and never thrown about', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('arn', ':', 'aws', 'lambda', 'function', '/', '1', '')),
      parts => {
        const text = parts.join('')
        parseArn(text)
        parseFunctionName(text)
        functionOfInvokeUri(text)
      },
    ),
    { numRuns: 500, seed: 1 },
  )
})
