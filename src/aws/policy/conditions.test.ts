import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ask, decide } from './fixtures.ts'
import type { ContextValue } from './verdict.ts'

type Row = readonly [
  operator: string,
  wanted: string | number | boolean | readonly string[],
  given: ContextValue,
  holds: boolean,
]

const arn = 'arn:aws:sns:eu-west-1:111122223333:topic:x'

const rows: readonly Row[] = [
  ['StringEquals', 'a', 'a', true],
  ['StringEquals', 'a', 'A', false],
  ['StringEquals', ['a', 'b'], 'b', true],
  ['StringEquals', [], 'b', false],
  ['StringEquals', 'a*', 'ab', false],
  ['StringEquals', 'a', undefined, false],
  ['StringEquals', 'a', [], false],
  ['StringNotEquals', ['a', 'b'], 'b', false],
  ['StringNotEquals', ['a', 'b'], 'c', true],
  ['StringNotEquals', 'a', undefined, true],
  ['StringEqualsIgnoreCase', 'aB', 'Ab', true],
  ['StringNotEqualsIgnoreCase', 'aB', 'Ab', false],
  ['StringLike', 'a*c?', 'abbc!', true],
  ['StringLike', 'a*', 'Ab', false],
  ['StringNotLike', 'a*', 'ab', false],
  ['StringNotLike', 'a*', undefined, true],
  ['NumericEquals', 10, '10.0', true],
  ['NumericEquals', '10', 'ten', false],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', '10', '9', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '-1', '0', true],
  ['NumericGreaterThanEquals', '1', '0.5', false],
  ['DateEquals', '2026-11-22T00:00:00Z', '2026-11-22T01:00:00+01:00', true],
  ['DateNotEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:01Z', true],
  ['DateLessThan', '2026-11-22', '2026-11-21T23:59:59Z', true],
  ['DateLessThan', '1795305600', '2026-11-21T23:59:59Z', true],
  ['DateLessThanEquals', '2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z', true],
  ['DateGreaterThan', '2026-11-22T00:00:00Z', '1795305601', true],
  ['DateGreaterThanEquals', '2027-01-01T00:00:00Z', '2026-11-22T00:00:00Z', false],
  ['DateGreaterThan', '2026-11-22T00:00:00Z', 'tomorrow', false],
  ['Bool', 'true', 'true', true],
  ['Bool', true, 'TRUE', true],
  ['Bool', 'false', 'true', false],
  ['Bool', 'false', undefined, false],
  ['BoolIfExists', 'false', undefined, true],
  ['BinaryEquals', 'QUJD', 'QUJD', true],
  ['BinaryEquals', 'QUJD', 'QUJE', false],
  ['IpAddress', '10.0.0.0/8', '10.1.2.3', true],
  ['IpAddress', ['10.0.0.0/8', '2001:db8::/32'], '2001:db8::1', true],
  ['IpAddress', '10.0.0.0/8', '11.1.2.3', false],
  ['IpAddress', '10.0.0.0/8', 'x', false],
  ['IpAddress', '10.0.0.0/8', undefined, false],
  ['NotIpAddress', '10.0.0.0/8', '10.1.2.3', false],
  ['NotIpAddress', ['10.0.0.0/8', '11.0.0.0/8'], '11.1.2.3', false],
  ['NotIpAddress', '10.0.0.0/8', undefined, true],
  ['ArnEquals', 'arn:aws:sns:*:111122223333:*', arn, true],
  ['ArnLike', 'arn:aws:sns:*:*:topic:?', arn, true],
  ['ArnLike', 'arn:aws:sns:*', arn, false],
  ['ArnLike', 'arn:aws:*:topic:x', arn, false],
  ['ArnNotLike', 'arn:aws:sqs:*:*:*', arn, true],
  ['ArnNotEquals', arn, arn, false],
  ['StringEqualsIfExists', 'a', undefined, true],
  ['StringEqualsIfExists', 'a', 'b', false],
  ['StringNotEqualsIfExists', 'a', undefined, true],
  ['Null', 'true', undefined, true],
  ['Null', 'true', 'a', false],
  ['Null', 'false', 'a', true],
  ['Null', false, undefined, false],
  ['Null', 'true', [], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'b'], true],
  ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'y'], false],
  ['ForAnyValue:StringEquals', 'a', undefined, false],
  ['ForAnyValue:StringEquals', 'a', [], false],
  ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true],
  ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true],
  ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
  ['ForAnyValue:StringNotEquals', 'a', undefined, false],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b', 'a'], true],
  ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
  ['ForAllValues:StringEquals', 'a', undefined, true],
  ['ForAllValues:StringEquals', 'a', [], true],
  ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
  ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
  ['ForAllValues:StringLike', 'a*', 'ab', true],
  ['StringEquals', 'a', ['x', 'a'], true],
  ['StringNotEquals', 'a', ['x', 'a'], false],
]

describe('conditions', () => {
  for (const [operator, wanted, given, holds] of rows) {
    const name = `${operator} ${JSON.stringify(wanted)} ${holds ? 'holds' : 'fails'} for ${JSON.stringify(given) ?? 'no key'}`
    test(name, () => {
      const statement = { Condition: { [operator]: { 'aws:Key': wanted } } }
      const keys = given === undefined ? {} : { 'aws:key': given }
      assert.equal(decide(statement, ask(keys)), holds ? 'allow' : 'implicitDeny')
    })
  }

  test('all keys and all operators must hold, and the case of keys does not count', () => {
    const Condition = {
      StringEquals: { 'AWS:One': 'a', 'aws:TWO': 'b' },
      Bool: { 'aws:three': 'true' },
    }
    const keys = { 'aws:one': 'a', 'aws:two': 'b', 'aws:three': 'true' }
    assert.equal(decide({ Condition }, ask(keys)), 'allow')
    for (const key of Object.keys(keys)) {
      assert.equal(decide({ Condition }, ask({ ...keys, [key]: 'x' })), 'implicitDeny', key)
    }
  })

  for (const [operator, value] of [
    ['StringSame', 'a'],
    ['stringequals', 'a'],
    ['ForSomeValues:StringEquals', 'a'],
    ['NumericEquals', 'ten'],
    ['DateLessThan', 'tomorrow'],
    ['IpAddress', '10.0.0.0/33'],
    ['Null', 'maybe'],
    ['NullIfExists', 'true'],
    ['StringEquals', '${aws:username'],
    ['StringEquals', '${}'],
    ['StringEquals', '${username}'],
    ['StringEquals', null],
    ['StringEquals', { a: 'b' }],
  ] as const) {
    test(`refused: ${operator} ${JSON.stringify(value)}`, () => {
      const Condition = { [operator]: { 'aws:Key': value } }
      assert.throws(() => decide({ Condition }, ask()), { name: 'PolicyError' })
    })
  }
})

describe('variables', () => {
  const keys = { 'aws:username': 'ann', 'aws:PrincipalTag/team': 'r*d', 'aws:list': ['a', 'b'] }
  for (const [wanted, given, holds] of [
    ['${aws:username}', 'ann', true],
    ['x-${AWS:UserName}-y', 'x-ann-y', true],
    ['${aws:username}*', 'annabel', true],
    ['${aws:PrincipalTag/team}', 'r*d', true],
    ['${aws:PrincipalTag/team}', 'road', false],
    ["${aws:PrincipalTag/none, 'x'}", 'x', true],
    ["${aws:username, 'x'}", 'ann', true],
    ['${aws:PrincipalTag/none}', '', false],
    ['${aws:list}', 'a', false],
    ['${*}', '*', true],
    ['${*}', 'anything', false],
    ['${?}${$}', '?$', true],
    ['$aws', '$aws', true],
  ] as const) {
    test(`${wanted} ${holds ? 'fits' : 'does not fit'} ${given}`, () => {
      const statement = { Condition: { StringLike: { 'aws:Key': wanted } } }
      const request = ask({ ...keys, 'aws:Key': given })
      assert.equal(decide(statement, request), holds ? 'allow' : 'implicitDeny')
    })
  }

  test('one that cannot be filled makes the whole statement fit nothing, negated or not', () => {
    const Condition = { StringNotEquals: { 'aws:Key': '${aws:nobody}' } }
    const request = ask({ 'aws:Key': 'x' })
    assert.equal(decide({ Condition }, request), 'implicitDeny')
    assert.equal(decide({ Effect: 'Deny', Condition }, request), 'implicitDeny')
    const NotResource = 'arn:aws:execute-api:*:*:${aws:nobody}/*'
    assert.equal(decide({ NotResource }, request), 'implicitDeny')
  })

  test('before 2012-10-17 they are plain text', () => {
    const statement = { Condition: { StringEquals: { 'aws:Key': '${aws:username}' } } }
    const decideOld = (value: string) =>
      decide(statement, ask({ ...keys, 'aws:Key': value }), 'resource', '2008-10-17')
    assert.equal(decideOld('${aws:username}'), 'allow')
    assert.equal(decideOld('ann'), 'implicitDeny')
  })

  test('stand in resources too, where what they bring in is literal', () => {
    const Resource = 'arn:aws:execute-api:*:*:*/GET/${aws:username}'
    const of = (path: string) => ({ resource: `arn:aws:execute-api:r:1:api/dev/GET/${path}` })
    assert.equal(decide({ Resource }, ask(keys, of('ann'))), 'allow')
    assert.equal(decide({ Resource }, ask(keys, of('bob'))), 'implicitDeny')
    assert.equal(decide({ Resource }, ask({ 'aws:username': '*' }, of('bob'))), 'implicitDeny')
  })
})
