/** An API that asks who calls: a user pool's token, known after the first request, and a resource policy to weigh. */
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'

export interface Guarded {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const pool = 'us-east-1_bench'

/** Deploys it before the back end at this port; the gateway has to run with `--dev-issuer`. */
export async function deployGuarded(port: number, backend: number): Promise<Guarded> {
  const endpoint = `http://127.0.0.1:${port}`
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const apis = new APIGatewayClient({ endpoint, region: 'us-east-1', credentials })
  const body = Buffer.from(JSON.stringify(definition(backend)))
  const api = await apis.send(new ImportRestApiCommand({ body }))
  await apis.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: 'bench' }))
  apis.destroy()
  return {
    url: `${endpoint}/_aws/execute-api/${api.id}/bench/guarded`,
    headers: { Authorization: await tokenFrom(endpoint) },
  }
}

async function tokenFrom(endpoint: string): Promise<string> {
  const answer = await fetch(`${endpoint}/_portcullis/issuer/${pool}/token`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ claims: { email: 'bench@example.com' } }),
  })
  const { token } = (await answer.json()) as { token: string }
  return token
}

function definition(backend: number): object {
  const ours = { IpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '10.0.0.0/8'] } }
  const statement = { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' }
  return {
    openapi: '3.0.1',
    info: { title: 'guarded', version: '1' },
    'x-amazon-apigateway-policy': {
      Version: '2012-10-17',
      Statement: [{ ...statement, Resource: 'execute-api:/*', Condition: ours }],
    },
    components: {
      securitySchemes: {
        pool: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'cognito_user_pools',
          'x-amazon-apigateway-authorizer': {
            type: 'cognito_user_pools',
            providerARNs: [`arn:aws:cognito-idp:us-east-1:000000000000:userpool/${pool}`],
          },
        },
      },
    },
    paths: {
      '/guarded': {
        get: {
          security: [{ pool: [] }],
          responses: { 200: { description: 'ok' } },
          'x-amazon-apigateway-integration': {
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: `http://127.0.0.1:${backend}/100`,
          },
        },
      },
    },
  }
}
