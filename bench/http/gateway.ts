/** The gateway under load: started as a user would, with one data-plane thread on one core, and one API with every scenario. */
import { spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { deployGuarded, type Guarded } from './guarded.ts'
import { freePort, type Running, startOnCore } from './processes.ts'

export interface BenchGateway {
  readonly running: Running
  readonly apiUrl: string
  readonly guarded: Guarded
}

const cli = new URL('../../src/cli.js', import.meta.url).pathname
const account = '000000000000'

export async function startGateway(
  folder: string,
  core: number,
  backend: number,
): Promise<BenchGateway> {
  const port = await freePort()
  const command = [
    process.execPath,
    cli,
    'start',
    '--port',
    String(port),
    '--threads',
    '1',
    '--no-example',
    '--dev-issuer',
    'on',
    '--log-level',
    'error',
    '--data-dir',
    join(folder, 'data'),
  ]
  const running = await startOnCore(core, command, port)
  const apiUrl = await deploy(folder, port, backend)
  const guarded = await deployGuarded(port, backend)
  return { running, apiUrl, guarded }
}

async function deploy(folder: string, port: number, backend: number): Promise<string> {
  const settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const code = join(folder, 'function')
  await mkdir(code, { recursive: true })
  await writeFile(
    join(code, 'index.mjs'),
    `export const handler = async event => ({ statusCode: 200, body: event.path })\n`,
  )
  const lambda = new LambdaClient(settings)
  const made = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'bench',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${account}:role/bench`,
      Code: { S3Bucket: 'hot-reload', S3Key: code },
    }),
  )
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'bench',
      StatementId: 'gateway',
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
    }),
  )
  const apis = new APIGatewayClient(settings)
  const api = await apis.send(
    new ImportRestApiCommand({
      body: Buffer.from(JSON.stringify(definition(backend, made.FunctionArn as string))),
    }),
  )
  await apis.send(new CreateDeploymentCommand({ restApiId: api.id, stageName: 'bench' }))
  await apis.send(
    new UpdateStageCommand({
      restApiId: api.id,
      stageName: 'bench',
      patchOperations: [
        { op: 'replace', path: '/cacheClusterEnabled', value: 'true' },
        { op: 'replace', path: '/~1cached/GET/caching/enabled', value: 'true' },
        // An entry of settings brings AWS's limit of 10,000 requests/s with it.
        { op: 'replace', path: '/~1cached/GET/throttling/rateLimit', value: '-1' },
        { op: 'replace', path: '/~1cached/GET/throttling/burstLimit', value: '-1' },
      ],
    }),
  )
  return `http://127.0.0.1:${port}/_aws/execute-api/${api.id}/bench`
}

function definition(backend: number, functionArn: string): object {
  const ok = { 200: { description: 'ok' } }
  const proxy = (path: string) => ({
    get: {
      responses: ok,
      'x-amazon-apigateway-integration': {
        type: 'http_proxy',
        httpMethod: 'GET',
        uri: `http://127.0.0.1:${backend}${path}`,
      },
    },
  })
  const template =
    '#set($in = $input.path("$")){"name":"$in.name","tags":[#foreach($t in $in.tags)"$t"#if($foreach.hasNext),#end#end],"id":"$context.requestId"}'
  return {
    openapi: '3.0.1',
    info: { title: 'bench', version: '1' },
    'x-amazon-apigateway-request-validators': {
      all: { validateRequestBody: true, validateRequestParameters: true },
    },
    components: { schemas: { Pet: petModel } },
    paths: {
      '/mock': {
        get: {
          responses: ok,
          'x-amazon-apigateway-integration': {
            type: 'mock',
            requestTemplates: { 'application/json': '{"statusCode": 200}' },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': '{"ok":true}' },
              },
            },
          },
        },
      },
      '/100': proxy('/100'),
      '/10k': proxy('/10k'),
      '/cached': proxy('/100'),
      '/lambda': {
        get: {
          responses: ok,
          'x-amazon-apigateway-integration': {
            type: 'aws_proxy',
            httpMethod: 'POST',
            uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn}/invocations`,
          },
        },
      },
      '/vtl': {
        post: {
          responses: ok,
          'x-amazon-apigateway-integration': {
            type: 'mock',
            requestTemplates: {
              'application/json': `#set($n = $input.path("$.name"))#set($context.responseOverride.header.x-name = $n){"statusCode": 200}`,
            },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': responseTemplate },
              },
            },
          },
        },
      },
      '/validated': {
        post: {
          responses: ok,
          'x-amazon-apigateway-request-validator': 'all',
          parameters: [
            { name: 'Content-Type', in: 'header', required: true, schema: { type: 'string' } },
          ],
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
          },
          'x-amazon-apigateway-integration': {
            type: 'http',
            httpMethod: 'GET',
            uri: `http://127.0.0.1:${backend}/100`,
            requestTemplates: { 'application/json': template },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': '{"length":$input.body.length()}' },
              },
            },
          },
        },
      },
      '/vtl-http': {
        post: {
          responses: ok,
          'x-amazon-apigateway-integration': {
            type: 'http',
            httpMethod: 'GET',
            uri: `http://127.0.0.1:${backend}/100`,
            requestTemplates: { 'application/json': template },
            responses: {
              default: {
                statusCode: '200',
                responseTemplates: { 'application/json': '{"length":$input.body.length()}' },
              },
            },
          },
        },
      },
    },
  }
}

const petModel = {
  type: 'object',
  required: ['name', 'tags'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 64 },
    tags: { type: 'array', maxItems: 8, items: { type: 'string', pattern: '^[a-z]+$' } },
    age: { type: 'integer', minimum: 0, maximum: 200 },
  },
}

const responseTemplate =
  '{"id":"$context.requestId","path":"$context.resourcePath","list":[#foreach($i in [1..5])$i#if($foreach.hasNext),#end#end]}'

/** Milliseconds from starting the process until its first answer, with the store as it is. */
export async function startToFirstAnswer(folder: string): Promise<number> {
  const port = await freePort()
  const started = performance.now()
  const running = await startOnCore(
    0,
    [
      process.execPath,
      cli,
      'start',
      '--port',
      String(port),
      '--no-example',
      '--data-dir',
      join(folder, 'data'),
    ],
    port,
  )
  await fetch(`http://127.0.0.1:${port}/_portcullis/health`)
  const ms = performance.now() - started
  await running.stop()
  return ms
}

/** Whether load can be made here at all. */
export function hasWrk(): boolean {
  return spawnSync('sh', ['-c', 'command -v wrk']).status === 0
}
