import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import {
  CreateDeploymentCommand,
  FlushStageCacheCommand,
  type PatchOperation,
  PutRestApiCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway'
import {
  type Answer,
  api,
  type Backend,
  mock,
  operation,
  startBackend,
  startGateway,
  type TestGateway,
} from './harness.ts'
import { callSigned } from './signed-call.ts'

let backend: Backend
let t: TestGateway
/** Every request that the back end got, as `GET /path?query`. */
let asked: string[] = []
/** Answers to `/held…` wait here. */
let held: ServerResponse[] = []
let onHeld: (() => void) | null = null

before(async () => {
  backend = await startBackend((request, response) => {
    const { method, url = '' } = request
    asked.push(`${method} ${url}`)
    const [, status, size] = /^\/(\d{3})(?:-(\d+))?/.exec(url) ?? []
    if (url.startsWith('/held')) {
      held.push(response)
      onHeld?.()
    } else if (status !== undefined) {
      response.writeHead(Number(status), { 'content-type': 'text/plain', 'x-count': asked.length })
      response.end(size === undefined ? `answer ${asked.length}` : 'x'.repeat(Number(size)))
    } else {
      response.writeHead(200, { 'content-type': 'text/plain', 'x-count': asked.length })
      response.end(`answer ${asked.length}`)
    }
  })
  t = await startGateway()
})
beforeEach(() => {
  asked = []
  held = []
  onHeld = null
})
after(async () => {
  await t.close()
  await backend.close()
})

const proxy = (path: string, more: object = {}, outer: object = {}) =>
  operation({ type: 'http_proxy', httpMethod: 'ANY', uri: `${backend.url}${path}`, ...more }, outer)

const setting = (name: string, value: string, path = '/*/*'): PatchOperation => ({
  op: 'replace',
  path: `${path}/caching/${name}`,
  value,
})

function update(restApiId: string, ...patchOperations: PatchOperation[]) {
  return t.rest.send(new UpdateStageCommand({ restApiId, stageName: 'test', patchOperations }))
}

const cluster: PatchOperation = { op: 'replace', path: '/cacheClusterEnabled', value: 'true' }

/** Deploys an API whose GET methods are cached. */
async function cached(paths: Record<string, object>, ...more: PatchOperation[]): Promise<string> {
  const id = await t.deploy(api(paths))
  await update(id, cluster, setting('enabled', 'true'), ...more)
  return id
}

async function explain(answer: Answer): Promise<string> {
  const id = answer.headers['x-amzn-requestid']
  return (await fetch(`${t.gateway.url}/_portcullis/explain/${id}`)).text()
}

/** Resolves when the back end holds so many requests. */
function holding(count: number): Promise<void> {
  return new Promise(resolve => {
    onHeld = () => {
      if (held.length >= count) resolve()
    }
    onHeld()
  })
}

test('the second request is answered from the cache, with ids of its own', async () => {
  const id = await cached({ '/x': { get: proxy('/x') } })
  const first = await t.call(id, '/x')
  const second = await t.call(id, '/x')
  assert.deepEqual(asked, ['GET /x'])
  assert.deepEqual([first.body, second.body], ['answer 1', 'answer 1'])
  assert.equal(second.headers['x-count'], '1')
  assert.equal(second.headers['content-type'], 'text/plain')
  assert.notEqual(second.headers['x-amzn-requestid'], first.headers['x-amzn-requestid'])
  assert.match(await explain(first), /cache {5}miss\n/)
  const text = await explain(second)
  assert.match(
    text,
    new RegExp(`hit, \\d\\.\\d s old, put there by request ${first.headers['x-amzn-requestid']}`),
  )
  assert.match(text, /back end {2}HTTP_PROXY, not called/)
})

test('nothing is cached without a cluster, and the settings count from the moment they are made', async () => {
  const id = await t.deploy(api({ '/x': { get: proxy('/x') } }))
  await update(id, setting('enabled', 'true'))
  await t.call(id, '/x')
  await t.call(id, '/x')
  assert.equal(asked.length, 2)
  await update(id, cluster)
  await t.call(id, '/x')
  await t.call(id, '/x')
  assert.equal(asked.length, 3)
  await update(id, { op: 'replace', path: '/cacheClusterEnabled', value: 'false' })
  await t.call(id, '/x')
  assert.equal(asked.length, 4)
  await update(id, cluster)
  await t.call(id, '/x')
  assert.equal(asked.length, 5, 'a cache that was switched off is empty when it is on again')
})

test('query, headers and path count only as cache keys', async () => {
  const inPath = (name: string) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })
  const id = await cached({
    '/plain/{id}': { get: proxy('/plain', {}, { parameters: [inPath('id')] }) },
    '/keyed/{id}': {
      get: proxy(
        '/keyed',
        { cacheKeyParameters: ['method.request.path.id', 'method.request.querystring.page'] },
        { parameters: [inPath('id'), { name: 'page', in: 'query', schema: { type: 'string' } }] },
      ),
    },
  })
  for (const target of ['/plain/1', '/plain/2', '/plain/1?page=2']) await t.call(id, target)
  assert.deepEqual(asked, ['GET /plain'])
  asked = []
  const targets = ['/keyed/1', '/keyed/2', '/keyed/1?page=1', '/keyed/1?page=2', '/keyed/1?page=']
  for (const target of [...targets, ...targets, '/keyed/1?page=1&more=3']) await t.call(id, target)
  // A parameter that is empty and one that is absent: a back end sees the difference.
  assert.equal(asked.length, 5, asked.join(' '))
})

test('only GET, unless another method is named', async () => {
  const id = await cached({ '/x': { get: proxy('/x'), post: proxy('/x'), put: proxy('/x') } })
  await update(id, setting('enabled', 'true', '/~1x/PUT'))
  for (const method of ['GET', 'POST', 'PUT', 'GET', 'POST', 'PUT']) {
    await t.call(id, '/x', { method })
  }
  assert.deepEqual(asked, ['GET /x', 'POST /x', 'PUT /x', 'POST /x'])
})

test('answers of templates and functions are cached too', async () => {
  const uri = await t.addFunction(
    'count',
    'let n = 0; export const handler = async () => ({ statusCode: 200, body: String(++n) })',
  )
  const id = await cached({
    '/mock': { get: mock('$context.requestId') },
    '/function': { get: operation({ type: 'aws_proxy', httpMethod: 'POST', uri }) },
  })
  for (const target of ['/mock', '/function']) {
    assert.equal((await t.call(id, target)).body, (await t.call(id, target)).body)
  }
})

test('entries are too old after their time', async () => {
  const id = await cached({ '/x': { get: proxy('/x') } }, setting('ttlInSeconds', '1'))
  await t.call(id, '/x')
  const until = Date.now() + 1000
  // The gateway has the system clock here: what a fake one would do is in src/pipeline/stage-cache.test.ts.
  while (Date.now() <= until) await t.call(id, '/x')
  await t.call(id, '/x')
  assert.equal(asked.length, 2)
})

test('errors of the client are kept, faults of the back end and refusals are not', async () => {
  const id = await cached({
    '/404': { get: proxy('/404') },
    '/503': { get: proxy('/503') },
    '/gone': {
      get: operation({ type: 'http_proxy', httpMethod: 'GET', uri: 'http://127.0.0.1:1/' }),
    },
  })
  for (let i = 0; i < 2; i++) {
    assert.equal((await t.call(id, '/404')).status, 404)
    assert.equal((await t.call(id, '/503')).status, 503)
    assert.equal((await t.call(id, '/gone')).status, 504)
  }
  assert.deepEqual(asked, ['GET /404', 'GET /503', 'GET /503'])
})

test('what is larger than a megabyte is handed on and not kept', async () => {
  const id = await cached({
    '/fits': { get: proxy('/200-1040000') },
    '/large': { get: proxy('/200-1048577') },
  })
  for (const target of ['/fits', '/large', '/fits', '/large']) {
    assert.equal((await t.call(id, target)).status, 200)
  }
  assert.equal(asked.filter(each => each === 'GET /200-1040000').length, 1)
  assert.equal(asked.filter(each => each === 'GET /200-1048577').length, 2)
})

test('many at once cause one call', async () => {
  const id = await cached({ '/x': { get: proxy('/held') } })
  const calls = Array.from({ length: 30 }, () => t.call(id, '/x'))
  await holding(1)
  // All thirty have arrived when a request that came after them has its answer.
  await t.call(id, '/nothing')
  held[0]?.end('together')
  const answers = await Promise.all(calls)
  assert.ok(answers.every(({ status, body }) => status === 200 && body === 'together'))
  assert.equal(asked.length, 1)
  const texts = await Promise.all(answers.map(explain))
  assert.equal(texts.filter(text => /cache {5}miss\n/.test(text)).length, 1)
})

test('a 304 to the condition of one client is nobody else’s answer', async () => {
  const id = await cached({ '/x': { get: proxy('/held') } })
  const conditional = t.call(id, '/x', { headers: ['If-None-Match', '"1"'] })
  await holding(1)
  const others = [t.call(id, '/x'), t.call(id, '/x')]
  await t.call(id, '/nothing')
  held[0]?.writeHead(304).end()
  assert.equal((await conditional).status, 304)
  await holding(3)
  for (const each of held.slice(1)) each.end('whole')
  const answers = await Promise.all(others)
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body]),
    [
      [200, 'whole'],
      [200, 'whole'],
    ],
  )
  assert.match(await explain(answers[0] as Answer), /cache {5}miss/)
  // Those who called for themselves leave nothing behind.
  held = []
  const next = t.call(id, '/x', { headers: ['If-None-Match', '"1"'] })
  await holding(1)
  held[0]?.end('kept')
  assert.equal((await next).body, 'kept')
  assert.equal((await t.call(id, '/x', { headers: ['If-None-Match', '"1"'] })).body, 'kept')
})

test('when the call fails, all who waited are told, and the next asks again', async () => {
  const id = await cached({ '/x': { get: proxy('/held') } })
  const calls = Array.from({ length: 10 }, () => t.call(id, '/x'))
  await holding(1)
  await t.call(id, '/nothing')
  held[0]?.destroy()
  // A connection that closes without an answer may be tried again once.
  const retried = holding(2).then(() => held[1]?.destroy())
  const answers = await Promise.all(calls)
  assert.ok(answers.every(({ status }) => status === 504))
  void retried
  held = []
  const again = t.call(id, '/x')
  await holding(1)
  held[0]?.end('well')
  assert.equal((await again).body, 'well')
})

test('the client that asked first goes, the others get their answers', async () => {
  const id = await cached({ '/x': { get: proxy('/held') } })
  const first = connect(t.gateway.port, '127.0.0.1')
  first.write(`GET /test/x HTTP/1.1\r\nHost: ${id}.execute-api.x\r\n\r\n`)
  await holding(1)
  const others = Array.from({ length: 5 }, () => t.call(id, '/x'))
  await t.call(id, '/nothing')
  first.destroy()
  await once(first, 'close')
  await t.call(id, '/nothing')
  held[0]?.end('still here')
  const answers = await Promise.all(others)
  assert.ok(answers.every(({ body }) => body === 'still here'))
  assert.equal((await t.call(id, '/x')).body, 'still here')
  assert.equal(asked.length, 1)
})

test('when nobody is left, the call is given up', async () => {
  const id = await cached({ '/x': { get: proxy('/held') } })
  const first = connect(t.gateway.port, '127.0.0.1')
  first.write(`GET /test/x HTTP/1.1\r\nHost: ${id}.execute-api.x\r\n\r\n`)
  await holding(1)
  const closed = once(held[0] as ServerResponse, 'close')
  first.destroy()
  await closed
  held = []
  const next = t.call(id, '/x')
  await holding(1)
  held[0]?.end('fresh')
  assert.equal((await next).body, 'fresh')
})

const demand = ['Cache-Control', 'no-transform, Max-Age=0']

test('a demand for a fresh answer replaces the entry where no right is needed for it', async () => {
  const id = await cached(
    { '/x': { get: proxy('/x') } },
    setting('requireAuthorizationForCacheControl', 'false'),
  )
  await t.call(id, '/x')
  const fresh = await t.call(id, '/x', { headers: demand })
  assert.equal(fresh.body, 'answer 2')
  assert.match(await explain(fresh), /cache {5}not asked: the client demanded a fresh answer/)
  assert.equal((await t.call(id, '/x')).body, 'answer 2')
  for (const other of ['max-age=10', 'no-cache', 'no-store', 's-max-age=0', 'max-age=0x']) {
    assert.equal((await t.call(id, '/x', { headers: ['Cache-Control', other] })).body, 'answer 2')
  }
  const twoLines = [...['Cache-Control', 'max-age=0'], ...['cache-control', 'no-transform']]
  assert.equal((await t.call(id, '/x', { headers: twoLines })).body, 'answer 3')
})

test('a demand is granted to callers whose policies allow it, of the same account', async () => {
  const statement = { Effect: 'Allow', Principal: '*', Resource: 'execute-api:/*' }
  const policy = { Statement: [{ ...statement, Action: 'execute-api:Invoke' }] }
  const iam = { 'x-amazon-apigateway-auth': { type: 'AWS_IAM' } }
  const paths = { '/open': { get: proxy('/open') }, '/iam': { get: { ...proxy('/iam'), ...iam } } }
  const id = await t.deploy(api(paths, { 'x-amazon-apigateway-policy': policy }))
  const strict = setting('unauthorizedCacheControlHeaderStrategy', 'FAIL_WITH_403')
  await update(id, cluster, setting('enabled', 'true'), strict)
  assert.equal((await t.call(id, '/open', { headers: demand })).status, 403)
  const byRoot = await callSigned(t.gateway.port, id, '/iam', { headers: demand })
  assert.equal(byRoot.status, 200)
  assert.match(await explain(byRoot), /cache {5}not asked: the client demanded a fresh answer/)
  const credentials = { accessKeyId: '111122223333', secretAccessKey: 'test' }
  const abroad = await callSigned(t.gateway.port, id, '/iam', { headers: demand }, { credentials })
  assert.equal(abroad.status, 403)
})

const strategies: readonly { strategy: string; status: number; warning: string | undefined }[] = [
  { strategy: 'FAIL_WITH_403', status: 403, warning: undefined },
  {
    strategy: 'SUCCEED_WITH_RESPONSE_HEADER',
    status: 200,
    warning: '199 Cache-control headers were ignored because the caller was unauthorized.',
  },
  { strategy: 'SUCCEED_WITHOUT_RESPONSE_HEADER', status: 200, warning: undefined },
]

for (const { strategy, status, warning } of strategies) {
  test(`a demand without the right to it: ${strategy}`, async () => {
    const id = await cached(
      { '/x': { get: proxy('/x') } },
      setting('unauthorizedCacheControlHeaderStrategy', strategy),
    )
    const missed = await t.call(id, '/x', { headers: demand })
    assert.equal(missed.status, status)
    assert.equal(missed.headers['warning'], warning)
    const first = await t.call(id, '/x')
    assert.equal(first.headers['warning'], undefined, 'the header is not kept with the answer')
    const second = await t.call(id, '/x', { headers: demand })
    assert.equal(second.status, status)
    assert.equal(second.headers['warning'], warning)
    assert.equal(asked.length, 1)
    if (status === 200)
      assert.match(await explain(second), /hit, .*which its\s+policies do not let it/s)
  })
}

test('FlushStageCache empties the cache of every thread', async () => {
  const many = await startGateway({ threads: 2 })
  try {
    const id = await many.deploy(api({ '/x': { get: proxy('/x') } }))
    const patchOperations = [cluster, setting('enabled', 'true')]
    const at = { restApiId: id, stageName: 'test' }
    await many.rest.send(new UpdateStageCommand({ ...at, patchOperations }))
    const rounds = () => Promise.all(Array.from({ length: 40 }, () => many.call(id, '/x')))
    await rounds()
    await rounds()
    const before = asked.length
    assert.ok(before <= 2, 'once for each thread')
    await many.rest.send(new FlushStageCacheCommand(at))
    const answers = await rounds()
    assert.ok(answers.every(({ body }) => Number(body.split(' ')[1]) > before))
    assert.ok(asked.length <= before + 2)
  } finally {
    await many.close()
  }
})

test('a demand for a fresh answer is heard by every thread', async () => {
  const many = await startGateway({ threads: 2 })
  try {
    const id = await many.deploy(api({ '/x': { get: proxy('/x') } }))
    const isOpen = setting('requireAuthorizationForCacheControl', 'false')
    const patchOperations = [cluster, setting('enabled', 'true'), isOpen]
    await many.rest.send(
      new UpdateStageCommand({ restApiId: id, stageName: 'test', patchOperations }),
    )
    const rounds = () => Promise.all(Array.from({ length: 40 }, () => many.call(id, '/x')))
    await rounds()
    const before = asked.length
    assert.equal(before, 2, 'both threads have an answer')
    await many.call(id, '/x', { headers: demand })
    const answers = await rounds()
    assert.ok(answers.every(({ body }) => Number(body.split(' ')[1]) > before))
    assert.equal(asked.length, before + 2)
  } finally {
    await many.close()
  }
})

test('a deployment begins with an empty cache, other changes of the stage keep it', async () => {
  const id = await cached({ '/x': { get: proxy('/x') } })
  await t.call(id, '/x')
  await update(id, { op: 'replace', path: '/variables/colour', value: 'red' })
  await t.call(id, '/x')
  assert.equal(asked.length, 1)
  await t.redeploy(id, api({ '/x': { get: proxy('/y') } }))
  await t.call(id, '/x')
  assert.deepEqual(asked, ['GET /x', 'GET /y'])
})

test('a canary has a cache of its own, or the stage’s', async () => {
  const id = await cached({ '/x': { get: proxy('/old') } })
  assert.equal((await t.call(id, '/x')).body, 'answer 1')
  const body = Buffer.from(JSON.stringify(api({ '/x': { get: proxy('/new') } })))
  await t.rest.send(new PutRestApiCommand({ restApiId: id, mode: 'overwrite', body }))
  const canarySettings = { percentTraffic: 100 }
  const at = { restApiId: id, stageName: 'test' }
  await t.rest.send(new CreateDeploymentCommand({ ...at, canarySettings }))
  await t.call(id, '/x')
  assert.equal((await t.call(id, '/x')).body, 'answer 2')
  assert.deepEqual(asked, ['GET /old', 'GET /new'])
  // The resource of the stage's deployment is not that of the canary's after an overwrite: both name one namespace.
  await update(id, { op: 'replace', path: '/canarySettings/useStageCache', value: 'true' })
  await update(id, { op: 'replace', path: '/canarySettings/percentTraffic', value: '0' })
  assert.equal((await t.call(id, '/x')).body, 'answer 1')
})

test('useStageCache: the canary answers with what the stage has kept', async () => {
  const document = (path: string) =>
    api({ '/x': { get: proxy(path, { cacheNamespace: 'shared' }) } })
  const id = await t.deploy(document('/old'))
  await update(id, cluster, setting('enabled', 'true'))
  await t.call(id, '/x')
  const body = Buffer.from(JSON.stringify(document('/new')))
  await t.rest.send(new PutRestApiCommand({ restApiId: id, mode: 'overwrite', body }))
  const canarySettings = { percentTraffic: 100, useStageCache: true }
  const at = { restApiId: id, stageName: 'test' }
  await t.rest.send(new CreateDeploymentCommand({ ...at, canarySettings }))
  assert.equal((await t.call(id, '/x')).body, 'answer 1')
  assert.deepEqual(asked, ['GET /old'])
})

test('encrypted entries, and answers that are compressed after the cache', async () => {
  const id = await t.deploy(
    api(
      { '/x': { get: proxy('/200-5000') } },
      { 'x-amazon-apigateway-minimum-compression-size': 0 },
    ),
  )
  await update(id, cluster, setting('enabled', 'true'), setting('dataEncrypted', 'true'))
  const plain = await t.call(id, '/x')
  const zipped = await t.call(id, '/x', { headers: ['Accept-Encoding', 'gzip'] })
  const again = await t.call(id, '/x')
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.equal(plain.body, 'x'.repeat(5000))
  assert.equal(again.body, plain.body)
  assert.equal(asked.length, 1)
})

test('guards come before the cache', async () => {
  const id = await cached({ '/x': { get: proxy('/x') } })
  await update(
    id,
    { op: 'replace', path: '/~1x/GET/throttling/rateLimit', value: '0.01' },
    { op: 'replace', path: '/~1x/GET/throttling/burstLimit', value: '2' },
    setting('enabled', 'true', '/~1x/GET'),
  )
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) statuses.push((await t.call(id, '/x')).status)
  assert.deepEqual(statuses, [200, 200, 429])
})
