import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Method, RequestValidator } from '../aws/rest-api.ts'
import type { MethodRequest } from '../messages/messages.ts'
import { compileModels } from './models.ts'
import { compileValidation } from './validation.ts'

const validators: readonly RequestValidator[] = [
  { id: 'all', validateRequestBody: true, validateRequestParameters: true },
  { id: 'body', validateRequestBody: true, validateRequestParameters: false },
  { id: 'none', validateRequestBody: false, validateRequestParameters: false },
]

const models = compileModels([
  { id: 'a', name: 'Pet', contentType: 'application/json', schema: '{"required":["name"]}' },
  { id: 'b', name: 'Number', contentType: 'application/json', schema: '{"type":"number"}' },
  { id: 'c', name: 'Any', contentType: 'application/json' },
])

function checks(settings: Partial<Method>) {
  const method: Method = {
    httpMethod: 'POST',
    authorizationType: 'NONE',
    apiKeyRequired: false,
    requestValidatorId: 'all',
    ...settings,
  }
  return compileValidation(method, validators, models, { method: 'POST', path: '/pets' })
}

function request(sent: {
  headers?: Record<string, string>
  query?: Record<string, string[]>
  path?: Record<string, string>
  body?: string
}): MethodRequest {
  const headers = sent.headers ?? {}
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    header: (name: string) => headers[name],
    headerValues: (name: string) => (headers[name] === undefined ? [] : [headers[name]]),
    headerNoCase: (name: string) => lower.get(name),
    query: new Map(Object.entries(sent.query ?? {})),
    pathParameters: Object.assign(Object.create(null), sent.path),
    body: sent.body === undefined ? null : Buffer.from(sent.body),
    // The checks read nothing else.
  } as unknown as MethodRequest
}

test('missing parameters are named by place: headers, path, query string', () => {
  const { checkParameters } = checks({
    requestParameters: {
      'method.request.querystring.qs1': true,
      'method.request.path.issuer': true,
      'method.request.header.x-header-param': true,
      'method.request.header.optional': false,
    },
  })
  assert.deepEqual(checkParameters?.(request({})), ['x-header-param', 'issuer', 'qs1'])
  const blank = { headers: { 'x-header-param': ' ' }, path: { issuer: 'me' }, query: { qs1: [''] } }
  assert.deepEqual(checkParameters?.(request(blank)), ['x-header-param', 'qs1'])
  const wrongCase = {
    headers: { 'X-Header-Param': 'a' },
    path: { issuer: 'me' },
    query: { qs1: ['', 'b'] },
  }
  assert.deepEqual(checkParameters?.(request(wrongCase)), ['x-header-param'])
  const complete = {
    headers: { 'x-header-param': 'a' },
    path: { issuer: 'me' },
    query: { qs1: ['b'] },
  }
  assert.equal(checkParameters?.(request(complete)), null)
})

const missing = '[object has missing required properties (["name"])]'

const bodies: { name: string; sent: Parameters<typeof request>[0]; want: string | null }[] = [
  { name: 'a body that fits', sent: { body: '{"name":"Rex"}' }, want: null },
  { name: 'a body that does not', sent: { body: '{}' }, want: missing },
  { name: 'no body is an empty object', sent: {}, want: missing },
  { name: 'an empty body is one too', sent: { body: '' }, want: missing },
  { name: 'no JSON', sent: { body: 'name=Rex' }, want: '[Unknown error parsing request body]' },
  {
    name: 'the model of its type, whatever its parameters',
    sent: { headers: { 'content-type': 'Application/Number; a=b' }, body: '"x"' },
    want: '[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]',
  },
  {
    name: 'a type without a model is not validated',
    sent: { headers: { 'Content-Type': 'text/plain' }, body: 'x' },
    want: null,
  },
]

test('a body is checked against the model for its content type', () => {
  const { checkBody } = checks({
    requestModels: { 'application/json': 'Pet', 'application/number': 'Number' },
  })
  for (const { name, sent, want } of bodies) assert.equal(checkBody?.(request(sent)), want, name)
})

test('the $default model is for all other types', () => {
  const { checkBody } = checks({ requestModels: { $default: 'Pet' } })
  const sent = { headers: { 'Content-Type': 'text/plain' }, body: '{}' }
  assert.equal(checkBody?.(request(sent)), missing)
})

test('nothing is checked without a validator, or where there is nothing to check', () => {
  const nothing = { checkParameters: null, checkBody: null }
  const required = { 'method.request.header.a': true }
  const requestModels = { 'application/json': 'Pet' }
  assert.deepEqual(
    checks({ requestValidatorId: 'none', requestParameters: required, requestModels }),
    nothing,
  )
  assert.deepEqual(checks({ requestValidatorId: '', requestModels }), nothing)
  assert.deepEqual(checks({ requestModels: { 'application/json': 'Any' } }), nothing)
  assert.equal(
    checks({ requestValidatorId: 'body', requestParameters: required }).checkParameters,
    null,
  )
})

test('unknown validators, models and parameters are refused', () => {
  assert.throws(
    () => checks({ requestValidatorId: 'x' }),
    /POST \/pets: there is no request validator x/,
  )
  assert.throws(() => checks({ requestModels: { 'a/b': 'X' } }), /POST \/pets: there is no model X/)
  assert.throws(
    () => checks({ requestParameters: { 'method.request.cookie.a': true } }),
    /method.request.cookie.a is not a request parameter/,
  )
})
