import assert from 'node:assert/strict'
import test from 'node:test'
import type { ActingParts } from '../aws/acting-role.ts'
import { nobody } from '../aws/identity-finder.ts'
import type { Authorizer } from '../aws/rest-api.ts'
import { RoleSessions } from '../aws/role-sessions.ts'
import { systemClock } from '../base/clock.ts'
import type { FunctionAnswer, FunctionCall, MethodRequest } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Variables } from '../messages/variables.ts'
import { planLambdaAuthorizer } from '../program/authorizer-plans.ts'
import { prepareLambdaAuthorizer } from './lambda.ts'

const home = {
  account: '000000000000',
  region: 'eu-west-1',
  apiId: 'api',
  stageVariables: { name: 'auth' },
}
const acting: ActingParts = {
  ...nobody,
  sessions: new RoleSessions({ clock: systemClock, sessionKey: () => null, lifeMs: 3_600_000 }),
  unknownRoles: 'allow',
  clock: systemClock,
}
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:auth'
const authorizerUri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`
const token: Authorizer = {
  id: 'a1',
  name: 'a',
  type: 'TOKEN',
  authorizerUri,
  identitySource: 'method.request.header.Auth',
}
const statement = { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }
const allowed = JSON.stringify({ principalId: 'me', policyDocument: { Statement: [statement] } })
// Of the surroundings only what identity sources read.
const variables = {
  context: { httpMethod: 'GET', identity: {} },
  stageVariables: { color: 'red' },
} as unknown as Variables

function request(headers: Readonly<Record<string, string>>, query: string[] = []): MethodRequest {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    method: 'GET',
    path: '/',
    rawQuery: '',
    headers: Object.entries(headers).flat(),
    body: null,
    pathParameters: {},
    query: new Map(query.length > 0 ? [['q', query]] : []),
    header: name => headers[name],
    headerValues: name => (headers[name] === undefined ? [] : [headers[name]]),
    headerNoCase: name => lower.get(name),
  }
}

function answered(text: string, functionError: string | null = null): FunctionAnswer {
  return { type: 'answered', payload: Buffer.from(text), functionError }
}

async function ask(
  settings: Partial<Authorizer>,
  from: MethodRequest,
  answer: FunctionAnswer = answered(allowed),
) {
  const calls: FunctionCall[] = []
  const { authorize } = prepareLambdaAuthorizer(
    planLambdaAuthorizer({ ...token, ...settings }, home),
    {
      acting,
      async invoke(call) {
        calls.push(call)
        return answer
      },
    },
  )
  const outcome = await authorize(from, variables, { methodArn: 'arn:method', traceId: 't' }).catch(
    error => {
      assert.ok(error instanceof Refusal, String(error))
      return error.type
    },
  )
  return { outcome, calls }
}

test('the function is asked in the name of the authorizer, and its word is handed on', async () => {
  const { outcome, calls } = await ask({}, request({ AUTH: 'abc' }))
  assert.ok(typeof outcome === 'object')
  assert.equal(outcome.principalId, 'me')
  assert.equal(calls[0]?.functionArn, functionArn)
  assert.equal(calls[0]?.sourceArn, 'arn:aws:execute-api:eu-west-1:000000000000:api/authorizers/a1')
  assert.deepEqual(JSON.parse(String(calls[0]?.payload)), {
    type: 'TOKEN',
    methodArn: 'arn:method',
    authorizationToken: 'abc',
  })
})

test('the function may be named by a stage variable', async () => {
  const uri = authorizerUri.replace(':auth', ':${stageVariables.name}')
  const { calls } = await ask({ authorizerUri: uri }, request({ Auth: 'abc' }))
  assert.equal(calls[0]?.functionArn, functionArn)
})

test('with credentials the function is not asked for its permission', async () => {
  const authorizerCredentials = 'arn:aws:iam::000000000000:role/unknown'
  const { calls } = await ask({ authorizerCredentials }, request({ Auth: 'abc' }))
  assert.equal(calls[0]?.sourceArn, null)
})

for (const { name, settings, given, want } of [
  { name: 'no token', settings: {}, given: request({}), want: 'UNAUTHORIZED' },
  { name: 'a blank token', settings: {}, given: request({ Auth: ' ' }), want: 'UNAUTHORIZED' },
  {
    name: 'a token of which only a part fits',
    settings: { identityValidationExpression: '[a-z]+' },
    given: request({ Auth: 'abc1' }),
    want: 'UNAUTHORIZED',
  },
  {
    name: 'a missing identity source of a REQUEST authorizer that is cached',
    settings: { type: 'REQUEST' as const, identitySource: 'method.request.querystring.q' },
    given: request({}),
    want: 'UNAUTHORIZED',
  },
]) {
  test(`nobody is asked about ${name}`, async () => {
    const { outcome, calls } = await ask(settings, given)
    assert.equal(outcome, want)
    assert.equal(calls.length, 0)
  })
}

test('without caching a REQUEST authorizer is asked even when an identity source is missing', async () => {
  const { calls } = await ask(
    {
      type: 'REQUEST',
      identitySource: 'method.request.querystring.q',
      authorizerResultTtlInSeconds: 0,
    },
    request({}),
  )
  assert.equal(calls.length, 1)
})

for (const { name, answer, want } of [
  {
    name: 'Unauthorized',
    answer: answered('{"errorMessage":"Unauthorized"}', 'Unhandled'),
    want: 'UNAUTHORIZED',
  },
  {
    name: 'Unauthorized, without having failed',
    answer: answered('{"errorMessage":"Unauthorized"}'),
    want: 'AUTHORIZER_CONFIGURATION_ERROR',
  },
  {
    name: 'that it is broken',
    answer: answered('{"errorMessage":"broken"}', 'Unhandled'),
    want: 'AUTHORIZER_CONFIGURATION_ERROR',
  },
  { name: 'no JSON', answer: answered('{'), want: 'AUTHORIZER_CONFIGURATION_ERROR' },
  {
    name: 'nothing, for it may not be called',
    answer: { type: 'forbidden' as const, reason: 'x' },
    want: 'AUTHORIZER_CONFIGURATION_ERROR',
  },
  {
    name: 'nothing in time',
    answer: { type: 'timeout' as const, reason: 'x' },
    want: 'AUTHORIZER_FAILURE',
  },
]) {
  test(`a function that says ${name} is ${want}`, async () => {
    assert.equal((await ask({}, request({ Auth: 'x' }), answer)).outcome, want)
  })
}

for (const settings of [
  { authorizerUri: 'arn:aws:s3:::x' },
  { identitySource: 'method.request.path.id' },
  { identitySource: "'literal'" },
  { identityValidationExpression: '(' },
  { identitySource: 'method.request.header.A,method.request.header.B' },
  { type: 'REQUEST' as const, identitySource: '' },
  { authorizerUri: authorizerUri.replace(':auth', ':${stageVariables.other}') },
]) {
  test(`cannot be prepared: ${JSON.stringify(settings)}`, () => {
    assert.throws(() => planLambdaAuthorizer({ ...token, ...settings }, home), SyntaxError)
  })
}
