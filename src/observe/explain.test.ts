import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type RefusalType, refusals } from '../messages/refusals.ts'
import { type ExplainedRequest, explainText } from './explain.ts'

const record: ExplainedRequest['record'] = {
  requestId: '6f1c0000-0000-4000-8000-000000000000',
  startedAt: Date.UTC(2026, 10, 22, 10, 2),
  durationMs: 0.111,
  integrationMs: -1,
  method: 'GET',
  path: '/dev/user',
  host: 'localhost:4566',
  sourceIp: '127.0.0.1',
  apiId: 'a1b2c3d4e5',
  apiName: 'pets',
  stage: 'dev',
  deploymentId: 'x7k2p1',
  isCanary: false,
  deployedAt: Date.UTC(2026, 10, 22, 10, 2),
  resourcePath: '',
  routeMethod: '',
  integrationType: '',
  step: 'match',
  steps: [],
  status: 403,
  refusal: 'MISSING_AUTHENTICATION_TOKEN',
  reason: 'no resource has this path and verb',
  gatewayResponse: 'built-in',
  cache: '',
  cacheAgeMs: 0,
  cacheRequestId: '',
  cacheDemandIgnored: false,
  authorizer: null,
  signer: '',
  allowedBy: null,
  checks: null,
  actor: null,
  requestBytes: 0,
  integrationStatus: 0,
  responseBytes: 42,
  brokenOff: '',
}

test('a miss names the nearest routes and says that the answer is not about tokens', () => {
  const nearest = [
    { verb: 'GET', path: '/users', why: 'one letter more' },
    { verb: 'POST', path: '/user', why: 'the path exists, the verb does not' },
  ]
  assert.equal(
    explainText({ record, nearest }),
    [
      '403 MissingAuthenticationToken   GET /dev/user   0.11 ms   request 6f1c0000-0000-4000-8000-000000000000',
      '  api       pets (a1b2c3d4e5), stage dev, deployment x7k2p1 of 2026-11-22 10:02 UTC',
      '  route     none matched. Nearest: GET /dev/users (one letter more). Also: POST /dev/user (the path exists, the',
      '            verb does not)',
      '  reason    no resource has this path and verb',
      '  answer    403, 42 bytes, made by the built-in response MISSING_AUTHENTICATION_TOKEN',
      '  meaning   MISSING_AUTHENTICATION_TOKEN: No resource and method match the request, or the signature is missing.',
      '  next      AWS gives this answer for an unknown path or verb; it says nothing about tokens. Changes to',
      '            resources are live only after a deployment: is the route in the one that the stage points at?',
      '',
    ].join('\n'),
  )
})

test('an answer of the back end is told with its route, steps and times', () => {
  const text = explainText({
    record: {
      ...record,
      resourcePath: '/users',
      routeMethod: 'GET',
      integrationType: 'AWS_PROXY',
      integrationMs: 12.4,
      integrationStatus: 200,
      step: 'map-response',
      steps: ['map-request', 'integrate', 'map-response'],
      status: 200,
      refusal: '',
      reason: '',
      gatewayResponse: '',
      durationMs: 12.9,
    },
    nearest: [],
  })
  assert.match(text, /^200 OK {3}GET \/dev\/user {3}13 ms/)
  assert.match(text, /back end {2}AWS_PROXY, answered 200 after 12 ms/)
  assert.match(text, /steps {5}map-request, integrate, map-response/)
  assert.doesNotMatch(text, /meaning|next/)
})

test('a refusal shows which step refused and which did not run', () => {
  const text = explainText({
    record: {
      ...record,
      resourcePath: '/users',
      routeMethod: 'POST',
      refusal: 'BAD_REQUEST_BODY',
      step: 'validate-body',
      steps: ['validate-parameters', 'validate-body', 'integrate'],
      gatewayResponse: 'DEFAULT_4XX',
    },
    nearest: [],
  })
  assert.match(text, /passed validate-parameters; validate-body refused; not run: integrate/)
  assert.match(
    text,
    /made by the API's gateway response DEFAULT_4XX, since BAD_REQUEST_BODY has none/,
  )
})

test('an address of no API says so', () => {
  const text = explainText({
    record: { ...record, deploymentId: '', apiName: '', refusal: 'Forbidden', gatewayResponse: '' },
    nearest: [],
  })
  assert.match(text, /^403 Forbidden/)
  assert.match(text, /an API or a stage that does not exist/)
})

test('every refusal type has advice', () => {
  for (const refusal of Object.keys(refusals) as RefusalType[]) {
    assert.match(explainText({ record: { ...record, refusal }, nearest: [] }), / {2}next {6}\S/)
  }
})

test('whatever a request holds, the text has no control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (path, reason) => {
      const text = explainText({ record: { ...record, path, reason, apiName: path }, nearest: [] })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the test
      assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    }),
  )
})

const cacheLines: readonly { name: string; given: Partial<typeof record>; want: RegExp }[] = [
  {
    name: 'a hit has its age and where it comes from',
    given: { cache: 'hit', cacheAgeMs: 12_340, cacheRequestId: 'abc' },
    want: / {2}cache {5}hit, 12\.3 s old, put there by request abc\n/,
  },
  { name: 'a miss', given: { cache: 'miss' }, want: / {2}cache {5}miss\n/ },
  {
    name: 'a miss that waited',
    given: { cache: 'joined', cacheRequestId: 'abc' },
    want: /miss, waited for request abc/,
  },
  { name: 'a demand', given: { cache: 'refreshed' }, want: /not asked: .*max-age=0/ },
  {
    name: 'a demand that was ignored',
    given: { cache: 'miss', cacheDemandIgnored: true },
    want: /miss; the client demanded a fresh answer/,
  },
]

for (const { name, given, want } of cacheLines) {
  test(`the cache: ${name}`, () => {
    assert.match(explainText({ record: { ...record, ...given }, nearest: [] }), want)
  })
}

for (const { verdict, want } of [
  { verdict: 'refused', want: 'caller    TOKEN authorizer gate (a1) let nobody in' },
  { verdict: 'verified', want: 'TOKEN authorizer gate (a1): verified the token of me' },
  { verdict: 'called', want: 'called, 7.00 ms, principal me, kept under key abcdefghijkl…' },
  { verdict: 'joined', want: 'waited for request r1, which was asking under key abcdefghijkl…' },
  { verdict: 'hit', want: 'answer of 12.3 s ago, put there by request r1 under key abcdefghijkl…' },
] as const) {
  test(`an authorizer: ${verdict}`, () => {
    const authorizer = {
      ...{ id: 'a1', name: 'gate', type: 'TOKEN' as const, verdict, key: 'abcdefghijklmnop' },
      ...{ ageMs: 12_300, requestId: 'r1', latencyMs: 7, principal: 'me' },
    }
    const text = explainText({ record: { ...record, authorizer }, nearest: [] })
    assert.ok(text.replaceAll(/\n +/g, ' ').includes(want), text)
  })
}

test('who signed, and the statement that let the request pass, each on a line', () => {
  const signer = 'arn:aws:iam::111122223333:user/ann'
  const allowedBy = { policy: 'inline/ReadPets', id: 'Pets', text: '{}' }
  const text = explainText({ record: { ...record, signer, allowedBy }, nearest: [] })
  assert.match(text, /^ {2}signer {4}arn:aws:iam::111122223333:user\/ann$/m)
  assert.match(text, /^ {2}allowed {3}by statement Pets of inline\/ReadPets$/m)
})

test('each policy is shown with its own verdict', () => {
  const verdict = (decision: 'allow' | 'explicitDeny', id: string, policy: string) =>
    ({ decision, statement: { id, policy, text: '{}' }, reach: 'principal' }) as const
  const checks = {
    resource: { decision: 'implicitDeny', statement: null, reach: 'everyone' } as const,
    authorizer: null,
    identity: verdict('allow', 'Read', 'inline/p'),
    boundary: verdict('explicitDeny', '#0', 'arn:aws:iam::000000000000:policy/b'),
    session: null,
  }
  const text = explainText({ record: { ...record, checks }, nearest: [] }).replace(/\n +/g, ' ')
  assert.match(
    text,
    / policies {2}resource policy: no statement fits; signer's policies: allow \(statement Read of inline\/p\); permissions boundary: deny \(statement #0 of arn:aws:iam::000000000000:policy\/b\) /,
  )
})
