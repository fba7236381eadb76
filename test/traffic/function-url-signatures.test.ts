/** Function URLs of AuthType AWS_IAM through a whole gateway, called with the SDK's own signer. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import {
  AddPermissionCommand,
  CreateFunctionUrlConfigCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import {
  allowing,
  type IdentityGateway,
  type KeyPair,
  startIdentities,
  trusting,
} from '../control/identity-harness.ts'
import { type Signing, signed } from './signed-call.ts'

const FunctionName = 'mine'
const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName}`
const both = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']
const other = { accessKeyId: '111122223333', secretAccessKey: 'test' }

let g: IdentityGateway
let id: string

before(async () => {
  g = await startIdentities()
  await g.t.addFunction(FunctionName, 'export const handler = async event => event')
  const { FunctionUrl = '' } = await g.t.lambda.send(
    new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' }),
  )
  id = /\/\/([a-z0-9]+)\./.exec(FunctionUrl)?.[1] ?? ''
})
after(() => g[Symbol.asyncDispose]())

async function addUser(UserName: string, PolicyDocument?: string): Promise<KeyPair> {
  await g.iam.send(new CreateUserCommand({ UserName }))
  if (PolicyDocument !== undefined) {
    await g.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  }
  const { AccessKey } = await g.iam.send(new CreateAccessKeyCommand({ UserName }))
  return {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  }
}

/** Lets a principal do both in the function's resource policy; `await using` takes it back. */
async function permit(Principal: string, isNamedType = true): Promise<AsyncDisposable> {
  const base = { FunctionName, Principal }
  await g.t.lambda.send(
    new AddPermissionCommand({
      ...base,
      StatementId: 'url',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: isNamedType ? 'AWS_IAM' : 'NONE',
    }),
  )
  await g.t.lambda.send(
    new AddPermissionCommand({
      ...base,
      StatementId: 'function',
      Action: 'lambda:InvokeFunction',
      InvokedViaFunctionUrl: true,
    }),
  )
  return {
    async [Symbol.asyncDispose]() {
      for (const StatementId of ['url', 'function']) {
        await g.t.lambda.send(new RemovePermissionCommand({ FunctionName, StatementId }))
      }
    },
  }
}

interface Got {
  readonly status: number
  readonly errorType: string | undefined
  readonly body: Record<string, unknown>
}

interface Call extends Signing {
  readonly path?: string
  readonly query?: string
  readonly method?: string
  readonly body?: string
  /** What is sent in place of what was signed. */
  readonly sentBody?: string
  readonly isByPath?: boolean
  readonly isUnsigned?: boolean
}

async function call({
  path = '',
  query = '',
  isByPath = false,
  ...given
}: Call = {}): Promise<Got> {
  const { method = 'GET', body, sentBody = body, isUnsigned = false, ...signing } = given
  const { port } = g.t.gateway
  const host = isByPath ? `127.0.0.1:${port}` : `${id}.lambda-url.us-east-1.localhost:${port}`
  const whole = isByPath ? `_aws/lambda-url/${id}/${path}` : path
  const init = { method, stage: whole, headers: ['host', host], ...(body && { body }) }
  const made = isUnsigned
    ? { target: query, headers: [] }
    : await signed(id, query, init, { service: 'lambda', ...signing })
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        port,
        host: '127.0.0.1',
        path: `/${whole}${made.target}`,
        method,
        headers: ['Host', host, ...made.headers],
      },
      incoming => {
        let text = ''
        incoming.on('data', chunk => {
          text += chunk
        })
        incoming.on('end', () => {
          const errorType = incoming.headers['x-amzn-errortype'] as string | undefined
          resolve({ status: incoming.statusCode ?? 0, errorType, body: JSON.parse(text) })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(sentBody)
  })
}

const forbidden = {
  Message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
}

function assertForbidden(got: Got): void {
  assert.deepEqual(got, { status: 403, errorType: 'AccessDeniedException', body: forbidden })
}

function contextOf({ status, body }: Got): Record<string, unknown> {
  assert.equal(status, 200, JSON.stringify(body))
  return body['requestContext'] as Record<string, unknown>
}

describe('a right signature', () => {
  test('of the root of the account passes, and the function hears who calls', async () => {
    const { accountId, authorizer } = contextOf(await call())
    assert.equal(accountId, '000000000000')
    assert.deepEqual(authorizer, {
      iam: {
        accessKey: 'test',
        accountId: '000000000000',
        callerId: '000000000000',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:iam::000000000000:root',
        userId: '000000000000',
      },
    })
  })

  const forms: [name: string, given: Call][] = [
    ['of a body', { method: 'POST', body: '{"a":1}' }],
    ['of a path and a query', { path: 'a%20b/c', query: '?x=1&a=%C3%A9' }],
    ['in the query', { presigned: true, path: 'a' }],
    ['of the address as a path', { isByPath: true, path: 'a/b', query: '?q=1' }],
  ]
  for (const [name, given] of forms) {
    test(`${name} passes`, async () => {
      const got = await call(given)
      contextOf(got)
      assert.equal((got.body['headers'] as Record<string, string>)['authorization'], undefined)
    })
  }
})

describe('a wrong signature', () => {
  const invalid = /^The security token included in the request is invalid\.$/
  const mismatch =
    /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\. Consult the service documentation for details\.$/
  const cases: [name: string, given: Call, type: string, message: RegExp][] = [
    [
      'of another secret',
      { credentials: { accessKeyId: 'test', secretAccessKey: 'tset' } },
      'InvalidSignatureException',
      mismatch,
    ],
    [
      'of another body',
      { method: 'POST', body: 'a', sentBody: 'b' },
      'InvalidSignatureException',
      mismatch,
    ],
    [
      'of an unknown key',
      { credentials: { accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey: 'a' } },
      'UnrecognizedClientException',
      invalid,
    ],
    [
      'of a token that is none',
      { credentials: { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'x' } },
      'UnrecognizedClientException',
      invalid,
    ],
    [
      'for another service',
      { service: 'execute-api' },
      'InvalidSignatureException',
      /^Credential should be scoped to correct service: 'lambda'/,
    ],
    [
      'for another region',
      { region: 'eu-west-1' },
      'InvalidSignatureException',
      /^Credential should be scoped to a valid Region/,
    ],
    [
      'of an hour ago',
      { date: new Date(Date.now() - 3_600_000) },
      'InvalidSignatureException',
      /^Signature expired/,
    ],
  ]
  for (const [name, given, type, message] of cases) {
    test(`${name} is refused`, async () => {
      const { status, errorType, body } = await call(given)
      assert.deepEqual([status, errorType], [403, type])
      assert.match(String(body['message']), message)
    })
  }

  test('or none is refused', async () => {
    assertForbidden(await call({ isUnsigned: true }))
  })
})

describe('in the same account', () => {
  test('a user may if both actions are allowed to him on this function', async () => {
    const { authorizer } = contextOf(
      await call({ credentials: await addUser('may', allowing(both, functionArn)) }),
    )
    const { iam } = authorizer as { iam: Record<string, string> }
    assert.equal(iam['userArn'], 'arn:aws:iam::000000000000:user/may')
    assert.match(String(iam['callerId']), /^AIDA/)
  })

  const policies: [name: string, policy: string | undefined][] = [
    ['nothing', undefined],
    ['InvokeFunctionUrl alone', allowing('lambda:InvokeFunctionUrl')],
    ['InvokeFunction alone', allowing('lambda:InvokeFunction')],
    ['both on another function', allowing(both, `${functionArn}2`)],
    [
      'both for URLs without signatures',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Action: both,
          Resource: '*',
          Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
        },
      }),
    ],
  ]
  for (const [i, [name, policy]] of policies.entries()) {
    test(`a user who is allowed ${name} may not`, async () => {
      assertForbidden(await call({ credentials: await addUser(`not${i}`, policy) }))
    })
  }

  test('the resource policy alone lets a user pass whom it names, and nobody else', async () => {
    const credentials = await addUser('named')
    const stranger = await addUser('stranger')
    await using _ = await permit('arn:aws:iam::000000000000:user/named')
    contextOf(await call({ credentials }))
    assertForbidden(await call({ credentials: stranger }))
  })

  test('the resource policy for the account leaves it to the policies of its users', async () => {
    const credentials = await addUser('one-of-many')
    await using _ = await permit('000000000000')
    assertForbidden(await call({ credentials }))
  })

  test('a resource policy for URLs without signatures lets nobody pass', async () => {
    const credentials = await addUser('open')
    await using _ = await permit('*', false)
    assertForbidden(await call({ credentials }))
  })

  test('a permissions boundary that does not allow it forbids what the policies allow', async () => {
    const credentials = await addUser('bounded', allowing(both))
    const { Policy } = await g.iam.send(
      new CreatePolicyCommand({ PolicyName: 'narrow', PolicyDocument: allowing('s3:*') }),
    )
    await g.iam.send(
      new PutUserPermissionsBoundaryCommand({
        UserName: 'bounded',
        PermissionsBoundary: Policy?.Arn,
      }),
    )
    assertForbidden(await call({ credentials }))
  })

  test('a session may what its role may, within the policy of the session', async () => {
    const RoleName = 'caller'
    const { Role } = await g.iam.send(
      new CreateRoleCommand({
        RoleName,
        AssumeRolePolicyDocument: trusting({ AWS: 'arn:aws:iam::000000000000:root' }),
      }),
    )
    const PolicyDocument = allowing(both, functionArn)
    await g.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }))
    const assume = async (Policy?: string) => {
      const { Credentials } = await g.sts.send(
        new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'now', Policy }),
      )
      return {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      }
    }
    const { authorizer } = contextOf(await call({ credentials: await assume() }))
    const { iam } = authorizer as { iam: Record<string, string> }
    assert.equal(iam['userArn'], 'arn:aws:sts::000000000000:assumed-role/caller/now')
    assert.match(String(iam['userId']), /^AROA[A-Z0-9]+:now$/)
    assertForbidden(await call({ credentials: await assume(allowing('s3:*')) }))
  })
})

test('of another account both policies must allow', async () => {
  assertForbidden(await call({ credentials: other }))
  await using _ = await permit('111122223333')
  const { accountId, authorizer } = contextOf(await call({ credentials: other }))
  assert.equal(accountId, '000000000000')
  const { iam } = authorizer as { iam: Record<string, string> }
  assert.equal(iam['accountId'], '111122223333')
})

test('an OPTIONS request without CORS needs a signature like any other', async () => {
  assertForbidden(await call({ method: 'OPTIONS', isUnsigned: true }))
})
