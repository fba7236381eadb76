import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Integration, MethodSetting, Stage } from '../aws/rest-api.ts'
import type { MethodRequest } from '../messages/messages.ts'
import type { Context } from '../messages/variables.ts'
import { type CachedMethod, cacheCapacity, cacheScope, compileCaching } from './caching.ts'
import { compileMediaTypes } from './media-types.ts'
import type { CachePlan, ProgramSource } from './program.ts'
import { ProgramError } from './program-error.ts'

const stage: Stage = {
  stageName: 'dev',
  deploymentId: 'd1',
  createdDate: 0,
  lastUpdatedDate: 0,
  cacheClusterEnabled: true,
  cacheClusterSize: '0.5',
}
const integration: Integration = {
  type: 'HTTP_PROXY',
  uri: 'http://x/',
  passthroughBehavior: 'WHEN_NO_MATCH',
  timeoutInMillis: 1000,
}
const place = { method: 'GET', path: '/pets' }

interface Given extends Partial<Omit<CachedMethod, 'settings' | 'integration'>> {
  readonly own?: MethodSetting
  readonly all?: MethodSetting
  readonly integration?: Partial<Integration>
}

function compile({ own = {}, all = {}, integration: more, ...rest }: Given): CachePlan | null {
  return compileCaching(
    {
      stage,
      scope: 'd1',
      settings: { own, all },
      resourceId: 'r1',
      verb: 'GET',
      integration: { ...integration, ...more },
      binary: compileMediaTypes([]),
      ...rest,
    },
    place,
  )
}

const on: MethodSetting = { cachingEnabled: true }

const decisions: readonly { name: string; given: Given; isCached: boolean }[] = [
  { name: 'nothing set', given: {}, isCached: false },
  { name: 'on for the stage', given: { all: on }, isCached: true },
  { name: 'on for the stage, POST', given: { all: on, verb: 'POST' }, isCached: false },
  { name: 'on for the stage, ANY', given: { all: on, verb: 'ANY' }, isCached: false },
  { name: 'on for a POST method', given: { own: on, verb: 'POST' }, isCached: true },
  {
    name: 'off for the method',
    given: { own: { cachingEnabled: false }, all: on },
    isCached: false,
  },
  { name: 'kept for no time', given: { own: { ...on, cacheTtlInSeconds: 0 } }, isCached: false },
  {
    name: 'streamed',
    given: { own: on, integration: { responseTransferMode: 'STREAM' } },
    isCached: false,
  },
  {
    name: 'no cluster',
    given: { own: on, stage: { ...stage, cacheClusterEnabled: false } },
    isCached: false,
  },
]

for (const { name, given, isCached } of decisions) {
  test(`${isCached ? 'cached' : 'not cached'}: ${name}`, () => {
    assert.equal(compile(given) !== null, isCached)
  })
}

test('settings of the method win over those of the stage, and both over the defaults', () => {
  const { ttlMs, isEncrypted, requiresAuthorization, unauthorizedStrategy } = compile({
    all: on,
  }) as CachePlan
  assert.deepEqual(
    [ttlMs, isEncrypted, requiresAuthorization, unauthorizedStrategy],
    [300_000, false, true, 'SUCCEED_WITH_RESPONSE_HEADER'],
  )
  const own = { cacheTtlInSeconds: 5, unauthorizedCacheControlHeaderStrategy: 'FAIL_WITH_403' }
  const all = {
    ...on,
    cacheTtlInSeconds: 9,
    cacheDataEncrypted: true,
    requireAuthorizationForCacheControl: false,
  }
  const plan = compile({ own, all }) as CachePlan
  assert.equal(plan.ttlMs, 5000)
  assert.equal(plan.isEncrypted, true)
  assert.equal(plan.requiresAuthorization, false)
  assert.equal(plan.unauthorizedStrategy, 'FAIL_WITH_403')
})

interface Asked {
  readonly query?: Record<string, readonly string[]>
  readonly path?: Record<string, string>
  readonly headers?: readonly string[]
  readonly method?: string
}

function keyOf(
  plan: CachePlan | null,
  { query = {}, path = {}, headers = [], method = 'GET' }: Asked,
) {
  const valuesOf = (name: string) =>
    headers.filter((_, i) => i % 2 === 1 && headers[i - 1] === name)
  const request: MethodRequest = {
    method,
    path: '/pets',
    rawQuery: '',
    headers,
    body: null,
    pathParameters: path,
    query: new Map(Object.entries(query)),
    header: name => valuesOf(name).at(-1),
    headerValues: valuesOf,
    headerNoCase: name => valuesOf(name).at(-1),
  }
  const variables = { context: {} as Context, stageVariables: { colour: 'red' } }
  return (plan as CachePlan).keyOf({ request, variables, json: () => undefined })
}

const keyed = (...cacheKeyParameters: string[]) =>
  compile({ own: on, integration: { cacheKeyParameters } })

const comparisons: readonly {
  name: string
  plan: CachePlan | null
  a: Asked
  b: Asked
  same: boolean
}[] = [
  {
    name: 'what is no cache key is ignored, in query, headers and path',
    plan: compile({ own: on }),
    a: { query: { x: ['1'] }, headers: ['h', '1'], path: { id: '1' } },
    b: {},
    same: true,
  },
  {
    name: 'a query parameter',
    plan: keyed('method.request.querystring.x'),
    a: { query: { x: ['1'] } },
    b: { query: { x: ['2'] } },
    same: false,
  },
  {
    name: 'a parameter of the path',
    plan: keyed('method.request.path.id'),
    a: { path: { id: '1' } },
    b: { path: { id: '2' } },
    same: false,
  },
  {
    name: 'a header',
    plan: keyed('method.request.header.h'),
    a: { headers: ['h', '1'] },
    b: {},
    same: false,
  },
  {
    name: 'a header, however its name is written',
    plan: keyed('method.request.header.Authorization'),
    a: { headers: ['authorization', 'one'] },
    b: { headers: ['authorization', 'two'] },
    same: false,
  },
  {
    name: 'a header that comes twice, by its first value too',
    plan: keyed('method.request.header.h'),
    a: { headers: ['h', '1', 'h', '2'] },
    b: { headers: ['h', '3', 'h', '2'] },
    same: false,
  },
  {
    name: 'a query parameter that comes twice, by its first value too',
    plan: keyed('method.request.querystring.x'),
    a: { query: { x: ['1', '2'] } },
    b: { query: { x: ['3', '2'] } },
    same: false,
  },
  {
    name: 'a query parameter that is empty and one that is absent',
    plan: keyed('method.request.querystring.x'),
    a: { query: { x: [''] } },
    b: {},
    same: false,
  },
  {
    name: 'values cannot move from one parameter to the next',
    plan: keyed('method.request.querystring.x', 'method.request.querystring.y'),
    a: { query: { x: ['1s1:2'], y: [] } },
    b: { query: { x: ['1'], y: ['2'] } },
    same: false,
  },
  {
    name: 'the order of the cache keys does not matter',
    plan: keyed('method.request.querystring.x', 'method.request.path.id'),
    a: { query: { x: ['1'] }, path: { id: '2' } },
    b: { query: { x: ['1'] }, path: { id: '2' } },
    same: true,
  },
  {
    name: 'a parameter of the integration is what is mapped to it',
    plan: compile({
      own: on,
      integration: {
        cacheKeyParameters: ['integration.request.header.h'],
        requestParameters: { 'integration.request.header.h': 'method.request.querystring.x' },
      },
    }),
    a: { query: { x: ['1'] } },
    b: { query: { x: ['2'] } },
    same: false,
  },
  {
    name: 'a parameter that nothing is mapped to tells nothing apart',
    plan: keyed('integration.request.header.h'),
    a: { headers: ['h', '1'] },
    b: {},
    same: true,
  },
  {
    name: 'the verb',
    plan: compile({ own: on, verb: 'ANY' }),
    a: {},
    b: { method: 'HEAD' },
    same: false,
  },
  {
    name: 'Accept, where answers depend on it',
    plan: compile({ own: on, binary: compileMediaTypes(['image/*']) }),
    a: { headers: ['accept', 'image/png'] },
    b: {},
    same: false,
  },
  {
    name: 'Accept, where they do not',
    plan: compile({ own: on }),
    a: { headers: ['accept', 'image/png'] },
    b: {},
    same: true,
  },
]

for (const { name, plan, a, b, same } of comparisons) {
  test(`${same ? 'same answer' : 'two answers'}: ${name}`, () => {
    assert.equal(keyOf(plan, a) === keyOf(plan, b), same)
  })
}

test('resources share answers when they name the same namespace, and only then', () => {
  const shared = { own: on, integration: { cacheNamespace: 'n' } }
  const other = { resourceId: 'r2' }
  assert.equal(keyOf(compile(shared), {}), keyOf(compile({ ...shared, ...other }), {}))
  assert.notEqual(keyOf(compile({ own: on }), {}), keyOf(compile({ own: on, ...other }), {}))
})

test('no two lists of values have the same key', () => {
  const plan = keyed('method.request.querystring.a', 'method.request.multivaluequerystring.b')
  const value = fc.string({
    unit: fc.constantFrom('s', 'l', '1', '2', ':', '-'),
    minLength: 1,
    maxLength: 6,
  })
  const asked = fc.record({ a: value, b: fc.array(value, { minLength: 1, maxLength: 3 }) })
  fc.assert(
    fc.property(asked, asked, (one, two) => {
      const keys = [one, two].map(({ a, b }) => keyOf(plan, { query: { a: [a], b } }))
      assert.equal(keys[0] === keys[1], JSON.stringify(one) === JSON.stringify(two))
    }),
  )
})

test('what is no parameter cannot be a cache key', () => {
  for (const name of [
    'method.request.cookie.x',
    'stageVariables.x',
    'integration.response.header.x',
  ]) {
    assert.throws(() => keyed(name), ProgramError, name)
  }
})

test('the size of the cluster is in gigabytes', () => {
  assert.equal(cacheCapacity(stage), 536_870_912)
  assert.equal(cacheCapacity({ ...stage, cacheClusterSize: '1.6' }), 1_717_986_918)
  assert.equal(cacheCapacity({ ...stage, cacheClusterEnabled: false }), null)
})

test('a canary has its own entries unless it uses those of the stage', () => {
  const source = { stage, deployment: { id: 'd2', createdDate: 0 } } as ProgramSource
  assert.equal(cacheScope(source, false), 'd1')
  assert.equal(cacheScope(source, true), 'canary d2')
  const shared = { ...source, stage: { ...stage, canarySettings: { useStageCache: true } } }
  assert.equal(cacheScope(shared, true), 'd1')
})
