import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from './faults.ts'
import { readForm, readFormMembers } from './query-read.ts'
import { iamService } from './services.ts'

const form = 'application/x-www-form-urlencoded; charset=utf-8'

function read(operation: string, body: string, rawQuery = '') {
  const request = {
    method: 'POST',
    rawPath: '/',
    rawQuery,
    rawHeaders: ['Content-Type', form],
    body: Buffer.from(body),
  }
  const { input } = iamService.model.operations.get(operation) ?? {}
  return readFormMembers(input?.body ?? [], readForm(request))
}

const cases: [name: string, operation: string, body: string, want: object][] = [
  ['texts, percent and plus', 'GetUser', 'UserName=a%2Bb+c', { UserName: 'a+b c' }],
  [
    'lists of structures, in the order of their numbers',
    'TagUser',
    'Tags.member.10.Key=b&Tags.member.10.Value=2&Tags.member.9.Key=a&Tags.member.9.Value=1',
    {
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    },
  ],
  ['an empty list', 'UntagUser', 'TagKeys=', { TagKeys: [] }],
  ['numbers', 'ListUsers', 'MaxItems=5', { MaxItems: 5 }],
  ['nothing that the model does not know', 'GetUser', 'Other=1&__proto__.a=1', {}],
]

for (const [name, operation, body, want] of cases) {
  test(`a form holds ${name}`, () => assert.deepEqual(read(operation, body), want))
}

test('what cannot be read is refused', () => {
  assert.throws(() => read('ListUsers', 'MaxItems=many'), Fault)
  assert.throws(() => read('GetUser', 'UserName=%ZZ'), Fault)
  assert.throws(() => read('GetUser', `${'a.'.repeat(20)}=1`), Fault)
})

test('any form is read or refused with a fault', () => {
  const names = fc.constantFrom('Tags', 'member', '1', 'Key', 'Value', 'UserName', '', '__proto__')
  const pair = fc.tuple(fc.array(names, { maxLength: 14 }), fc.string())
  fc.assert(
    fc.property(fc.array(pair), pairs => {
      const body = pairs.map(([steps, value]) => `${steps.join('.')}=${value}`).join('&')
      try {
        read('TagUser', body)
      } catch (error) {
        assert.ok(error instanceof Fault, String(error))
      }
    }),
  )
})
