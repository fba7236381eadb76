import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { splitConnectionPath } from './match.ts'
import {
  httpService,
  lambdaService,
  managementService,
  restService,
  type Service,
} from './services.ts'

const services = { rest: restService, http: httpService, lambda: lambdaService }

const cases: [keyof typeof services, string, string, string | undefined, string[]?][] = [
  ['rest', 'GET', '/restapis', 'GetRestApis', []],
  ['rest', 'POST', '/restapis', 'CreateRestApi', []],
  ['rest', 'POST', '/restapis?mode=import', 'ImportRestApi', []],
  ['rest', 'POST', '/restapis?failonwarnings=true&mode=import', 'ImportRestApi', []],
  ['rest', 'POST', '/restapis?mode=other', 'CreateRestApi', []],
  ['rest', 'POST', '/apikeys?mode=import&format=csv', 'ImportApiKeys', []],
  ['rest', 'GET', '/restapis/a1/stages/dev', 'GetStage', ['a1', 'dev']],
  ['rest', 'GET', '/restapis/a1/stages/dev/', 'GetStage', ['a1', 'dev']],
  ['rest', 'GET', '/restapis/a1/models/pet', 'GetModel', ['a1', 'pet']],
  ['rest', 'GET', '/restapis/a1/models/pet/default_template', 'GetModelTemplate', ['a1', 'pet']],
  [
    'rest',
    'PUT',
    '/tags/arn%3Aaws%3A%2Fstages%2Fdev',
    'TagResource',
    ['arn%3Aaws%3A%2Fstages%2Fdev'],
  ],
  [
    'rest',
    'DELETE',
    '/domainnames/a.b/basepathmappings/(none)',
    'DeleteBasePathMapping',
    ['a.b', '(none)'],
  ],
  ['rest', 'GET', '/restapis//stages', undefined],
  ['rest', 'GET', '/restapis/a1/nothing', undefined],
  ['rest', 'PATCH', '/restapis', undefined],
  ['rest', 'GET', 'restapis', undefined],
  ['rest', 'GET', '', undefined],
  ['http', 'GET', '/v2/apis/a1', 'GetApi', ['a1']],
  ['http', 'GET', '/v2/apis/a1/exports/OAS30', 'ExportApi', ['a1', 'OAS30']],
  ['lambda', 'GET', '/2015-03-31/functions', 'ListFunctions', []],
  ['lambda', 'GET', '/2015-03-31/functions/', 'ListFunctions', []],
  ['lambda', 'POST', '/2015-03-31/functions/f/invocations', 'Invoke', ['f']],
  ['lambda', 'GET', '/2018-10-31/layers?find=LayerVersion&Arn=x', 'GetLayerVersionByArn', []],
  ['lambda', 'GET', '/2018-10-31/layers', 'ListLayers', []],
  [
    'lambda',
    'GET',
    '/2019-09-25/functions/f/event-invoke-config/list',
    'ListFunctionEventInvokeConfigs',
    ['f'],
  ],
  [
    'lambda',
    'GET',
    '/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:f/configuration',
    'GetFunctionConfiguration',
    ['arn:aws:lambda:eu-west-1:123456789012:function:f'],
  ],
]

describe('an operation is found by method, path and fixed query', () => {
  for (const [service, method, url, name, labels] of cases) {
    test(`${method} ${url} -> ${name ?? 'none'}`, () => {
      const [rawPath = '', rawQuery = ''] = url.split('?')
      const match = services[service].match(method, rawPath, rawQuery)
      assert.equal(match?.operation.name, name)
      if (labels)
        assert.deepEqual(
          match?.labels.map(label => label.raw),
          labels,
        )
    })
  }
})

test('each operation is found by its own template', () => {
  for (const service of [restService, httpService, managementService, lambdaService]) {
    for (const operation of service.model.operations.values()) {
      const path = `/${operation.segments.join('/')}`
      const query = operation.fixedQuery?.join('=') ?? ''
      assert.equal(service.match(operation.method, path, query)?.operation, operation)
    }
  }
})

test('a management path is split before @connections', () => {
  assert.deepEqual(splitConnectionPath('/prod/@connections/a%3D'), {
    prefix: '/prod',
    path: '/@connections/a%3D',
  })
  assert.deepEqual(splitConnectionPath('/_aws/execute-api/a1/prod/%40connections/a='), {
    prefix: '/_aws/execute-api/a1/prod',
    path: '/@connections/a=',
  })
  assert.deepEqual(splitConnectionPath('/@connections/a'), { prefix: '', path: '/@connections/a' })
  assert.equal(splitConnectionPath('/prod/connections/a'), undefined)
})

test('any path is matched or not, at once', () => {
  const words = fc.constantFrom(
    'restapis',
    'stages',
    'v2',
    'apis',
    '%',
    '%2F',
    '..',
    '',
    '{x}',
    'a'.repeat(99),
  )
  const paths = fc.array(words, { maxLength: 40 }).map(parts => `/${parts.join('/')}`)
  fc.assert(
    fc.property(
      fc.constantFrom('GET', 'POST', '', '__proto__'),
      paths,
      fc.string(),
      (method, path, query) => {
        for (const service of Object.values<Service>(services)) service.match(method, path, query)
      },
    ),
    { numRuns: 1000, seed: 1 },
  )
})
