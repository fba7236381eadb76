/**
 * Every type of refusal that a REST API can give, provoked one by one: as AWS has it, with DEFAULT_4XX and DEFAULT_5XX, and
 * with an entry of its own. Not here: EXPIRED_TOKEN, which needs a session whose time is over, and QUOTA_EXCEEDED and
 * RESOURCE_NOT_FOUND, which nothing gives yet.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateDeploymentCommand,
  type GatewayResponseType,
  PutGatewayResponseCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { type RefusalType, refusalBody, refusals } from '../../src/messages/refusals.ts'
import {
  type Answer,
  api,
  type Backend,
  type CallInit,
  mock,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { callSigned, type Signing } from './signed-call.ts'

let t: TestGateway
let backend: Backend
let document: object

interface Case {
  readonly type: RefusalType
  readonly target: string
  readonly init?: CallInit
  readonly signing?: Signing
  /** Where the refusal is not as the row of its type. */
  readonly status?: number
  readonly body?: RegExp | string
}

const json = ['Content-Type', 'application/json']
const old = new Date(Date.now() - 3_600_000)

const cases: readonly Case[] = [
  {
    type: 'ACCESS_DENIED',
    target: '/token',
    init: { headers: ['Authorization', 'deny'] },
    body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
  },
  { type: 'API_CONFIGURATION_ERROR', target: '/nothing-fits' },
  {
    type: 'AUTHORIZER_CONFIGURATION_ERROR',
    target: '/token',
    init: { headers: ['Authorization', 'nonsense'] },
  },
  {
    type: 'BAD_REQUEST_PARAMETERS',
    target: '/checked',
    init: { method: 'POST', headers: json, body: '{}' },
    body: '{"message": "Missing required request parameters: [q]"}',
  },
  {
    type: 'BAD_REQUEST_BODY',
    target: '/checked?q=1',
    init: { method: 'POST', headers: json, body: '[]' },
  },
  { type: 'INVALID_SIGNATURE', target: '/iam', signing: { date: old }, body: /"Signature expired/ },
  {
    type: 'INTEGRATION_FAILURE',
    target: '/gone',
    body: '{"message": "Network error communicating with endpoint"}',
  },
  { type: 'INTEGRATION_FAILURE', target: '/malformed', status: 502 },
  { type: 'INTEGRATION_TIMEOUT', target: '/slow' },
  { type: 'INVALID_API_KEY', target: '/key' },
  {
    type: 'INVALID_SIGNATURE',
    target: '/iam',
    signing: { credentials: { accessKeyId: 'test', secretAccessKey: 'wrong' } },
    body: /^\{"message":"The request signature we calculated does not match/,
  },
  { type: 'MISSING_AUTHENTICATION_TOKEN', target: '/nowhere' },
  { type: 'MISSING_AUTHENTICATION_TOKEN', target: '/iam' },
  {
    type: 'REQUEST_TOO_LARGE',
    target: '/checked?q=1',
    init: { method: 'POST', headers: json, body: Buffer.alloc(10 * 1024 * 1024 + 1, 32) },
  },
  { type: 'THROTTLED', target: '/throttled' },
  { type: 'UNAUTHORIZED', target: '/token' },
  {
    type: 'UNSUPPORTED_MEDIA_TYPE',
    target: '/typed',
    init: { method: 'POST', headers: ['Content-Type', 'text/csv'], body: 'a' },
  },
]

const gate = `export const handler = async ({ authorizationToken }) => authorizationToken !== 'deny' ? {} : ({
  principalId: 'p',
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: '*' }] },
})`

before(async () => {
  t = await startGateway()
  // It never answers.
  backend = await startBackend(() => {})
  const authorizerUri = await t.addFunction('gate', gate)
  const malformed = await t.addFunction('malformed', 'export const handler = async () => []')
  document = api(
    {
      '/token': { get: { ...mock('in'), security: [{ token: [] }] } },
      '/key': { get: { ...mock('in'), security: [{ key: [] }] } },
      '/iam': { get: { ...mock('in'), 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } } },
      '/throttled': { get: mock('in') },
      '/nothing-fits': {
        get: operation({
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          responses: { '5\\d\\d': { statusCode: '200' } },
        }),
      },
      '/checked': {
        post: {
          ...mock('in'),
          parameters: [{ name: 'q', in: 'query', required: true, schema: { type: 'string' } }],
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
          'x-amazon-apigateway-request-validator': 'all',
        },
      },
      '/typed': { post: mock('in', { passthroughBehavior: 'never' }) },
      '/gone': {
        get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: 'http://127.0.0.1:1/' }),
      },
      '/slow': {
        get: operation({
          type: 'http_proxy',
          httpMethod: 'GET',
          uri: backend.url,
          timeoutInMillis: 50,
        }),
      },
      '/malformed': {
        get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri: malformed }),
      },
    },
    {
      components: {
        schemas: { Thing: { type: 'object' } },
        securitySchemes: {
          key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
          token: {
            type: 'apiKey',
            name: 'Authorization',
            in: 'header',
            'x-amazon-apigateway-authtype': 'custom',
            'x-amazon-apigateway-authorizer': {
              type: 'token',
              authorizerUri,
              authorizerResultTtlInSeconds: 0,
            },
          },
        },
      },
      'x-amazon-apigateway-request-validators': {
        all: { validateRequestBody: true, validateRequestParameters: true },
      },
    },
  )
})
after(async () => {
  await t.close()
  await backend.close()
})

interface Customised {
  readonly statusCode?: string
  readonly responseParameters?: Record<string, string>
  readonly responseTemplates?: Record<string, string>
}

/** An API with these gateway responses, put as clients put them. */
async function deployed(responses: Partial<Record<GatewayResponseType, Customised>>) {
  const restApiId = await t.deploy(document)
  for (const [type, given] of Object.entries(responses)) {
    const responseType = type as GatewayResponseType
    await t.rest.send(new PutGatewayResponseCommand({ restApiId, responseType, ...given }))
  }
  await t.rest.send(new CreateDeploymentCommand({ restApiId, stageName: 'test' }))
  const path = '/~1throttled/GET/throttling'
  await t.rest.send(
    new UpdateStageCommand({
      restApiId,
      stageName: 'test',
      patchOperations: [
        { op: 'replace', path: `${path}/rateLimit`, value: '0' },
        { op: 'replace', path: `${path}/burstLimit`, value: '0' },
      ],
    }),
  )
  return restApiId
}

function provoke(apiId: string, { target, init, signing }: Case): Promise<Answer> {
  return signing === undefined
    ? t.call(apiId, target, init)
    : callSigned(t.gateway.port, apiId, target, init, signing)
}

/** The row's own, unless the case says another. */
function expectBody({ type, body }: Case, answer: Answer): void {
  const own = refusalBody(refusals[type], refusals[type].message)
  if (body instanceof RegExp) assert.match(answer.body, body)
  else assert.equal(answer.body, body ?? own)
}

function named(one: Case): string {
  return `${one.type} (${one.target})`
}

const isCustomisable = ({ type }: Case): boolean => type !== 'REQUEST_TOO_LARGE'

describe('as AWS has them', () => {
  let apiId: string
  before(async () => {
    apiId = await deployed({})
  })
  for (const one of cases) {
    test(named(one), async () => {
      const answer = await provoke(apiId, one)
      assert.equal(answer.status, one.status ?? refusals[one.type].status)
      assert.equal(answer.headers['x-amzn-errortype'], refusals[one.type].errorType)
      const isText = refusals[one.type].form === 'text'
      assert.equal(answer.headers['content-type'], isText ? 'text/plain' : 'application/json')
      assert.equal(answer.headers['x-amzn-trace-id'], undefined)
      expectBody(one, answer)
    })
  }
})

describe('with statuses for whole classes', () => {
  let apiId: string
  before(async () => {
    const parameters = (name: string) => ({ [`gatewayresponse.header.${name}`]: "'yes'" })
    apiId = await deployed({
      DEFAULT_4XX: { statusCode: '418', responseParameters: parameters('X-Four') },
      DEFAULT_5XX: { statusCode: '555', responseParameters: parameters('X-Five') },
      // Entries of their own that set no status take that of their class, and nothing else of it.
      UNAUTHORIZED: { responseParameters: parameters('X-Own') },
      INTEGRATION_FAILURE: { responseParameters: parameters('X-Own') },
    })
  })
  for (const one of cases.filter(isCustomisable)) {
    test(named(one), async () => {
      const answer = await provoke(apiId, one)
      const is4xx = refusals[one.type].status < 500
      const isOwn = one.type === 'UNAUTHORIZED' || one.type === 'INTEGRATION_FAILURE'
      assert.equal(answer.status, is4xx ? 418 : 555)
      assert.equal(answer.headers['x-amzn-errortype'], refusals[one.type].errorType)
      const marks = ['x-four', 'x-five', 'x-own'].filter(name => answer.headers[name] === 'yes')
      assert.deepEqual(marks, [isOwn ? 'x-own' : is4xx ? 'x-four' : 'x-five'])
      expectBody(one, answer)
    })
  }
})

describe('with entries of their own', () => {
  let apiId: string
  before(async () => {
    const own: Customised = {
      statusCode: '299',
      responseParameters: {
        'gatewayresponse.header.X-Type': 'context.error.responseType',
        'gatewayresponse.header.X-Q': 'method.request.querystring.q',
        'gatewayresponse.header.X-Stage': 'context.stage',
        'gatewayresponse.header.Content-Type': "'text/plain'",
      },
      responseTemplates: {
        'application/json':
          '$context.error.responseType|$context.error.message|$context.error.messageString|$context.resourcePath|$method.request.querystring.q',
      },
    }
    const types = new Set(cases.map(({ type }) => type))
    apiId = await deployed({
      DEFAULT_4XX: { statusCode: '418' },
      DEFAULT_5XX: { statusCode: '555' },
      ...Object.fromEntries([...types].map(type => [type, own])),
    })
  })
  for (const one of cases) {
    test(named(one), async () => {
      const answer = await provoke(apiId, one)
      if (!isCustomisable(one)) {
        assert.equal(answer.status, refusals[one.type].status)
        expectBody(one, answer)
        return
      }
      const [type, message, text, path] = answer.body.split('|')
      assert.deepEqual([answer.status, answer.headers['x-type'], type], [299, one.type, one.type])
      assert.equal(answer.headers['x-stage'], 'test')
      assert.equal(answer.headers['content-type'], 'text/plain')
      assert.equal(answer.headers['x-q'], one.target.endsWith('q=1') ? '1' : undefined)
      assert.equal(JSON.parse(text ?? '') ?? '', message)
      assert.equal(path, one.target === '/nowhere' ? '' : one.target.split('?')[0])
    })
  }
})

test('a status that is set stays, one that is not set is that of the refusal', async () => {
  const malformed = cases.find(one => one.target === '/malformed') as Case
  const decorated = await deployed({
    INTEGRATION_FAILURE: { responseParameters: { 'gatewayresponse.header.X-Own': "'yes'" } },
  })
  const answer = await provoke(decorated, malformed)
  assert.deepEqual([answer.status, answer.headers['x-own']], [502, 'yes'])
  const set = await deployed({ INTEGRATION_FAILURE: { statusCode: '504' } })
  assert.equal((await provoke(set, malformed)).status, 504)
})
