/** iam:PassRole: a role gets into no record, by whichever way, that the caller may not hand to the service. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as Rest from '@aws-sdk/client-api-gateway'
import * as Iam from '@aws-sdk/client-iam'
import * as Lambda from '@aws-sdk/client-lambda'
import {
  type IdentityGateway,
  type KeyPair,
  refusedWith,
  startIdentities,
} from './identity-harness.ts'
import { pets } from './lambda-harness.ts'

const admin: KeyPair = {
  accessKeyId: 'AKIAADMINISTRATOR',
  secretAccessKey: 'the-secret-of-the-administrator',
}
const allowed = 'arn:aws:iam::000000000000:role/allowed'
const other = 'arn:aws:iam::000000000000:role/other'
const foreign = 'arn:aws:iam::111122223333:role/allowed'
const services = ['apigateway.amazonaws.com', 'lambda.amazonaws.com']

let g: IdentityGateway
let rest: Rest.APIGatewayClient
/** May pass roles to Lambda only. */
let lambda: Lambda.LambdaClient
/** May pass roles to API Gateway only. */
let wrongLambda: Lambda.LambdaClient
let restApiId: string
let resourceId: string

before(async () => {
  g = await startIdentities({ adminCredentials: admin }, admin)
  const [ofRest, ofLambda] = await Promise.all(services.map(addUser))
  assert.ok(ofRest && ofLambda)
  rest = g.as(ofRest).rest
  lambda = lambdaAs(ofLambda)
  wrongLambda = lambdaAs(ofRest)
  const api = await rest.send(new Rest.CreateRestApiCommand({ name: 'passing' }))
  restApiId = api.id ?? ''
  resourceId = api.rootResourceId ?? ''
  await rest.send(
    new Rest.PutMethodCommand({
      ...{ restApiId, resourceId, httpMethod: 'GET', authorizationType: 'NONE' },
    }),
  )
})
after(() => g[Symbol.asyncDispose]())

function lambdaAs(credentials: KeyPair): Lambda.LambdaClient {
  const endpoint = g.t.gateway.url
  return new Lambda.LambdaClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
}

/** Everything of the control plane, and the role `allowed` for one service. */
async function addUser(service: string): Promise<KeyPair> {
  const UserName = `for-${service}`
  await g.iam.send(new Iam.CreateUserCommand({ UserName }))
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['apigateway:*', 'lambda:*'], Resource: '*' },
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: allowed,
        Condition: { StringEquals: { 'iam:PassedToService': service } },
      },
    ],
  })
  await g.iam.send(new Iam.PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await g.iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId = '', SecretAccessKey = '' } = AccessKey ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey }
}

const refusal = (service: string, role: string) =>
  `User: arn:aws:iam::000000000000:user/for-${service} is not authorized to perform: iam:PassRole on resource: ${role} because no identity-based policy allows the iam:PassRole action`

const refused = (call: Promise<unknown>, role = other) =>
  refusedWith(call, 'AccessDeniedException', 403, refusal('apigateway.amazonaws.com', role))

const integration = (credentials: string) =>
  new Rest.PutIntegrationCommand({
    restApiId,
    resourceId,
    httpMethod: 'GET',
    type: 'AWS',
    integrationHttpMethod: 'POST',
    uri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue',
    credentials,
  })

test('credentials of an integration', async () => {
  await refused(rest.send(integration(other)))
  await refusedWith(
    rest.send(integration(foreign)),
    'AccessDeniedException',
    403,
    'Cross-account pass role is not allowed.',
  )
  await rest.send(integration(allowed))
  const patch = (path: string, value: string) =>
    rest.send(
      new Rest.UpdateIntegrationCommand({
        ...{ restApiId, resourceId, httpMethod: 'GET' },
        patchOperations: [{ op: 'replace', path, value }],
      }),
    )
  await refused(patch('/credentials', other))
  await patch('/timeoutInMillis', '5000')
  // Hands on the caller's own credentials, and is no role.
  await rest.send(integration('arn:aws:iam::*:user/*'))
})

test('what somebody else passed may stay where it is', async () => {
  await g.as(admin).rest.send(integration(other))
  const { timeoutInMillis } = await rest.send(
    new Rest.UpdateIntegrationCommand({
      ...{ restApiId, resourceId, httpMethod: 'GET' },
      patchOperations: [{ op: 'replace', path: '/timeoutInMillis', value: '6000' }],
    }),
  )
  assert.equal(timeoutInMillis, 6000)
})

test('credentials in a document, and in an API that is copied', async () => {
  const document = (credentials: string) =>
    Buffer.from(
      JSON.stringify({
        openapi: '3.0.1',
        info: { title: 'imported', version: '1' },
        paths: {
          '/x': {
            get: {
              responses: {},
              'x-amazon-apigateway-integration': {
                type: 'aws',
                httpMethod: 'POST',
                uri: 'arn:aws:apigateway:us-east-1:sqs:path/000000000000/queue',
                credentials,
              },
            },
          },
        },
      }),
    )
  const imported = (credentials: string) =>
    rest.send(new Rest.ImportRestApiCommand({ body: document(credentials) }))
  await refused(imported(other))
  const { id } = await imported(allowed)
  const put = new Rest.PutRestApiCommand({
    restApiId: id,
    mode: 'overwrite',
    body: document(other),
  })
  await refused(rest.send(put))
  const root = g.as(admin).rest
  const theirs = await root.send(new Rest.ImportRestApiCommand({ body: document(other) }))
  await refused(rest.send(new Rest.CreateRestApiCommand({ name: 'copy', cloneFrom: theirs.id })))
})

test('credentials of an authorizer, and the role for logs', async () => {
  const authorizer = (authorizerCredentials: string) =>
    new Rest.CreateAuthorizerCommand({
      restApiId,
      name: 'a',
      type: 'TOKEN',
      authorizerUri:
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
      identitySource: 'method.request.header.Authorization',
      authorizerCredentials,
    })
  await refused(rest.send(authorizer(other)))
  const { id } = await rest.send(authorizer(allowed))
  const replace = (path: string, value: string) => [{ op: 'replace' as const, path, value }]
  await refused(
    rest.send(
      new Rest.UpdateAuthorizerCommand({
        restApiId,
        authorizerId: id,
        patchOperations: replace('/authorizerCredentials', other),
      }),
    ),
  )
  const logs = (role: string) =>
    rest.send(
      new Rest.UpdateAccountCommand({ patchOperations: replace('/cloudwatchRoleArn', role) }),
    )
  await refused(logs(other))
  await logs(allowed)
})

test('the role of a function, when it is made and when it changes', async () => {
  const byLambda = (call: Promise<unknown>) =>
    refusedWith(call, 'AccessDeniedException', 403, refusal('lambda.amazonaws.com', other))
  await byLambda(lambda.send(new Lambda.CreateFunctionCommand(pets({ Role: other }))))
  await lambda.send(new Lambda.CreateFunctionCommand(pets({ Role: allowed })))
  const change = (rest: object) =>
    lambda.send(new Lambda.UpdateFunctionConfigurationCommand({ FunctionName: 'pets', ...rest }))
  await byLambda(change({ Role: other }))
  await change({ Timeout: 7 })
  await change({ Role: allowed, Timeout: 8 })
})

test('for one service is not for another', async () => {
  await refusedWith(
    wrongLambda.send(new Lambda.CreateFunctionCommand(pets({ FunctionName: 'w', Role: allowed }))),
    'AccessDeniedException',
    403,
    refusal('apigateway.amazonaws.com', allowed),
  )
})
