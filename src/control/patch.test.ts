import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  listingDialect,
  opsDialect,
  type PatchOperation,
  patcher,
  plainDialect,
  pointer,
  removeEntry,
  setEntry,
  setFlag,
  setNumber,
  setText,
} from './patch.ts'

interface Thing {
  name?: string
  isOn?: boolean
  size?: number
  texts?: Record<string, string>
}

const rules = {
  '/name': { replace: setText('name') },
  '/isOn': { replace: setFlag('isOn') },
  '/size': { replace: setNumber('size') },
  '/texts/{key}': {
    add: setEntry('texts'),
    replace: setEntry('texts'),
    remove: removeEntry('texts', 'no such text'),
  },
}

test('operations change the draft, in order', () => {
  const cases: { name: string; given: Thing; operations: PatchOperation[]; want: Thing }[] = [
    {
      name: 'a later operation wins',
      given: {},
      operations: [
        { op: 'replace', path: '/name', value: 'a' },
        { op: 'replace', path: '/name', value: 'b' },
      ],
      want: { name: 'b' },
    },
    {
      name: 'a text without a value goes away',
      given: { name: 'a' },
      operations: [{ op: 'replace', path: '/name' }],
      want: {},
    },
    {
      name: 'flags come in any case of letters',
      given: {},
      operations: [{ op: 'replace', path: '/isOn', value: 'True' }],
      want: { isOn: true },
    },
    {
      name: 'an empty number goes away',
      given: { size: 1 },
      operations: [{ op: 'replace', path: '/size', value: '' }],
      want: {},
    },
    {
      name: 'keys are decoded',
      given: {},
      operations: [{ op: 'add', path: '/texts/a~1b~0c', value: 'x' }],
      want: { texts: { 'a/b~c': 'x' } },
    },
    {
      name: 'names that objects inherit are keys like others',
      given: {},
      operations: [{ op: 'add', path: '/texts/constructor', value: 'x' }],
      want: { texts: { constructor: 'x' } as unknown as Record<string, string> },
    },
    {
      name: 'an entry is taken out',
      given: { texts: { a: '1', b: '2' } },
      operations: [{ op: 'remove', path: '/texts/a' }],
      want: { texts: { b: '2' } },
    },
  ]
  for (const { name, given, operations, want } of cases) {
    patcher<Thing>(plainDialect, rules)(given, operations)
    assert.deepEqual(given, want, name)
  }
})

test('each dialect refuses in its own words', () => {
  const cases = [
    [
      listingDialect,
      { op: 'replace', path: '/x' },
      "Invalid patch path  '/x' specified for op 'replace'. Must be one of: [/name, /isOn, /size, /texts/{key}]",
    ],
    [
      listingDialect,
      { op: 'copy', path: '/name' },
      "Invalid patch path  '/name' specified for op 'copy'. Please choose supported operations",
    ],
    [plainDialect, { op: 'add', path: '/name' }, 'Invalid patch path /name'],
    [plainDialect, { op: 'add' }, 'Invalid patch path null'],
    [plainDialect, { op: 'add', path: '/texts/__proto__' }, 'Invalid patch path /texts/__proto__'],
    [plainDialect, { op: 'add', path: '/texts/' }, 'Invalid patch path /texts/'],
    [plainDialect, { op: 'add', path: '/texts/a/b' }, 'Invalid patch path /texts/a/b'],
    [plainDialect, { op: 'remove', path: '/texts/a' }, 'no such text'],
    [
      opsDialect,
      { op: 'constructor', path: '/name' },
      'Invalid patch operation specified. Must be one of: [replace]',
    ],
  ] as const
  for (const [dialect, operation, message] of cases) {
    assert.throws(() => patcher<Thing>(dialect, rules)({}, [operation]), { message })
  }
})

test('any key survives the way through a pointer', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), keys => {
      const path = keys.map(key => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
      assert.deepEqual(pointer(path), keys)
    }),
  )
})

test('a text that is too long is refused', () => {
  const operations = [{ op: 'replace', path: '/name', value: 'x'.repeat(1025) }]
  const draft: Thing = { name: 'old' }
  assert.throws(() => patcher<Thing>(plainDialect, rules)(draft, operations), {
    name: 'BadRequestException',
    message: 'The value for /name is longer than 1024 characters',
  })
  assert.deepEqual(draft, { name: 'old' })
})
