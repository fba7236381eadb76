import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { locate } from './address.ts'

const host = 'abc123.execute-api.localhost:4566'
const control = { type: 'control' }

function api(stage: string, path: string, pathWithStage: string, rawQuery = '') {
  return { type: 'api', apiId: 'abc123', stage, path, pathWithStage, rawQuery }
}

const cases = [
  { name: 'by host', host, target: '/dev/pets', want: api('dev', '/pets', '/dev/pets') },
  {
    name: 'by AWS’s own host',
    host: 'abc123.execute-api.us-east-1.amazonaws.com',
    target: '/dev/pets?a=b',
    want: api('dev', '/pets', '/dev/pets', 'a=b'),
  },
  { name: 'by host, the stage alone', host, target: '/dev', want: api('dev', '/', '/dev') },
  {
    name: 'by host, a slash behind the stage',
    host,
    target: '/dev/',
    want: api('dev', '/', '/dev/'),
  },
  {
    name: 'by host, two slashes behind the stage',
    host,
    target: '/dev//x',
    want: api('dev', '/x', '/dev//x'),
  },
  {
    name: 'slashes further in',
    host,
    target: '/dev///a//b//',
    want: api('dev', '/a//b//', '/dev///a//b//'),
  },
  {
    name: 'by _user_request_ path, two slashes',
    host: 'localhost',
    target: '/restapis/abc123/dev/_user_request_//pets',
    want: api('dev', '/pets', '/dev//pets'),
  },
  { name: 'escapes stay', host, target: '/dev/a%2Fb', want: api('dev', '/a%2Fb', '/dev/a%2Fb') },
  {
    name: 'by _aws path',
    host: 'localhost',
    target: '/_aws/execute-api/abc123/dev/pets?x',
    want: api('dev', '/pets', '/dev/pets', 'x'),
  },
  {
    name: 'by _aws path, the stage alone',
    host: 'localhost',
    target: '/_aws/execute-api/abc123/dev',
    want: api('dev', '/', '/dev'),
  },
  {
    name: 'by _user_request_ path',
    host: 'localhost',
    target: '/restapis/abc123/dev/_user_request_/pets',
    want: api('dev', '/pets', '/dev/pets'),
  },
  {
    name: 'by _user_request_ path without more',
    host: 'localhost',
    target: '/restapis/abc123/dev/_user_request_',
    want: api('dev', '/', '/dev/'),
  },
  {
    name: 'a control-plane path that begins the same',
    host: 'localhost',
    target: '/restapis/abc123/stages/dev',
    want: control,
  },
  {
    name: 'what only looks like the marker',
    host: 'localhost',
    target: '/restapis/abc123/dev/_user_request_x/pets',
    want: control,
  },
  { name: 'anything else', host: 'localhost', target: '/restapis', want: control },
  {
    name: 'a host that only ends so',
    host: 'execute-api.localhost',
    target: '/dev/x',
    want: control,
  },
]

for (const { name, host: given, target, want } of cases) {
  test(`an address: ${name}`, () => {
    assert.deepEqual(locate(given, target), want)
  })
}

test('whatever the host and target, there is an address', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (someHost, rest) => {
      const found = locate(someHost, `/${rest}`)
      if (found.type === 'api') assert.ok(found.path.startsWith('/'))
    }),
  )
})
