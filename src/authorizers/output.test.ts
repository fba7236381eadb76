import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseAuthorization } from './output.ts'

const statement = { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' }
const policyDocument = { Version: '2012-10-17', Statement: [statement] }
const good = { principalId: 'me', policyDocument }

function parse(value: unknown) {
  return parseAuthorization(Buffer.from(JSON.stringify(value)))
}

test('principal and policy are enough; values of the context become texts', () => {
  assert.deepEqual(parse(good), { ...good, context: Object.create(null) })
  const context = { a: 'x', b: 1.5, c: true, d: null }
  const got = parse({ ...good, context, usageIdentifierKey: 'key' })
  assert.ok(typeof got === 'object')
  assert.deepEqual({ ...got.context }, { a: 'x', b: '1.5', c: 'true' })
  assert.equal(got.usageIdentifierKey, 'key')
})

for (const { name, given, want } of [
  { name: 'null', given: null, want: 'Could not parse policy' },
  { name: 'a text', given: 'Allow', want: /not an object/ },
  { name: 'a list', given: [], want: /not an object/ },
  {
    name: 'an unknown key',
    given: { ...good, statusCode: 401 },
    want: 'Invalid JSON in response: Unrecognized field "statusCode" , not marked as ignorable',
  },
  { name: 'no principal', given: { policyDocument }, want: 'principalId is not a text' },
  { name: 'no policy', given: { principalId: 'me' }, want: 'Could not parse policy' },
  {
    name: 'a policy without statements',
    given: { ...good, policyDocument: { Statement: [] } },
    want: 'Could not parse policy',
  },
  {
    name: 'an unknown effect',
    given: { ...good, policyDocument: { Statement: [{ ...statement, Effect: 'allow' }] } },
    want: 'Could not parse policy',
  },
  {
    name: 'a statement without resource',
    given: { ...good, policyDocument: { Statement: [{ Effect: 'Allow', Action: '*' }] } },
    want: 'Could not parse policy',
  },
  {
    name: 'a resource that is too long',
    given: {
      ...good,
      policyDocument: { Statement: [{ ...statement, Resource: ['*', 'a'.repeat(513)] }] },
    },
    want: 'Could not parse policy',
  },
  { name: 'a list as context', given: { ...good, context: [] }, want: 'context is not an object' },
  {
    name: 'an object in the context',
    given: { ...good, context: { a: {} } },
    want: 'context.a is not a text, number or boolean',
  },
  {
    name: 'a number as key',
    given: { ...good, usageIdentifierKey: 1 },
    want: 'usageIdentifierKey is not a text',
  },
]) {
  test(`is no authorization: ${name}`, () => {
    const got = parse(given)
    assert.ok(typeof got === 'string')
    if (typeof want === 'string') assert.equal(got, want)
    else assert.match(got, want)
  })
}

test('whatever a function gives back is an authorization or a sentence', () => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map(text => `{"principalId":${text}}`),
  )
  fc.assert(
    fc.property(anything, text => {
      const got = parseAuthorization(Buffer.from(text))
      assert.ok(typeof got === 'string' ? got !== '' : typeof got.principalId === 'string')
    }),
  )
})
