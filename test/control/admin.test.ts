/** Outside development: every call is verified, and allowed by the caller's policies or refused. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateRestApiCommand,
  DeleteRestApiCommand,
  GetRestApiCommand,
  GetRestApisCommand,
} from '@aws-sdk/client-api-gateway'
import * as Iam from '@aws-sdk/client-iam'
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import * as Sts from '@aws-sdk/client-sts'
import { signedFor } from '../../src/cli/control-client.ts'
import {
  allowing,
  type IdentityGateway,
  type KeyPair,
  refusedWith,
  startIdentities,
  trusting,
} from './identity-harness.ts'

const admin: KeyPair = {
  accessKeyId: 'AKIAADMINISTRATOR',
  secretAccessKey: 'the-secret-of-the-administrator',
}
let g: IdentityGateway
before(async () => {
  g = await startIdentities({ adminCredentials: admin }, admin)
})
after(() => g[Symbol.asyncDispose]())

async function addUser(UserName: string, PolicyDocument?: string): Promise<KeyPair> {
  await g.iam.send(new Iam.CreateUserCommand({ UserName }))
  if (PolicyDocument !== undefined) {
    await g.iam.send(new Iam.PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  }
  const { AccessKey } = await g.iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
}

test('the administrator is the root, and may do everything', async () => {
  const { rest, sts } = g.as(admin)
  assert.equal(
    (await sts.send(new Sts.GetCallerIdentityCommand({}))).Arn,
    'arn:aws:iam::000000000000:root',
  )
  const made = await rest.send(new CreateRestApiCommand({ name: 'pets' }))
  await rest.send(new DeleteRestApiCommand({ restApiId: made.id }))
})

test('a user without policies may learn who he is, and nothing else', async () => {
  const nobody = g.as(await addUser('nobody'))
  const { Arn } = await nobody.sts.send(new Sts.GetCallerIdentityCommand({}))
  assert.equal(Arn, 'arn:aws:iam::000000000000:user/nobody')
  await refusedWith(
    nobody.rest.send(new GetRestApisCommand({})),
    'AccessDeniedException',
    403,
    'User: arn:aws:iam::000000000000:user/nobody is not authorized to perform: apigateway:GET on resource: arn:aws:apigateway:us-east-1::/restapis because no identity-based policy allows the apigateway:GET action',
  )
  await refusedWith(
    nobody.iam.send(new Iam.ListUsersCommand({})),
    'AccessDenied',
    403,
    /is not authorized to perform: iam:ListUsers on resource: \*/,
  )
})

test('apigateway actions are allowed by method and path, however the path is spelt', async () => {
  const root = g.as(admin).rest
  const mine = await root.send(new CreateRestApiCommand({ name: 'mine' }))
  const other = await root.send(new CreateRestApiCommand({ name: 'other' }))
  const arn = `arn:aws:apigateway:us-east-1::/restapis/${mine.id}`
  const { rest } = g.as(await addUser('reader', allowing('apigateway:GET', arn)))
  assert.equal((await rest.send(new GetRestApiCommand({ restApiId: mine.id }))).name, 'mine')
  const denied = ['AccessDeniedException', 403] as const
  await refusedWith(rest.send(new GetRestApiCommand({ restApiId: other.id })), ...denied)
  await refusedWith(rest.send(new DeleteRestApiCommand({ restApiId: mine.id })), ...denied)

  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'apigateway:*', Resource: '*' },
      { Effect: 'Deny', Action: 'apigateway:*', Resource: arn },
    ],
  })
  const all = await addUser('all-but-one', document)
  await refusedWith(
    g.as(all).rest.send(new GetRestApiCommand({ restApiId: mine.id })),
    ...denied,
    /with an explicit deny in an identity-based policy$/,
  )
  assert.equal(
    (await g.as(all).rest.send(new GetRestApiCommand({ restApiId: other.id }))).name,
    'other',
  )
  // The SDK encodes plainly; %XX for a letter is what somebody would try.
  const id = mine.id ?? ''
  const spelt = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`
  const { rest: trying } = g.as(all)
  trying.middlewareStack.add(
    next => args => {
      const request = args.request as { path: string }
      request.path = request.path.replace(id, spelt)
      return next(args)
    },
    { step: 'build' },
  )
  await refusedWith(trying.send(new GetRestApiCommand({ restApiId: id })), ...denied)
})

test('a boundary and the policies of a session narrow what is allowed', async () => {
  const pair = await addUser('bounded', allowing('*'))
  await g.iam.send(
    new Iam.PutUserPermissionsBoundaryCommand({
      UserName: 'bounded',
      PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
    }),
  )
  const bounded = g.as(pair)
  assert.ok((await bounded.iam.send(new Iam.ListUsersCommand({}))).Users)
  await refusedWith(
    bounded.rest.send(new GetRestApisCommand({})),
    'AccessDeniedException',
    403,
    /because no permissions boundary allows the apigateway:GET action$/,
  )

  const assuming = g.as(await addUser('assuming'))
  const { Role } = await g.iam.send(
    new Iam.CreateRoleCommand({
      RoleName: 'wide',
      AssumeRolePolicyDocument: trusting({ AWS: 'arn:aws:iam::000000000000:user/assuming' }),
    }),
  )
  await g.iam.send(
    new Iam.AttachRolePolicyCommand({
      RoleName: 'wide',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
  )
  const assume = async (Policy?: string) => {
    const command = { RoleArn: Role?.Arn, RoleSessionName: 'session', Policy }
    const { Credentials } = await assuming.sts.send(new Sts.AssumeRoleCommand(command))
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
    return g.as({
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    })
  }
  const wide = await assume()
  assert.ok((await wide.rest.send(new GetRestApisCommand({}))).items)
  const narrow = await assume(allowing('iam:List*'))
  assert.ok((await narrow.iam.send(new Iam.ListUsersCommand({}))).Users)
  await refusedWith(
    narrow.rest.send(new GetRestApisCommand({})),
    'AccessDeniedException',
    403,
    /because no session policy allows/,
  )
  // What the role may do counts at once, also for sessions that run.
  await g.iam.send(
    new Iam.DetachRolePolicyCommand({
      RoleName: 'wide',
      PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    }),
  )
  await refusedWith(wide.rest.send(new GetRestApisCommand({})), 'AccessDeniedException', 403)
})

test('keys that are off, wrong, of development, or of nobody are refused', async () => {
  const pair = await addUser('off', allowing('*'))
  await g.iam.send(
    new Iam.UpdateAccessKeyCommand({
      UserName: 'off',
      AccessKeyId: pair.accessKeyId,
      Status: 'Inactive',
    }),
  )
  const cases: [KeyPair, string][] = [
    [pair, 'InvalidClientTokenId'],
    [{ ...admin, secretAccessKey: 'another-secret' }, 'SignatureDoesNotMatch'],
    [{ ...admin, sessionToken: 'AQ==' }, 'InvalidClientTokenId'],
    [{ accessKeyId: 'test', secretAccessKey: 'test' }, 'InvalidClientTokenId'],
    [{ accessKeyId: '111122223333', secretAccessKey: 'test' }, 'InvalidClientTokenId'],
  ]
  for (const [credentials, code] of cases) {
    const { sts } = g.as(credentials)
    await refusedWith(sts.send(new Sts.GetCallerIdentityCommand({})), code, 403)
  }
})

test('functions need lambda actions', async () => {
  const { gateway } = g.t
  const config = { endpoint: gateway.url, region: 'us-east-1', maxAttempts: 1 }
  const denied = new LambdaClient({ ...config, credentials: await addUser('no-lambda') })
  await refusedWith(
    denied.send(new ListFunctionsCommand({})),
    'AccessDeniedException',
    403,
    /lambda:ListFunctions on resource: \*/,
  )
  const allowed = await addUser('lambda', allowing('lambda:*'))
  const client = new LambdaClient({ ...config, credentials: allowed })
  assert.deepEqual((await client.send(new ListFunctionsCommand({}))).Functions, [])
})

/** GET of one of the gateway's own pages, signed. */
async function look(path: string, credentials: KeyPair): Promise<Response> {
  const url = new URL(path, g.t.gateway.url)
  return fetch(url, { headers: signedFor(url, credentials, 'us-east-1') })
}

test('what shows requests is for who signs and may', async () => {
  const statement = allowing('apigateway:GET', 'arn:aws:apigateway:us-east-1::/_portcullis/doctor')
  const doctor = await addUser('doctor', statement)
  const developer = allowing('apigateway:*', 'arn:aws:apigateway:*::/restapis*')
  const other = await addUser('developer', developer)
  const wrong = { ...admin, secretAccessKey: 'another' }
  const cases: [path: string, credentials: KeyPair, status: number][] = [
    ['/_portcullis/doctor', admin, 200],
    ['/_portcullis/explain', admin, 200],
    ['/_portcullis/explain/nonesuch', admin, 404],
    ['/_portcullis/back-ends', admin, 200],
    ['/_portcullis/logs/f?region=us-east-1', admin, 200],
    ['/_portcullis/nonesuch', admin, 404],
    ['/_portcullis/doctor', doctor, 200],
    ['/_portcullis/explain', doctor, 403],
    ['/_portcullis/doctor', other, 403],
    ['/_portcullis/doctor', wrong, 403],
    ['/_portcullis/doctor', { accessKeyId: 'test', secretAccessKey: 'test' }, 403],
  ]
  for (const [path, credentials, status] of cases) {
    const reply = await look(path, credentials)
    const text = await reply.text()
    assert.equal(reply.status, status, `${path} as ${credentials.accessKeyId}: ${text}`)
  }
})

const denyingIf = (condition: object): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: '*', Resource: '*', Condition: condition },
    ],
  })

test('conditions see the address, the scheme, the agent and the time of a call, and the tags of who calls', async () => {
  const cases: [name: string, condition: object, isDenied: boolean][] = [
    ['here', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, true],
    ['elsewhere', { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }, false],
    ['plain', { Bool: { 'aws:SecureTransport': 'false' } }, true],
    ['agent', { StringLike: { 'aws:UserAgent': 'aws-sdk-js/*' } }, true],
    ['late', { DateGreaterThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } }, true],
    ['region', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }, true],
    ['team', { StringEquals: { 'aws:PrincipalTag/team': 'red' } }, true],
    ['service', { Bool: { 'aws:ViaAWSService': 'true' } }, false],
  ]
  for (const [name, condition, isDenied] of cases) {
    const pair = await addUser(`condition-${name}`, denyingIf(condition))
    const Tags = [{ Key: 'team', Value: 'red' }]
    await g.iam.send(new Iam.TagUserCommand({ UserName: `condition-${name}`, Tags }))
    const call = g.as(pair).rest.send(new GetRestApisCommand({}))
    if (isDenied) await refusedWith(call, 'AccessDeniedException', 403, /explicit deny/)
    else assert.ok((await call).items, name)
  }
})

test('a client cannot say itself where it comes from', async () => {
  const pair = await addUser('liar', denyingIf({ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }))
  const url = new URL('/restapis', g.t.gateway.url)
  const headers = signedFor(url, pair, 'us-east-1')
  for (const name of ['X-Portcullis-Client', 'x-portcullis-client', 'X-Forwarded-For']) {
    const scheme = { 'X-Portcullis-Client-Scheme': 'https' }
    const reply = await fetch(url, { headers: { ...headers, ...scheme, [name]: '192.0.2.1' } })
    assert.equal(reply.status, 403, name)
    assert.match(await reply.text(), /explicit deny/)
  }
})

test('without a signature there is health and readiness, and nothing else', async () => {
  const { url } = g.t.gateway
  const cases: [method: string, path: string, status: number][] = [
    ['GET', '/_portcullis/health', 200],
    ['GET', '/_portcullis/ready', 200],
    ['GET', '/_portcullis/explain', 403],
    ['GET', '/_portcullis/explain/some-id', 403],
    ['GET', '/_portcullis/doctor', 403],
    ['GET', '/_portcullis/back-ends', 403],
    ['GET', '/_portcullis/logs/f', 403],
    ['GET', '/_portcullis/nonesuch', 403],
    ['HEAD', '/_portcullis/explain', 403],
    ['GET', '/restapis', 403],
    ['GET', '/v2/apis', 403],
    ['GET', '/2015-03-31/functions', 403],
    ['POST', '/?Action=ListUsers&Version=2010-05-08', 403],
    ['POST', '/?Action=GetCallerIdentity&Version=2011-06-15', 403],
    ['POST', '/', 403],
  ]
  for (const [method, path, status] of cases) {
    const reply = await fetch(url + path, { method })
    assert.equal(reply.status, status, `${method} ${path}: ${await reply.text()}`)
  }
})
