import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GatewayResponse } from '../aws/rest-api.ts'
import type { MethodRequest } from '../messages/messages.ts'
import type { RefusalType } from '../messages/refusals.ts'
import type { Variables } from '../messages/variables.ts'
import {
  compileGatewayResponses,
  defaultTemplate,
  gatewayResponseNotices,
} from './gateway-responses.ts'
import type { GatewayResponseSource } from './program.ts'

const source: GatewayResponseSource = {
  request: {
    header: (name: string) => (name === 'Origin' ? 'https://a.example' : undefined),
    headerValues: () => [],
    query: new Map([['q', ['1', '2']]]),
    pathParameters: Object.create(null),
  } as unknown as MethodRequest,
  variables: {
    context: {
      requestTimeEpoch: 5,
      error: { message: 'No "x"', messageString: '"No \\"x\\""', responseType: 'THROTTLED' },
    } as unknown as Variables['context'],
    stageVariables: { colour: 'red' },
  },
}

function plan(type: RefusalType, ...entries: GatewayResponse[]) {
  return compileGatewayResponses(entries).of[type]
}

test('nothing customised: the built-in answer', () => {
  const builtIn = plan('THROTTLED', { responseType: 'ACCESS_DENIED', statusCode: '404' })
  assert.deepEqual([builtIn.status, builtIn.origin], [null, 'built-in'])
  assert.deepEqual(builtIn.headers(source), [])
  assert.equal(builtIn.body(undefined, source), undefined)
})

const lookups: {
  name: string
  type: RefusalType
  entries: GatewayResponse[]
  want: [number | null, string]
}[] = [
  {
    name: 'own entry',
    type: 'THROTTLED',
    entries: [{ responseType: 'THROTTLED', statusCode: '503' }],
    want: [503, 'own'],
  },
  {
    name: 'own entry before the default one',
    type: 'THROTTLED',
    entries: [
      { responseType: 'DEFAULT_4XX', statusCode: '400' },
      { responseType: 'THROTTLED', statusCode: '503' },
    ],
    want: [503, 'own'],
  },
  {
    name: "the default entry's status counts for its class",
    type: 'THROTTLED',
    entries: [{ responseType: 'DEFAULT_4XX', statusCode: '400' }, { responseType: 'THROTTLED' }],
    want: [400, 'own'],
  },
  {
    name: 'the default entry of the class',
    type: 'INTEGRATION_TIMEOUT',
    entries: [{ responseType: 'DEFAULT_4XX', statusCode: '400' }, { responseType: 'DEFAULT_5XX' }],
    want: [null, 'DEFAULT_5XX'],
  },
  {
    name: 'what cannot be customised',
    type: 'REQUEST_TOO_LARGE',
    entries: [
      { responseType: 'DEFAULT_4XX', statusCode: '400' },
      { responseType: 'REQUEST_TOO_LARGE', statusCode: '400' },
    ],
    want: [null, 'built-in'],
  },
]

test('own entry, else the default one of its class, else built in', () => {
  for (const { name, type, entries, want } of lookups) {
    const found = plan(type, ...entries)
    assert.deepEqual([found.status, found.origin], want, name)
  }
})

test('headers come from literals, the request, the context and the stage', () => {
  const { headers } = plan('THROTTLED', {
    responseType: 'DEFAULT_4XX',
    responseParameters: {
      'gatewayresponse.header.Access-Control-Allow-Origin': "'*'",
      'gatewayresponse.header.X-Origin': 'method.request.header.Origin',
      'gatewayresponse.header.X-Type': 'context.error.responseType',
      'gatewayresponse.header.X-Colour': 'stageVariables.colour',
      'gatewayresponse.header.X-None': 'method.request.header.None',
    },
  })
  const always = ['X-Type', 'THROTTLED', 'X-Colour', 'red']
  assert.deepEqual(headers(source), [
    'Access-Control-Allow-Origin',
    '*',
    'X-Origin',
    'https://a.example',
    ...always,
  ])
  assert.deepEqual(headers({ ...source, request: null }), [
    'Access-Control-Allow-Origin',
    '*',
    ...always,
  ])
})

test('a header can neither break the framing nor hold a line end', () => {
  const { headers } = plan('THROTTLED', {
    responseType: 'THROTTLED',
    responseParameters: {
      'gatewayresponse.header.Content-Length': "'3'",
      'gatewayresponse.header.X-Split': "'a\r\nSet-Cookie: b'",
      'gatewayresponse.header.WWW-Authenticate': "'Basic'",
    },
  })
  assert.deepEqual(headers(source), ['WWW-Authenticate', 'Basic'])
})

const substitutions: { template: string; want: string }[] = [
  { template: '{"m":$context.error.messageString}', want: '{"m":"No \\"x\\""}' },
  { template: '$context.error.message.', want: 'No "x".' },
  { template: '$context.requestTimeEpoch/$stageVariables.colour', want: '5/red' },
  {
    template: '$method.request.header.Origin $method.request.querystring.q',
    want: 'https://a.example 2',
  },
  { template: '[$context.nope][$context.error]', want: '[][]' },
  { template: '$context.constructor.name$context.__proto__', want: '' },
  { template: '#set($a = 1)$a $input.body', want: '#set($a = 1)$a $input.body' },
  { template: '', want: '' },
]

test('a template is plain substitution', () => {
  for (const { template, want } of substitutions) {
    const { body } = plan('THROTTLED', {
      responseType: 'THROTTLED',
      responseTemplates: { 'application/json': template },
    })
    assert.deepEqual(
      body(undefined, source),
      { mediaType: 'application/json', text: want },
      template,
    )
  }
})

test('AWS’s own template is the built-in body, and other types stand beside it', () => {
  const { body } = plan('ACCESS_DENIED', {
    responseType: 'DEFAULT_4XX',
    responseTemplates: { 'application/json': defaultTemplate, 'text/html': 'html' },
  })
  assert.equal(body(undefined, source), undefined)
  assert.deepEqual(body('text/html', source), { mediaType: 'text/html', text: 'html' })
})

test('paths and queries are known, have no effect, and that is said', () => {
  const entry: GatewayResponse = {
    responseType: 'THROTTLED',
    responseParameters: {
      'gatewayresponse.path.a': 'method.request.path.b',
      'gatewayresponse.querystring.c': "'x'",
      'gatewayresponse.header.d': "'y'",
    },
  }
  assert.deepEqual(plan('THROTTLED', entry).headers(source), ['d', 'y'])
  assert.deepEqual(gatewayResponseNotices([entry]), [
    'Gateway response THROTTLED: gatewayresponse.path.a has no effect: an answer has headers only.',
    'Gateway response THROTTLED: gatewayresponse.querystring.c has no effect: an answer has headers only.',
  ])
})

test('the template is chosen by Accept', () => {
  const { body } = plan('THROTTLED', {
    responseType: 'THROTTLED',
    responseTemplates: { 'application/json': 'json', 'text/html': 'html' },
  })
  assert.equal(body('text/html,*/*', source)?.text, 'html')
  assert.equal(body('*/*', source)?.text, 'json')
})

test('entries that cannot be carried out are refused', () => {
  const bad: GatewayResponse[] = [
    { responseType: 'TEAPOT' },
    { responseType: 'THROTTLED', statusCode: '42' },
    { responseType: 'THROTTLED', responseParameters: { 'gatewayresponse.body': "'x'" } },
    { responseType: 'THROTTLED', responseParameters: { 'gatewayresponse.header.a b': "'x'" } },
    { responseType: 'THROTTLED', responseParameters: { 'gatewayresponse.header.a': 'x' } },
    { responseType: 'THROTTLED', responseTemplates: { 'text/a\r\nx: b': '' } },
  ]
  for (const entry of bad) {
    assert.throws(() => compileGatewayResponses([entry]), /gateway response/, JSON.stringify(entry))
  }
})
