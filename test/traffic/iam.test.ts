/** AWS_IAM methods and resource policies through a whole gateway, signed by the SDK's own signers. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Answer,
  api,
  type Backend,
  mock,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { callSigned, type Signing, signed } from './signed-call.ts'

let t: TestGateway
let apiId: string
let backend: Backend

const iam = { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }
const who = mock(
  '$context.identity.accountId $context.identity.accessKey $context.identity.caller $context.identity.user $context.identity.userArn',
)
const other = { accessKeyId: '111122223333', secretAccessKey: 'test' }

before(async () => {
  t = await startGateway()
  backend = await startBackend((request, response) => {
    let size = 0
    request.on('data', chunk => {
      size += chunk.length
    })
    request.on('end', () => response.end(`${size} ${request.headers.authorization}`))
  })
  apiId = await t.deploy(
    api({
      '/who': { get: { ...who, ...iam }, post: { ...who, ...iam } },
      '/{rest+}': { get: { ...who, ...iam } },
      '/proxy': {
        post: {
          ...operation({ type: 'http_proxy', httpMethod: 'POST', uri: backend.url }),
          ...iam,
        },
      },
      '/open': { get: mock('open') },
      '/headers': {
        get: {
          ...operation({
            type: 'mock',
            requestTemplates: { 'application/json': '{"statusCode": 200}' },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': "[$input.params('Authorization')]" },
              },
            },
          }),
          ...iam,
        },
      },
    }),
  )
})

after(async () => {
  await t.close()
  await backend.close()
})

const ask = (target: string, init = {}, signing: Signing = {}) =>
  callSigned(t.gateway.port, apiId, target, init, signing)

const root = '000000000000 test 000000000000 000000000000 arn:aws:iam::000000000000:root'

function refused(answer: Answer, errorType: string, message: string | RegExp): void {
  const { message: given } = answer.json() as { message: string }
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['x-amzn-errortype'], errorType)
  if (typeof message === 'string') assert.equal(given, message)
  else assert.match(given, message)
}

describe('a right signature', () => {
  const bodies = { method: 'POST', body: '{"a":1}', headers: ['Content-Type', 'application/json'] }
  const cases: [name: string, target: string, init: object, signing: Signing][] = [
    ['in the header', '/who', {}, {}],
    ['in the query', '/who', {}, { presigned: true }],
    ['of a query with odd characters', '/who?b=2&a=%20%2B&c=%C3%A9', {}, {}],
    ['of a body', '/who', bodies, {}],
    ['of a path with escapes', '/a%20b/c%2Fd', {}, {}],
    ['of a path with two slashes', '/x//y', {}, {}],
    ['of version 4A', '/who', {}, { version: '4A' }],
    ['of version 4A for several regions', '/who', {}, { version: '4A', region: 'eu-west-1,us-*' }],
    ['of version 4A of a body', '/who', bodies, { version: '4A', region: '*' }],
    ['four minutes old', '/who', {}, { date: new Date(Date.now() - 240_000) }],
  ]
  for (const [name, target, init, signing] of cases) {
    test(name, async () => {
      const answer = await ask(target, init, signing)
      assert.equal(answer.body, root)
      assert.equal(answer.status, 200)
    })
  }

  test('of an unsigned payload', async () => {
    const headers = ['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']
    const answer = await ask('/who', { ...bodies, headers: [...bodies.headers, ...headers] })
    assert.equal(answer.body, root)
  })

  test('is not handed on to the integration', async () => {
    assert.equal((await ask('/headers')).body, '[]')
  })

  test('of a long body that is handed on', async () => {
    const answer = await ask('/proxy', { method: 'POST', body: 'x'.repeat(300_000) })
    assert.equal(answer.body, '300000 undefined')
    const made = await signed(apiId, '/proxy', { method: 'POST', body: 'x'.repeat(300_000) }, {})
    const changed = { method: 'POST', body: 'y'.repeat(300_000), headers: made.headers }
    assert.equal((await t.call(apiId, '/proxy', changed)).status, 403)
  })

  test('of a call by path covers the whole path', async () => {
    const path = `/restapis/${apiId}/test/_user_request_/who`
    const init = { stage: path.slice(1), headers: ['host', `127.0.0.1:${t.gateway.port}`] }
    const made = await signed(apiId, '', init, {})
    const answer = await fetch(`${t.gateway.url}${path}`, {
      headers: Object.fromEntries(
        Array.from({ length: made.headers.length / 2 }, (_, i) => [
          String(made.headers[2 * i]),
          String(made.headers[2 * i + 1]),
        ]),
      ),
    })
    assert.equal(await answer.text(), root)
  })
})

describe('a wrong signature', () => {
  const mismatch = /^The request signature we calculated does not match/
  const cases: [name: string, signing: Signing, errorType: string, message: string | RegExp][] = [
    [
      'of a wrong secret',
      { credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } },
      'InvalidSignatureException',
      /^The request signature we .*\n\nThe Canonical String for this request should have been\n'GET\n\/test\/who\n/s,
    ],
    [
      'of version 4A with a wrong secret',
      { version: '4A', credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } },
      'InvalidSignatureException',
      mismatch,
    ],
    [
      'of version 4A for other regions',
      { version: '4A', region: 'eu-*' },
      'InvalidSignatureException',
      "Credential should be scoped to a valid Region, not 'eu-*'. ",
    ],
    [
      'of an unknown key',
      { credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'with a session token that is none',
      { credentials: { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'x' } },
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'for another region',
      { region: 'eu-west-1' },
      'InvalidSignatureException',
      "Credential should be scoped to a valid Region, not 'eu-west-1'. ",
    ],
    [
      'for another service',
      { service: 'lambda' },
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'execute-api'. ",
    ],
    [
      'six minutes old',
      { date: new Date(Date.now() - 360_000) },
      'InvalidSignatureException',
      /^Signature expired: \d{8}T\d{6}Z is now earlier than .* - 5 min\.\)$/,
    ],
    [
      'six minutes ahead',
      { date: new Date(Date.now() + 360_000) },
      'InvalidSignatureException',
      /^Signature not yet current: /,
    ],
  ]
  for (const [name, signing, errorType, message] of cases) {
    test(name, async () => refused(await ask('/who', {}, signing), errorType, message))
  }

  for (const [name, change] of [
    ['another path', { target: '/other' }],
    ['another query', { target: '/who?a=1' }],
    ['another verb', { method: 'POST' }],
    ['a body', { method: 'GET', body: 'x' }],
    ['another host', { headers: ['x-amz-date', '20200101T000000Z'] }],
  ] as const) {
    test(`is not right for ${name}`, async () => {
      const made = await signed(apiId, '/who', {}, {})
      const target = 'target' in change ? change.target : made.target
      const extra = 'headers' in change ? change.headers : []
      const init = { ...change, headers: [...extra, ...made.headers] }
      const answer = await t.call(apiId, target, init)
      assert.equal(answer.status, 403)
      assert.match(answer.headers['x-amzn-errortype'] as string, /Signature/)
    })
  }
})

describe('no whole signature', () => {
  const incomplete = 'IncompleteSignatureException'
  const cases: [name: string, headers: string[], errorType: string, message: string | RegExp][] = [
    ['none', [], 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
    [
      'one word',
      ['Authorization', 'allow'],
      incomplete,
      "'allow' not a valid key=value pair (missing equal-sign) in Authorization header: 'allow'.",
    ],
    ['a bearer token', ['Authorization', 'Bearer abc'], incomplete, /missing equal-sign/],
    [
      'parts missing',
      ['Authorization', 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request'],
      incomplete,
      /^Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders'/,
    ],
    [
      'another algorithm',
      [
        'Authorization',
        'AWS5 Credential=a/20260101/c/d/e, SignedHeaders=host, Signature=0',
        'X-Amz-Date',
        '20260101T000000Z',
      ],
      incomplete,
      /algorithm/,
    ],
    ['a long one', ['Authorization', `a=${'b'.repeat(15_000)}`], incomplete, /requires/],
  ]
  for (const [name, headers, errorType, message] of cases) {
    test(name, async () => refused(await t.call(apiId, '/who', { headers }), errorType, message))
  }

  test('two of them, in whatever order', async () => {
    const made = await signed(apiId, '/who', {}, {})
    const extra = ['Authorization', 'allow']
    for (const headers of [
      [...extra, ...made.headers],
      [...made.headers, ...extra],
    ]) {
      refused(await t.call(apiId, '/who', { headers }), incomplete, /Only one/)
    }
    const twice = await signed(apiId, '/who', {}, { presigned: true })
    const answer = await t.call(apiId, twice.target, { headers: made.headers })
    refused(answer, incomplete, /Only one/)
  })
})

test('a method without authorization takes whatever is in the header', async () => {
  const answer = await t.call(apiId, '/open', { headers: ['Authorization', 'allow'] })
  assert.equal(answer.body, 'open')
})

test('the root of another account is nobody who may call, without a policy that says so', async () => {
  const answer = await ask('/who', {}, { credentials: other })
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['x-amzn-errortype'], 'AccessDeniedException')
  assert.deepEqual(answer.json(), {
    Message: `User: arn:aws:iam::111122223333:root is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********0000:${apiId}/test/GET/who`,
  })
})

test('a method ARN of more than 1,600 bytes is too long', async () => {
  assert.equal((await ask(`/${'x'.repeat(1400)}`)).status, 200)
  const answer = await ask(`/${'x'.repeat(1600)}`)
  assert.equal(answer.status, 414)
})
