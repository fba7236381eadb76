/**
 * A control plane for tests: a real server on a Unix socket with an empty store in memory, AWS's own client in
 * front of it, and a list of what would have gone to the data plane.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  APIGatewayClient,
  type APIGatewayClientConfig,
  APIGatewayServiceException,
} from '@aws-sdk/client-api-gateway'
import { FakeClock } from '../../src/base/clock.ts'
import { randomIds } from '../../src/base/ids.ts'
import type { Credentials } from '../../src/control/caller.ts'
import type { Change } from '../../src/control/context.ts'
import { createControlServer } from '../../src/control/server.ts'
import type { DataPlaneTests } from '../../src/control/test-request.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'

export interface Harness extends AsyncDisposable {
  readonly client: APIGatewayClient
  readonly store: Store
  readonly clock: FakeClock
  /** What was sent to the data plane, in order. */
  readonly changes: Change[]
  /** What was reported as our fault; a test that ends with one fails. */
  readonly reports: unknown[]
  /** Another client of the same server: other credentials, another region. */
  clientWith(config: APIGatewayClientConfig): APIGatewayClient
  /** A raw request, for what no SDK would send. */
  raw(options: RawRequest): Promise<RawReply>
}

export interface RawRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface RawReply {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

/** Credentials that are whole, for raw requests in development mode. */
export const anyAuthorization =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/apigateway/aws4_request, ' +
  'SignedHeaders=host, Signature=00'

/** For tests without a data plane: what it was asked comes back as a log. */
export const noTests: DataPlaneTests = {
  method: async request => {
    const log = JSON.stringify(request)
    return { status: 200, headers: [], body: '', log, latencyMs: 0 }
  },
  authorizer: async request => {
    const log = JSON.stringify(request)
    return { clientStatus: 0, principalId: null, policy: null, claims: null, log, latencyMs: 0 }
  },
}

/** Starts a control plane; `await using` ends it and fails when it had something to report. */
export async function startControl(
  options: {
    credentials?: Credentials
    publish?: (changes: readonly Change[]) => Promise<void>
    tests?: DataPlaneTests
  } = {},
): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), 'control-'))
  const socketPath = join(directory, 's')
  const store = await openSqliteStore({ directory: ':memory:' })
  const clock = new FakeClock()
  const changes: Change[] = []
  const reports: unknown[] = []
  const server = createServer(
    createControlServer({
      store,
      clock,
      ids: randomIds,
      credentials: options.credentials ?? { type: 'development' },
      publish:
        options.publish ??
        (async list => {
          changes.push(...list)
        }),
      tests: options.tests ?? noTests,
      report: error => reports.push(error),
    }),
  )
  server.listen(socketPath)
  await once(server, 'listening')

  const clientWith = (config: APIGatewayClientConfig) =>
    new APIGatewayClient({
      endpoint: 'http://localhost:4566',
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { httpAgent: new Agent({ socketPath } as object) },
      ...config,
    })
  const client = clientWith({})

  return {
    client,
    store,
    clock,
    changes,
    reports,
    clientWith,
    raw: wanted => rawRequest(socketPath, wanted),
    async [Symbol.asyncDispose]() {
      client.destroy()
      server.closeAllConnections()
      server.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
      assert.deepEqual(reports, [])
    },
  }
}

async function rawRequest(socketPath: string, wanted: RawRequest): Promise<RawReply> {
  const { method = 'GET', path, headers = {}, body } = wanted
  // node leaves it out where a body is unusual, such as with GET.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const request = httpRequest({ socketPath, method, path, headers: { ...length, ...headers } })
  request.end(body)
  const [response] = await once(request, 'response')
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return { status: response.statusCode, headers: response.headers, body: text }
}

/** Asserts that a call is refused with this code, status and message. */
export async function refused(
  call: Promise<unknown>,
  code: string,
  status: number,
  message: string | RegExp,
): Promise<void> {
  const error = await call.then(
    () => assert.fail(`not refused: ${code} ${message}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof APIGatewayServiceException, String(error))
  assert.equal(error.name, code, error.message)
  assert.equal(error.$metadata.httpStatusCode, status)
  if (typeof message === 'string') assert.equal(error.message, message)
  else assert.match(error.message, message)
}

/** The answer without what the SDK adds to it, checked for its status. */
export function answer<T extends { $metadata: { httpStatusCode?: number | undefined } }>(
  output: T,
  status: number,
): Omit<T, '$metadata'> {
  const { $metadata, ...rest } = output
  assert.equal($metadata.httpStatusCode, status)
  return rest
}
