import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compilePolicyText } from './compile.ts'
import { account, ann, ask, decide, session } from './fixtures.ts'
import { weighAll } from './verdict.ts'

describe('actions', () => {
  for (const [action, fits] of [
    ['execute-api:Invoke', true],
    ['EXECUTE-API:invoke', true],
    ['execute-api:*', true],
    ['execute-api:Inv?ke', true],
    ['*', true],
    ['execute-api:InvalidateCache', false],
    ['lambda:*', false],
  ] as const) {
    test(`${action} ${fits ? 'fits' : 'does not fit'}`, () => {
      assert.equal(decide({ Action: [action] }, ask()), fits ? 'allow' : 'implicitDeny')
      assert.equal(decide({ NotAction: action }, ask()), fits ? 'implicitDeny' : 'allow')
    })
  }
})

describe('resources', () => {
  for (const [resource, fits] of [
    ['*', true],
    [`arn:aws:execute-api:eu-west-1:${account}:api/dev/GET/pets`, true],
    ['arn:aws:execute-api:*:*:api/*', true],
    ['arn:aws:execute-api:*:*:*/GET/*', true],
    ['arn:aws:execute-api', true],
    ['arn:aws:execute-api:*', true],
    ['arn:aws:execute-api:us-*', false],
    // A wildcard stays in its part.
    ['arn:aws:execute-api:*:api/dev/GET/pets', false],
    ['arn:*/pets', false],
    ['arn:aws:execute-api:eu-west-1:1*:API/dev/GET/pets', false],
    ['arn:aws:execute-api:*:*:api/dev/GET/pets/*', false],
  ] as const) {
    test(`${resource} ${fits ? 'fits' : 'does not fit'}`, () => {
      assert.equal(decide({ Resource: [resource] }, ask()), fits ? 'allow' : 'implicitDeny')
      assert.equal(decide({ NotResource: resource }, ask()), fits ? 'implicitDeny' : 'allow')
    })
  }
})

describe('principals', () => {
  const root = `arn:aws:iam::${account}:root`
  const role = 'arn:aws:iam::111122223333:role/Reader'
  const asAnn = ask({}, { requester: ann })
  const asSession = ask({}, { requester: session })
  const asService = ask({}, { service: 'apigateway.amazonaws.com' })
  const rows = [
    ['*', 'everyone', 'everyone', 'everyone', 'everyone'],
    [{ AWS: '*' }, 'everyone', 'everyone', 'everyone', 'everyone'],
    [{ AWS: account }, null, 'account', 'account', null],
    [{ AWS: [root] }, null, 'account', 'account', null],
    [{ AWS: ann.arn }, null, 'principal', null, null],
    [{ AWS: ann.userId }, null, 'principal', null, null],
    [{ AWS: role }, null, null, 'role', null],
    [{ AWS: 'AROAREADERREADER1' }, null, null, 'role', null],
    [{ AWS: session.arn }, null, null, 'principal', null],
    [{ AWS: '444455556666' }, null, null, null, null],
    [{ Service: 'apigateway.amazonaws.com' }, null, null, null, 'principal'],
    [{ Federated: 'cognito-identity.amazonaws.com' }, null, null, null, null],
    [{ CanonicalUser: 'abc' }, null, null, null, null],
  ] as const
  for (const [principal, ...reaches] of rows) {
    test(JSON.stringify(principal), () => {
      const statement = { Effect: 'Allow', Principal: principal, Action: '*', Resource: '*' }
      const policy = compilePolicyText(JSON.stringify({ Statement: statement }), 'resource', 'p')
      for (const [i, request] of [ask(), asAnn, asSession, asService].entries()) {
        const { decision, reach } = policy.weigh(request)
        assert.equal(decision === 'allow' ? reach : null, reaches[i], `request ${i}`)
      }
    })
  }

  test('NotPrincipal leaves out of a Deny only who is listed with its account', () => {
    const deny = (aws: string[], request = asAnn) =>
      decide({ Effect: 'Deny', NotPrincipal: { AWS: aws } }, request)
    assert.equal(deny([ann.arn, account]), 'implicitDeny')
    assert.equal(deny([ann.arn]), 'explicitDeny')
    assert.equal(deny([account]), 'explicitDeny')
    assert.equal(deny([session.arn, role, account], asSession), 'implicitDeny')
    assert.equal(deny([session.arn, account], asSession), 'explicitDeny')
    assert.equal(deny([ann.arn, account], ask()), 'explicitDeny')
    const bounded = ask({}, { requester: { ...ann, boundary: {} } })
    assert.equal(deny([ann.arn, account], bounded), 'explicitDeny')
  })

  test('NotPrincipal leaves out of an Allow whoever is listed in any way', () => {
    const allow = (aws: string[]) => decide({ NotPrincipal: { AWS: aws } }, asAnn)
    assert.equal(allow([account]), 'implicitDeny')
    assert.equal(allow([ann.arn]), 'implicitDeny')
    assert.equal(allow([session.arn]), 'allow')
  })
})

describe('documents that are refused', () => {
  const good = { Effect: 'Allow', Action: 'a:b', Resource: '*' }
  for (const [name, text, words] of [
    ['no JSON', '{', /Syntax errors in policy/],
    ['a list', '[]', /Syntax errors/],
    [
      'a member twice',
      '{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}',
      /Syntax errors/,
    ],
    [
      'a member twice, once with an escape',
      '{"Statement":{"Effect":"Deny","\\u0045ffect":"Allow","Action":"*","Resource":"*"}}',
      /Syntax errors/,
    ],
    ['no statement', '{}', /Syntax errors/],
    ['another version', { Version: '2013-01-01', Statement: good }, /Syntax errors/],
    ['an unknown element', { Statement: good, More: 1 }, /Syntax errors/],
    ['an unknown element of a statement', { Statement: { ...good, Extra: 1 } }, /Syntax errors/],
    ['an element in lower case', { Statement: { ...good, effect: 'Deny' } }, /Syntax errors/],
    ['no effect', { Statement: { Action: 'a:b', Resource: '*' } }, /Effect/],
    ['another effect', { Statement: { ...good, Effect: 'allow' } }, /effect/],
    ['no action', { Statement: { Effect: 'Allow', Resource: '*' } }, /must contain actions/],
    ['an empty list of actions', { Statement: { ...good, Action: [] } }, /must contain actions/],
    ['an action without service', { Statement: { ...good, Action: 'Invoke' } }, /vendor/],
    ['both of a pair', { Statement: { ...good, NotAction: 'a:b' } }, /Syntax errors/],
    ['no resource', { Statement: { Effect: 'Allow', Action: 'a:b' } }, /must contain resources/],
    ['a resource that is no ARN', { Statement: { ...good, Resource: 'x' } }, /ARN format/],
    ['a principal', { Statement: { ...good, Principal: '*' } }, /principal/],
    [
      'two statements of one Sid',
      {
        Statement: [
          { ...good, Sid: 'a' },
          { ...good, Sid: 'a' },
        ],
      },
      /unique/,
    ],
    ['a condition that is a text', { Statement: { ...good, Condition: 'x' } }, /Syntax errors/],
    ['one of 70 KB', { Id: 'x'.repeat(70_000), Statement: good }, /Syntax errors/],
    ['brackets without end', '['.repeat(60_000), /Syntax errors/],
  ] as const) {
    test(name, () => {
      const json = typeof text === 'string' ? text : JSON.stringify(text)
      assert.throws(() => compilePolicyText(json, 'identity', 'p'), {
        name: 'PolicyError',
        message: words,
      })
    })
  }

  for (const principal of [
    ...['everyone', '', {}, { AWS: 'ann' }, { AWS: 'arn:aws:iam::111122223333:user/*' }],
    ...[{ AWS: '11112222333' }, { Service: '*' }, { Other: '*' }, ['*'], null],
  ]) {
    test(`the principal ${JSON.stringify(principal)}`, () => {
      const text = JSON.stringify({ Statement: { ...good, Principal: principal } })
      assert.throws(() => compilePolicyText(text, 'resource', 'p'), { name: 'PolicyError' })
    })
  }

  test('a resource policy without principal, and a trust policy with resource', () => {
    const text = JSON.stringify({ Statement: good })
    assert.throws(() => compilePolicyText(text, 'resource', 'p'), /Principal/)
    const trust = JSON.stringify({ Statement: { ...good, Principal: '*' } })
    assert.throws(() => compilePolicyText(trust, 'trust', 'p'), /Resource/)
  })
})

test('the verdict says which statement decided, by Sid or place', () => {
  const statement = { Effect: 'Allow', Action: '*', Resource: '*' }
  const other = { ...statement, Action: 's3:*' }
  const last = { ...statement, Sid: 'NotNow', Effect: 'Deny' }
  const weigh = (...Statement: object[]) =>
    compilePolicyText(JSON.stringify({ Statement }), 'identity', 'inline/P').weigh(ask()).statement
  assert.deepEqual(weigh(other, statement), {
    policy: 'inline/P',
    id: '#1',
    text: JSON.stringify(statement),
  })
  assert.equal(weigh(statement, other, last)?.id, 'NotNow')
  assert.equal(weigh(other), null)
  const long = { ...statement, Resource: Array(500).fill('arn:aws:s3:::x'), NotAction: undefined }
  const shown = weigh({ ...long, Resource: [...long.Resource, '*'] })?.text ?? ''
  assert.ok(shown.length < 700 && shown.endsWith('…'))
})

/** Statements of which some fit the request of `ask`. */
const statements = fc.array(
  fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('execute-api:Invoke', 's3:*', '*'),
    Resource: fc.constantFrom('*', 'arn:aws:execute-api:*:*:api/*', 'arn:aws:s3:::x'),
  }),
  { minLength: 1, maxLength: 6 },
)

test('a Deny wins wherever it stands, then an Allow, and the order never counts', () => {
  fc.assert(
    fc.property(statements, fc.infiniteStream(fc.nat()), (list, order) => {
      const fits = list.filter(({ Action, Resource }) => Action !== 's3:*' && !/s3/.test(Resource))
      const want = fits.some(({ Effect }) => Effect === 'Deny')
        ? 'explicitDeny'
        : fits.length > 0
          ? 'allow'
          : 'implicitDeny'
      const compile = (some: typeof list) =>
        compilePolicyText(JSON.stringify({ Statement: some }), 'identity', 'p')
      assert.equal(compile(list).weigh(ask()).decision, want)
      const shuffled = list
        .map(each => ({ each, at: order.next().value }))
        .sort((a, b) => Number(a.at) - Number(b.at))
        .map(({ each }) => each)
      assert.equal(compile(shuffled).weigh(ask()).decision, want)
      // As one policy each they say the same.
      const single = shuffled.map(each => compile([each]))
      assert.equal(weighAll(single, ask()).decision, want)
    }),
  )
})

test('no text of a policy ends the process', () => {
  const json = fc.json({ maxDepth: 6 })
  const near = fc.record(
    {
      Version: fc.constantFrom('2012-10-17', '2008-10-17', 1),
      Statement: fc.anything({ maxDepth: 4 }),
    },
    { requiredKeys: [] },
  )
  const texts = fc.oneof(
    json,
    fc.string(),
    near.map(value => JSON.stringify(value) ?? ''),
  )
  fc.assert(
    fc.property(texts, text => {
      try {
        compilePolicyText(text, 'resource', 'p').weigh(ask())
      } catch (error) {
        assert.equal((error as Error).name, 'PolicyError')
      }
    }),
    { numRuns: 2000 },
  )
})
