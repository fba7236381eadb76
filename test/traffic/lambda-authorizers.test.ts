import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateDeploymentCommand,
  FlushStageAuthorizersCacheCommand,
  UpdateRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { type Answer, api, mock, operation, startGateway, type TestGateway } from './harness.ts'

let t: TestGateway
let uncached = ''
let cached = ''

before(async () => {
  t = await startGateway({ threads: 2 })
  uncached = await guarded(token(), { timeout: 1 })
  cached = await guarded(token(300))
})
after(() => t.close())

/**
 * What the token says is what the function does. It counts its calls, so that answers tell which call they come from; it
 * writes the principal down as `{token}#{count}`.
 */
const gate = `
let calls = 0
const answers = {
  deny: event => policy(event, 'Deny', '*'),
  silent: event => policy(event, 'Allow', 'arn:aws:execute-api:*:*:*/*/DELETE/nothing'),
  only: event => policy(event, 'Allow', event.methodArn),
  context: event => ({ ...policy(event, 'Allow', '*'), context: { a: 'x', n: 1.5, b: true, nil: null } }),
  key: event => ({ ...policy(event, 'Allow', '*'), usageIdentifierKey: 'k' }),
  nested: event => ({ ...policy(event, 'Allow', '*'), context: { a: {} } }),
  nothing: () => undefined,
  null: () => null,
  list: () => [],
  'no-principal': event => ({ ...policy(event, 'Allow', '*'), principalId: undefined }),
  'no-policy': () => ({ principalId: 'p' }),
  'no-resource': event => policy(event, 'Allow', []),
  'long-resource': event => policy(event, 'Allow', 'arn:aws:execute-api:' + 'x'.repeat(512)),
  'more-keys': event => ({ ...policy(event, 'Allow', '*'), statusCode: 200 }),
  unauthorized: () => { throw new Error('Unauthorized') },
  'almost-unauthorized': () => { throw new Error('unauthorized') },
  broken: () => { throw new Error('broken') },
  slow: () => new Promise(() => setInterval(() => {}, 1000)),
  event: event => ({ ...policy(event, 'Allow', '*'), context: { event: JSON.stringify(event) } }),
}
function policy(event, Effect, Resource) {
  const token = event.authorizationToken ?? Object.values(event.queryStringParameters).join()
  return {
    principalId: token + '#' + ++calls,
    policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
  }
}
export const handler = async event => {
  const token = (event.authorizationToken ?? event.queryStringParameters?.who ?? '').split(':')[0]
  if (event.queryStringParameters?.wait) await new Promise(resolve => setTimeout(resolve, 300))
  return (answers[token] ?? (event => policy(event, 'Allow', '*')))(event)
}`

let made = 0

/** An API whose methods are guarded; each answers who called. */
async function guarded(
  authorizer: object,
  more: { timeout?: number; mayBeInvoked?: boolean } = {},
  policy?: object,
) {
  const authorizerUri = await t.addFunction(`gate${++made}`, gate, more)
  const security = [{ gate: [] }]
  const who = mock(
    '{"who":"$context.authorizer.principalId","a":"$!context.authorizer.a","n":"$!context.authorizer.n","b":"$!context.authorizer.b"}',
  )
  const open = { ...who, security }
  const event = await t.addFunction(
    `event${made}`,
    'export const handler = async event => ({ body: JSON.stringify(event.requestContext.authorizer) })',
  )
  const proxy = operation({ type: 'aws_proxy', httpMethod: 'POST', uri: event }, { security })
  return t.deploy(
    api(
      { '/a': { get: open, post: open }, '/b/{id}': { get: open }, '/event': { get: proxy } },
      {
        ...(policy && { 'x-amazon-apigateway-policy': policy }),
        components: {
          securitySchemes: {
            gate: {
              type: 'apiKey',
              name: 'Auth',
              in: 'header',
              'x-amazon-apigateway-authtype': 'custom',
              'x-amazon-apigateway-authorizer': { authorizerUri, ...authorizer },
            },
          },
        },
      },
    ),
  )
}

function token(ttl = 0, more: object = {}): object {
  const identitySource = 'method.request.header.Auth'
  return { type: 'token', authorizerResultTtlInSeconds: ttl, identitySource, ...more }
}

const withToken = (value: string) => ({ headers: ['Auth', value] })
const who = (answer: Answer): string => (answer.json() as { who: string }).who

test('who is let in is known to templates', async () => {
  const answer = await t.call(uncached, '/a', withToken('context'))
  assert.equal(answer.status, 200)
  assert.deepEqual(
    { ...(answer.json() as object), who: '' },
    { who: '', a: 'x', n: '1.5', b: 'true' },
  )
})

test('the event of a function has what the authorizer said, all texts but the latency', async () => {
  const authorizer = (await t.call(uncached, '/event', withToken('context'))).json() as Record<
    string,
    unknown
  >
  const { integrationLatency, principalId, ...context } = authorizer
  assert.equal(typeof integrationLatency, 'number')
  assert.match(String(principalId), /^context#\d+$/)
  assert.deepEqual(context, { a: 'x', n: '1.5', b: 'true' })
})

for (const [given, status, body, errorType] of [
  [
    'deny',
    403,
    '{"Message":"User is not authorized to access this resource with an explicit deny"}',
    'AccessDeniedException',
  ],
  [
    'silent',
    403,
    '{"Message":"User is not authorized to access this resource"}',
    'AccessDeniedException',
  ],
  ['unauthorized', 401, '{"message":"Unauthorized"}', 'UnauthorizedException'],
  ['almost-unauthorized', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['broken', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['nested', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['nothing', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['null', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['list', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['no-principal', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['no-policy', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['no-resource', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['long-resource', 500, '{"message":null}', 'AuthorizerConfigurationException'],
  ['more-keys', 500, '{"message":null}', 'AuthorizerConfigurationException'],
] as const) {
  test(`a function that says ${given} is answered ${status}`, async () => {
    const answer = await t.call(uncached, '/a', withToken(given))
    assert.equal(answer.status, status)
    assert.equal(answer.body, body)
    assert.equal(answer.headers['x-amzn-errortype'], errorType)
  })
}

test('a function that runs out of its own time lets nobody in', async () => {
  const answer = await t.call(uncached, '/a', withToken('slow'))
  assert.deepEqual([answer.status, answer.body], [500, '{"message":null}'])
})

test('a function that API Gateway may not call lets nobody in', async () => {
  const id = await guarded(token(), { mayBeInvoked: false })
  const answer = await t.call(id, '/a', withToken('x'))
  assert.deepEqual([answer.status, answer.body], [500, '{"message":null}'])
})

for (const headers of [[], ['Auth', ''], ['Auth', '  '], ['Authorization', 'x']]) {
  test(`no token, no call: ${JSON.stringify(headers)}`, async () => {
    const answer = await t.call(uncached, '/a', { headers })
    assert.deepEqual([answer.status, answer.body], [401, '{"message":"Unauthorized"}'])
  })
}

test('the validation expression is for the whole token, and the function is not called for others', async () => {
  const id = await guarded(token(0, { identityValidationExpression: 'Bearer [a-z]+' }))
  assert.equal((await t.call(id, '/a', withToken('Bearer abc'))).status, 200)
  for (const wrong of ['Bearer abc1', 'xBearer abc', 'bearer abc', 'Bearer ']) {
    assert.equal((await t.call(id, '/a', withToken(wrong))).status, 401, wrong)
  }
  assert.equal(who(await t.call(id, '/a', withToken('Bearer abc'))), 'Bearer abc#2')
})

/** Until both threads have heard of the token, whichever answers. */
async function warm(id: string, value: string): Promise<void> {
  for (let i = 0; i < 12; i++) await t.call(id, '/a', withToken(value))
}

test('an answer that is kept serves every method, and its policy is weighed for each', async () => {
  await warm(cached, 'only')
  assert.equal((await t.call(cached, '/a', withToken('only'))).status, 200)
  for (const [method, target] of [
    ['POST', '/a'],
    ['GET', '/b/1'],
  ] as const) {
    const answer = await t.call(cached, target, { method, ...withToken('only') })
    assert.equal(answer.status, 403)
    assert.equal(answer.body, '{"Message":"User is not authorized to access this resource"}')
  }
})

test('the function is called once in each thread for as long as its answer is kept; a flush forgets it everywhere', async () => {
  await warm(cached, 'flushed')
  const seen = new Set<string>()
  for (let i = 0; i < 20; i++) seen.add(who(await t.call(cached, '/a', withToken('flushed'))))
  assert.ok(seen.size <= 2, [...seen].join())
  await t.rest.send(new FlushStageAuthorizersCacheCommand({ restApiId: cached, stageName: 'test' }))
  for (let i = 0; i < 12; i++) {
    const again = who(await t.call(cached, '/a', withToken('flushed')))
    assert.ok(!seen.has(again), `${again} is from before the flush`)
  }
})

test('nobody is kept who was refused', async () => {
  for (const given of ['unauthorized', 'broken']) {
    const first = await t.call(cached, '/a', withToken(given))
    const second = await t.call(cached, '/a', withToken(given))
    assert.equal(first.status, second.status)
    assert.notEqual(second.status, 200)
  }
})

test('explain tells whose answer it was, how old it is, and which request put it there', async () => {
  await warm(cached, 'explained')
  const { headers } = await t.call(cached, '/a', withToken('explained'))
  const url = `${t.gateway.url}/_portcullis/explain/${headers['x-amzn-requestid']}`
  const text = (await (await fetch(url)).text()).replaceAll(/\n {2,}/g, ' ')
  assert.match(
    text,
    /TOKEN authorizer gate \(\w+\): answer of \d\.\d s ago, put there by request [0-9a-f-]{36} under key \S{12}…, principal explained#\d+/,
  )
  assert.doesNotMatch(text, /Auth: explained/)
})

const request = (sources: string, ttl = 300) => ({
  type: 'request',
  authorizerResultTtlInSeconds: ttl,
  identitySource: sources,
})

test('REQUEST: with caching every identity source must be there, without it none', async () => {
  const sources = 'method.request.querystring.a, method.request.querystring.b'
  const kept = await guarded(request(sources))
  for (const query of ['', '?a=1', '?b=1', '?a=1&b=', '?a=1&b=%20', '?A=1&B=2']) {
    assert.equal((await t.call(kept, `/a${query}`)).status, 401, query)
  }
  assert.equal((await t.call(kept, '/a?a=1&b=2')).status, 200)
  const asked = await guarded(request(sources, 0))
  assert.equal((await t.call(asked, '/a?c=1')).status, 200)
})

test('REQUEST: no two callers share an answer, however their values are cut', async () => {
  const id = await guarded(request('method.request.querystring.a, method.request.querystring.b'))
  const seen = new Set<string>()
  for (const query of [
    'a=1,2&b=3',
    'a=1&b=2,3',
    'a=1:2&b=3',
    'a=12&b=3',
    'a=1&b=23',
    'a=1&a=2&b=3',
    'a=2&a=1&b=3',
    'a=2&b=3',
  ]) {
    const answer = await t.call(id, `/a?${query}`)
    assert.equal(answer.status, 200)
    const key = await keyOf(answer)
    assert.ok(!seen.has(key), `${query} has the key of another`)
    seen.add(key)
  }
  // The same values in other words are the same caller.
  assert.ok(seen.has(await keyOf(await t.call(id, '/a?b=3&a=%31%32&c=other'))))
})

test('several headers of one name, in any case, are another caller than each of them', async () => {
  const keys = new Set<string>()
  for (const headers of [
    ['Auth', 'one'],
    ['Auth', 'two'],
    ['Auth', 'one', 'Auth', 'two'],
    ['Auth', 'two', 'aUTH', 'one'],
    ['Auth', 'one', 'aUTH', 'two', 'X', 'y'],
  ]) {
    const answer = await t.call(cached, '/a', { headers })
    assert.equal(answer.status, 200)
    keys.add(await keyOf(answer))
  }
  assert.equal(keys.size, 4)
})

/** Of the decision record. */
async function keyOf({ headers }: Answer): Promise<string> {
  const url = `${t.gateway.url}/_portcullis/explain/${headers['x-amzn-requestid']}`
  const found = await (await fetch(url, { headers: { accept: 'application/json' } })).json()
  return (found as { record: { authorizer: { key: string } } }).record.authorizer.key
}

test('REQUEST: who asks at once is asked about once', async () => {
  const id = await guarded(request('method.request.querystring.who'))
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => t.call(id, '/a?who=crowd&wait=1')),
  )
  assert.ok(answers.every(answer => answer.status === 200))
  // Once in each of the two threads at most.
  assert.ok(new Set(answers.map(who)).size <= 2)
})

test('REQUEST: the event is the one AWS sends', async () => {
  const id = await guarded(request('method.request.querystring.who', 0))
  const authorizer = (
    await t.call(id, '/event?who=event&x=1&x=2', { headers: ['X-Two', 'a', 'X-Two', 'b'] })
  ).json()
  const event = JSON.parse((authorizer as { event: string }).event)
  assert.deepEqual(Object.keys(event), [
    ...['type', 'methodArn', 'resource', 'path', 'httpMethod', 'headers', 'multiValueHeaders'],
    ...['queryStringParameters', 'multiValueQueryStringParameters', 'pathParameters'],
    ...['stageVariables', 'requestContext'],
  ])
  assert.equal(event.type, 'REQUEST')
  assert.equal(event.methodArn, `arn:aws:execute-api:us-east-1:000000000000:${id}/test/GET/event`)
  assert.deepEqual(event.multiValueQueryStringParameters, { who: ['event'], x: ['1', '2'] })
  assert.deepEqual(event.multiValueHeaders['X-Two'], ['a', 'b'])
  assert.equal(event.requestContext.authorizer, undefined)
})

test('tricks with path and verb do not lead around a policy', async () => {
  const id = await guarded(token(300))
  const only = withToken('only')
  await warm(id, 'only')
  assert.equal((await t.call(id, '/a', only)).status, 200)
  for (const target of ['/b/..%2fa', '/b/%2e%2e', '/b/a', '/b//a', '/b/..']) {
    assert.equal((await t.call(id, target, only)).status, 403, target)
  }
  for (const target of ['//a', '/%61', '/A', '/a/x']) {
    const { status } = await t.call(id, target, only)
    assert.ok(status === 403 || (target === '//a' && status === 200), `${target} ${status}`)
  }
  const overridden = await t.call(id, '/a', {
    headers: [...only.headers, 'X-HTTP-Method-Override', 'POST'],
  })
  assert.equal(overridden.status, 403)
})

test('who was known to a deployment is asked about anew in the next', async () => {
  const id = await guarded(token(3600))
  await warm(id, 'old')
  const before = await keyOf(await t.call(id, '/a', withToken('old')))
  await t.rest.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'test' }))
  assert.notEqual(await keyOf(await t.call(id, '/a', withToken('old'))), before)
})

/** Says one thing of everything, or nothing of it. */
function resourcePolicy(Effect: string, Action = 'execute-api:Invoke', Condition?: object) {
  const statement = { Sid: 'Api', Effect, Principal: '*', Action, Resource: 'execute-api:/*' }
  const Statement = [Condition ? { ...statement, Condition } : statement]
  return { Version: '2012-10-17', Statement }
}

test('the authorizer and the resource policy: either may allow, and each may deny', async () => {
  const byAuthorizer = 'User is not authorized to access this resource'
  const explicitly = `${byAuthorizer} with an explicit deny`
  const anonymous =
    /^User: anonymous is not authorized to perform: execute-api:Invoke on resource: .* with an explicit deny$/
  const rows: [policy: object, answers: Record<string, true | string | RegExp>][] = [
    [resourcePolicy('Allow'), { allow: true, silent: true, deny: explicitly }],
    [
      resourcePolicy('Allow', 's3:GetObject'),
      { allow: true, silent: byAuthorizer, deny: explicitly },
    ],
    [resourcePolicy('Deny'), { allow: anonymous, silent: anonymous, deny: anonymous }],
  ]
  for (const [policy, answers] of rows) {
    const id = await guarded(token(), {}, policy)
    for (const [say, want] of Object.entries(answers)) {
      const answer = await t.call(id, '/a', withToken(say))
      assert.equal(answer.status, want === true ? 200 : 403, `${say}: ${answer.body}`)
      if (want !== true) assert.match(String(Object(answer.json()).Message), wordsOf(want))
    }
  }
})

function wordsOf(want: string | RegExp): RegExp {
  return typeof want === 'string' ? new RegExp(`^${want}$`) : want
}

test('whom the resource policy denies, the authorizer is not asked about', async () => {
  const here = { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }
  const id = await guarded(token(), {}, resourcePolicy('Deny', 'execute-api:Invoke', here))
  const { headers } = await t.call(id, '/a', withToken('allow'))
  const url = `${t.gateway.url}/_portcullis/explain/${headers['x-amzn-requestid']}`
  const text = await (await fetch(url)).text()
  assert.match(text, /resource-policy refused; not run: authorize/)
  assert.match(text, /statement Api of the resource policy denies/)
  // Nor is it asked, or refused, for want of a token.
  assert.equal((await t.call(id, '/a')).status, 403)
})

test('a resource policy counts when it is deployed', async () => {
  const id = await guarded(token(), {}, resourcePolicy('Deny'))
  const replace = async (policy: object) => {
    const patchOperations = [
      { op: 'replace' as const, path: '/policy', value: JSON.stringify(policy) },
    ]
    await t.rest.send(new UpdateRestApiCommand({ restApiId: id, patchOperations }))
  }
  await replace(resourcePolicy('Allow'))
  assert.equal((await t.call(id, '/a', withToken('silent'))).status, 403)
  await t.rest.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'test' }))
  assert.equal((await t.call(id, '/a', withToken('silent'))).status, 200)
})
