import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../aws/rest-api.ts'
import { modelRef, snapshotOf } from './fixtures/pets.ts'
import { schemaTypes } from './schema-types.ts'

const cases: { name: string; schema: unknown; want: string }[] = [
  { name: 'the empty schema', schema: {}, want: 'unknown' },
  { name: 'a text', schema: { type: 'string' }, want: 'string' },
  { name: 'a whole number', schema: { type: 'integer' }, want: 'number' },
  { name: 'several types', schema: { type: ['string', 'null'] }, want: 'string | null' },
  { name: 'no known type', schema: { type: 'file' }, want: 'unknown' },
  { name: 'OpenAPI 3 nullable', schema: { type: 'string', nullable: true }, want: 'string | null' },
  { name: 'an enumeration', schema: { enum: ['a', 1, null, true] }, want: '"a" | 1 | null | true' },
  { name: 'the word unknown', schema: { enum: ['unknown'] }, want: '"unknown"' },
  { name: 'an enumeration of objects', schema: { enum: [{}] }, want: 'unknown' },
  { name: 'a number that is none', schema: '{"enum":[1e999]}', want: 'unknown' },
  {
    name: 'an array',
    schema: { items: { type: ['string', 'null'] } },
    want: '(string | null)[]',
  },
  { name: 'an array of anything', schema: { type: 'array' }, want: 'unknown[]' },
  {
    name: 'a tuple that ends',
    schema: { items: [{ type: 'string' }, { type: 'number' }], additionalItems: false },
    want: '(string | number)[]',
  },
  { name: 'an open tuple', schema: { items: [{ type: 'string' }] }, want: 'unknown[]' },
  { name: 'any object', schema: { type: 'object' }, want: '{ [name: string]: unknown }' },
  {
    name: 'a map',
    schema: { type: 'object', additionalProperties: { type: 'number' } },
    want: '{ [name: string]: number }',
  },
  {
    name: 'an object without members',
    schema: { type: 'object', additionalProperties: false },
    want: '{ [name: string]: never }',
  },
  {
    name: 'members',
    schema: {
      required: ['a'],
      properties: { a: { type: 'string', description: 'the */ a' }, 'b-c': {} },
      additionalProperties: { type: 'string' },
    },
    want: '{\n  /** the * / a */\n  a: string\n  "b-c"?: unknown\n  [name: string]: unknown\n}',
  },
  {
    name: 'allOf and anyOf',
    schema: { allOf: [modelRef('Other'), { anyOf: [{ type: 'string' }, { type: 'null' }] }] },
    want: 'Other & (string | null)',
  },
  { name: 'a model', schema: { items: modelRef('Other') }, want: 'Other[]' },
  { name: 'a model that is not there', schema: modelRef('None'), want: 'unknown' },
  { name: 'itself', schema: { $ref: '#' }, want: 'unknown' },
  { name: 'an array of itself', schema: { items: { $ref: '#' } }, want: 'M[]' },
  {
    name: 'a definition',
    schema: { $ref: '#/definitions/an item', definitions: { 'an item': { type: 'string' } } },
    want: 'MAnItem',
  },
  { name: 'a place that is not there', schema: { $ref: '#/definitions/x' }, want: 'unknown' },
  { name: 'a place that is inherited', schema: { $ref: '#/constructor' }, want: 'unknown' },
  { name: 'no JSON', schema: '{', want: 'unknown' },
  { name: 'nested too deep', schema: deep(60), want: `unknown${'[]'.repeat(41)}` },
]

for (const { name, schema, want } of cases) {
  test(`the type of ${name}`, () => {
    const { source } = schemaTypes(models({ M: schema, Other: { type: 'object' } }))
    const [, type] = /export type M = ([\s\S]*?)\n(?:\n|$)/.exec(source) ?? []
    assert.equal(type, want)
  })
}

test('models that are each other end in unknown', () => {
  const { source } = schemaTypes(
    models({ A: modelRef('B'), B: { anyOf: [modelRef('C')] }, C: { allOf: [modelRef('A')] } }),
  )
  assert.equal(source, 'export type A = B\n\nexport type B = C\n\nexport type C = unknown\n')
})

test('models whose names differ in case only have types of different names', () => {
  const { names } = schemaTypes(models({ pet: {}, Pet: {}, '1': {}, any: {} }))
  assert.deepEqual(
    [...names],
    [
      ['1', '_1'],
      ['pet', 'Pet'],
      ['Pet', 'Pet2'],
      ['any', 'Any'],
    ],
  )
})

test('a schema beyond the budget is unknown from there on', () => {
  const properties = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`p${i}`, {}]))
  const { source } = schemaTypes(models({ M: { properties }, N: { type: 'string' } }))
  assert.match(source, /export type N = unknown/)
})

function models(schemas: Readonly<Record<string, unknown>>): readonly Model[] {
  return snapshotOf({}, schemas).models
}

function deep(levels: number): unknown {
  return levels === 0 ? { type: 'string' } : { type: 'array', items: deep(levels - 1) }
}
