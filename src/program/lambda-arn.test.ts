import assert from 'node:assert/strict'
import { test } from 'node:test'
import { functionArnOf, isLambdaUri, isStreamingUri } from './lambda-arn.ts'

const prefix = 'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/'

const cases: { name: string; want: string }[] = [
  {
    name: 'arn:aws:lambda:us-east-1:123456789012:function:pets',
    want: 'arn:aws:lambda:us-east-1:123456789012:function:pets',
  },
  {
    name: 'arn:aws:lambda:us-east-1:123456789012:function:pets:live',
    want: 'arn:aws:lambda:us-east-1:123456789012:function:pets:live',
  },
  { name: 'pets', want: 'arn:aws:lambda:eu-west-1:000000000000:function:pets' },
  { name: 'pets:$LATEST', want: 'arn:aws:lambda:eu-west-1:000000000000:function:pets:$LATEST' },
  {
    name: '123456789012:function:pets:3',
    want: 'arn:aws:lambda:eu-west-1:123456789012:function:pets:3',
  },
]

test('the function of an integration URI is named by its full ARN', () => {
  for (const { name, want } of cases) {
    assert.equal(functionArnOf(`${prefix}${name}/invocations`, '000000000000'), want, name)
  }
  const doubled = `${prefix.replace('path/', 'path//')}pets/invocations`
  assert.equal(functionArnOf(doubled, '000000000000'), cases[2]?.want)
})

test('a URI that names no function is refused', () => {
  const bad = ['', 'pets', `${prefix}/invocations`, `${prefix}a b/invocations`, `${prefix}pets`]
  for (const uri of bad) assert.throws(() => functionArnOf(uri, '000000000000'), SyntaxError, uri)
})

test('other services and streaming invocations are told apart', () => {
  assert.equal(isLambdaUri(`${prefix}pets/invocations`), true)
  assert.equal(isLambdaUri('arn:aws:apigateway:eu-west-1:sqs:path/0/queue'), false)
  const streaming =
    'arn:aws:apigateway:eu-west-1:lambda:path/2021-11-15/functions/pets/response-streaming-invocations'
  assert.equal(isStreamingUri(streaming), true)
  assert.equal(isStreamingUri(`${prefix}pets/invocations`), false)
})
