import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from './fixtures.ts'
import { type Holder, weighIdentity } from './identity-policies.ts'
import type { Decision } from './verdict.ts'

function policy(name: string, Effect: 'Allow' | 'Deny', Action: string) {
  const Statement = { Effect, Action, Resource: '*' }
  return { name, document: JSON.stringify({ Version: '2012-10-17', Statement }) }
}

const allow = policy('inline/a', 'Allow', 'execute-api:Invoke')
const other = policy('inline/o', 'Allow', 's3:*')
const deny = policy('inline/d', 'Deny', '*')

const cases: [name: string, of: Holder, want: Decision, missing: RegExp][] = [
  ['an Allow', { policies: [other, allow], boundary: null }, 'allow', /^$/],
  [
    'no Allow',
    { policies: [other], boundary: null },
    'implicitDeny',
    /none of its policies \(inline\/o\)/,
  ],
  ['no policy', { policies: [], boundary: null }, 'implicitDeny', /for it has none/],
  ['a Deny beside', { policies: [allow, deny], boundary: null }, 'explicitDeny', /^$/],
  ['a boundary that allows', { policies: [allow], boundary: allow }, 'allow', /^$/],
  [
    'a boundary that does not',
    { policies: [allow], boundary: { ...other, name: 'B' } },
    'implicitDeny',
    /^its permissions boundary B does not$/,
  ],
  ['a boundary alone', { policies: [], boundary: allow }, 'implicitDeny', /for it has none/],
  ['a boundary that denies', { policies: [allow], boundary: deny }, 'explicitDeny', /^$/],
  [
    'a session policy that does not allow',
    { policies: [allow], boundary: null, sessionPolicies: [other] },
    'implicitDeny',
    /^the policies of its session do not$/,
  ],
  [
    'one session policy of two that allows',
    { policies: [allow], boundary: allow, sessionPolicies: [other, allow] },
    'allow',
    /^$/,
  ],
  ['the root', { kind: 'root', policies: [], boundary: null }, 'allow', /^$/],
  [
    'the root in a session with less',
    { kind: 'root', policies: [], boundary: null, sessionPolicies: [other] },
    'implicitDeny',
    /session/,
  ],
  [
    'a policy that cannot be read',
    { policies: [allow, { name: 'inline/x', document: '{' }], boundary: null },
    'explicitDeny',
    /^$/,
  ],
]

for (const [name, of, want, missing] of cases) {
  test(`${name}: ${want}`, () => {
    const own = weighIdentity(of, ask())
    assert.equal(own.verdict.decision, want)
    assert.match(own.missing, missing)
    // Compiled once, weighed alike.
    assert.deepEqual(weighIdentity(of, ask()), own)
  })
}
