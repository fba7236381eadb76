/**
 * The generated SDK is loaded in all the ways that there are, and calls a real server.
 */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createContext, Script } from 'node:vm'
import { credentials, listen } from './fixtures/listener.ts'
import { method, pets, snapshotOf, stage } from './fixtures/pets.ts'
import { unpack } from './fixtures/unpack.ts'
import { generateJavascriptSdk } from './javascript.ts'

type Call = (params?: unknown, body?: unknown, additionalParams?: unknown) => Promise<Answer>
type Client = Readonly<Record<string, Call>>
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly data: unknown
}
interface Sdk {
  readonly apigClientFactory: { newClient(config?: object): Client }
  newClient(config?: object): Client
}

const require = createRequire(import.meta.url)
const at = 'apiGateway-js-sdk'

describe('the JavaScript SDK', () => {
  test('has a function for every method but those for ANY', async () => {
    await using sdk = await unpack(generateJavascriptSdk(pets, stage, 'http://127.0.0.1/dev'))
    const client = load(sdk.path).newClient()
    assert.deepEqual(Object.keys(client), [
      'rootGet',
      'petsGet',
      'petsPost',
      'removePet',
      'petsPetIdGet',
      'petsPetIdPhotosFileGet',
      'vetVisitsTodayPut',
    ])
  })

  test('has no client when all methods are for ANY, as with AWS', () => {
    const files = generateJavascriptSdk(
      snapshotOf({ '/{proxy+}': { ANY: method() } }),
      stage,
      'http://x/dev',
    )
    assert.equal(files.has(`${at}/apigClient.js`), false)
    assert.match(files.get(`${at}/README.md`) ?? '', /ANY/)
  })

  const calls: {
    name: string
    call: (client: Client) => Promise<Answer>
    config?: object
    want: { target: string; verb?: string; body?: string; headers?: Record<string, unknown> }
  }[] = [
    { name: 'the root', call: client => client['rootGet']!(), want: { target: '/dev/' } },
    {
      name: 'a path parameter, encoded',
      call: client => client['petsPetIdGet']!({ petId: "a/b c?d&e=f%'*é" }),
      want: { target: '/dev/pets/a%2Fb%20c%3Fd%26e%3Df%25%27%2A%C3%A9' },
    },
    {
      name: 'a greedy path parameter, its slashes kept',
      call: client => client['petsPetIdPhotosFileGet']!({ petId: 7, file: 'a b/c.png' }),
      want: { target: '/dev/pets/7/photos/a%20b/c.png' },
    },
    {
      name: 'query and header parameters, and only those that are declared',
      call: client =>
        client['petsGet']!({
          tag: 'a&b',
          limit: [2, 1],
          'X-Trace': 't1',
          petId: 'no',
          other: 'no',
        }),
      want: { target: '/dev/pets?limit=2&limit=1&tag=a%26b', headers: { 'x-trace': 't1' } },
    },
    {
      name: 'additional parameters, which win',
      call: client =>
        client['petsGet']!({ tag: 't' }, undefined, {
          headers: { Accept: 'text/plain', 'X-More': 1 },
          queryParams: { z: 'z', a: ['1', '0'], none: undefined },
        }),
      want: {
        target: '/dev/pets?tag=t&z=z&a=1&a=0',
        headers: { accept: 'text/plain', 'x-more': '1' },
      },
    },
    {
      name: 'a body of JSON',
      call: client => client['petsPost']!({}, { name: 'Ærøskøbing' }),
      want: {
        verb: 'POST',
        target: '/dev/pets',
        body: '{"name":"Ærøskøbing"}',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
      },
    },
    {
      name: 'a body of text, and the types of the configuration',
      config: { defaultContentType: 'text/csv', defaultAcceptType: 'text/html', apiKey: 'k1' },
      call: client => client['petsPost']!({}, 'a,b'),
      want: {
        verb: 'POST',
        target: '/dev/pets',
        body: 'a,b',
        headers: { 'content-type': 'text/csv', accept: 'text/html', 'x-api-key': 'k1' },
      },
    },
    {
      name: 'a body of bytes',
      call: client => client['vetVisitsTodayPut']!({}, new TextEncoder().encode('bytes')),
      want: { verb: 'PUT', target: '/dev/vet-visits:today', body: 'bytes' },
    },
    {
      name: 'a GET, for which a body is dropped',
      call: client => client['rootGet']!({}, { a: 1 }),
      want: { target: '/dev/', body: '', headers: { 'content-type': undefined } },
    },
    {
      name: 'a method by its operation name',
      call: client => client['removePet']!({ petId: 'x' }),
      want: { verb: 'DELETE', target: '/dev/pets/x' },
    },
  ]

  for (const { name, call, config, want } of calls) {
    test(`sends ${name}, unsigned and signed`, async () => {
      await using listener = await listen()
      await using sdk = await unpack(generateJavascriptSdk(pets, stage, listener.invokeUrl))
      const { newClient } = load(sdk.path)
      await call(newClient({ ...config }))
      await call(newClient({ ...config, ...credentials }))
      for (const [index, heard] of listener.heard.entries()) {
        assert.equal(heard.verb, want.verb ?? 'GET')
        assert.equal(heard.target, want.target)
        assert.equal(heard.body, want.body ?? '')
        for (const [header, value] of Object.entries(want.headers ?? {})) {
          assert.equal(heard.headers[header], value, header)
        }
        if (index === 0) assert.equal(heard.headers['authorization'], undefined)
        else assert.equal(heard.signer, credentials.accessKey)
      }
      assert.equal(listener.heard.length, 2)
    })
  }

  test('signs for the region it is told, or the one in the URL', async () => {
    await using listener = await listen('eu-west-1')
    const url = 'https://a1.execute-api.eu-west-1.amazonaws.com/dev'
    await using sdk = await unpack(generateJavascriptSdk(pets, stage, url))
    const config = { ...credentials, invokeUrl: `${listener.invokeUrl}/` }
    await load(sdk.path).newClient(config)['rootGet']!()
    await load(sdk.path).newClient({ ...config, region: 'eu-west-2' })['rootGet']!()
    assert.equal(listener.heard[0]?.signer, credentials.accessKey)
    assert.match(listener.heard[1]?.signer ?? '', /valid Region, not 'eu-west-2'/)
  })

  test('gives status, headers and data, and rejects with them when the status is no success', async () => {
    await using listener = await listen()
    await using sdk = await unpack(generateJavascriptSdk(pets, stage, listener.invokeUrl))
    const client = load(sdk.path).newClient()
    const answer = await client['rootGet']!()
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.deepEqual(answer.data, listener.heard[0])
    await assert.rejects(client['petsPetIdGet']!({ petId: 'missing' }), {
      message: 'Request failed with status code 404',
      status: 404,
    })
  })

  const refused = [
    { name: 'a path parameter is missing', params: {}, want: /petId must be defined/ },
    { name: 'a path parameter is inherited', params: Object.create({ petId: 1 }), want: /defined/ },
    { name: 'a path parameter is empty', params: { petId: '' }, want: /must not be empty/ },
    { name: 'a path parameter would climb', params: { petId: '..' }, want: /must not be empty/ },
  ]
  for (const { name, params, want } of refused) {
    test(`sends nothing when ${name}`, async () => {
      await using listener = await listen()
      await using sdk = await unpack(generateJavascriptSdk(pets, stage, listener.invokeUrl))
      await assert.rejects(load(sdk.path).newClient()['petsPetIdGet']!(params), want)
      assert.equal(listener.heard.length, 0)
    })
  }

  test('demands the required query parameters', async () => {
    await using sdk = await unpack(generateJavascriptSdk(pets, stage, 'http://127.0.0.1:9/dev'))
    await assert.rejects(load(sdk.path).newClient()['petsGet']!(), /tag must be defined/)
  })
})

describe('the JavaScript SDK is loaded', () => {
  test('with import, by name and as a whole', async () => {
    await using sdk = await unpack(generateJavascriptSdk(pets, stage, 'http://127.0.0.1/dev'))
    const module = await import(pathToFileURL(join(sdk.path, at, 'apigClient.js')).href)
    assert.equal(typeof module.apigClientFactory.newClient().rootGet, 'function')
    assert.equal(typeof module.newClient().rootGet, 'function')
    assert.equal(typeof module.default.newClient().rootGet, 'function')
  })

  test('as scripts of a page, in the order that the README says', async () => {
    await using listener = await listen()
    const files = generateJavascriptSdk(pets, stage, listener.invokeUrl)
    const names = ['crypto', 'fetch', 'TextEncoder', 'URL', 'Uint8Array', 'ArrayBuffer'] as const
    const page = createContext(Object.fromEntries(names.map(name => [name, globalThis[name]])))
    const scripts = [...(files.get(`${at}/README.md`) ?? '').matchAll(/<script src="([^"]+)">/g)]
    for (const [, path] of scripts) {
      new Script(files.get(`${at}/${path}`) ?? 'throw path').runInContext(page)
    }
    const use = `const client = apigClientFactory.newClient(${JSON.stringify(credentials)}); client.petsPetIdGet({ petId: 1 })`
    await new Script(use).runInContext(page)
    assert.equal(listener.heard[0]?.signer, credentials.accessKey)
    assert.equal(typeof new Script('apigClient.newClient').runInContext(page), 'function')
  })
})

function load(folder: string): Sdk {
  return require(join(folder, at, 'apigClient.js'))
}
