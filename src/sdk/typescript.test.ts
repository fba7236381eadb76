/**
 * The generated SDK is compiled with the strictest options, together with code that uses it rightly and wrongly, and
 * runs against a real server.
 */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { compile } from './fixtures/compile.ts'
import { credentials, listen } from './fixtures/listener.ts'
import { method, modelRef, pets, snapshotOf, stage } from './fixtures/pets.ts'
import { unpack } from './fixtures/unpack.ts'
import { generateTypescriptSdk } from './typescript.ts'

type Call = (params?: unknown, body?: unknown, more?: unknown) => Promise<{ data: unknown }>
type Client = Readonly<Record<string, Call>>
interface Sdk {
  newClient(config?: object): Client
}

const at = 'apiGateway-ts-sdk'

describe('the TypeScript SDK compiles', () => {
  test('and its types refuse what the API would', async () => {
    await using sdk = await unpack(generateTypescriptSdk(pets, stage, 'https://x/dev'))
    await writeFile(
      join(sdk.path, at, 'use.ts'),
      `import { type ApiResponse, apigClientFactory } from './apigClient.js'
import type * as Models from './models.js'

const client = apigClientFactory.newClient({ apiKey: undefined })
const pet: Models.Pet = { name: 'Rex', kind: 'dog', age: null, owner: { pets: [{ name: 'Tom' }] } }
const created: Promise<ApiResponse<Models.Pet>> = client.petsPost({}, pet)
const names: Promise<string[]> = client
  .petsGet({ tag: 'x', limit: [1, 2] })
  .then(({ data }) => data.map(one => one['best-friend']?.name ?? one.name))
const any: Promise<ApiResponse<number>> = client.request<number>('PATCH', '/x')
export const all = [created, names, any, client.rootGet(), client.removePet({ petId: 1 })]

// @ts-expect-error a path parameter is missing
client.petsPetIdGet({})
// @ts-expect-error a required query parameter is missing
client.petsGet({ limit: 1 })
// @ts-expect-error there is no such parameter
client.petsPetIdGet({ petId: 'x', id: 'y' })
// @ts-expect-error a method without parameters takes none
client.rootGet({ petId: 'x' })
// @ts-expect-error the body needs a name
client.petsPost({}, { kind: 'dog' })
// @ts-expect-error there is no such kind
client.petsPost({}, { name: 'Rex', kind: 'cow' })
// @ts-expect-error there is no function for ANY
client.petsPetIdPhotosFileAny()
`,
    )
    assert.equal(compile(join(sdk.path, at, 'use.ts')), '')
  })

  test('when the API has no methods and no models', async () => {
    await using sdk = await unpack(generateTypescriptSdk(snapshotOf({}), stage, 'http://x/dev'))
    assert.equal(compile(join(sdk.path, at, 'apigClient.ts'), join(sdk.path, at, 'models.ts')), '')
  })

  test('when models have the names of everything that the client itself uses', async () => {
    const names = ['Array', 'Promise', 'Record', 'Response', 'Error', 'Models', 'Value', 'String']
    const reserved = ['any', 'null', 'class', 'constructor', 'request', 'connect', '__proto__']
    const schemas = [...names, ...reserved].map((name, index, all) => [
      name,
      { type: ['array', 'object'], items: modelRef(all[index - 1] ?? 'any') },
    ])
    const methods = [...names, ...reserved].map(name => [
      `/${name}`,
      {
        POST: method({
          operationName: name,
          requestModels: { 'application/json': name },
          requestParameters: { [`method.request.querystring.${name}`]: true },
        }),
      },
    ])
    const snapshot = snapshotOf(Object.fromEntries(methods), Object.fromEntries(schemas))
    await using sdk = await unpack(generateTypescriptSdk(snapshot, stage, 'http://x/dev'))
    assert.equal(compile(join(sdk.path, at, 'apigClient.ts')), '')
  })
})

describe('the TypeScript SDK', () => {
  test('puts parameters in their places, sends bodies, adds the API key and signs', async () => {
    await using listener = await listen()
    await using sdk = await unpack(generateTypescriptSdk(pets, stage, listener.invokeUrl))
    const client = (await load(sdk.path)).newClient({ ...credentials, apiKey: 'k1' })
    const { data } = await client['petsGet']!(
      { tag: ['b c', 'a'], limit: 2, 'X-Trace': 't', other: 1 },
      undefined,
      { queryParams: { q: "it's" }, headers: { 'X-Amz-Meta-A': ' two  spaces ' } },
    )
    await client['petsPetIdPhotosFileGet']!({ petId: 'a/b', file: 'c d/e' })
    await client['petsPost']!({}, { name: 'Zoë' })
    await client['petsPost']!({}, new TextEncoder().encode('bytes'))
    await client['request']!('OPTIONS', '/pets/a%20b')
    assert.deepEqual(
      listener.heard.map(({ verb, target, body, signer }) => [verb, target, body, signer]),
      [
        ['GET', '/dev/pets?limit=2&tag=b%20c&tag=a&q=it%27s', '', credentials.accessKey],
        ['GET', '/dev/pets/a%2Fb/photos/c%20d/e', '', credentials.accessKey],
        ['POST', '/dev/pets', '{"name":"Zoë"}', credentials.accessKey],
        ['POST', '/dev/pets', 'bytes', credentials.accessKey],
        ['OPTIONS', '/dev/pets/a%20b', '', credentials.accessKey],
      ],
    )
    assert.equal(listener.heard[0]?.headers['x-amz-meta-a'], 'two  spaces')
    assert.equal(listener.heard[0]?.headers['x-trace'], 't')
    assert.equal(listener.heard[0]?.headers['x-api-key'], 'k1')
    assert.deepEqual(data, listener.heard[0])
  })

  test('signs nothing without credentials', async () => {
    await using listener = await listen()
    await using sdk = await unpack(generateTypescriptSdk(pets, stage, listener.invokeUrl))
    await (await load(sdk.path)).newClient()['rootGet']!()
    assert.equal(listener.heard[0]?.headers['authorization'], undefined)
  })

  test('rejects what is missing or would climb before anything is sent', async () => {
    await using listener = await listen()
    await using sdk = await unpack(generateTypescriptSdk(pets, stage, listener.invokeUrl))
    const client = (await load(sdk.path)).newClient()
    await assert.rejects(client['petsPetIdGet']!({}), /petId must be defined/)
    await assert.rejects(client['petsPetIdGet']!({ petId: '..' }), /must not be empty/)
    await assert.rejects(client['petsGet']!(), /tag must be defined/)
    assert.equal(listener.heard.length, 0)
  })

  test('rejects with the answer when its status is no success', async () => {
    await using listener = await listen()
    await using sdk = await unpack(generateTypescriptSdk(pets, stage, listener.invokeUrl))
    const call = (await load(sdk.path)).newClient()['petsPetIdGet']!({ petId: 'missing' })
    await assert.rejects(call, (error: Error & { response: { status: number } }) => {
      return error.name === 'ApiError' && error.response.status === 404
    })
  })
})

async function load(folder: string): Promise<Sdk> {
  return import(pathToFileURL(join(folder, at, 'apigClient.ts')).href)
}
