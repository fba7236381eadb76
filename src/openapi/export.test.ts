import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ApiSnapshot, Resource, Stage } from '../aws/rest-api.ts'
import { type ExportOptions, exportRest, render } from './export.ts'
import { type AwsVariables, type ImportedApi, type ImportOptions, importRest } from './import.ts'
import { ImportError } from './import-error.ts'

const importOptions: ImportOptions & AwsVariables = {
  apiId: 'abcde12345',
  basepath: 'ignore',
  ignoreDocumentation: false,
  account: '123456789012',
  region: 'eu-west-1',
  partition: 'aws',
}
const stage: Stage = { stageName: 'prod', deploymentId: 'd', createdDate: 0, lastUpdatedDate: 0 }

/** What the control plane makes of an imported API: names become ids, defaults are filled in. */
function snapshotOf(imported: ImportedApi): ApiSnapshot {
  const { resources, models, requestValidators, authorizers, gatewayResponses } = imported
  const { name, description, version, binaryMediaTypes, minimumCompressionSize, policy } = imported
  const { tags, securityPolicy, endpointAccessMode, vpcEndpointIds } = imported
  const ids = new Map(resources.map(({ path }, index) => [path, `r${index}`]))
  return {
    api: {
      id: 'abcde12345',
      createdDate: Date.UTC(2024, 0, 2, 3, 4, 5, 6),
      apiKeySource: imported.apiKeySource ?? 'HEADER',
      endpointConfiguration: { types: ['EDGE'], ...(vpcEndpointIds && { vpcEndpointIds }) },
      disableExecuteApiEndpoint: imported.disableExecuteApiEndpoint ?? false,
      rootResourceId: 'r0',
      name,
      ...(description !== undefined && { description }),
      ...(version !== undefined && { version }),
      ...(binaryMediaTypes && { binaryMediaTypes }),
      ...(minimumCompressionSize !== undefined && { minimumCompressionSize }),
      ...(policy !== undefined && { policy }),
      ...(tags && { tags }),
      ...(securityPolicy !== undefined && { securityPolicy }),
      ...(endpointAccessMode !== undefined && { endpointAccessMode }),
    },
    resources: resources.map(({ path, methods }): Resource => {
      const id = ids.get(path) ?? ''
      const resourceMethods = Object.fromEntries(
        Object.entries(methods).map(([verb, method]) => {
          const { requestValidatorName, authorizerName, methodIntegration, ...rest } = method
          return [
            verb,
            {
              ...rest,
              ...(requestValidatorName !== undefined && {
                requestValidatorId: requestValidatorName,
              }),
              ...(authorizerName !== undefined && { authorizerId: authorizerName }),
              ...(methodIntegration && {
                methodIntegration: { cacheNamespace: id, ...methodIntegration },
              }),
            },
          ]
        }),
      )
      if (path === '/') return { id, path, resourceMethods }
      const parentId = ids.get(dirname(path)) ?? ''
      return {
        id,
        path,
        parentId,
        pathPart: path.slice(path.lastIndexOf('/') + 1),
        resourceMethods,
      }
    }),
    models: models.map(model => ({ id: model.name, ...model })),
    requestValidators: requestValidators.map(one => ({ id: one.name ?? '', ...one })),
    authorizers: authorizers.map(one => ({ id: one.name, ...one })),
    gatewayResponses,
  }
}

function exportOf(imported: ImportedApi, more: Partial<ExportOptions> = {}) {
  return exportRest(snapshotOf(imported), stage, {
    format: 'oas30',
    extensions: new Set(['apigateway', 'documentation']),
    host: 'abcde12345.execute-api.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
    documentation: { version: '1', createdDate: 0, parts: imported.documentationParts },
    ...more,
  })
}

function importText(text: string): ImportedApi {
  return importRest(Buffer.from(text), importOptions)
}

/** Without what no export can carry: order, warnings, and what stands for nothing. */
function essence(imported: ImportedApi): unknown {
  const { warnings: _, resources, models, documentationParts, authorizers, ...rest } = imported
  const byName = (one: { name: string }, other: { name: string }) =>
    one.name < other.name ? -1 : 1
  return JSON.parse(
    // A cache that had its resource's own namespace keeps it by name, as with AWS.
    JSON.stringify({
      ...rest,
      version: rest.version ?? '2024-01-02T03:04:05Z',
      apiKeySource: rest.apiKeySource ?? 'HEADER',
      disableExecuteApiEndpoint: rest.disableExecuteApiEndpoint ?? false,
      resources: resources.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
      authorizers: authorizers.toSorted(byName),
      models: models
        .map(({ name, contentType, schema = '' }) => {
          const { $schema: _, ...members } = JSON.parse(schema) as Record<string, unknown>
          return { name, contentType, members }
        })
        .sort(byName),
      documentationParts: documentationParts.map(part => JSON.stringify(part)).sort(),
    }).replaceAll(/"cacheNamespace":"r\d+",/g, ''),
  )
}

function assertSame(imported: ImportedApi, more: Partial<ExportOptions> = {}): void {
  for (const form of ['json', 'yaml'] as const) {
    const again = importText(render(exportOf(imported, more), form))
    assert.deepEqual(essence(again), essence(imported))
    assert.deepEqual(again.warnings, [])
  }
}

describe('an export can be imported again and gives the same API', () => {
  const root = repository(import.meta.dirname)
  const folders = ['test/golden/openapi', '../shared/definitions/openapi']
  for (const folder of folders.map(folder => join(root, folder)).filter(existsSync)) {
    for (const file of readdirSync(folder).filter(
      name => !/(\.out\.json|-http.*\.json)$/.test(name),
    )) {
      const document = readFileSync(join(folder, file), 'utf8')
      let imported: ImportedApi
      try {
        imported = importText(document)
      } catch (error) {
        if (error instanceof ImportError) continue
        throw error
      }
      if (imported.name === '') continue
      test(`${file} as OpenAPI 3`, () => assertSame(imported))
      // Swagger cannot say that content types have different models.
      if (!/^models-oas30|^oas3-parameters/.test(file)) {
        test(`${file} as Swagger 2`, () => assertSame(imported, { format: 'swagger' }))
      }
    }
  }
})

function repository(folder: string): string {
  return existsSync(join(folder, 'package.json')) && !folder.endsWith('dist')
    ? folder
    : repository(dirname(folder))
}

test('any API that can be imported survives its export', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aB9 :#"\'{}$-\n'), maxLength: 8 })
  const name = fc.string({ unit: fc.constantFrom(...'abcXY19'), minLength: 1, maxLength: 5 })
  const texts = fc.dictionary(name, text, { maxKeys: 2 })
  const integration = fc.record(
    {
      type: fc.constant('mock'),
      passthroughBehavior: fc.constantFrom('never', 'when_no_match', 'WHEN_NO_TEMPLATES'),
      timeoutInMillis: fc.integer({ min: 50, max: 29_000 }),
      contentHandling: fc.constantFrom('CONVERT_TO_TEXT', 'CONVERT_TO_BINARY'),
      requestTemplates: texts,
      cacheKeyParameters: fc.array(name, { maxLength: 2 }),
      credentials: text.filter(value => value !== ''),
      responses: fc.dictionary(
        fc.constantFrom('default', '5..', '.*bad.*'),
        fc.record({ statusCode: fc.constantFrom('200', '400', '500'), responseTemplates: texts }),
      ),
    },
    { requiredKeys: ['type'] },
  )
  const operation = fc.record(
    {
      operationId: name,
      parameters: fc.uniqueArray(
        fc.record({ name, in: fc.constantFrom('query', 'header'), required: fc.boolean() }),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
      responses: fc.dictionary(
        fc.constantFrom('200', '400', '500'),
        fc.record({
          headers: fc.dictionary(name, fc.constant({})),
          content: fc.dictionary(
            fc.constantFrom('application/json', 'text/csv'),
            fc.record({ schema: fc.constant({ $ref: '#/components/schemas/Pet' }) }),
          ),
        }),
      ),
      security: fc.constantFrom(
        [],
        [{ pool: ['a'] }],
        [{ token: [] }, { api_key: [] }],
        [{ iam: [] }],
      ),
      'x-amazon-apigateway-request-validator': fc.constantFrom('all', 'none'),
      'x-amazon-apigateway-integration': integration,
    },
    { requiredKeys: [] },
  )
  const header = { type: 'apiKey', in: 'header' }
  const document = fc.record({
    openapi: fc.constant('3.0.1'),
    info: fc.record({ title: name, version: fc.constantFrom('1.0', '2012-10-17', 'no') }),
    paths: fc.dictionary(
      fc.constantFrom('/', '/a', '/a/b', '/a/{c}', '/d/{e+}'),
      fc.dictionary(fc.constantFrom('get', 'post', 'x-amazon-apigateway-any-method'), operation),
    ),
    components: fc.constant({
      schemas: {
        Pet: { type: 'object', properties: { mother: { $ref: '#/components/schemas/Pet' } } },
      },
      securitySchemes: {
        api_key: { ...header, name: 'x-api-key' },
        iam: { ...header, name: 'Authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
        pool: {
          ...header,
          name: 'Authorization',
          'x-amazon-apigateway-authtype': 'cognito_user_pools',
          'x-amazon-apigateway-authorizer': { type: 'cognito_user_pools', providerARNs: ['arn:x'] },
        },
        token: {
          ...header,
          name: 'X-Token',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: 'arn:y' },
        },
      },
    }),
    'x-amazon-apigateway-request-validators': fc.constant({
      all: { validateRequestBody: true, validateRequestParameters: true },
      none: { validateRequestBody: false, validateRequestParameters: false },
    }),
  })
  fc.assert(
    fc.property(document, document => assertSame(importText(JSON.stringify(document)))),
    { numRuns: 60 },
  )
})

describe('what an export leaves out', () => {
  const imported = importText(`
    openapi: 3.0.1
    info: { title: x, version: v }
    x-amazon-apigateway-api-key-source: AUTHORIZER
    paths:
      /a:
        get:
          security: [{ api_key: [], sigv4: [] }]
          x-amazon-apigateway-integration: { type: mock }
    components:
      securitySchemes:
        api_key: { type: apiKey, name: x-api-key, in: header }
        sigv4:
          type: apiKey
          name: X-Token
          in: header
          x-amazon-apigateway-authorizer: { type: token, authorizerUri: 'arn:y' }
  `)

  test('without extensions there is only the specification', () => {
    const { 'x-amazon-apigateway-documentation': published, ...document } = exportOf(imported, {
      extensions: new Set(),
    })
    assert.deepEqual(published, {
      version: '1',
      createdDate: '1970-01-01T00:00:00Z',
      documentationParts: [],
    })
    assert.equal(JSON.stringify(document).includes('x-amazon-apigateway'), false)
    assert.deepEqual(document['servers'], [
      {
        url: 'https://abcde12345.execute-api.eu-west-1.amazonaws.com/{basePath}',
        variables: { basePath: { default: '/prod' } },
      },
    ])
    assert.deepEqual(document['paths'], {
      '/a': { get: { responses: {}, security: [{ sigv4: [] }, { api_key: [] }] } },
    })
  })

  test('with authorizers there are no integrations', () => {
    const text = JSON.stringify(exportOf(imported, { extensions: new Set(['authorizers']) }))
    assert.equal(text.includes('x-amazon-apigateway-authorizer'), true)
    assert.equal(text.includes('x-amazon-apigateway-integration'), false)
    assert.equal(text.includes('x-amazon-apigateway-api-key-source'), false)
  })

  test('with integrations there is all but the documentation', () => {
    const text = JSON.stringify(exportOf(imported, { extensions: new Set(['integrations']) }))
    assert.equal(text.includes('x-amazon-apigateway-integration'), true)
    assert.equal(text.includes('x-amazon-apigateway-api-key-source'), true)
    assert.equal(text.includes('x-amazon-apigateway-documentation'), false)
  })

  test('as Swagger 2 the stage is the base path', () => {
    const document = exportOf(imported, { format: 'swagger' })
    assert.equal(document['swagger'], '2.0')
    assert.equal(document['host'], 'abcde12345.execute-api.eu-west-1.amazonaws.com')
    assert.equal(document['basePath'], '/prod')
  })

  test('a name that an authorizer has taken is not used for IAM', () => {
    const snapshot = snapshotOf(imported)
    const iam = {
      id: 'r9',
      path: '/b',
      parentId: 'r0',
      resourceMethods: {
        GET: { httpMethod: 'GET', authorizationType: 'AWS_IAM', apiKeyRequired: false } as const,
      },
    }
    const document = exportRest({ ...snapshot, resources: [...snapshot.resources, iam] }, stage, {
      format: 'oas30',
      extensions: new Set(['apigateway']),
      host: 'x',
      region: 'x',
    })
    const again = importText(render(document, 'json'))
    assert.equal(again.resources.at(-1)?.methods['GET']?.authorizationType, 'AWS_IAM')
    assert.equal(again.resources.at(-2)?.methods['GET']?.authorizerName, 'sigv4')
  })
})
