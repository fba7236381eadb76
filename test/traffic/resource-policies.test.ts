/**
 * How callers' policies and resource policies are joined, through real threads: the tables of the developer guide row by
 * row, with users of the API's account and of another one.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { IdentitySnapshot } from '../../src/aws/identity.ts'
import { DataPlane } from '../../src/data-plane.ts'
import type { ProgramSource } from '../../src/program/program.ts'
import { type Answer, call } from './harness.ts'
import { callSigned } from './signed-call.ts'

const home = '111122223333'
const abroad = '444455556666'
type Say = 'Allow' | 'none' | 'Deny'
const says: readonly Say[] = ['Allow', 'none', 'Deny']

const data = new DataPlane({
  threads: 1,
  settings: {
    host: '127.0.0.1',
    port: 0,
    controlSocket: '/nowhere',
    bodyLimitBytes: 1_000_000,
    headTimeoutMs: 10_000,
    requestTimeoutMs: 10_000,
    recordsKept: 1000,
    streamRate: 0,
    streamIdleTimeoutMs: null,
    answerLimitBytes: 1_000_000,
    connectTimeoutMs: 1000,
    allowedTargets: [],
    authorizerBytes: 0,
    issuers: new Map(),
    devIssuerKeys: null,
    awsEndpoints: new Map(),
    awsCredentials: null,
    unknownRoles: 'deny',
    cacheBytes: 1_000_000,
    developmentAccount: null,
    sourceNetworks: {
      vpcEndpoints: new Map([['vpce-1', '127.0.0.0/8']]),
      vpcs: new Map([['vpc-1', '127.0.0.1/32']]),
    },
    privateNetwork: { vpcLinks: new Map(), listeners: new Map() },
  },
  invoke: () => Promise.reject(new Error('not called')),
  log: () => {},
})
let port = 0

/** Ids of APIs stand in host names. */
function apiOf(kind: string, say: Say): string {
  return kind + say.toLowerCase()
}

const invoke = { Action: 'execute-api:Invoke', Resource: '*' }

function document(statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

/** A policy that says one thing of everything, or nothing of it. */
function policyThat(say: Say, more: object = {}): string {
  const effect = say === 'none' ? 'Allow' : say
  const action = say === 'none' ? { Action: 's3:GetObject' } : {}
  return document([{ ...invoke, ...more, ...action, Sid: `Says${say}`, Effect: effect }])
}

function user(account: string, say: Say) {
  const arn = `arn:aws:iam::${account}:user/${say}`
  return {
    key: { accessKeyId: `AKIA${account}${say}`, secretAccessKey: 'secret', principal: arn },
    principal: {
      ...{ kind: 'user' as const, account, arn, userId: `AIDA${account}${say}` },
      ...{ principalOrgId: null, principalTags: { team: 'red' }, boundary: null },
      policies: [{ name: 'inline/own', document: policyThat(say) }],
    },
  }
}

const users = [home, abroad].flatMap(account => says.map(say => user(account, say)))
const snapshot: IdentitySnapshot = {
  keys: users.map(each => each.key),
  principals: users.map(each => each.principal),
  roles: [],
  sessionKey: null,
}

function program(
  apiId: string,
  policy: string | undefined,
  authorizationType: string,
  type = 'REGIONAL',
): ProgramSource {
  const method = {
    ...{ httpMethod: 'GET', authorizationType, apiKeyRequired: false },
    methodIntegration: {
      type: 'MOCK',
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29_000,
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: {
        '200': {
          statusCode: '200',
          responseTemplates: {
            'application/json':
              '$context.identity.user $context.identity.vpceId $context.identity.vpcId',
          },
        },
      },
    },
  }
  const source: unknown = {
    ...{ format: 1, type: 'rest', account: home, region: 'us-east-1', apiId },
    deployment: { id: 'd1', createdDate: 7 },
    stage: { stageName: 'test', deploymentId: 'd1', createdDate: 0, lastUpdatedDate: 0 },
    snapshot: {
      api: {
        ...{ id: apiId, name: apiId, createdDate: 0, apiKeySource: 'HEADER' },
        endpointConfiguration: { types: [type] },
        disableExecuteApiEndpoint: false,
        ...(policy === undefined ? {} : { policy }),
      },
      resources: [
        { id: 'r0', path: '/', resourceMethods: { GET: method } },
        { id: 'r1', path: '/admin', resourceMethods: { GET: method, DELETE: method } },
        { id: 'r2', path: '/{rest+}', resourceMethods: { ANY: method } },
      ],
      ...{ models: [], requestValidators: [], gatewayResponses: [], authorizers: [] },
    },
  }
  // What the control plane publishes, less the fields that no compiler reads.
  return source as ProgramSource
}

async function publish(...parts: Parameters<typeof program>): Promise<void> {
  const source = program(...parts)
  await data.publish(source, JSON.stringify(source))
}

before(async () => {
  await data.setIdentities(snapshot)
  port = await data.start()
  for (const say of says)
    await publish(apiOf('iam', say), policyThat(say, { Principal: '*' }), 'AWS_IAM')
})

after(() => data.close())

function ask(apiId: string, account: string, say: Say, path = '/'): Promise<Answer> {
  const { key } = users.find(({ principal }) =>
    principal.arn.endsWith(`${account}:user/${say}`),
  ) as {
    key: IdentitySnapshot['keys'][number]
  }
  return callSigned(port, apiId, path, {}, { credentials: key })
}

const resource = (apiId: string, path = 'GET/') =>
  `arn:aws:execute-api:us-east-1:********3333:${apiId}/test/${path}`

function refusal(answer: Answer): string {
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['x-amzn-errortype'], 'AccessDeniedException')
  return (answer.json() as { Message: string }).Message
}

const implicit = ''
const byIdentity = ' with an explicit deny in an identity-based policy'
const byResource = ' with an explicit deny in a resource-based policy'

type Rows = readonly (readonly [own: Say, policy: Say, want: string | 'allow'])[]

const tableA: Rows = [
  ['Allow', 'Allow', 'allow'],
  ['Allow', 'none', 'allow'],
  ['Allow', 'Deny', byResource],
  ['none', 'Allow', 'allow'],
  ['none', 'none', implicit],
  ['none', 'Deny', byResource],
  ['Deny', 'Allow', byIdentity],
  ['Deny', 'none', byIdentity],
  ['Deny', 'Deny', byIdentity],
]
const tableB: Rows = tableA.map(([own, policy, want]) => {
  const needsBoth = want === 'allow' && (own === 'none' || policy === 'none')
  return [own, policy, needsBoth ? implicit : want]
})

for (const [name, account, table] of [
  ['table A: the same account', home, tableA],
  ['table B: another account', abroad, tableB],
] as const) {
  describe(name, () => {
    for (const [own, policy, want] of table) {
      test(`own policy ${own}, resource policy ${policy}`, async () => {
        const answer = await ask(apiOf('iam', policy), account, own)
        if (want === 'allow') {
          assert.equal(answer.status, 200)
          assert.match(answer.body, new RegExp(`^AIDA${account}${own} `))
          return
        }
        const who = `User: arn:aws:iam::${account}:user/${own} is not authorized to perform: `
        const what = `execute-api:Invoke on resource: ${resource(apiOf('iam', policy))}${want}`
        assert.equal(refusal(answer), who + what)
      })
    }
  })
}

test('the record names the statement that denied, or what would have had to allow', async () => {
  const denied = await ask('iamdeny', home, 'Allow')
  const explained = await data.explain(denied.headers['x-amzn-requestid'] as string)
  assert.match(explained?.record.reason ?? '', /^statement SaysDeny of the resource policy denies/)
  const allowed = await ask('iamnone', home, 'Allow')
  const good = await data.explain(allowed.headers['x-amzn-requestid'] as string)
  assert.equal(good?.record.signer, `arn:aws:iam::${home}:user/Allow`)
  assert.equal(good.record.allowedBy?.id, 'SaysAllow')
  assert.equal(good.record.allowedBy.policy, 'inline/own')
  assert.equal(good.record.checks?.identity?.decision, 'allow')
  assert.equal(good.record.checks.resource?.decision, 'implicitDeny')
  assert.equal(good.record.checks.boundary, null)
  const missing = await ask('iamnone', home, 'none')
  const other = await data.explain(missing.headers['x-amzn-requestid'] as string)
  assert.match(
    other?.record.reason ?? '',
    /user\/none none of its policies \(inline\/own\) nor of the resource policy allows: execute-api:Invoke on arn:/,
  )
})

test('without authorization the resource policy alone decides, about anonymous callers', async () => {
  for (const say of says) {
    await publish(apiOf('open', say), policyThat(say, { Principal: '*' }), 'NONE')
    const answer = await call(port, apiOf('open', say), '/')
    if (say === 'Allow') assert.equal(answer.status, 200)
    else {
      const end = say === 'Deny' ? ' with an explicit deny' : ''
      const what = `execute-api:Invoke on resource: ${resource(apiOf('open', say))}${end}`
      assert.equal(refusal(answer), `User: anonymous is not authorized to perform: ${what}`)
    }
  }
})

test('a policy that names the account leaves the rest to the policies of its users', async () => {
  const Principal = { AWS: [home, abroad] }
  await publish('account', policyThat('Allow', { Principal }), 'AWS_IAM')
  assert.equal((await ask('account', home, 'none')).status, 403)
  assert.equal((await ask('account', abroad, 'none')).status, 403)
  assert.equal((await ask('account', abroad, 'Allow')).status, 200)
})

describe('conditions', () => {
  const cases: [name: string, condition: object, status: number][] = [
    ['the address', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 200],
    ['another address', { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, 403],
    ['the user agent', { StringLike: { 'aws:UserAgent': 'test/*' } }, 200],
    ['the referer', { StringEquals: { 'aws:Referer': 'https://example.org/' } }, 200],
    ['an unencrypted connection', { Bool: { 'aws:SecureTransport': 'false' } }, 200],
    ['the time', { DateGreaterThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } }, 200],
    ['seconds since 1970', { NumericGreaterThan: { 'aws:EpochTime': '1767225600' } }, 200],
    ['an endpoint, which public APIs do not know', { Null: { 'aws:SourceVpce': 'true' } }, 200],
    ['who is anonymous', { StringEquals: { 'aws:PrincipalType': 'Anonymous' } }, 200],
  ]
  for (const [name, Condition, status] of cases) {
    test(name, async () => {
      const policy = policyThat('Allow', { Principal: '*', Condition })
      await publish('conditions', policy, 'NONE')
      const headers = ['User-Agent', 'test/1', 'Referer', 'https://example.org/']
      assert.equal((await call(port, 'conditions', '/', { headers })).status, status)
    })
  }

  test('who signed', async () => {
    const Condition = {
      StringEquals: {
        'aws:username': 'none',
        'aws:PrincipalAccount': home,
        'aws:PrincipalTag/team': 'red',
        'aws:PrincipalType': 'User',
      },
      ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${home}:user/*` },
    }
    await publish('signer', policyThat('Allow', { Principal: '*', Condition }), 'AWS_IAM')
    assert.equal((await ask('signer', home, 'none')).status, 200)
    await publish(
      'signer',
      policyThat('Allow', { Principal: { AWS: users[1]?.principal.arn } }),
      'AWS_IAM',
    )
    assert.equal((await ask('signer', home, 'none')).status, 200)
    assert.equal((await ask('signer', home, 'Deny')).status, 403)
  })
})

describe('a private API', () => {
  test('lets nobody pass without a policy', async () => {
    await publish('private', undefined, 'NONE', 'PRIVATE')
    assert.equal((await call(port, 'private', '/')).status, 403)
  })

  test('lets nobody pass without a policy who may call everything by his own', async () => {
    await publish('private', undefined, 'AWS_IAM', 'PRIVATE')
    const [{ key }] = users as [(typeof users)[number]]
    const answer = await callSigned(port, 'private', '/', {}, { credentials: key })
    assert.equal(answer.status, 403)
    assert.match(answer.body, /^{"Message":"User: arn:aws:iam::111122223333:user\/Allow is not/)
  })

  test('takes nobody at his word where he comes from', async () => {
    const from = (Condition: object) => policyThat('Allow', { Principal: '*', Condition })
    const headers = [
      ...['X-Forwarded-For', '10.0.0.1', 'Forwarded', 'for=10.0.0.1', 'X-Real-IP', '10.0.0.1'],
      ...['x-amzn-vpce-id', 'vpce-2', 'x-amzn-vpc-id', 'vpc-2', 'x-apigw-api-id', 'private'],
      ...['X-Portcullis-Client', '10.0.0.1', 'aws-sourcevpce', 'vpce-2'],
    ]
    for (const condition of [
      { StringEquals: { 'aws:SourceVpce': 'vpce-2' } },
      { StringEquals: { 'aws:SourceVpc': 'vpc-2' } },
      { IpAddress: { 'aws:VpcSourceIp': '10.0.0.1' } },
      { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
    ]) {
      await publish('private', from(condition), 'NONE', 'PRIVATE')
      assert.equal((await call(port, 'private', '/', { headers })).status, 403)
    }
  })

  test('knows its endpoint, its VPC and the address within', async () => {
    const Condition = {
      StringEquals: { 'aws:SourceVpce': 'vpce-1', 'aws:SourceVpc': 'vpc-1' },
      IpAddress: { 'aws:VpcSourceIp': '127.0.0.1/32' },
      Null: { 'aws:SourceIp': 'true' },
    }
    const policy = policyThat('Allow', { Principal: '*', Condition })
    await publish('private', policy, 'NONE', 'PRIVATE')
    const answer = await call(port, 'private', '/')
    assert.match(answer.body, / vpce-1 vpc-1$/)
  })
})

describe('no way around a policy that denies a path', () => {
  const deny = (Resource: string) =>
    document([
      { ...invoke, Principal: '*', Effect: 'Allow' },
      { ...invoke, Principal: '*', Effect: 'Deny', Resource },
    ])
  before(async () => {
    await publish('tricks', deny('arn:aws:execute-api:*:*:tricks/test/GET/admin'), 'NONE')
    await publish('verbs', deny('arn:aws:execute-api:*:*:verbs/test/DELETE/*'), 'NONE')
  })
  for (const target of ['/admin', '/admin/', '//admin', '///admin', '/admin?x=1']) {
    test(target, async () => assert.equal((await call(port, 'tricks', target)).status, 403))
  }

  test('other paths are other paths, as they are for matching', async () => {
    for (const target of ['/Admin', '/%61dmin', '/x/../admin', '/admin//', '/admin/x']) {
      const answer = await call(port, 'tricks', target)
      assert.equal(answer.status, 200, target)
    }
  })

  test('a verb that a header overrides is weighed as the verb that it becomes', async () => {
    const headers = ['X-HTTP-Method-Override', 'DELETE']
    assert.equal((await call(port, 'verbs', '/admin')).status, 200)
    assert.equal((await call(port, 'verbs', '/admin', { headers })).status, 403)
  })
})

test('a policy at the limit of its size, full of wildcards, is weighed in no time', async () => {
  const Resource = Array.from(
    { length: 40 },
    (_, i) => `arn:aws:execute-api:*:*:*${'a*'.repeat(60)}?${i}*b`,
  )
  const statements = [
    { ...invoke, Principal: '*', Effect: 'Deny', Resource },
    { ...invoke, Principal: '*', Effect: 'Allow' },
  ]
  await publish('wild', document(statements), 'NONE')
  const started = performance.now()
  assert.equal((await call(port, 'wild', `/${'a'.repeat(1500)}`)).status, 200)
  assert.ok(performance.now() - started < 1000)
})
