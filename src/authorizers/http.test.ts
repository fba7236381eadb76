import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { MethodRequest } from '../messages/messages.ts'
import { requestEvent1, requestEvent2 } from './events-http.ts'
import { parsePolicyAnswer, parseSimpleAnswer } from './output-http.ts'

const request: MethodRequest = {
  method: 'GET',
  path: '/pets/1',
  rawQuery: 'a=1&a=2&b=3',
  headers: ['X-One', '1', 'x-one', '2', 'Cookie', 'a=1; b=2', '__proto__', 'x'],
  body: null,
  pathParameters: { id: '1' },
  query: new Map([
    ['a', ['1', '2']],
    ['b', ['3']],
  ]),
  header: () => undefined,
  headerValues: () => [],
  headerNoCase: () => undefined,
}
const call = {
  arn: 'arn:aws:execute-api:us-east-1:000000000000:api/dev/GET/pets/1',
  identity: ['u', 'v'],
  routeKey: 'GET /pets/{id}',
  rawPath: '/dev/pets/1',
  stageVariables: {},
  requestContext: { stage: 'dev' },
}

test('format 2.0: headers in lower case and joined, cookies apart, no empty collections', () => {
  const event = JSON.parse(requestEvent2(request, call))
  assert.deepEqual(Object.keys(event), [
    ...['version', 'type', 'routeArn', 'identitySource', 'routeKey', 'rawPath', 'rawQueryString'],
    ...['cookies', 'headers', 'queryStringParameters', 'requestContext', 'pathParameters'],
  ])
  assert.deepEqual(event.identitySource, ['u', 'v'])
  assert.deepEqual(event.cookies, ['a=1', 'b=2'])
  assert.deepEqual(Object.entries(event.headers), [
    ['x-one', '1,2'],
    ['__proto__', 'x'],
  ])
  assert.deepEqual(event.queryStringParameters, { a: '1,2', b: '3' })
})

test('format 1.0: the identity as one text, in two places', () => {
  const event = JSON.parse(requestEvent1(request, call))
  assert.deepEqual(Object.keys(event), [
    ...['version', 'type', 'methodArn', 'identitySource', 'authorizationToken', 'resource', 'path'],
    ...['httpMethod', 'headers', 'queryStringParameters', 'pathParameters', 'stageVariables'],
    'requestContext',
  ])
  assert.equal(event.identitySource, 'u,v')
  assert.equal(event.authorizationToken, 'u,v')
  assert.equal(event.resource, '/pets/{id}')
  assert.deepEqual(event.queryStringParameters, { a: '2', b: '3' })
})

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

test('yes, no, and a context that keeps its types', () => {
  const context = { team: { id: 7 }, list: [1], flag: true }
  const yes = parseSimpleAnswer(bytes({ isAuthorized: true, context }))
  assert.ok(typeof yes === 'object' && yes.type === 'simple' && yes.isAuthorized)
  assert.deepEqual({ ...yes.context }, context)
  const no = parseSimpleAnswer(bytes({ isAuthorized: false }))
  assert.ok(typeof no === 'object' && no.type === 'simple' && !no.isAuthorized)
})

for (const [name, given] of [
  ['a text for a boolean', { isAuthorized: 'true' }],
  ['a number for a boolean', { isAuthorized: 1 }],
  ['nothing', {}],
  ['null', null],
  ['a list', [{ isAuthorized: true }]],
  ['a policy', { principalId: 'p', policyDocument: {} }],
  ['a context that is a list', { isAuthorized: true, context: [] }],
] as const) {
  test(`is no simple answer: ${name}`, () => {
    assert.equal(typeof parseSimpleAnswer(bytes(given)), 'string')
  })
}

test('a policy of format 2.0 may have any context', () => {
  const policyDocument = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
  const given = parsePolicyAnswer(bytes({ principalId: 'p', policyDocument, context: { a: [1] } }))
  assert.ok(typeof given === 'object' && given.type === 'policy')
  assert.deepEqual({ ...given.context }, { a: [1] })
  assert.equal(typeof parsePolicyAnswer(bytes({ isAuthorized: true })), 'string')
})

test('whatever a function gives back is an authorization or a sentence', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), text => {
      for (const parse of [parseSimpleAnswer, parsePolicyAnswer]) {
        const got = parse(Buffer.from(text))
        assert.ok(typeof got === 'string' ? got !== '' : got.type !== undefined)
      }
    }),
  )
})
