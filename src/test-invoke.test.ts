/** What a test shows of a streamed answer that does not come in time; test/traffic/test-invoke.test.ts has the rest. */
import assert from 'node:assert/strict'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { nobody } from './aws/identity-finder.ts'
import type { TestRequest } from './control/test-request.ts'
import { integrationTools } from './integration-tools.ts'
import type { ProgramSource } from './program/program.ts'
import { createTestInvoke } from './test-invoke.ts'
import { awsStreamTestLimits } from './test-invoke-stream.ts'

/** Set by each test: what the back end does. */
let serve: (response: ServerResponse) => void
let waiting: ServerResponse[] = []

const backend = createServer((_, response) => {
  waiting.push(response)
  serve(response)
})
await new Promise<void>(resolve => backend.listen(0, '127.0.0.1', resolve))

const tools = integrationTools(
  {
    connectTimeoutMs: 5_000,
    streamIdleTimeoutMs: null,
    answerLimitBytes: 1024 ** 2,
    allowedTargets: [],
    privateNetwork: { vpcLinks: new Map(), listeners: new Map() },
    awsEndpoints: new Map(),
    awsCredentials: null,
    unknownRoles: 'allow',
  },
  () => Promise.reject(new Error('There are no functions here')),
  nobody,
)

after(() => {
  tools.client.close()
  backend.close()
  backend.closeAllConnections()
})

const uri = `http://127.0.0.1:${(backend.address() as AddressInfo).port}/`
const limits = { timeMs: 100, bytes: 10_000 }

function request(responseTransferMode: 'STREAM' | 'BUFFERED', timeoutInMillis: number) {
  const source: ProgramSource = {
    format: 1,
    type: 'rest',
    account: '000000000000',
    region: 'us-east-1',
    apiId: 'abc123',
    deployment: { id: 'd', createdDate: 0 },
    stage: { stageName: 'test', deploymentId: 'd', createdDate: 0, lastUpdatedDate: 0 },
    snapshot: {
      api: {
        id: 'abc123',
        name: 'pets',
        createdDate: 0,
        apiKeySource: 'HEADER',
        endpointConfiguration: { types: ['REGIONAL'] },
        disableExecuteApiEndpoint: false,
        rootResourceId: 'r',
      },
      resources: [
        {
          id: 'r',
          path: '/',
          resourceMethods: {
            GET: {
              httpMethod: 'GET',
              authorizationType: 'NONE',
              apiKeyRequired: false,
              methodIntegration: {
                type: 'HTTP_PROXY',
                httpMethod: 'GET',
                uri,
                passthroughBehavior: 'WHEN_NO_MATCH',
                timeoutInMillis,
                responseTransferMode,
              },
            },
          },
        },
      ],
      models: [],
      requestValidators: [],
      gatewayResponses: [],
      authorizers: [],
    },
  }
  return {
    source,
    resourceId: 'r',
    method: 'GET',
    requestId: 'id',
    tester: { account: '000000000000', accessKeyId: 'test', userAgent: 'tests' },
    pathWithQuery: '',
    headers: [],
    body: '',
  } satisfies TestRequest
}

const run = createTestInvoke(tools, limits)

const rows = [
  {
    name: 'no head in time is the status 0, and nothing else',
    serve() {},
    want: { status: 0, body: '', log: '' },
  },
  {
    name: 'a body that does not end in time is shown as far as it came',
    serve(response: ServerResponse) {
      response.writeHead(201, { 'Content-Type': 'text/plain' })
      response.write('so far')
    },
    want: { status: 201, body: 'so far', log: '' },
  },
  {
    name: 'an answer in time is shown whole',
    serve(response: ServerResponse) {
      response.writeHead(200, { 'Content-Type': 'text/plain' })
      response.write('be')
      response.end('gin')
    },
    want: { status: 200, body: 'begin', log: '' },
  },
]

for (const { name, serve: how, want } of rows) {
  test(`of a streamed method, ${name}`, async () => {
    serve = how
    const { latencyMs, headers, ...got } = await run(request('STREAM', 900_000))
    assert.deepEqual(got, want)
    assert.equal(headers.length > 0, want.status > 0)
    assert.ok(latencyMs <= 5_000, `${latencyMs}`)
  })
}

test('a head that comes too late is let go together with its connection', async () => {
  serve = () => {}
  waiting = []
  assert.equal((await run(request('STREAM', 900_000))).status, 0)
  const [late] = waiting as [ServerResponse]
  const gone = new Promise(resolve => late.once('close', resolve))
  late.writeHead(200)
  late.write('nobody waits for this')
  await gone
})

test('a buffered method has its own time-out, which the limit of the test does not shorten', async () => {
  serve = response => setTimeout(() => response.end('late'), 3 * limits.timeMs)
  assert.equal((await run(request('BUFFERED', 29_000))).body, 'late')
  serve = () => {}
  const { status, log } = await run(request('BUFFERED', 50))
  assert.equal(status, 504)
  assert.match(log, /Execution failed due to a timeout error/)
})

test('AWS waits 35 seconds and shows a megabyte', async () => {
  assert.deepEqual(awsStreamTestLimits, { timeMs: 35_000, bytes: 1_048_576 })
})
