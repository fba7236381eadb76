import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { BroadcastChannel } from 'node:worker_threads'
import { DataPlane } from './data-plane.ts'
import type { ProgramSource } from './program/program.ts'

const channelName = `data-plane-test-${process.pid}`
/** The real thread, which dies when it is told to. */
const mortal = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { BroadcastChannel } from 'node:worker_threads'
    import ${JSON.stringify(new URL('./worker.js', import.meta.url).href)}
    const channel = new BroadcastChannel(${JSON.stringify(channelName)})
    channel.onmessage = () => { throw new Error('on purpose') }
    channel.unref()
  `)}`,
)

function plane(threads: number, complaints: string[] = []): DataPlane {
  return new DataPlane({
    threads,
    settings: {
      host: '127.0.0.1',
      port: 0,
      controlSocket: '/nowhere',
      bodyLimitBytes: 1000,
      headTimeoutMs: 1000,
      requestTimeoutMs: 1000,
      recordsKept: 10,
      streamRate: 0,
      streamIdleTimeoutMs: null,
      answerLimitBytes: 1000,
      connectTimeoutMs: 1000,
      allowedTargets: [],
      authorizerBytes: 0,
      issuers: new Map(),
      devIssuerKeys: null,
      awsEndpoints: new Map(),
      awsCredentials: null,
      unknownRoles: 'deny',
      cacheBytes: 1_000_000,
      developmentAccount: null,
      sourceNetworks: { vpcEndpoints: new Map(), vpcs: new Map() },
      privateNetwork: { vpcLinks: new Map(), listeners: new Map() },
    },
    invoke: () => Promise.reject(new Error('not called')),
    log: (_, message) => complaints.push(message),
    entry: mortal,
  })
}

/** An API whose one method answers `says`; with a throttle it needs a bucket. */
function program(apiId: string, says: string, throttled: readonly string[] = []): ProgramSource {
  const methods = ['/', ...throttled]
  const source: unknown = {
    format: 1,
    type: 'rest',
    account: '000000000000',
    region: 'eu-west-1',
    apiId,
    deployment: { id: 'd1', createdDate: 7 },
    stage: {
      stageName: 'dev',
      deploymentId: 'd1',
      createdDate: 0,
      lastUpdatedDate: 0,
      methodSettings: Object.fromEntries(
        throttled.map(path => [`${path}/GET`, { throttlingRateLimit: 1, throttlingBurstLimit: 1 }]),
      ),
    },
    snapshot: {
      api: {
        id: apiId,
        name: apiId,
        createdDate: 0,
        apiKeySource: 'HEADER',
        endpointConfiguration: { types: ['REGIONAL'] },
        disableExecuteApiEndpoint: false,
      },
      resources: methods.map((path, i) => ({
        id: `r${i}`,
        path,
        resourceMethods: {
          GET: {
            httpMethod: 'GET',
            authorizationType: 'NONE',
            apiKeyRequired: false,
            methodIntegration: {
              type: 'MOCK',
              passthroughBehavior: 'WHEN_NO_MATCH',
              timeoutInMillis: 29_000,
              requestTemplates: { 'application/json': '{"statusCode": 200}' },
              integrationResponses: {
                '200': { statusCode: '200', responseTemplates: { 'application/json': says } },
              },
            },
          },
        },
      })),
      models: [],
      requestValidators: [],
      gatewayResponses: [],
      authorizers: [],
    },
  }
  // What the control plane publishes, less the fields that no compiler reads.
  return source as ProgramSource
}

const publish = (data: DataPlane, source: ProgramSource) =>
  data.publish(source, JSON.stringify(source))

/** undefined: nobody took the connection. */
function get(port: number, apiId: string, path = '/'): Promise<string | undefined> {
  return new Promise(resolve => {
    const target = `/_aws/execute-api/${apiId}/dev${path}`
    const sent = request({ host: '127.0.0.1', port, path: target, agent: false }, answer => {
      let text = ''
      answer.on('data', chunk => {
        text += chunk
      })
      answer.on('error', () => resolve(undefined))
      answer.on('end', () => resolve(text))
    })
    sent.on('error', () => resolve(undefined))
    sent.end()
  })
}

async function untilAnswered(port: number, apiId: string): Promise<string> {
  for (;;) {
    const answer = await get(port, apiId)
    if (answer !== undefined) return answer
  }
}

test('a thread that dies is replaced by one with the same programs and what was published since', async () => {
  const complaints: string[] = []
  const data = plane(1, complaints)
  const channel = new BroadcastChannel(channelName)
  try {
    await publish(data, program('a', 'before'))
    await publish(data, program('b', 'stays'))
    const port = await data.start()
    assert.deepEqual(complaints, [])
    assert.equal(await get(port, 'a'), 'before')
    channel.postMessage('die')
    while ((await get(port, 'a')) !== undefined);
    await publish(data, program('a', 'after'))
    assert.equal(await untilAnswered(port, 'a'), 'after')
    assert.equal(await get(port, 'b'), 'stays')
    assert.match(complaints.join('\n'), /died and is started again.*on purpose/s)
  } finally {
    channel.close()
    await data.close()
  }
})

test('a program that cannot be compiled leaves the old one, with its throttles', async () => {
  const data = plane(2)
  try {
    await publish(data, program('a', 'good', ['/t']))
    const port = await data.start()
    await assert.rejects(publish(data, program('a', '#if(')), /#if|template/i)
    for (let i = 0; i < 8; i++) assert.equal(await get(port, 'a'), 'good')
    assert.equal(await get(port, 'a', '/t'), 'good')
    assert.match((await get(port, 'a', '/t')) ?? '', /Too Many Requests/)
    await assert.rejects(publish(data, program('new', '#if(')))
    assert.match((await get(port, 'new')) ?? '', /Forbidden/)
  } finally {
    await data.close()
  }
})

test('methods without a throttle take no place among the buckets', async () => {
  const data = plane(1)
  try {
    for (let i = 0; i < 30; i++) {
      const source = program(`api${i}`, 'x')
      const [one] = source.snapshot.resources
      const resources = Array.from({ length: 3000 }, (_, n) => ({ ...one, path: `/r${n}` }))
      await publish(data, { ...source, snapshot: { ...source.snapshot, resources } as never })
    }
  } finally {
    await data.close()
  }
})
