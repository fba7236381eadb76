import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fillStageVariables, parseEndpoint, usesStageVariables } from './endpoint.ts'
import type { HttpEndpoint } from './program.ts'

const cases: { uri: string; want: Partial<HttpEndpoint> }[] = [
  {
    uri: 'https://example.com/pets/{id}/toys',
    want: {
      secure: true,
      host: 'example.com',
      port: 443,
      authority: 'example.com',
      pathParts: ['/pets/', 'id', '/toys'],
      queryParts: [''],
    },
  },
  {
    uri: 'http://Example.com:8080',
    want: {
      secure: false,
      host: 'example.com',
      port: 8080,
      authority: 'example.com:8080',
      pathParts: ['/'],
    },
  },
  {
    uri: 'HTTP://example.com:80/a',
    want: { port: 80, authority: 'example.com', pathParts: ['/a'] },
  },
  { uri: 'https://example.com?a=1', want: { pathParts: ['/'], queryParts: ['a=1'] } },
  {
    uri: 'https://example.com/a?b={c}&d=%20#e',
    want: { pathParts: ['/a'], queryParts: ['b=', 'c', '&d=%20'] },
  },
  {
    uri: 'https://example.com/a?ä={b}{c}&q={"d":1}',
    want: { queryParts: ['%C3%A4=', 'b', '', 'c', '&q={"d":1}'] },
  },
  { uri: 'https://example.com/{a}{b}', want: { pathParts: ['/', 'a', '', 'b', ''] } },
  { uri: 'https://example.com/{proxy+}', want: { pathParts: ['/', 'proxy', ''] } },
  { uri: 'http://[::1]:81/', want: { host: '::1', port: 81, authority: '[::1]:81' } },
  {
    uri: 'https://bücher.example/ä',
    want: { host: 'xn--bcher-kva.example', pathParts: ['/%C3%A4'] },
  },
]

test('an integration URI is taken apart', () => {
  for (const { uri, want } of cases) {
    const endpoint = parseEndpoint(uri, 'GET', false)
    for (const [key, value] of Object.entries(want)) {
      assert.deepEqual(endpoint[key as keyof HttpEndpoint], value, `${uri}: ${key}`)
    }
  }
})

test('a URI that cannot be called is refused', () => {
  const bad = [
    '',
    'example.com/a',
    'ftp://example.com/',
    'https://',
    'https:///a',
    'https://user:secret@example.com/',
    'https://{host}/a',
    'https://example.com:99999/',
    'https://example.com:0/',
    'https://example.com/a b',
    'https://example.com/a\r\nHost: evil',
    'https://example.com/{a',
    'https://example.com/{a b}',
    'https://exa%6dple.com/',
    'https://example.com\\a/',
  ]
  for (const uri of bad) assert.throws(() => parseEndpoint(uri, null, false), SyntaxError, uri)
})

test('no URI puts a line end or a blank into what is sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      let endpoint: HttpEndpoint
      try {
        endpoint = parseEndpoint(`http://example.com/${text}`, null, false)
      } catch (error) {
        assert.ok(error instanceof SyntaxError)
        return
      }
      for (const sent of [...endpoint.pathParts, ...endpoint.queryParts, endpoint.authority]) {
        assert.match(sent, /^[\x21-\x7e]*$/)
      }
    }),
  )
})

test('stage variables are filled in, and the first missing one is named', () => {
  const variables = Object.assign(Object.create(null), { host: 'a.example', path: 'x' })
  assert.deepEqual(
    fillStageVariables('http://${stageVariables.host}/${stageVariables.path}', variables),
    {
      text: 'http://a.example/x',
    },
  )
  assert.deepEqual(fillStageVariables('${stageVariables.nope}${stageVariables.no}', variables), {
    missing: 'nope',
  })
  assert.equal(usesStageVariables('http://${stageVariables.host}'), true)
  assert.equal(usesStageVariables('http://example.com/${x}'), false)
})
