import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Route } from './program.ts'
import { buildRouteTree } from './routes.ts'

function route(httpMethod: string, resourcePath: string): Route {
  // Only path and verb matter to the tree.
  return { httpMethod, resourcePath, resourceId: `${httpMethod} ${resourcePath}` } as Route
}

function tree(...routes: string[]) {
  return buildRouteTree(
    routes.map(text => {
      const [verb, path] = text.split(' ') as [string, string]
      return route(verb, path)
    }),
  )
}

const api = tree(
  'GET /',
  'GET /pets',
  'ANY /pets/{id}',
  'GET /pets/mine',
  'GET /pets/{id}/toys',
  'GET /pets/{id}/toys/{toy}',
  'POST /files/{path+}',
  'GET /files/{path+}',
  'GET /files/readme',
  'ANY /v1/{rest+}',
  'GET /v1/{area}/status',
  'GET /a.b/x:y',
)

const cases: { ask: string; want: string | undefined; values?: Record<string, string> }[] = [
  { ask: 'GET /', want: 'GET /' },
  { ask: 'POST /', want: undefined },
  { ask: 'GET /pets', want: 'GET /pets' },
  { ask: 'GET /pets/', want: 'GET /pets' },
  { ask: 'GET /pets//', want: undefined },
  { ask: 'GET //pets', want: undefined },
  { ask: 'GET /PETS', want: undefined },
  { ask: 'GET /pets/7', want: 'ANY /pets/{id}', values: { id: '7' } },
  { ask: 'GET /pets/7/', want: 'ANY /pets/{id}', values: { id: '7' } },
  { ask: 'TRACE /pets/7', want: undefined },
  { ask: 'ANY /pets/7', want: undefined },
  { ask: 'GET /pets/mine', want: 'GET /pets/mine' },
  { ask: 'PUT /pets/mine', want: 'ANY /pets/{id}', values: { id: 'mine' } },
  { ask: 'GET /pets/a%2Fb', want: 'ANY /pets/{id}', values: { id: 'a%2Fb' } },
  { ask: 'GET /pets/mine/toys', want: 'GET /pets/{id}/toys', values: { id: 'mine' } },
  {
    ask: 'GET /pets/7/toys/ball',
    want: 'GET /pets/{id}/toys/{toy}',
    values: { id: '7', toy: 'ball' },
  },
  { ask: 'GET /pets//toys', want: undefined },
  { ask: 'GET /files', want: undefined },
  { ask: 'GET /files/', want: undefined },
  { ask: 'GET /files/a', want: 'GET /files/{path+}', values: { path: 'a' } },
  { ask: 'GET /files/a//b/', want: 'GET /files/{path+}', values: { path: 'a//b' } },
  { ask: 'GET /files//a', want: 'GET /files/{path+}', values: { path: '/a' } },
  { ask: 'GET /files/readme', want: 'GET /files/readme' },
  { ask: 'POST /files/readme', want: 'POST /files/{path+}', values: { path: 'readme' } },
  { ask: 'DELETE /files/a', want: undefined },
  { ask: 'GET /v1/pets/status', want: 'GET /v1/{area}/status', values: { area: 'pets' } },
  { ask: 'GET /v1/pets/state', want: 'ANY /v1/{rest+}', values: { rest: 'pets/state' } },
  { ask: 'PUT /v1/pets/status', want: 'ANY /v1/{rest+}', values: { rest: 'pets/status' } },
  { ask: 'GET /a.b/x:y', want: 'GET /a.b/x:y' },
  { ask: 'GET /__proto__', want: undefined },
]

test('the most specific resource that has the verb is matched', () => {
  for (const { ask, want, values } of cases) {
    const [verb, path] = ask.split(' ') as [string, string]
    const match = api.match(verb, path)
    assert.equal(match?.route.resourceId, want, ask)
    if (match !== undefined) assert.deepEqual({ ...match.pathParameters }, values ?? {}, ask)
  }
})

test('path parameters have no prototype, so that no name is taken', () => {
  const match = tree('GET /{__proto__}/{constructor}').match('GET', '/a/b')
  assert.equal(Object.getPrototypeOf(match?.pathParameters ?? {}), null)
  assert.deepEqual(Object.entries(match?.pathParameters ?? {}), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ])
})

test('each route keeps its own names where resources differ in nothing else', () => {
  const two = tree('GET /{a}', 'POST /{b}')
  assert.deepEqual({ ...two.match('POST', '/x')?.pathParameters }, { b: 'x' })
})

test('two routes with one path and verb are refused, and so are children of a greedy variable', () => {
  assert.throws(() => tree('GET /a', 'GET /a'), /GET \/a: another resource/)
  assert.throws(() => tree('GET /{a+}/b'), /nothing may follow it/)
  assert.throws(() => tree('GET a'), /must begin with/)
})

test('a path of nothing but slashes is answered at once', () => {
  const started = performance.now()
  for (let i = 0; i < 1000; i++) assert.equal(api.match('GET', '/'.repeat(10_240)), undefined)
  assert.ok(performance.now() - started < 500)
})

test('many variables in a row do not multiply the work', () => {
  const names = Array.from({ length: 200 }, (_, i) => `/{v${i}}`)
  const deep = buildRouteTree(
    names.flatMap((_, i) => [
      route('GET', `${names.slice(0, i + 1).join('')}/end`),
      route('GET', `${names.slice(0, i).join('')}/x/end`),
    ]),
  )
  const started = performance.now()
  for (let i = 0; i < 200; i++) assert.equal(deep.match('GET', '/x'.repeat(5000)), undefined)
  assert.ok(performance.now() - started < 500)
})

/** The precedence written down without a tree: compares all routes that fit, segment by segment. */
function matchNaively(routes: readonly Route[], verb: string, path: string): string | undefined {
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  const asked = trimmed === '/' ? [] : trimmed.slice(1).split('/')
  const fitting = routes.filter(({ httpMethod, resourcePath }) => {
    if (httpMethod !== verb && httpMethod !== 'ANY') return false
    const want = resourcePath === '/' ? [] : resourcePath.slice(1).split('/')
    const isGreedy = want.at(-1)?.endsWith('+}') === true
    if (isGreedy ? asked.length < want.length : asked.length !== want.length) return false
    if (isGreedy && asked.slice(want.length - 1).join('/') === '') return false
    return want.every((one, i) => {
      if (one.endsWith('+}')) return true
      return one.startsWith('{') ? asked[i] !== '' : one === asked[i]
    })
  })
  const rank = (segment: string | undefined) =>
    segment === undefined || !segment.startsWith('{') ? 0 : segment.endsWith('+}') ? 2 : 1
  fitting.sort((a, b) => {
    const left = a.resourcePath.split('/')
    const right = b.resourcePath.split('/')
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const difference = rank(left[i]) - rank(right[i])
      if (difference !== 0) return difference
    }
    return (a.httpMethod === 'ANY' ? 1 : 0) - (b.httpMethod === 'ANY' ? 1 : 0)
  })
  return fitting[0]?.resourceId
}

test('the tree agrees with a naive matcher on any API and path', () => {
  const word = fc.constantFrom('a', 'b', 'ab')
  const segment = fc.oneof({ weight: 3, arbitrary: word }, fc.constant('{v}'))
  const resource = fc
    .tuple(fc.array(segment, { maxLength: 4 }), fc.option(fc.constant('{r+}'), { freq: 3 }))
    .map(([parts, greedy]) => `/${[...parts, ...(greedy === null ? [] : [greedy])].join('/')}`)
  const verb = fc.constantFrom('GET', 'POST', 'ANY')
  const routes = fc.uniqueArray(fc.tuple(verb, resource), { selector: String, maxLength: 25 })
  const path = fc.array(fc.oneof(word, fc.constantFrom('', '{v}', 'zz')), { maxLength: 6 })
  const ask = fc.tuple(fc.constantFrom('GET', 'POST'), path)
  fc.assert(
    fc.property(routes, fc.array(ask, { minLength: 5, maxLength: 20 }), (defined, asked) => {
      const all = defined.map(([method, resourcePath]) => route(method, resourcePath))
      const built = buildRouteTree(all)
      for (const [method, parts] of asked) {
        const text = `/${parts.join('/')}`
        assert.equal(
          built.match(method, text)?.route.resourceId,
          matchNaively(all, method, text),
          `${method} ${text}`,
        )
      }
    }),
    { numRuns: 300 },
  )
})

const misses: { ask: string; want: [string, string] | undefined }[] = [
  { ask: 'GET /pet', want: ['GET /pets', 'one letter more in /pets'] },
  { ask: 'GET /Pets', want: ['GET /pets', 'upper and lower case differ in /pets'] },
  { ask: 'POST /pets', want: ['GET /pets', 'the path exists, the verb does not'] },
  { ask: 'GET /pets/7/toy', want: ['GET /pets/{id}/toys', 'one letter more in /toys'] },
  {
    ask: 'GET /pets/7/toys/ball/size',
    want: ['GET /pets/{id}/toys/{toy}', 'it has one segment less'],
  },
  { ask: 'GET /files', want: ['GET /files/{path+}', 'it has one segment more'] },
]

test('after a miss, the nearest route is named and what is different', () => {
  for (const { ask, want } of misses) {
    const [verb, path] = ask.split(' ') as [string, string]
    const [first] = api.nearest(verb, path, 3)
    assert.deepEqual(
      first === undefined ? undefined : [first.route.resourceId, first.why],
      want,
      ask,
    )
  }
})

test('looking for the nearest routes takes bounded time', () => {
  const started = performance.now()
  api.nearest('GET', '/x'.repeat(5000), 3)
  api.nearest('GET', `/${'y'.repeat(10_000)}`, 3)
  assert.ok(performance.now() - started < 200)
})
