import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { checkInput } from './check.ts'
import { Fault } from './faults.ts'
import { readInput } from './read.ts'
import {
  httpService,
  lambdaService,
  managementService,
  restService,
  type Service,
} from './services.ts'

const services = [restService, httpService, managementService, lambdaService]

function read(
  service: Service,
  method: string,
  url: string,
  body: string | Uint8Array = '',
  rawHeaders: string[] = [],
) {
  const [rawPath = '', rawQuery = ''] = url.split('?')
  const match = service.match(method, rawPath, rawQuery)
  assert.ok(match, url)
  return readInput(match, { method, rawPath, rawQuery, rawHeaders, body: Buffer.from(body) })
}

describe('an input is read from', () => {
  test('labels, decoded after the match', () => {
    assert.deepEqual(read(restService, 'GET', '/tags/arn%3Aaws%3A%2Fa%2Fb?limit=5'), {
      resourceArn: 'arn:aws:/a/b',
      limit: 5,
    })
  })

  test('query parameters: text, numbers, truth and lists', () => {
    assert.deepEqual(read(restService, 'GET', '/apikeys?includeValues=True&limit=-1&name=a+b%2B'), {
      includeValues: true,
      limit: -1,
      nameQuery: 'a b+',
    })
    assert.deepEqual(read(restService, 'DELETE', '/tags/x?tagKeys=a&tagKeys=b&tagKeys='), {
      resourceArn: 'x',
      tagKeys: ['a', 'b', ''],
    })
  })

  test('all other query parameters where the model wants them', () => {
    const url =
      '/restapis?mode=import&failonwarnings=true&basepath=prepend&endpointConfigurationTypes=REGIONAL'
    assert.deepEqual(read(restService, 'POST', url, '{}'), {
      failOnWarnings: true,
      parameters: { basepath: 'prepend', endpointConfigurationTypes: 'REGIONAL' },
      body: Buffer.from('{}'),
    })
  })

  test('headers, whatever their case', () => {
    const headers = ['X-AMZ-INVOCATION-TYPE', 'Event', 'X-Amz-Log-Type', 'Tail']
    const path = '/2015-03-31/functions/f/invocations?Qualifier=live'
    assert.deepEqual(read(lambdaService, 'POST', path, '{"a":1}', headers), {
      FunctionName: 'f',
      InvocationType: 'Event',
      LogType: 'Tail',
      Qualifier: 'live',
      Payload: Buffer.from('{"a":1}'),
    })
  })

  test('a body under its wire names, with nulls and unknown names left out', () => {
    const body =
      '{"name":"n","protocolType":"HTTP","tags":{"a":"b","c":null},"cors":null,"other":1}'
    assert.deepEqual(read(httpService, 'POST', '/v2/apis', body), {
      Name: 'n',
      ProtocolType: 'HTTP',
      Tags: { a: 'b' },
    })
  })

  test('no body at all', () => {
    assert.deepEqual(read(restService, 'POST', '/restapis'), {})
    assert.deepEqual(read(restService, 'POST', '/restapis', 'null'), {})
  })

  test('a label that an object is born with', () => {
    const input = read(
      restService,
      'POST',
      '/restapis',
      '{"tags":{"__proto__":"x","constructor":"y"}}',
    )
    const tags = input['tags'] as Record<string, string>
    assert.deepEqual(Object.entries(tags), [
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
    assert.equal(Object.getPrototypeOf(tags), Object.prototype)
  })
})

describe('what cannot be read is a SerializationException', () => {
  const string = (json: string) => `{"name":${json}}`
  const cases: { name: string; body: string | Uint8Array; want: string }[] = [
    { name: 'broken JSON', body: '{"a', want: 'Could not parse request body into json' },
    {
      name: 'bytes that are no UTF-8',
      body: Buffer.from('{"name":"\xff"}', 'latin1'),
      want: 'Could not parse request body into json',
    },
    { name: 'a list for a structure', body: '[]', want: 'Expected null' },
    // These two are recorded from AWS.
    {
      name: 'truth for a text',
      body: string('true'),
      want: 'class java.lang.Boolean can not be converted to an String',
    },
    {
      name: 'a number for a text',
      body: string('1'),
      want: 'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
    },
    {
      name: 'a list for a text',
      body: string('[]'),
      want: 'Start of list found where not expected',
    },
    {
      name: 'a structure for a text',
      body: string('{}'),
      want: 'Start of structure or map found where not expected.',
    },
    {
      name: 'a text for truth',
      body: '{"disableExecuteApiEndpoint":"true"}',
      want: 'class java.lang.String can not be converted to an Boolean',
    },
    {
      name: 'a text for a number',
      body: '{"minimumCompressionSize":"1"}',
      want: 'class java.lang.String can not be converted to an Integer',
    },
    { name: 'a text for a list', body: '{"binaryMediaTypes":"a"}', want: 'Expected list or null' },
    { name: 'a list for a map', body: '{"tags":[]}', want: 'Expected map or null' },
  ]
  for (const { name, body, want } of cases) {
    test(name, () => {
      assert.throws(() => read(restService, 'POST', '/restapis', body), {
        name: 'SerializationException',
        status: 400,
        message: want,
      })
    })
  }

  for (const url of [
    '/apikeys?limit=1e9999',
    '/apikeys?limit=',
    '/apikeys?includeValues=1',
    '/apikeys?name=%zz',
    '/apikeys/%ff',
  ]) {
    test(`the URL ${url}`, () => {
      assert.throws(() => read(restService, 'GET', url), { name: 'SerializationException' })
    })
  }
})

test('a body nested a million times is refused without falling', () => {
  const deep = '['.repeat(1e6)
  assert.throws(() => read(restService, 'POST', '/restapis', `{"name":${deep}`), Fault)
  assert.throws(
    () => read(restService, 'POST', '/restapis', `{"name":${deep}${']'.repeat(1e6)}}`),
    Fault,
  )
})

describe('whatever is sent', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.constantFrom('%', '%ff', '1', 'true', '{}', '..', '-0', '1e400'),
  )
  for (const service of services) {
    test(`${service.name} reads and checks it, or refuses with a fault`, () => {
      const operations = [...service.model.operations.values()]
      fc.assert(
        fc.property(
          fc.constantFrom(...operations),
          fc.array(texts, { minLength: 6, maxLength: 6 }),
          fc.oneof(fc.json(), fc.string(), bodies(operations)),
          (operation, words, body) => {
            const label = (index: number) => encodeURIComponent(words[index] || 'x')
            const rawPath = `/${operation.segments.map((s, i) => (s.startsWith('{') ? label(i % 6) : s)).join('/')}`
            const names = operation.input?.query.map(member => member.boundName) ?? []
            const fixed = operation.fixedQuery ? [operation.fixedQuery.join('=')] : []
            const rawQuery = [...fixed, ...names.map((name, i) => `${name}=${words[i % 6]}`)].join(
              '&',
            )
            const rawHeaders =
              operation.input?.headers.flatMap(m => [m.boundName, words[0] ?? '']) ?? []
            const { method } = operation
            const match = service.match(method, rawPath, rawQuery)
            if (!match) return
            try {
              const input = readInput(match, {
                method,
                rawPath,
                rawQuery,
                rawHeaders,
                body: Buffer.from(body),
              })
              checkInput(service, match.operation, input)
            } catch (error) {
              assert.ok(error instanceof Fault, String(error))
            }
          },
        ),
        { numRuns: 500, seed: 1 },
      )
    })
  }
})

/** Bodies that have the names of the model, with values of any kind. */
function bodies(
  operations: readonly { input: { body: readonly { jsonName: string }[] } | null }[],
) {
  const names = [...new Set(operations.flatMap(op => op.input?.body.map(m => m.jsonName) ?? ['x']))]
  return fc
    .dictionary(fc.constantFrom(...names, '__proto__'), fc.jsonValue(), { maxKeys: 5 })
    .map(o => JSON.stringify(o))
}
