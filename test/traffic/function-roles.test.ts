/** The credentials that a function finds in its environment: a session of its execution role. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam'
import { InvokeCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { startGateway, type TestGateway } from './harness.ts'

interface Found {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
}

const code = `export const handler = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
})`
const root = { accessKeyId: 'test', secretAccessKey: 'test' }

let t: TestGateway
let iam: IAMClient

before(async () => {
  t = await startGateway()
  iam = new IAMClient({ endpoint: t.gateway.url, region: 'us-east-1', credentials: root })
  await t.addFunction('asker', code)
})
after(async () => {
  iam.destroy()
  await t.close()
})

function trusting(service: string): string {
  const statement = {
    Effect: 'Allow',
    Principal: { Service: service },
    Action: 'sts:AssumeRole',
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

async function foundWith(role: string): Promise<Found> {
  await t.lambda.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'asker',
      Role: `arn:aws:iam::000000000000:role/${role}`,
      Description: String(Math.random()),
    }),
  )
  const answer = await t.lambda.send(new InvokeCommand({ FunctionName: 'asker' }))
  return JSON.parse(answer.Payload?.transformToString() ?? '') as Found
}

async function whoIs(found: Found): Promise<string | undefined> {
  const sts = new STSClient({
    endpoint: t.gateway.url,
    region: 'us-east-1',
    credentials: {
      accessKeyId: found.accessKeyId ?? '',
      secretAccessKey: found.secretAccessKey ?? '',
      ...(found.sessionToken === undefined ? {} : { sessionToken: found.sessionToken }),
    },
  })
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Arn
  } finally {
    sts.destroy()
  }
}

test('a function of a role that trusts Lambda signs as a session named after the function', async () => {
  const AssumeRolePolicyDocument = trusting('lambda.amazonaws.com')
  await iam.send(new CreateRoleCommand({ RoleName: 'runs', AssumeRolePolicyDocument }))
  const found = await foundWith('runs')
  assert.match(found.accessKeyId ?? '', /^ASIA/)
  assert.equal(await whoIs(found), 'arn:aws:sts::000000000000:assumed-role/runs/asker')
})

test('a function whose role does not trust Lambda finds no credentials, and the owner is told', async () => {
  await iam.send(
    new UpdateAssumeRolePolicyCommand({
      RoleName: 'runs',
      PolicyDocument: trusting('ec2.amazonaws.com'),
    }),
  )
  assert.deepEqual(await foundWith('runs'), {})
  assert.ok(t.complaints.some(line => /asker runs without credentials of its role/.test(line)))
})

test('a function of a role that IAM does not hold is the root of its account, in development', async () => {
  const found = await foundWith('elsewhere')
  assert.equal(found.accessKeyId, '000000000000')
  assert.equal(found.sessionToken, undefined)
  assert.equal(await whoIs(found), 'arn:aws:iam::000000000000:root')
})
