/** Whatever is sent, the answer is never our fault: no 500 but for faults of the machine. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { restTable } from '../../src/aws/operations.v1.ts'
import { anyAuthorization, type Harness, startControl } from './harness.ts'

const headers = { authorization: anyAuthorization, 'x-amz-date': '20260101T000000Z' }

/** An API with something in it, under ids that the arbitrary paths can hit. */
async function populate(control: Harness): Promise<{ api: string; resource: string }> {
  const send = async (method: string, path: string, body: unknown) => {
    const reply = await control.raw({ method, path, headers, body: JSON.stringify(body) })
    assert.ok(reply.status < 300, reply.body)
    return JSON.parse(reply.body || '{}')
  }
  const { rootResourceId: resource } = await send('POST', '/restapis', {
    name: 'x',
    tags: { _custom_id_: 'api' },
  })
  const method = `/restapis/api/resources/${resource}/methods/GET`
  await send('PUT', method, { authorizationType: 'NONE' })
  await send('PUT', `${method}/responses/200`, {})
  await send('PUT', `${method}/integration`, { type: 'MOCK' })
  await send('PUT', `${method}/integration/responses/200`, {})
  await send('POST', '/restapis/api/deployments', { stageName: 'dev' })
  return { api: 'api', resource }
}

const odd = fc.constantFrom(
  '',
  '__proto__',
  'constructor',
  'a/b',
  '%',
  '\u0000',
  '*',
  'x'.repeat(3000),
  '/',
)
const text = fc.oneof(odd, fc.string({ maxLength: 20 }))

const patchPath = fc.oneof(
  text,
  fc.constantFrom(
    ...[
      '/name',
      '/description',
      '/policy',
      '/variables/__proto__',
      '/__proto__/GET/metrics/enabled',
    ],
    ...[
      '/*/*/throttling/rateLimit',
      '/requestParameters/__proto__',
      '/responseTemplates/constructor',
    ],
    ...['/uri', '/type', '/timeoutInMillis', '/deploymentId', '/canarySettings/percentTraffic'],
    ...['/binaryMediaTypes/~1', '/endpointConfiguration/types/X', '/selectionPattern', '/pathPart'],
    ...['/parentId', '/schema', '/authorizationType', '/canarySettings/stageVariableOverrides/a'],
  ),
)
const patchOperations = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'replace', 'remove', 'copy', 'move', 'test'),
      path: patchPath,
      value: fc.oneof(text, fc.constantFrom('true', '1', '-1', '1e999', 'NaN', '{}', '[]')),
      from: text,
    },
    { requiredKeys: ['op'] },
  ),
  { maxLength: 4 },
)
const body = fc.oneof(
  fc.record({ patchOperations }),
  fc.object({ maxDepth: 2 }),
  fc.dictionary(
    fc.constantFrom(
      ...['name', 'type', 'uri', 'pathPart', 'schema', 'contentType', 'location', 'properties'],
      ...[
        'stageName',
        'deploymentId',
        'responseParameters',
        'requestParameters',
        'responseTemplates',
      ],
      ...[
        'httpMethod',
        'variables',
        'tags',
        'apiStages',
        'quota',
        'canarySettings',
        'policy',
        'value',
      ],
    ),
    fc.oneof(text, fc.integer(), fc.boolean(), fc.dictionary(text, text), fc.array(text)),
  ),
)

test('no request makes the control plane fail', { timeout: 60_000 }, async () => {
  await using control = await startControl()
  const known = await populate(control)
  const operations = Object.values(restTable.operations).map(spec => spec.split(' '))
  const segment = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(known.api, known.resource, 'GET', '200', 'dev', 'Empty'),
    },
    { weight: 1, arbitrary: text.map(each => encodeURIComponent(each.toWellFormed())) },
  )
  const request = fc.record({
    operation: fc.constantFrom(...operations),
    segments: fc.array(segment, { minLength: 6, maxLength: 6 }),
    body,
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, segments, body: value }) => {
      const [method = '', uri = ''] = operation
      // The API itself stays, so that later calls find something.
      if (method === 'DELETE' && !uri.includes('responses')) return
      let next = 0
      const first = uri.startsWith('/restapis/{') ? known.api : undefined
      const path = uri.replace(/\{[^}]+\}/g, () => {
        const chosen = segments[next++] ?? 'x'
        return next === 1 && first ? first : chosen
      })
      const reply = await control.raw({ method, path, headers, body: JSON.stringify(value) })
      assert.ok(reply.status < 500 || reply.status === 501, `${method} ${path}: ${reply.body}`)
      assert.equal(typeof reply.headers['x-amzn-requestid'], 'string')
    }),
    { numRuns: 1_500 },
  )
})
