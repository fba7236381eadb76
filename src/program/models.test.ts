import assert from 'node:assert/strict'
import { test } from 'node:test'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { Model } from '../aws/rest-api.ts'
import { compileModels } from './models.ts'

function model(name: string, schema: unknown): Model {
  return { id: name, name, contentType: 'application/json', schema: JSON.stringify(schema) }
}

function validate(schema: unknown, body: unknown, ...others: Model[]): string | null {
  const validator = compileModels([model('Main', schema), ...others]).validator('Main', {})
  return validator === null ? null : validator(body)
}

const messages: { name: string; schema: unknown; body: unknown; want: string | null }[] = [
  { name: 'nothing wrong', schema: { type: 'object' }, body: {}, want: null },
  {
    name: 'missing properties, sorted',
    schema: { required: ['b', 'a', 'c'] },
    body: { c: 1 },
    want: '[object has missing required properties (["a","b"])]',
  },
  {
    name: 'a wrong type, where number means integer too',
    schema: { type: 'number' },
    body: 'x',
    want: '[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]',
  },
  {
    name: 'several types',
    schema: { type: ['string', 'null'] },
    body: 1.5,
    want: '[instance type (number) does not match any allowed primitive type (allowed: ["null","string"])]',
  },
  {
    name: 'an unknown value of an enumeration',
    schema: { enum: ['dog', 'cat', 1] },
    body: 'eel',
    want: '[instance value ("eel") not found in enum (possible values: ["dog","cat",1])]',
  },
  {
    name: 'properties that are not allowed, sorted',
    schema: {
      properties: { a: {} },
      patternProperties: { '^x-': {} },
      additionalProperties: false,
    },
    body: { z: 1, a: 1, 'x-y': 1, b: 1 },
    want: '[object instance has properties which are not allowed by the schema: ["b","z"]]',
  },
  {
    name: 'a number too large',
    schema: { maximum: 10 },
    body: 11,
    want: '[numeric instance is greater than the required maximum (maximum: 10, found: 11)]',
  },
  {
    name: 'a number at an exclusive minimum',
    schema: { minimum: 0, exclusiveMinimum: true },
    body: 0,
    want: '[numeric instance is not strictly greater than the required minimum 0]',
  },
  {
    name: 'a remainder',
    schema: { multipleOf: 0.01 },
    body: 1.005,
    want: '[remainder of division is not zero (1.005 / 0.01)]',
  },
  {
    name: 'a string too short, counted in code points',
    schema: { minLength: 2 },
    body: '😀',
    want: '[string "😀" is too short (length: 1, required minimum: 2)]',
  },
  {
    name: 'a string too long',
    schema: { maxLength: 2 },
    body: 'abc',
    want: '[string "abc" is too long (length: 3, maximum allowed: 2)]',
  },
  {
    name: 'a pattern that does not match',
    schema: { pattern: '^[a-z]+$' },
    body: 'A1',
    want: '[ECMA 262 regex "^[a-z]+$" does not match input string "A1"]',
  },
  {
    name: 'an array too short',
    schema: { minItems: 2 },
    body: [1],
    want: '[array is too short: must have at least 2 elements but instance has 1 elements]',
  },
  {
    name: 'items that may not follow a tuple',
    schema: { items: [{}], additionalItems: false },
    body: [1, 2],
    want: '[schema only allows 1 elements in array but instance has 2 elements]',
  },
  {
    name: 'equal items, whatever the order of their keys',
    schema: { uniqueItems: true },
    body: [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    want: '[array must not contain duplicate elements]',
  },
  {
    name: 'too many properties',
    schema: { maxProperties: 1 },
    body: { a: 1, b: 1 },
    want: '[object has too many properties (found 2 but schema requires at most 1)]',
  },
  {
    name: 'no schema of several',
    schema: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    body: 1,
    want: '[instance failed to match at least one required schema among 2]',
  },
  {
    name: 'two schemas instead of one',
    schema: { oneOf: [{ type: 'number' }, { minimum: 1 }] },
    body: 1,
    want: '[instance failed to match exactly one schema (matched 2 out of 2)]',
  },
  {
    name: 'one schema of two',
    schema: { allOf: [{ type: 'number' }, { minimum: 5 }] },
    body: 1,
    want: '[instance failed to match all required schemas (matched only 1 out of 2)]',
  },
  {
    name: 'a forbidden schema',
    schema: { not: { type: 'number' } },
    body: 1,
    want: '[instance matched a schema which it should not have]',
  },
  {
    name: 'a missing dependency',
    schema: { dependencies: { a: ['b', 'c'] } },
    body: { a: 1, b: 1 },
    want: '[property "a" of object has missing property dependencies (schema requires ["b","c"]; missing: ["c"])]',
  },
  {
    name: 'a wrong format',
    schema: { format: 'date-time' },
    body: '2026-02-30T00:00:00Z',
    want: "[string \"2026-02-30T00:00:00Z\" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]]",
  },
  { name: 'an unknown format', schema: { format: 'shoe-size' }, body: 'x', want: null },
  {
    name: 'siblings are all looked at, in the order of their names',
    schema: { properties: { b: { type: 'string' }, a: { minimum: 1 } } },
    body: { b: 1, a: 0 },
    want: '[numeric instance is lower than the required minimum (minimum: 1, found: 0), instance type (integer) does not match any allowed primitive type (allowed: ["string"])]',
  },
  {
    name: 'members are not looked at when their object is wrong',
    schema: { required: ['z'], properties: { a: { type: 'string' } } },
    body: { a: 1 },
    want: '[object has missing required properties (["z"])]',
  },
  {
    name: 'properties with the names of a prototype',
    schema: { required: ['toString'], properties: { constructor: { type: 'string' } } },
    body: {},
    want: '[object has missing required properties (["toString"])]',
  },
]

test("a body that does not fit is described in AWS's words", () => {
  for (const { name, schema, body, want } of messages) {
    assert.equal(validate(schema, body), want, name)
  }
})

test('a schema refers to its definitions, to itself and to other models', () => {
  const pet = model('Pet', {
    definitions: { name: { type: 'string', minLength: 1 } },
    properties: {
      name: { $ref: '#/definitions/name' },
      friends: { type: 'array', items: { $ref: '#' } },
      shop: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/Shop' },
    },
  })
  const shop = model('Shop', {
    properties: {
      pets: { items: { $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/Pet' } },
      zip: {
        $ref: 'https://apigateway.amazonaws.com/restapis/abc123/models/Pet#/definitions/name',
      },
    },
  })
  const check = compileModels([pet, shop]).validator('Pet', {})
  assert.equal(
    check?.({ name: 'Rex', friends: [{ name: 'Tom', friends: [] }], shop: { pets: [] } }),
    null,
  )
  const tooShort = '[string "" is too short (length: 0, required minimum: 1)]'
  assert.equal(check?.({ friends: [{ friends: [{ name: '' }] }] }), tooShort)
  assert.equal(check?.({ shop: { pets: [{ name: '' }] } }), tooShort)
  assert.equal(check?.({ shop: { zip: '' } }), tooShort)
})

const malformed: { name: string; schema: unknown; want: RegExp }[] = [
  { name: 'an unknown type', schema: { type: 'strin' }, want: /"strin" is not a type/ },
  { name: 'a reference to nothing', schema: { $ref: '#/definitions/a' }, want: /leads to nothing/ },
  {
    name: 'a reference to an unknown model',
    schema: { items: { $ref: 'https://apigateway.amazonaws.com/restapis/a/models/Nope' } },
    want: /leads to nothing/,
  },
  {
    name: 'a reference to itself alone',
    schema: { definitions: { a: { $ref: '#/definitions/a' } }, $ref: '#/definitions/a' },
    want: /back to itself/,
  },
  { name: 'a pattern with look-ahead', schema: { pattern: '^(?=a)' }, want: /cannot be used/ },
  { name: 'a limit that is no number', schema: { maximum: '3' }, want: /maximum must be a number/ },
  { name: 'a draft-06 limit', schema: { minimum: 1, exclusiveMinimum: 3 }, want: /true or false/ },
  { name: 'a schema that is no object', schema: [], want: /must be an object/ },
  { name: 'a draft-03 required', schema: { required: true }, want: /must be an array/ },
  { name: 'an empty oneOf', schema: { oneOf: [] }, want: /must be an array of schemas/ },
]

test('a malformed schema is refused with the name of its model', () => {
  for (const { name, schema, want } of malformed) {
    assert.throws(() => validate(schema, {}), want, name)
    assert.throws(() => validate(schema, {}), /model Main: /, name)
  }
  assert.throws(() => compileModels([]).validator('Nope', { method: 'GET', path: '/' }), {
    message: 'GET /: there is no model Nope',
  })
})

test('a model without a schema lets everything through', () => {
  const models = compileModels([{ id: 'a', name: 'Any', contentType: 'application/json' }])
  assert.equal(models.validator('Any', {}), null)
})

test('hostile schemas and bodies take bounded time and depth', () => {
  const tooMuch = '[the body is too large or too deeply nested to be validated]'
  let nested: unknown = 1
  for (let i = 0; i < 20_000; i++) nested = { x: nested }
  let list: unknown = 1
  for (let i = 0; i < 60; i++) list = { x: list }
  const doubling = {
    definitions: {
      a: {
        anyOf: [
          { properties: { x: { $ref: '#/definitions/a' } }, required: ['z'] },
          { properties: { x: { $ref: '#/definitions/a' } }, type: 'array' },
          { properties: { x: { $ref: '#/definitions/a' } }, not: { $ref: '#/definitions/a' } },
        ],
      },
    },
    $ref: '#/definitions/a',
  }
  const started = performance.now()
  assert.equal(validate({ properties: { x: { $ref: '#' } } }, nested), tooMuch)
  assert.equal(validate(doubling, list), tooMuch)
  assert.equal(validate({ uniqueItems: true }, [nested]), tooMuch)
  const many = Array.from({ length: 200_000 }, (_, i) => ({ i }))
  assert.equal(validate({ uniqueItems: true }, many), null)
  let deep: unknown = {}
  for (let i = 0; i < 300; i++) deep = { properties: { x: deep } }
  assert.throws(() => validate(deep, {}), /nested too deeply/)
  assert.ok(performance.now() - started < 5000)
})

test('messages stay short however long the values are', () => {
  const text = validate({ items: { maxLength: 1 } }, Array(1000).fill('x'.repeat(100_000)))
  assert.ok((text ?? '').length < 30_000)
})

test('the verdict is that of ajv, for any schema and body', () => {
  const scalar = fc.oneof(
    fc.constantFrom(null, true, 0, 1, 2, 2.5, -1, '', 'a', 'ab', 'é', '😀'),
    fc.constantFrom('127.0.0.1', 'a@b.de', '2026-01-01T00:00:00Z'),
  )
  const { body } = fc.letrec(tie => ({
    body: fc.oneof({ maxDepth: 3 }, scalar, tie('array'), tie('object')),
    array: fc.array(tie('body'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'xy', '__proto__x'), tie('body'), {
      maxKeys: 3,
    }),
  }))
  const size = fc.integer({ min: 0, max: 3 })
  const type = fc.constantFrom('array', 'boolean', 'integer', 'null', 'number', 'object', 'string')
  const { schema } = fc.letrec(tie => ({
    list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
    schema: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc.constant({}),
      fc.constantFrom({ $ref: '#/definitions/text' }, { $ref: '#/definitions/size' }),
      fc.record(
        {
          type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
          enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }),
          minimum: size,
          maximum: size,
          multipleOf: fc.constantFrom(1, 2, 0.5),
          minLength: size,
          maxLength: size,
          pattern: fc.constantFrom('^a', 'b$', '^[a-z]*$', 'é'),
          minItems: size,
          maxItems: size,
          uniqueItems: fc.boolean(),
          minProperties: size,
          maxProperties: size,
          required: fc.uniqueArray(fc.constantFrom('a', 'b', 'xy'), { minLength: 1 }),
          properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2 }),
          patternProperties: fc.dictionary(fc.constantFrom('^x', 'y$'), tie('schema'), {
            maxKeys: 1,
          }),
          additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
          items: fc.oneof(tie('schema'), tie('list')),
          additionalItems: fc.oneof(fc.boolean(), tie('schema')),
          dependencies: fc.dictionary(
            fc.constantFrom('a', 'b'),
            fc.oneof(fc.constant(['xy']), tie('schema')),
            { maxKeys: 2 },
          ),
          allOf: tie('list'),
          anyOf: tie('list'),
          oneOf: tie('list'),
          not: tie('schema'),
          format: fc.constantFrom('ipv4', 'email', 'date-time'),
        },
        { requiredKeys: [] },
      ),
    ),
  }))
  fc.assert(
    fc.property(schema, fc.array(body, { minLength: 3, maxLength: 8 }), (inner, bodies) => {
      const definitions = { text: { type: 'string' }, size: { minimum: 1, maxProperties: 1 } }
      const whole = { definitions, allOf: [inner] }
      const ajv = new Ajv.default({ strict: false, logger: false })
      addFormats.default(ajv)
      const want = ajv.compile(whole)
      for (const one of bodies) {
        const got = validate(whole, one)
        assert.equal(
          got === null,
          want(one),
          `${JSON.stringify(whole)} on ${JSON.stringify(one)}: ${got}`,
        )
      }
    }),
    { numRuns: 250 },
  )
})
