import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as Iam from '@aws-sdk/client-iam'
import * as Sts from '@aws-sdk/client-sts'
import {
  allowing,
  type IdentityGateway,
  type KeyPair,
  refusedWith,
  startIdentities,
  trusting,
} from './identity-harness.ts'

let g: IdentityGateway
before(async () => {
  g = await startIdentities()
})
after(() => g[Symbol.asyncDispose]())

async function addUser(UserName: string, policy?: string): Promise<KeyPair> {
  await g.iam.send(new Iam.CreateUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'x' }] }))
  if (policy !== undefined) {
    const PolicyDocument = policy
    await g.iam.send(new Iam.PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  }
  const { AccessKey } = await g.iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
}

async function addRole(RoleName: string, trust: string, MaxSessionDuration?: number) {
  const { Role } = await g.iam.send(
    new Iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, MaxSessionDuration }),
  )
  return Role?.Arn ?? ''
}

function pairOf(credentials: Sts.Credentials | undefined): KeyPair {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = credentials ?? {}
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
  }
}

const who = async (sts: Sts.STSClient) => {
  const { Arn, Account, UserId } = await sts.send(new Sts.GetCallerIdentityCommand({}))
  return { Arn, Account, UserId }
}

test('in development unknown keys are the root, known ones their user, twelve digits an account', async () => {
  assert.deepEqual(await who(g.sts), {
    Arn: 'arn:aws:iam::000000000000:root',
    Account: '000000000000',
    UserId: '000000000000',
  })
  const other = g.as({ accessKeyId: '111122223333', secretAccessKey: 'test' })
  assert.equal((await who(other.sts)).Arn, 'arn:aws:iam::111122223333:root')
  const pair = await addUser('carl')
  const { Arn, UserId } = await who(g.as(pair).sts)
  assert.equal(Arn, 'arn:aws:iam::000000000000:user/carl')
  assert.match(UserId ?? '', /^AIDA/)
})

test('a role is assumed by whom its trust policy names, and its session is its own identity', async () => {
  const pair = await addUser('dora')
  const RoleArn = await addRole('named', trusting({ AWS: 'arn:aws:iam::000000000000:user/dora' }))
  const dora = g.as(pair)
  const session = await dora.sts.send(
    new Sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'at-work', DurationSeconds: 900 }),
  )
  assert.equal(session.AssumedRoleUser?.Arn, 'arn:aws:sts::000000000000:assumed-role/named/at-work')
  assert.match(session.AssumedRoleUser?.AssumedRoleId ?? '', /^AROA[A-Z0-9]{17}:at-work$/)
  const inside = g.as(pairOf(session.Credentials))
  const { Arn, UserId } = await who(inside.sts)
  assert.equal(Arn, session.AssumedRoleUser?.Arn)
  assert.equal(UserId, session.AssumedRoleUser?.AssumedRoleId)
  const stranger = g.as(await addUser('eve'))
  await refusedWith(
    stranger.sts.send(new Sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'eve' })),
    'AccessDenied',
    403,
    `User: arn:aws:iam::000000000000:user/eve is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
  )
})

test('where the trust policy names the account, the own policies decide', async () => {
  const RoleArn = await addRole('of-account', trusting({ AWS: '000000000000' }))
  const without = g.as(await addUser('fay'))
  const command = () => new Sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' })
  await refusedWith(without.sts.send(command()), 'AccessDenied', 403)
  const allowed = g.as(await addUser('gus', allowing('sts:AssumeRole', RoleArn)))
  assert.ok((await allowed.sts.send(command())).Credentials)
})

test('an external id must be the right one', async () => {
  const pair = await addUser('hal')
  const RoleArn = await addRole(
    'external',
    trusting(
      { AWS: 'arn:aws:iam::000000000000:user/hal' },
      { Condition: { StringEquals: { 'sts:ExternalId': 'secret-7' } } },
    ),
  )
  const assume = (ExternalId?: string) =>
    g.as(pair).sts.send(new Sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'ss', ExternalId }))
  await refusedWith(assume(), 'AccessDenied', 403)
  await refusedWith(assume('secret-8'), 'AccessDenied', 403)
  assert.ok((await assume('secret-7')).Credentials)
})

test('tags of a session need sts:TagSession', async () => {
  const pair = await addUser('ina')
  const principal = { AWS: 'arn:aws:iam::000000000000:user/ina' }
  const plain = await addRole('untaggable', trusting(principal))
  const both = await addRole(
    'taggable',
    trusting(principal, { Action: ['sts:AssumeRole', 'sts:TagSession'] }),
  )
  const assume = (RoleArn: string) =>
    g.as(pair).sts.send(
      new Sts.AssumeRoleCommand({
        RoleArn,
        RoleSessionName: 'tagged',
        Tags: [{ Key: 'project', Value: 'p' }],
      }),
    )
  await refusedWith(assume(plain), 'AccessDenied', 403, /sts:TagSession/)
  assert.ok(((await assume(both)).PackedPolicySize ?? 0) > 0)
})

test('durations are bounded by the role, and by an hour in a chain', async () => {
  const pair = await addUser('jan')
  const trust = trusting({ AWS: '*' })
  const RoleArn = await addRole('short', trust)
  const longArn = await addRole('long', trust, 43_200)
  const jan = g.as(pair)
  const assume = (sts: Sts.STSClient, arn: string, DurationSeconds: number) =>
    sts.send(new Sts.AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'ss', DurationSeconds }))
  await g.iam.send(
    new Iam.PutUserPolicyCommand({
      UserName: 'jan',
      PolicyName: 'p',
      PolicyDocument: allowing('sts:*'),
    }),
  )
  await refusedWith(
    assume(jan.sts, RoleArn, 7200),
    'ValidationError',
    400,
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  )
  await refusedWith(assume(jan.sts, RoleArn, 60), 'ValidationError', 400)
  const session = await assume(jan.sts, longArn, 43_200)
  const until = session.Credentials?.Expiration?.getTime() ?? 0
  assert.ok(Math.abs(until - Date.now() - 43_200_000) < 60_000)
  await g.iam.send(
    new Iam.PutRolePolicyCommand({
      RoleName: 'long',
      PolicyName: 'p',
      PolicyDocument: allowing('sts:*'),
    }),
  )
  const inside = g.as(pairOf(session.Credentials))
  await refusedWith(assume(inside.sts, longArn, 7200), 'ValidationError', 400, /role chaining/)
  assert.ok((await assume(inside.sts, longArn, 3600)).Credentials)
})

test('a user gets sessions of its own, and a session none', async () => {
  const pair = await addUser('kim')
  const { Credentials } = await g.as(pair).sts.send(new Sts.GetSessionTokenCommand({}))
  const inside = g.as(pairOf(Credentials))
  assert.equal((await who(inside.sts)).Arn, 'arn:aws:iam::000000000000:user/kim')
  await refusedWith(
    inside.sts.send(new Sts.GetSessionTokenCommand({})),
    'AccessDenied',
    403,
    'Cannot call GetSessionToken with session credentials',
  )
})

test('session policies are checked, and must fit', async () => {
  const RoleArn = await addRole('narrowed', trusting({ AWS: '000000000000' }))
  const assume = (Policy: string) =>
    g.sts.send(new Sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'ss', Policy }))
  await refusedWith(assume('{'), 'MalformedPolicyDocument', 400)
  assert.ok((await assume(allowing('execute-api:Invoke'))).PackedPolicySize)
})

test('keys say whose they are; there are no encoded messages; other operations say that they are not built', async () => {
  const pair = await addUser('lea')
  const info = await g.sts.send(new Sts.GetAccessKeyInfoCommand({ AccessKeyId: pair.accessKeyId }))
  assert.equal(info.Account, '000000000000')
  await refusedWith(
    g.sts.send(new Sts.DecodeAuthorizationMessageCommand({ EncodedMessage: 'abc' })),
    'InvalidAuthorizationMessageException',
    400,
  )
  await refusedWith(
    g.sts.send(new Sts.GetFederationTokenCommand({ Name: 'x' })),
    'NotImplementedException',
    501,
  )
})

test('a presigned GetCallerIdentity is answered', async () => {
  const { url } = g.t.gateway
  const query =
    'Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256' +
    '&X-Amz-Credential=test%2F20260101%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20260101T000000Z' +
    '&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00'
  const reply = await fetch(`${url}/?${query}`)
  assert.equal(reply.status, 200)
  assert.match(await reply.text(), /<Arn>arn:aws:iam::000000000000:root<\/Arn>/)
})
