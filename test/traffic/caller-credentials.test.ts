/** `credentials: arn:aws:iam::*:user/*`: the back end is called in the name of whoever signed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { allowing, startIdentities } from '../control/identity-harness.ts'
import { api, operation, startBackend } from './harness.ts'
import { callSigned } from './signed-call.ts'

test("the caller's policies decide, and the caller's key signs", async () => {
  let signer = ''
  const backend = await startBackend((request, response) => {
    signer = request.headers.authorization ?? ''
    response.end('{}')
  })
  const g = await startIdentities({ awsEndpoints: new Map([['dynamodb', backend.url]]) })
  try {
    const uri = await g.t.addFunction(
      'f',
      'export const handler = async () => ({ statusCode: 200 })',
      {
        mayBeInvoked: false,
      },
    )
    const credentials = 'arn:aws:iam::*:user/*'
    const proxy = operation({ type: 'aws_proxy', httpMethod: 'POST', uri, credentials })
    const table = operation({
      type: 'aws',
      httpMethod: 'POST',
      uri: 'arn:aws:apigateway:us-east-1:dynamodb:action/PutItem',
      credentials,
      responses: { default: { statusCode: '200' }, '4\\d{2}': { statusCode: '418' } },
    })
    const signed = { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }
    const id = await g.t.deploy(
      api({
        '/proxy': { get: { ...proxy, ...signed } },
        '/table': { get: { ...table, ...signed } },
        '/open': { get: proxy },
      }),
    )
    for (const [UserName, rights, want] of [
      ['ann', ['lambda:InvokeFunction', 'dynamodb:PutItem'], [200, 200]],
      ['bob', [], [500, 418]],
    ] as const) {
      await g.iam.send(new CreateUserCommand({ UserName }))
      const PolicyDocument = allowing(['execute-api:Invoke', ...rights])
      await g.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
      const { AccessKey: key } = await g.iam.send(new CreateAccessKeyCommand({ UserName }))
      const pair = {
        accessKeyId: key?.AccessKeyId as string,
        secretAccessKey: key?.SecretAccessKey as string,
      }
      signer = ''
      const ask = (path: string) =>
        callSigned(g.t.gateway.port, id, path, {}, { credentials: pair })
      assert.deepEqual([(await ask('/proxy')).status, (await ask('/table')).status], want, UserName)
      assert.equal(signer.includes(pair.accessKeyId), UserName === 'ann')
    }
    assert.equal((await g.t.call(id, '/open')).status, 500)
  } finally {
    await g[Symbol.asyncDispose]()
    await backend.close()
  }
})
