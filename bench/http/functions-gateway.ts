/** The gateway of the bench of functions: two environments at most, and one API with a mock and the same function twice. */
import { join } from 'node:path'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  LambdaClient,
  type Runtime,
} from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import { freePort, type Running, start } from './processes.ts'

const cli = new URL('../../src/cli.js', import.meta.url).pathname
const role = 'arn:aws:iam::000000000000:role/bench'

/** What both runtimes and every peer run. */
export const nodeSource = `export const handler = async event => ({ statusCode: 200, body: event.path })\n`
const pythonSource = `def handler(event, context): return {"statusCode": 200, "body": event["path"]}\n`

export async function startForFunctions(folder: string): Promise<Running> {
  const port = await freePort()
  const options = ['--threads', '1', '--function-environments', '2', '--no-example']
  return start(
    [
      ...[process.execPath, cli, 'start', '--port', String(port), ...options],
      ...['--log-level', 'error', '--data-dir', join(folder, 'data')],
    ],
    port,
  )
}

/** The addresses, by what answers there. */
export async function deployFunctions(port: number): Promise<Record<string, string>> {
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const lambda = new LambdaClient(settings)
  const node = await addFunction(lambda, 'nodejs24.x', { 'index.mjs': Buffer.from(nodeSource) })
  const python = await addFunction(lambda, 'python3.13', { 'index.py': Buffer.from(pythonSource) })
  const apis = new APIGatewayClient(settings)
  const definition = {
    openapi: '3.0.1',
    info: { title: 'bench', version: '1' },
    paths: {
      '/mock': { get: operation(mock) },
      '/node': { get: operation(proxyOf(node)) },
      '/python': { get: operation(proxyOf(python)) },
    },
  }
  const api = await apis.send(
    new ImportRestApiCommand({ body: Buffer.from(JSON.stringify(definition)) }),
  )
  await apis.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: 'bench' }))
  const base = `http://127.0.0.1:${port}/_aws/execute-api/${api.id}/bench`
  return { mock: `${base}/mock`, node: `${base}/node`, python: `${base}/python` }
}

async function addFunction(
  lambda: LambdaClient,
  runtime: Runtime,
  files: Record<string, Uint8Array>,
): Promise<string> {
  const made = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: runtime.replaceAll('.', '-'),
      Runtime: runtime,
      Handler: 'index.handler',
      Role: role,
      Code: { ZipFile: zipSync(files) },
    }),
  )
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: made.FunctionName,
      StatementId: 'gateway',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    }),
  )
  return made.FunctionArn as string
}

const mock = {
  type: 'mock',
  requestTemplates: { 'application/json': '{"statusCode": 200}' },
  responses: {
    default: { statusCode: '200', responseTemplates: { 'application/json': '{"ok":true}' } },
  },
}

function proxyOf(functionArn: string): object {
  const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`
  return { type: 'aws_proxy', httpMethod: 'POST', uri }
}

function operation(integration: object): object {
  return {
    responses: { 200: { description: 'ok' } },
    'x-amazon-apigateway-integration': integration,
  }
}
