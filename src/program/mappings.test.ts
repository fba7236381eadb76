import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IntegrationResponse, MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'
import { compileRequestParameter, compileResponseParameter } from './mappings.ts'
import type { MappedValue, RequestSource, ResponseSource } from './program.ts'

const headers: readonly (readonly [string, string])[] = [
  ['X-One', 'first'],
  ['X-One', 'last'],
  ['X-Empty', ''],
]

const body =
  '{"name":"Rex","tags":["a","b"],"age":3,"none":null,"ok":false,"nested":{"deep":[{"x":"y"}]}}'

const variables: Variables = {
  // Only what the cases read is there.
  context: {
    stage: 'dev',
    requestTimeEpoch: 1,
    identity: { sourceIp: '192.0.2.1', caller: null },
    authorizer: { claims: { sub: 'me' } },
  } as unknown as Variables['context'],
  stageVariables: Object.assign(Object.create(null), { host: 'example.com', empty: '' }),
}

const request: RequestSource = {
  request: {
    header: (name: string) => headers.filter(([key]) => key === name).at(-1)?.[1],
    headerValues: (name: string) =>
      headers.filter(([key]) => key === name).map(([, value]) => value),
    query: new Map([['q', ['1', '2']]]),
    pathParameters: Object.assign(Object.create(null), { id: 'a%2Fb' }),
    body: Buffer.from(body),
  } as unknown as MethodRequest,
  variables,
  json: () => JSON.parse(body),
}

const response: ResponseSource = {
  response: {
    headers: ['Content-Type', 'text/plain', 'set-cookie', 'a=1', 'Set-Cookie', 'b=2'],
    body: Buffer.from(body),
  } as unknown as IntegrationResponse,
  variables,
  json: () => JSON.parse(body),
}

const requestCases: { expression: string; want: MappedValue }[] = [
  { expression: 'method.request.header.X-One', want: 'last' },
  { expression: 'method.request.header.x-one', want: undefined },
  { expression: 'method.request.header.X-Empty', want: undefined },
  { expression: 'method.request.multivalueheader.X-One', want: 'first,last' },
  { expression: 'method.request.querystring.q', want: '2' },
  { expression: 'method.request.querystring.Q', want: undefined },
  { expression: 'method.request.multivaluequerystring.q', want: ['1', '2'] },
  { expression: 'method.request.path.id', want: 'a%2Fb' },
  { expression: 'method.request.path.toString', want: undefined },
  { expression: 'method.request.body', want: body },
  { expression: 'method.request.body.name', want: 'Rex' },
  { expression: 'method.request.body.age', want: '3' },
  { expression: 'method.request.body.ok', want: 'false' },
  { expression: 'method.request.body.none', want: undefined },
  { expression: 'method.request.body.missing', want: undefined },
  { expression: 'method.request.body.tags', want: '["a","b"]' },
  { expression: 'method.request.body.nested.deep[0].x', want: 'y' },
  { expression: 'stageVariables.host', want: 'example.com' },
  { expression: 'stageVariables.empty', want: undefined },
  { expression: 'stageVariables.nope', want: undefined },
  { expression: 'context.stage', want: 'dev' },
  { expression: 'context.identity.sourceIp', want: '192.0.2.1' },
  { expression: 'context.identity.caller', want: undefined },
  { expression: 'context.requestTimeEpoch', want: undefined },
  { expression: 'context.authorizer.claims.sub', want: 'me' },
  { expression: 'context.constructor.name', want: undefined },
  { expression: "'literal'", want: 'literal' },
  { expression: "'it's'", want: "it's" },
  { expression: "''", want: undefined },
]

test('a request expression reads its value; what is missing, null or empty sets nothing', () => {
  for (const { expression, want } of requestCases) {
    const parameter = compileRequestParameter('integration.request.header.X-To', expression)
    assert.deepEqual(parameter.read(request), want, expression)
    assert.equal(parameter.expression, expression)
  }
})

const responseCases: { expression: string; want: MappedValue }[] = [
  { expression: 'integration.response.header.content-type', want: 'text/plain' },
  { expression: 'integration.response.header.Set-Cookie', want: 'b=2' },
  { expression: 'integration.response.multivalueheader.Set-Cookie', want: 'a=1,b=2' },
  { expression: 'integration.response.header.None', want: undefined },
  { expression: 'integration.response.body', want: body },
  { expression: 'integration.response.body.tags[1]', want: 'b' },
  { expression: "'*'", want: '*' },
  { expression: 'context.stage', want: 'dev' },
  { expression: 'stageVariables.host', want: 'example.com' },
]

test('a response expression reads its value', () => {
  for (const { expression, want } of responseCases) {
    const parameter = compileResponseParameter('method.response.header.X-To', expression)
    assert.deepEqual(parameter.read(response), want, expression)
  }
})

test('targets are a header, a query parameter or a path placeholder', () => {
  for (const target of ['header', 'querystring', 'path'] as const) {
    const parameter = compileRequestParameter(`integration.request.${target}.a.b-c_$`, "'x'")
    assert.deepEqual([parameter.target, parameter.name], [target, 'a.b-c_$'])
  }
  assert.equal(compileResponseParameter('method.response.header.X-To', "'x'").name, 'X-To')
})

test('what is not a mapping is refused', () => {
  const bad: [string, string][] = [
    ['integration.request.cookie.a', "'x'"],
    ['integration.request.header.', "'x'"],
    ['integration.request.header.a b', "'x'"],
    ['integration.request.header.a\r\nb', "'x'"],
    ['header.a', "'x'"],
    ['integration.request.header.a', 'method.request.cookie.x'],
    ['integration.request.header.a', 'integration.response.header.x'],
    ['integration.request.header.a', 'method.request.body.a['],
    ['integration.request.header.a', 'context.'],
    ['integration.request.header.a', "'"],
    ['integration.request.header.a', 'x'],
    ['integration.request.header.a', ''],
  ]
  for (const [key, expression] of bad) {
    assert.throws(
      () => compileRequestParameter(key, expression),
      SyntaxError,
      `${key} ${expression}`,
    )
  }
  assert.throws(() => compileResponseParameter('method.response.body', "'x'"), SyntaxError)
  assert.throws(
    () => compileResponseParameter('method.response.header.a', 'method.request.header.x'),
    SyntaxError,
  )
})
