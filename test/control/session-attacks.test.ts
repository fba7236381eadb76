/**
 * What somebody tries who holds a session, or a key that was good once: outside development, through AWS's own clients.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GetRestApisCommand } from '@aws-sdk/client-api-gateway'
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

const admin: KeyPair = {
  accessKeyId: 'AKIAADMINISTRATOR',
  secretAccessKey: 'the-secret-of-the-administrator',
}
const account = '000000000000'
const invalidToken = 'The security token included in the request is invalid.'
let g: IdentityGateway
before(async () => {
  g = await startIdentities({ adminCredentials: admin }, admin)
})
after(() => g[Symbol.asyncDispose]())

async function addUser(UserName: string, PolicyDocument = allowing('*')): Promise<KeyPair> {
  await g.iam.send(new Iam.CreateUserCommand({ UserName }))
  await g.iam.send(new Iam.PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await g.iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
  return pairOf(AccessKey ?? {})
}

async function addRole(RoleName: string, AWS: string): Promise<void> {
  const AssumeRolePolicyDocument = trusting({ AWS })
  await g.iam.send(new Iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  const PolicyDocument = allowing('*')
  await g.iam.send(new Iam.PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }))
}

async function removeRole(RoleName: string): Promise<void> {
  await g.iam.send(new Iam.DeleteRolePolicyCommand({ RoleName, PolicyName: 'p' }))
  await g.iam.send(new Iam.DeleteRoleCommand({ RoleName }))
}

const arnOf = (name: string) => `arn:aws:iam::${account}:role/${name}`

async function assume(by: KeyPair, name: string, Policy?: string): Promise<KeyPair> {
  const input = { RoleArn: arnOf(name), RoleSessionName: 'session', ...(Policy ? { Policy } : {}) }
  const { Credentials } = await g.as(by).sts.send(new Sts.AssumeRoleCommand(input))
  return pairOf(Credentials ?? {})
}

function pairOf(given: {
  AccessKeyId?: string | undefined
  SecretAccessKey?: string | undefined
  SessionToken?: string | undefined
}): KeyPair {
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken } = given
  const pair = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
  return SessionToken === undefined ? pair : { ...pair, sessionToken: SessionToken }
}

const listed = (by: KeyPair) => g.as(by).rest.send(new GetRestApisCommand({}))
const unknown = (by: KeyPair) =>
  refusedWith(listed(by), 'UnrecognizedClientException', 403, invalidToken)

test('dummy credentials and account ids as keys are nobody here', async () => {
  for (const accessKeyId of ['test', account, '111122223333', 'AKIAIOSFODNN7EXAMPLE', '']) {
    const pair = { accessKeyId: accessKeyId || ' ', secretAccessKey: 'test' }
    if (accessKeyId === '') await assert.rejects(listed(pair))
    else await unknown(pair)
  }
})

test('a session of a role that was deleted is over, also when another of that name is made', async () => {
  const user = await addUser('returner')
  await addRole('returning', `arn:aws:iam::${account}:user/returner`)
  const session = await assume(user, 'returning')
  await listed(session)
  await removeRole('returning')
  await unknown(session)
  await addRole('returning', `arn:aws:iam::${account}:user/returner`)
  await unknown(session)
  await listed(await assume(user, 'returning'))
})

test('a session of a user that was deleted is over, also when another of that name is made', async () => {
  const user = await addUser('leaver')
  const { Credentials } = await g.as(user).sts.send(new Sts.GetSessionTokenCommand({}))
  const session = pairOf(Credentials ?? {})
  await listed(session)
  const UserName = 'leaver'
  await g.iam.send(new Iam.DeleteUserPolicyCommand({ UserName, PolicyName: 'p' }))
  await g.iam.send(new Iam.DeleteAccessKeyCommand({ UserName, AccessKeyId: user.accessKeyId }))
  await g.iam.send(new Iam.DeleteUserCommand({ UserName }))
  await unknown(session)
  await unknown(user)
  await addUser('leaver')
  await unknown(session)
})

test('a key that is switched off is nobody, and a policy that is taken away counts at once', async () => {
  const user = await addUser('switched')
  await addRole('switching', `arn:aws:iam::${account}:user/switched`)
  const session = await assume(user, 'switching')
  const key = { UserName: 'switched', AccessKeyId: user.accessKeyId }
  await g.iam.send(new Iam.UpdateAccessKeyCommand({ ...key, Status: 'Inactive' }))
  await unknown(user)
  await listed(session)
  await g.iam.send(new Iam.DeleteRolePolicyCommand({ RoleName: 'switching', PolicyName: 'p' }))
  await refusedWith(
    listed(session),
    'AccessDeniedException',
    403,
    /no identity-based policy allows/,
  )
})

test('a token that was changed, or belongs to another key, opens nothing', async () => {
  const user = await addUser('tamperer')
  await addRole('tampered', `arn:aws:iam::${account}:user/tamperer`)
  const [one, other] = [await assume(user, 'tampered'), await assume(user, 'tampered')]
  const token = one.sessionToken ?? ''
  const flipped = `${token.slice(0, 40)}${token[40] === 'A' ? 'B' : 'A'}${token.slice(41)}`
  const { accessKeyId, secretAccessKey } = one
  for (const sessionToken of [
    flipped,
    other.sessionToken ?? '',
    `${token}A`,
    'x',
    token.slice(4),
  ]) {
    await unknown({ accessKeyId, secretAccessKey, sessionToken })
  }
  await unknown({ accessKeyId, secretAccessKey })
  await unknown({ ...user, sessionToken: token })
  await listed(one)
})

test('a role that another one trusts gets there within the policies of its session only', async () => {
  const user = await addUser('chainer')
  await addRole('first', `arn:aws:iam::${account}:user/chainer`)
  await addRole('second', arnOf('first'))
  const narrow = await assume(user, 'first', allowing('apigateway:GET'))
  await refusedWith(
    assume(narrow, 'second'),
    'AccessDenied',
    403,
    `User: arn:aws:sts::${account}:assumed-role/first/session is not authorized to perform: sts:AssumeRole on resource: ${arnOf('second')}`,
  )
  const wide = await assume(user, 'first', allowing('sts:AssumeRole'))
  await listed(await assume(wide, 'second'))
})

test('a session of a user calls nothing of IAM', async () => {
  const user = await addUser('sessionist')
  const { Credentials } = await g.as(user).sts.send(new Sts.GetSessionTokenCommand({}))
  const { iam } = g.as(pairOf(Credentials ?? {}))
  await refusedWith(
    iam.send(new Iam.CreateAccessKeyCommand({ UserName: 'sessionist' })),
    'InvalidClientTokenId',
    403,
  )
})

test('policies of callers see the address that a call comes from, whatever it says itself', async () => {
  const from = (range: string, operator = 'IpAddress') =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: '*', Resource: '*' },
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { [operator]: { 'aws:SourceIp': range } },
        },
      ],
    })
  const denied = ['AccessDeniedException', 403, /with an explicit deny/] as const
  const barred = await addUser('barred', from('127.0.0.0/8'))
  await refusedWith(listed(barred), ...denied)
  const { rest } = g.as(barred)
  rest.middlewareStack.add(
    next => args => {
      const { headers } = args.request as { headers: Record<string, string> }
      headers['x-portcullis-client'] = '10.0.0.1'
      headers['x-forwarded-for'] = '10.0.0.1'
      return next(args)
    },
    { step: 'deserialize', priority: 'low' },
  )
  await refusedWith(rest.send(new GetRestApisCommand({})), ...denied)
  await refusedWith(listed(await addUser('away', from('10.0.0.0/8', 'NotIpAddress'))), ...denied)
  await listed(await addUser('near', from('127.0.0.1', 'NotIpAddress')))
})
