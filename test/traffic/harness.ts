/**
 * A whole gateway on a free port with a store of its own, real SDK clients, real back ends and raw sockets. Each test file
 * starts one and closes it; nothing is shared and nothing is left.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  ImportRestApiCommand,
  PutRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { createGateway, type Gateway } from '../../src/gateway.ts'
import type { Log } from '../../src/observe/log.ts'
import { type Options, readOptions } from '../../src/options.ts'

export interface TestGateway {
  readonly gateway: Gateway
  readonly folder: string
  readonly rest: APIGatewayClient
  readonly lambda: LambdaClient
  /** What was logged at level warn or error. */
  readonly complaints: string[]
  /** Imports a document, deploys it to stage `test` and gives the API's id. */
  deploy(document: object): Promise<string>
  /** Replaces an API's definition and deploys it again. */
  redeploy(apiId: string, document: object): Promise<string>
  /** Makes a Node.js function and lets API Gateway call it; gives its integration URI. */
  addFunction(name: string, code: string, settings?: FunctionSettings): Promise<string>
  call(apiId: string, target: string, init?: CallInit): Promise<Answer>
  close(): Promise<void>
}

export interface FunctionSettings {
  readonly timeout?: number
  readonly mayBeInvoked?: boolean
}

export interface CallInit {
  readonly method?: string
  /** Flat: name, value, name, value. */
  readonly headers?: readonly string[]
  readonly body?: string | Buffer
  readonly stage?: string
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  readonly body: string
  readonly bytes: Buffer
  json(): unknown
}

export async function startGateway(changes: Partial<Options> = {}): Promise<TestGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-test-'))
  const complaints: string[] = []
  const gateway = await createGateway(testOptions(join(folder, 'data'), changes), {
    log: collectingLog(complaints),
  })
  const settings = {
    endpoint: gateway.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  }
  const rest = new APIGatewayClient(settings)
  const lambda = new LambdaClient(settings)
  const stageNow = async (apiId: string): Promise<string> => {
    await rest.send(new CreateDeploymentCommand({ restApiId: apiId, stageName: 'test' }))
    return apiId
  }
  return {
    gateway,
    folder,
    rest,
    lambda,
    complaints,
    async deploy(document) {
      const api = await rest.send(
        new ImportRestApiCommand({ body: Buffer.from(JSON.stringify(document)) }),
      )
      return stageNow(api.id as string)
    },
    async redeploy(apiId, document) {
      const body = Buffer.from(JSON.stringify(document))
      await rest.send(new PutRestApiCommand({ restApiId: apiId, mode: 'overwrite', body }))
      return stageNow(apiId)
    },
    addFunction: (name, code, given) => addFunction(lambda, folder, name, code, given),
    call: (apiId, target, init) => call(gateway.port, apiId, target, init),
    async close() {
      rest.destroy()
      lambda.destroy()
      await gateway.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Options for a test: any free port, one thread, quiet. */
export function testOptions(dataDir: string, changes: Partial<Options> = {}): Options {
  return {
    ...readOptions({
      flags: { port: 0, dataDir, threads: 1, example: false },
      env: {},
      cwd: tmpdir(),
    }),
    ...changes,
  }
}

export function collectingLog(complaints: string[]): Log {
  const note = (message: string): void => {
    complaints.push(message)
  }
  return { error: note, warn: note, info() {}, debug() {} }
}

async function addFunction(
  lambda: LambdaClient,
  folder: string,
  name: string,
  code: string,
  { timeout = 3, mayBeInvoked = true }: FunctionSettings = {},
): Promise<string> {
  const home = join(folder, 'functions', name)
  await mkdir(home, { recursive: true })
  await writeFile(join(home, 'index.mjs'), code)
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: timeout,
      Role: 'arn:aws:iam::000000000000:role/test',
      Code: { S3Bucket: 'hot-reload', S3Key: home },
    }),
  )
  if (mayBeInvoked) {
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: name,
        StatementId: 'gateway',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      }),
    )
  }
  return `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FunctionArn}/invocations`
}

/** By host, as AWS addresses an API: `{api}.execute-api.…/{stage}{target}`; `target` is sent as it stands. */
export function call(
  port: number,
  apiId: string,
  target: string,
  { method = 'GET', headers = [], body, stage = 'test' }: CallInit = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))]
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path: `/${stage}${target}`,
        headers: ['Host', `${apiId}.execute-api.localhost`, ...length, ...headers],
        agent: false,
      },
      answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => resolve(answerOf(answer, Buffer.concat(chunks))))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

function answerOf(answer: IncomingMessage, bytes: Buffer): Answer {
  const body = bytes.toString('utf8')
  return {
    status: answer.statusCode as number,
    headers: answer.headers,
    rawHeaders: answer.rawHeaders,
    body,
    bytes,
    json: () => JSON.parse(body),
  }
}

/** Writes bytes to a port and gives all that comes back until the other side closes or is silent for too long. */
export function rawExchange(
  port: number,
  bytes: string | Buffer,
  patienceMs = 5000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(text))
    socket.on('error', error => (text === '' ? reject(error) : resolve(text)))
    socket.setTimeout(patienceMs, () => socket.destroy())
  })
}

export interface Backend {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** A real HTTP server on a free port. */
export function startBackend(listener: RequestListener): Promise<Backend> {
  const server = createServer(listener)
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      resolve({
        url: `http://127.0.0.1:${port}`,
        port,
        close: () =>
          new Promise(done => {
            server.close(() => done())
            server.closeAllConnections()
          }),
      })
    })
  })
}

/** An OpenAPI document with these paths; integrations are given as `x-amazon-apigateway-integration`. */
export function api(paths: Record<string, object>, more: object = {}): object {
  return { openapi: '3.0.1', info: { title: 'test', version: '1' }, paths, ...more }
}

/** One operation with an integration; `more` is merged into the operation. */
export function operation(integration: object, more: object = {}): object {
  return {
    responses: { 200: { description: 'ok' } },
    ...more,
    'x-amazon-apigateway-integration': integration,
  }
}

/** A MOCK that answers 200 with this template. */
export function mock(template: string, more: object = {}): object {
  return operation({
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: {
      default: { statusCode: '200', responseTemplates: { 'application/json': template } },
    },
    ...more,
  })
}
