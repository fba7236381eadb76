/**
 * What `responseTransferMode` STREAM is held to and what it is spared: times, rate, caches, compression, private networks, TLS,
 * tests of methods. The times are those of options and definitions, made short.
 */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import {
  GetResourcesCommand,
  PutIntegrationCommand,
  type PutIntegrationCommandInput,
  TestInvokeMethodCommand,
  UpdateIntegrationCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import {
  expiredCertificate,
  expiredKey,
  localhostCertificate,
  localhostKey,
} from '../../src/integrations/http/fixtures/certificates.ts'
import type { Address } from '../../src/integrations/private-network.ts'
import { api, operation, startGateway, type TestGateway } from './harness.ts'
import { type RawBackend, RawClient, requestText, startRawBackend } from './raw-sockets.ts'

const listener = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:listener/app/pets/1/2'
const freeBytes = 10 * 1024 ** 2

let t: TestGateway
let backend: RawBackend
let secure: RawBackend
let expired: RawBackend
let apiId: string
let serve: (socket: Socket, request: string) => void

before(async () => {
  backend = await startRawBackend((socket, request) => serve(socket, request))
  const answer = (socket: Socket): void => {
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret')
  }
  secure = await startRawBackend(answer, { cert: localhostCertificate, key: localhostKey })
  expired = await startRawBackend(answer, { cert: expiredCertificate, key: expiredKey })
  const here = { host: '127.0.0.1', port: backend.port }
  t = await startGateway({
    streamIdleTimeoutMs: 150,
    streamRate: 1_000_000,
    vpcLinks: new Map<string, Address>([
      ['link01', here],
      ['tls001', { host: '127.0.0.1', port: secure.port }],
    ]),
    listeners: new Map([[listener, here]]),
  })
  const stream = (more: object = {}) => ({
    get: operation({
      type: 'http_proxy',
      httpMethod: 'GET',
      uri: `${backend.url}/x`,
      responseTransferMode: 'STREAM',
      ...more,
    }),
  })
  const link = { connectionType: 'VPC_LINK', uri: 'http://pets.internal/x' }
  const skips = { tlsConfig: { insecureSkipVerification: true } }
  apiId = await t.deploy(
    api(
      {
        '/stream': stream({ timeoutInMillis: 900_000 }),
        '/cached': stream(),
        '/first': stream({ ...link, connectionId: 'link01' }),
        '/second': stream({ ...link, connectionId: 'link2a', integrationTarget: listener }),
        '/unknown-authority': stream({ uri: `${secure.url}/x` }),
        '/own-authority': stream({ uri: `${secure.url}/x`, ...skips }),
        '/misnamed': stream({
          ...link,
          connectionId: 'tls001',
          uri: 'https://pets.internal/x',
          ...skips,
        }),
        '/expired': stream({ uri: `${expired.url}/x`, ...skips }),
      },
      { 'x-amazon-apigateway-minimum-compression-size': 0 },
    ),
  )
})

after(async () => {
  await Promise.all([backend.close(), secure.close(), expired.close()])
  await t.close()
})

function ask(path: string, lines: readonly string[] = []): RawClient {
  const client = new RawClient(t.gateway.port)
  client.send(requestText(apiId, `GET /test${path} HTTP/1.1`, lines))
  return client
}

async function recordOf(text: string): Promise<string> {
  const requestId = /x-amzn-RequestId: (\S+)/i.exec(text)?.[1]
  return (await fetch(`${t.gateway.url}/_portcullis/explain/${requestId}`)).text()
}

test('a back end that falls silent breaks its answer off; before its head it may take its time', async () => {
  serve = socket => {
    // Twice the silence that is allowed within an answer.
    setTimeout(() => socket.write('HTTP/1.1 200 OK\r\n\r\nbegin'), 300)
  }
  const text = await ask('/stream').untilClosed()
  assert.match(text, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n5\r\nbegin\r\n$/)
  assert.match(await recordOf(text), /broken off after 5 bytes of the body: .*Timed out/)
})

test('a function that falls silent breaks its answer off', async () => {
  const code = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
    stream = awslambda.HttpResponseStream.from(stream, {})
    stream.write('begin'); await new Promise(r => setTimeout(r, 2000)); stream.end() })`
  const uri = (await t.addFunction('silent', code))
    .replace('2015-03-31', '2021-11-15')
    .replace('/invocations', '/response-streaming-invocations')
  const proxy = { type: 'aws_proxy', httpMethod: 'POST', uri, responseTransferMode: 'STREAM' }
  const id = await t.deploy(api({ '/s': { get: operation(proxy) } }))
  const client = new RawClient(t.gateway.port)
  client.send(requestText(id, 'GET /test/s HTTP/1.1'))
  const text = await client.untilClosed()
  assert.match(text, /\r\n\r\n5\r\nbegin\r\n$/)
  assert.match(await recordOf(text), /said nothing for 150 ms/)
})

test('ten megabytes go out as they come, the rest at the rate', async () => {
  const slowBytes = 600_000
  const length = freeBytes + slowBytes
  serve = socket => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`)
    socket.write(Buffer.alloc(length, 'x'))
  }
  const started = performance.now()
  const answer = await t.call(apiId, '/stream')
  assert.equal(answer.bytes.length, length)
  // At a megabyte a second; the last piece is not waited for.
  assert.ok(performance.now() - started > 450, 'it came faster than the rate')
})

test('private back ends stream, behind links of both kinds', async () => {
  for (const [path, asked] of [
    ['/first', 'GET /x HTTP/1.1'],
    ['/second', 'GET /test/x HTTP/1.1'],
  ] as const) {
    let got = ''
    serve = (socket, request) => {
      got = request
      socket.write('HTTP/1.1 200 OK\r\n\r\nbegin')
    }
    const client = ask(path)
    await client.until(text => text.includes('begin'))
    backend.sockets.at(-1)?.end('end')
    assert.match(await client.until(text => text.endsWith('0\r\n\r\n')), /3\r\nend\r\n0\r\n\r\n$/)
    assert.ok(got.startsWith(`${asked}\r\n`) && got.includes('\r\nHost: pets.internal\r\n'), got)
    client.close()
  }
})

test('certificates are checked as for any other method', async () => {
  for (const [path, status] of [
    ['/own-authority', 200],
    ['/unknown-authority', 500],
    ['/misnamed', 500],
    ['/expired', 500],
  ] as const) {
    const answer = await t.call(apiId, path)
    assert.equal(answer.status, status, path)
    assert.equal(answer.body, status === 200 ? 'secret' : '{"message": "Internal server error"}')
  }
})

test('neither the cache of the stage nor compression touches a streamed answer', async () => {
  await t.rest.send(
    new UpdateStageCommand({
      restApiId: apiId,
      stageName: 'test',
      patchOperations: [
        { op: 'replace', path: '/cacheClusterEnabled', value: 'true' },
        { op: 'replace', path: '/*/*/caching/enabled', value: 'true' },
      ],
    }),
  )
  let calls = 0
  serve = socket => {
    calls++
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nbegin')
  }
  for (const want of [1, 2]) {
    const client = ask('/cached', ['Accept-Encoding: gzip'])
    const text = await client.until(each => each.includes('begin'))
    assert.doesNotMatch(text, /content-encoding/i)
    backend.sockets.at(-1)?.end()
    await client.until(each => each.endsWith('0\r\n\r\n'))
    client.close()
    assert.equal(calls, want)
  }
})

async function integrationOf(path: string): Promise<PutIntegrationCommandInput> {
  const { items = [] } = await t.rest.send(new GetResourcesCommand({ restApiId: apiId }))
  const resourceId = items.find(item => item.path === path)?.id
  const uri = 'http://pets.test/x'
  const method = { restApiId: apiId, resourceId, httpMethod: 'GET', integrationHttpMethod: 'GET' }
  return { ...method, type: 'HTTP_PROXY', uri }
}

test('fifteen minutes are for streams only', async () => {
  const put = async (mode: 'STREAM' | 'BUFFERED', timeoutInMillis: number): Promise<unknown> => {
    const input = { ...(await integrationOf('/second')), responseTransferMode: mode }
    return t.rest.send(new PutIntegrationCommand({ ...input, timeoutInMillis }))
  }
  await put('STREAM', 900_000)
  await assert.rejects(put('STREAM', 900_001), /between 50 ms and 900000 ms/)
  await put('BUFFERED', 29_000)
  await assert.rejects(put('BUFFERED', 29_001), /between 50 ms and 29000 ms/)
  const buffered = { type: 'http_proxy', httpMethod: 'GET', uri: 'http://pets.test/x' }
  const tooLong = { ...buffered, timeoutInMillis: 29_001 }
  await assert.rejects(t.deploy(api({ '/x': { get: operation(tooLong) } })), /29000 ms/)
})

test('with a longer --integration-timeout every way to configure a method takes it, and no more', async () => {
  const raised = await startGateway({ integrationTimeoutMs: 120_000 })
  const endpoint = { type: 'http_proxy', httpMethod: 'GET', uri: `${backend.url}/x` }
  const definition = (timeoutInMillis: number, responseTransferMode = 'BUFFERED') =>
    api({ '/x': { get: operation({ ...endpoint, timeoutInMillis, responseTransferMode }) } })
  try {
    const restApiId = await raised.deploy(definition(120_000))
    serve = socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    assert.equal((await raised.call(restApiId, '/x')).body, 'ok')
    await assert.rejects(raised.deploy(definition(120_001)), /between 50 ms and 120000 ms/)
    await raised.deploy(definition(900_000, 'STREAM'))
    const { items = [] } = await raised.rest.send(new GetResourcesCommand({ restApiId }))
    const resourceId = items.find(item => item.path === '/x')?.id
    const set = (value: string) =>
      raised.rest.send(
        new UpdateIntegrationCommand({
          ...{ restApiId, resourceId, httpMethod: 'GET' },
          patchOperations: [{ op: 'replace', path: '/timeoutInMillis', value }],
        }),
      )
    assert.equal((await set('60000')).timeoutInMillis, 60_000)
    await assert.rejects(set('120001'), /between 50 ms and 120000 ms/)
  } finally {
    await raised.close()
  }
})

test('a test of the method shows the answer whole, up to a megabyte, and no log', async () => {
  const { items = [] } = await t.rest.send(new GetResourcesCommand({ restApiId: apiId }))
  const resourceId = items.find(item => item.path === '/stream')?.id
  const run = () =>
    t.rest.send(new TestInvokeMethodCommand({ restApiId: apiId, resourceId, httpMethod: 'GET' }))
  serve = socket => {
    socket.write('HTTP/1.1 201 Made\r\nX-One: 1\r\n\r\nbegin')
    setTimeout(() => socket.end('end'), 50)
  }
  const short = await run()
  assert.deepEqual([short.status, short.body, short.log ?? ''], [201, 'beginend', ''])
  assert.equal(short.headers?.['X-One'], '1')
  // It never ends: what came is shown once it is more than a megabyte.
  serve = socket => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    socket.write(Buffer.alloc(2 * 1024 ** 2, 'x'))
  }
  const long = await run()
  const length = long.body?.length ?? 0
  assert.ok(length > 1024 ** 2 && length <= 1024 ** 2 + 65_536, `${length}`)
  serve = socket => socket.destroy()
  assert.equal((await run()).status, 504)
})
