import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type AwsVariables, type ImportOptions, importRest } from './import.ts'
import { ImportError } from './import-error.ts'

const options: ImportOptions & AwsVariables = {
  apiId: 'abcde12345',
  basepath: 'ignore',
  ignoreDocumentation: false,
  account: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
}

function importObject(document: unknown, more: Partial<ImportOptions> = {}) {
  return importRest(Buffer.from(JSON.stringify(document)), { ...options, ...more })
}

describe('the base path', () => {
  const swagger = (basePath: string) => ({
    swagger: '2.0',
    info: { title: 'x' },
    basePath,
    paths: { '/p': {} },
  })
  const openapi = (...servers: unknown[]) => ({
    openapi: '3.0.1',
    info: { title: 'x' },
    servers,
    paths: { '/p': {} },
  })
  const variable = { url: 'https://x/{basePath}', variables: { basePath: { default: '/v/w' } } }
  const cases: {
    name: string
    given: unknown
    basepath: ImportOptions['basepath']
    want: string
  }[] = [
    { name: 'of Swagger is ignored', given: swagger('/v/w'), basepath: 'ignore', want: '/p' },
    {
      name: 'of Swagger is prepended',
      given: swagger('/v/w'),
      basepath: 'prepend',
      want: '/v/w/p',
    },
    { name: 'of Swagger is split', given: swagger('/v/w'), basepath: 'split', want: '/w/p' },
    { name: 'is a server variable', given: openapi(variable), basepath: 'prepend', want: '/v/w/p' },
    {
      name: 'is the first server variable there is',
      given: openapi({ url: 'https://y/z' }, variable),
      basepath: 'prepend',
      want: '/v/w/p',
    },
    {
      name: "is the path of a server's URL",
      given: openapi({ url: 'https://x:8080/v?q' }),
      basepath: 'prepend',
      want: '/v/p',
    },
    { name: 'is a relative URL', given: openapi({ url: '/v' }), basepath: 'prepend', want: '/v/p' },
    {
      name: 'of a server without a path is none',
      given: openapi({ url: 'https://x' }),
      basepath: 'prepend',
      want: '/p',
    },
  ]
  for (const { name, given, basepath, want } of cases) {
    test(name, () => {
      const { resources } = importObject(given, { basepath })
      assert.equal(resources.at(-1)?.path, want)
    })
  }
})

test('documentation parts are left out when they are not wanted', () => {
  const document = { openapi: '3.0.1', info: { title: 'x', description: 'y' } }
  assert.equal(importObject(document).documentationParts.length, 1)
  assert.equal(importObject(document, { ignoreDocumentation: true }).documentationParts.length, 0)
})

describe('what is no OpenAPI document is refused', () => {
  const cases: [name: string, document: unknown][] = [
    ['no version', { info: { title: 'x' } }],
    ['OpenAPI 4', { openapi: '4.0.0', info: { title: 'x' } }],
    ['Swagger 1.2', { swagger: '1.2', info: { title: 'x' } }],
    ['paths that are a list', { openapi: '3.0.1', info: { title: 'x' }, paths: [] }],
  ]
  for (const [name, document] of cases) {
    test(name, () =>
      assert.throws(() => importObject(document), { message: 'Invalid OpenAPI input.' }),
    )
  }
})

test('names of Object.prototype are names like any other', () => {
  const api = importRest(
    Buffer.from(`{"openapi": "3.0.1", "info": {"title": "x"}, "paths": {"/constructor": {
      "get": {"parameters": [{"name": "toString", "in": "query"}, {"$ref": "#/components/parameters/valueOf"}],
              "requestBody": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/constructor"}}}},
              "security": [{"hasOwnProperty": []}]},
      "__proto__": {"get": {}}, "toString": {}}},
      "components": {"schemas": {"__proto__": {"type": "string"}, "valueOf": {"type": "string"}}}}`),
    options,
  )
  const method = api.resources[1]?.methods['GET']
  assert.deepEqual(method?.requestParameters, { 'method.request.querystring.toString': false })
  assert.equal(method?.requestModels, undefined)
  assert.deepEqual(
    api.models.map(({ name }) => name),
    ['valueOf'],
  )
  assert.equal(({} as Record<string, unknown>)['get'], undefined)
})

test('references that add up to too much are refused', () => {
  const names = Array.from({ length: 3000 }, (_, i) => `/p${i}`)
  const shared = Object.fromEntries(names.map(name => [name, 1]))
  const item = { get: { 'x-amazon-apigateway-integration': { $ref: '#/x-shared' } } }
  const document = {
    openapi: '3.0.1',
    info: { title: 'x' },
    'x-shared': shared,
    paths: Object.fromEntries(names.map(name => [name, item])),
  }
  assert.throws(() => importObject(document), { message: 'Invalid OpenAPI input.' })
})

test('a thousand routes are imported in less than a second', () => {
  const paths = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [
      `/things${i}/{id}`,
      {
        get: {
          parameters: [{ name: 'id', in: 'path', required: true }],
          responses: {
            200: {
              content: { 'application/json': { schema: { type: 'object', title: `t${i}` } } },
            },
          },
          'x-amazon-apigateway-integration': {
            type: 'http_proxy',
            httpMethod: 'GET',
            uri: 'https://x/',
          },
        },
      },
    ]),
  )
  const start = performance.now()
  const api = importObject({ openapi: '3.0.1', info: { title: 'x' }, paths })
  assert.equal(api.resources.length, 2001)
  assert.ok(performance.now() - start < 1000)
})

/** Beside the repository where there are any; one folder further up when this runs from the build. */
const definitions =
  ['../../../shared/definitions', '../../../../shared/definitions']
    .map(folder => join(import.meta.dirname, folder))
    .find(existsSync) ?? ''
describe('published definitions', { skip: definitions === '' }, () => {
  if (definitions === '') return
  const index = JSON.parse(readFileSync(join(definitions, 'index.json'), 'utf8')) as {
    file: string
    kind: string
    api: string
  }[]
  for (const { file } of index.filter(({ kind, api }) => kind === 'openapi' && api === 'rest')) {
    test(`${file} keeps its paths, methods and integrations`, () => {
      const bytes = readFileSync(join(definitions, file))
      const api = importRest(bytes, options)
      const got = api.resources.flatMap(({ path, methods }) =>
        Object.values(methods).map(({ httpMethod, methodIntegration }) =>
          JSON.stringify([path, httpMethod, methodIntegration?.type, methodIntegration?.uri]),
        ),
      )
      assert.deepEqual(got.sort(), routesOf(JSON.parse(bytes.toString())).sort())
    })
  }
})

type Item = Record<string, { 'x-amazon-apigateway-integration'?: { type: string; uri?: string } }>

function routesOf({ paths }: { paths: Record<string, Item> }): string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([name, operation]) => {
      const verb = name === 'x-amazon-apigateway-any-method' ? 'ANY' : name.toUpperCase()
      if (!/^(ANY|GET|PUT|POST|DELETE|PATCH|OPTIONS|HEAD)$/.test(verb)) return []
      const integration = operation['x-amazon-apigateway-integration']
      return [JSON.stringify([path, verb, integration?.type.toUpperCase(), integration?.uri])]
    }),
  )
}

describe('hostile documents', () => {
  /** Anything but an ImportError is our fault. */
  function survives(document: Buffer): void {
    try {
      importRest(document, options)
    } catch (error) {
      if (!(error instanceof ImportError)) throw error
    }
  }

  const names = fc.constantFrom(
    ...'$ref paths info title parameters name in required schema type properties items security responses content'.split(
      ' ',
    ),
    ...'get post x-amazon-apigateway-any-method x-amazon-apigateway-integration x-amazon-apigateway-authorizer'.split(
      ' ',
    ),
    ...'requestBody headers components schemas securitySchemes definitions 200 default statusCode uri tags'.split(
      ' ',
    ),
    ...'__proto__ constructor toString x-amazon-apigateway-documentation documentationParts location nullable'.split(
      ' ',
    ),
    '/a',
    '/{b}',
    'application/json',
  )
  const leaves = fc.oneof(
    fc.constantFrom(
      '#/paths',
      '#/components/schemas/a',
      '#/paths/~1a',
      '#',
      '#/definitions/a',
      'path',
      'body',
      'mock',
    ),
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      leaves,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(names, tie('tree'), { maxKeys: 6 }),
    ),
  }))
  const documents = fc.record(
    {
      openapi: fc.constantFrom('3.0.1', '3.1.0'),
      swagger: fc.constantFrom('2.0', '1'),
      info: tree,
      paths: fc.dictionary(fc.constantFrom('/a', '/{b}', '/a/{c+}'), fc.dictionary(names, tree)),
      components: fc.dictionary(names, fc.dictionary(names, tree)),
      definitions: fc.dictionary(names, tree),
      servers: fc.array(tree, { maxLength: 2 }),
      tags: tree,
      'x-amazon-apigateway-gateway-responses': tree,
      'x-amazon-apigateway-documentation': tree,
      'x-amazon-apigateway-request-validators': tree,
      'x-amazon-apigateway-policy': tree,
      'x-amazon-apigateway-endpoint-configuration': tree,
    },
    { requiredKeys: [] },
  )

  test('of random shape end in an API or an ImportError', () => {
    fc.assert(
      fc.property(documents, document => survives(Buffer.from(JSON.stringify(document)))),
      { numRuns: 300 },
    )
  })

  test('of random bytes end in an ImportError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), text =>
        survives(Buffer.from(text)),
      ),
      { numRuns: 400 },
    )
  })

  test('that were good before they were damaged end in an API or an ImportError', () => {
    const good = Buffer.from(
      JSON.stringify({
        swagger: '2.0',
        info: { title: 'x' },
        paths: {
          '/a/{b}': {
            get: {
              parameters: [{ in: 'path', name: 'b' }],
              responses: { 200: { schema: { $ref: '#/definitions/P' } } },
            },
          },
        },
        definitions: { P: { type: 'object', properties: { p: { $ref: '#/definitions/P' } } } },
      }),
    )
    const edits = fc.array(
      fc.tuple(fc.nat(good.length - 1), fc.constantFrom(...'{}[]":,#/$&*<-'), fc.nat(3)),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(edits, list => {
        let text = good.toString()
        for (const [at, insert, remove] of list)
          text = text.slice(0, at) + insert + text.slice(at + remove)
        survives(Buffer.from(text))
      }),
      { numRuns: 1000 },
    )
  })
})
