/**
 * `credentials` of integrations and authorizers: roles that API Gateway takes on, as their trust policies and their own let
 * it, and what becomes of roles that IAM does not know. Through a whole gateway, with AWS's own IAM client.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AddPermissionCommand } from '@aws-sdk/client-lambda'
import {
  allowing,
  type IdentityGateway,
  startIdentities,
  trusting,
} from '../control/identity-harness.ts'
import { type Answer, api, type Backend, mock, operation, startBackend } from './harness.ts'

const account = '000000000000'
const gatewayTrust = trusting({ Service: 'apigateway.amazonaws.com' })
const functionArn = `arn:aws:lambda:us-east-1:${account}:function:hello`
const rights = ['lambda:InvokeFunction', 'dynamodb:PutItem', 's3:GetObject']
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`

interface RoleCase {
  readonly trust?: string
  readonly policies?: readonly string[]
  readonly boundary?: string
}

/** What each role of the tables is. */
const roles: Readonly<Record<string, RoleCase>> = {
  allowed: { policies: [allowing(rights)] },
  untrusted: { trust: trusting({ Service: 'lambda.amazonaws.com' }), policies: [allowing('*')] },
  bare: {},
  other: { policies: [allowing(['lambda:GetFunction', 'dynamodb:GetItem', 's3:PutObject'])] },
  elsewhere: {
    policies: [
      allowing('lambda:InvokeFunction', `${functionArn}-2`),
      allowing('dynamodb:PutItem', 'arn:aws:sqs:*:*:*'),
      allowing('s3:GetObject', 'arn:aws:s3:::other/*'),
    ],
  },
  denied: { policies: [allowing('*'), allowing(rights).replace('Allow', 'Deny')] },
  bounded: { policies: [allowing('*')], boundary: 'only-sqs' },
  ofApi: {
    trust: trusting(
      { Service: 'apigateway.amazonaws.com' },
      {
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:aws:execute-api:us-east-1:${account}:*` },
        },
      },
    ),
    policies: [allowing(rights)],
  },
  ofOtherApi: {
    trust: trusting(
      { Service: 'apigateway.amazonaws.com' },
      { Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:execute-api:*:${account}:other/*` } } },
    ),
    policies: [allowing(rights)],
  },
}

let g: IdentityGateway
let backend: Backend
let functionUri = ''
let asked = 0
let lastAuthorization = ''
let lastToken: string | undefined

before(async () => {
  backend = await startBackend((request, response) => {
    asked++
    lastAuthorization = request.headers.authorization ?? ''
    const token = request.headers['x-amz-security-token']
    lastToken = typeof token === 'string' ? token : undefined
    request.resume().on('end', () => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"service":true}')
    })
  })
  const awsEndpoints = new Map([
    ['dynamodb', backend.url],
    ['s3', backend.url],
  ])
  g = await startIdentities({ awsEndpoints })
  const boundary = `arn:aws:iam::${account}:policy/only-sqs`
  await createPolicy('only-sqs', allowing('sqs:*'))
  for (const [name, { trust = gatewayTrust, policies = [], boundary: limit }] of Object.entries(
    roles,
  )) {
    await g.iam.send(
      new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: trust,
        ...(limit && { PermissionsBoundary: boundary }),
      }),
    )
    for (const [i, policy] of policies.entries()) await putPolicy(name, `p${i}`, policy)
  }
  functionUri = await g.t.addFunction(
    'hello',
    `export const handler = async event => event.type === 'TOKEN'
       ? { principalId: 'me', policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }] } }
       : { statusCode: 200, body: 'hello' }`,
    { mayBeInvoked: false },
  )
})
after(async () => {
  await g[Symbol.asyncDispose]()
  await backend.close()
})

async function createPolicy(PolicyName: string, PolicyDocument: string): Promise<void> {
  const { CreatePolicyCommand } = await import('@aws-sdk/client-iam')
  await g.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }))
}

function putPolicy(RoleName: string, PolicyName: string, PolicyDocument: string) {
  return g.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }))
}

type Kind = 'proxy' | 'lambda' | 'dynamodb' | 's3' | 'authorizer'
const kinds: readonly Kind[] = ['proxy', 'lambda', 'dynamodb', 's3', 'authorizer']

const statuses = {
  default: { statusCode: '200' },
  '4\\d{2}': { statusCode: '418' },
}

function integrationOf(kind: Exclude<Kind, 'authorizer'>, credentials: string): object {
  const service = (httpMethod: string, what: string) =>
    operation(
      {
        type: 'aws',
        httpMethod,
        uri: `arn:aws:apigateway:us-east-1:${what}`,
        credentials,
        responses: statuses,
      },
      { responses: { 200: { description: 'ok' }, 418: { description: 'no' } } },
    )
  switch (kind) {
    case 'proxy':
      return operation({ type: 'aws_proxy', httpMethod: 'POST', uri: functionUri, credentials })
    case 'lambda':
      return operation({
        type: 'aws',
        httpMethod: 'POST',
        uri: functionUri,
        credentials,
        responses: { default: { statusCode: '200' } },
      })
    case 'dynamodb':
      return service('POST', 'dynamodb:action/PutItem')
    case 's3':
      return service('GET', 's3:path/photos/cat.png')
    default:
      return kind satisfies never
  }
}

/** An API with a method for each kind, all with these credentials. */
function apiWith(credentials: string): Promise<string> {
  const paths = Object.fromEntries(
    kinds.map(kind => [
      `/${kind}`,
      {
        get:
          kind === 'authorizer'
            ? { ...mock('let in'), security: [{ gate: [] }] }
            : integrationOf(kind, credentials),
      },
    ]),
  )
  const gate = {
    type: 'apiKey',
    name: 'Authorization',
    in: 'header',
    'x-amazon-apigateway-authtype': 'custom',
    'x-amazon-apigateway-authorizer': {
      type: 'token',
      authorizerUri: functionUri,
      authorizerCredentials: credentials,
      authorizerResultTtlInSeconds: 0,
    },
  }
  return g.t.deploy(api(paths, { components: { securitySchemes: { gate } } }))
}

async function ask(apiId: string, kind: Kind): Promise<Answer & { explained: string }> {
  const answer = await g.t.call(apiId, `/${kind}`, { headers: ['Authorization', 'token'] })
  const id = answer.headers['x-amzn-requestid']
  const explained = await fetch(`${g.t.gateway.url}/_portcullis/explain/${id}`)
  return { ...answer, explained: (await explained.text()).replace(/\s+/g, ' ') }
}

/** What a client gets, by kind: `500` where the role cannot be taken on, or the function not called. */
const passes = { proxy: 200, lambda: 200, dynamodb: 200, s3: 200, authorizer: 200 }
const lacksRight = { proxy: 500, lambda: 500, dynamodb: 418, s3: 418, authorizer: 500 }
const untaken = { proxy: 500, lambda: 500, dynamodb: 500, s3: 500, authorizer: 500 }

const table: readonly {
  readonly name: string
  readonly role: string
  readonly want: Readonly<Record<Kind, number>>
  readonly why: RegExp
}[] = [
  { name: 'that may do it', role: 'allowed', want: passes, why: /acts as|TOKEN authorizer/ },
  { name: 'for this API', role: 'ofApi', want: passes, why: /acts as|TOKEN authorizer/ },
  {
    name: 'that trusts somebody else',
    role: 'untrusted',
    want: untaken,
    why: /API Gateway does not have permission to assume the provided role arn:aws:iam::000000000000:role\/untrusted: its trust policy does not let apigateway\.amazonaws\.com/,
  },
  {
    name: 'that is for another API',
    role: 'ofOtherApi',
    want: untaken,
    why: /assume it for arn:aws:execute-api:us-east-1:000000000000:/,
  },
  {
    name: 'without policies',
    role: 'bare',
    want: lacksRight,
    why: /assumed-role\/bare\/BackplaneAssumeRoleSession is not authorized to perform: (?:lambda:InvokeFunction|dynamodb:PutItem|s3:GetObject)/,
  },
  { name: 'that may do other things', role: 'other', want: lacksRight, why: /not authorized/ },
  { name: 'that may do it elsewhere', role: 'elsewhere', want: lacksRight, why: /not authorized/ },
  {
    name: 'that is denied it',
    role: 'denied',
    want: lacksRight,
    why: /statement #0 of inline\/p1 denies it/,
  },
  {
    name: 'whose boundary does not let it',
    role: 'bounded',
    want: lacksRight,
    why: /permissions boundary \S+only-sqs does not/,
  },
  {
    name: 'that nobody knows, in development',
    role: 'unknown',
    want: passes,
    why: /--unknown-roles allow|TOKEN authorizer/,
  },
]

describe('a role', () => {
  for (const { name, role, want, why } of table) {
    test(name, async () => {
      const apiId = await apiWith(roleArn(role))
      for (const kind of kinds) {
        const before = asked
        const answer = await ask(apiId, kind)
        assert.equal(answer.status, want[kind], `${kind}: ${answer.body}\n${answer.explained}`)
        assert.match(answer.explained, why, kind)
        const isService = kind === 'dynamodb' || kind === 's3'
        assert.equal(asked - before, isService && want[kind] === 200 ? 1 : 0, `${kind} was called`)
        if (want[kind] !== 500) continue
        const isAuthorizer = kind === 'authorizer'
        const message = isAuthorizer ? null : 'Internal server error'
        assert.deepEqual(answer.json(), { message })
        const type = isAuthorizer
          ? 'AuthorizerConfigurationException'
          : 'InternalServerErrorException'
        assert.equal(answer.headers['x-amzn-errortype'], type)
      }
    })
  }
})

test('a service that is not called answers in its own form', async () => {
  const apiId = await apiWith(roleArn('bare'))
  const dynamodb = (await ask(apiId, 'dynamodb')).json() as Record<string, string>
  assert.equal(dynamodb['__type'], 'AccessDeniedException')
  assert.match(dynamodb['message'] ?? '', /not authorized to perform: dynamodb:PutItem/)
  const s3 = await ask(apiId, 's3')
  assert.match(
    s3.body,
    /^<Error><Code>AccessDenied<\/Code><Message>User: .*arn:aws:s3:::photos\/cat\.png/,
  )
})

test("towards an endpoint the role's own session signs, and test when nobody knows the role", async () => {
  await ask(await apiWith(roleArn('allowed')), 'dynamodb')
  assert.match(lastAuthorization, /Credential=ASIA[A-Z2-7]{16}\//)
  const first = lastToken
  assert.ok(first !== undefined && first.length > 100)
  await ask(await apiWith(roleArn('unknown')), 'dynamodb')
  assert.match(lastAuthorization, /Credential=test\//)
  assert.equal(lastToken, undefined)
})

test('a change of the role counts at once, without a deployment', async () => {
  await g.iam.send(
    new CreateRoleCommand({ RoleName: 'changing', AssumeRolePolicyDocument: gatewayTrust }),
  )
  const apiId = await apiWith(roleArn('changing'))
  assert.equal((await ask(apiId, 'proxy')).status, 500)
  await putPolicy('changing', 'now', allowing(rights))
  for (const kind of kinds) assert.equal((await ask(apiId, kind)).status, 200, kind)
  const { explained } = await ask(apiId, 'proxy')
  assert.match(
    explained,
    /acts as arn:aws:sts::000000000000:assumed-role\/changing\/BackplaneAssumeRoleSession, for lambda:InvokeFunction, allowed by statement #0 of inline\/now/,
  )
  await putPolicy('changing', 'now', allowing('sqs:SendMessage'))
  for (const kind of kinds) assert.equal((await ask(apiId, kind)).status, lacksRight[kind], kind)
})

test("the function's own policy may let a role that no policy of its own lets, but not past its boundary", async () => {
  for (const [i, name] of ['bare', 'bounded'].entries()) {
    await g.t.lambda.send(
      new AddPermissionCommand({
        FunctionName: 'hello',
        StatementId: `role${i}`,
        Action: 'lambda:InvokeFunction',
        Principal: roleArn(name),
      }),
    )
  }
  const bare = await apiWith(roleArn('bare'))
  assert.equal((await ask(bare, 'proxy')).status, 200)
  assert.equal((await ask(bare, 'authorizer')).status, 200)
  assert.equal((await ask(await apiWith(roleArn('bounded')), 'proxy')).status, 500)
})

test('stage variables may stand in the credentials', async () => {
  const apiId = await apiWith(`arn:aws:iam::${account}:role/$\{stageVariables.role}`)
  const missing = await ask(apiId, 'proxy')
  assert.equal(missing.status, 500)
  assert.match(missing.explained, /need the stage variable role/)
})

test('the log and the doctor name roles that are not in order', async () => {
  const unknown = await apiWith(roleArn('nowhere'))
  assert.ok(
    g.t.complaints.some(line => line.includes(unknown) && line.includes('role/nowhere')),
    'the log names it',
  )
  const untrusted = await apiWith(roleArn('untrusted'))
  const answer = await fetch(`${g.t.gateway.url}/_portcullis/doctor`)
  const { stages } = (await answer.json()) as {
    stages: { apiId: string; findings: { severity: string; where: string; problem: string }[] }[]
  }
  const findings = (id: string, severity: string) =>
    stages
      .find(each => each.apiId === id)
      ?.findings.filter(each => each.severity === severity && each.problem.includes('role/'))
      .map(each => each.where)
      .sort()
  const everywhere = ['GET /dynamodb', 'GET /lambda', 'GET /proxy', 'GET /s3', 'authorizer gate']
  assert.deepEqual(findings(unknown, 'unchecked'), everywhere)
  assert.deepEqual(findings(untrusted, 'refused'), everywhere)
})

test('with --unknown-roles deny an unknown role can do nothing', async () => {
  const strict = await startIdentities({ unknownRoles: 'deny' })
  try {
    const uri = await strict.t.addFunction('f', 'export const handler = async () => ({})')
    const apiId = await strict.t.deploy(
      api({
        '/f': {
          get: operation({
            type: 'aws_proxy',
            httpMethod: 'POST',
            uri,
            credentials: roleArn('unknown'),
          }),
        },
      }),
    )
    const answer = await strict.t.call(apiId, '/f')
    assert.equal(answer.status, 500)
    const id = answer.headers['x-amzn-requestid']
    const explained = await fetch(`${strict.t.gateway.url}/_portcullis/explain/${id}`)
    assert.match(
      (await explained.text()).replace(/\s+/g, ' '),
      /assume the provided role arn:aws:iam::000000000000:role\/unknown: IAM here has no such role, and --unknown-roles is deny/,
    )
  } finally {
    await strict[Symbol.asyncDispose]()
  }
})
