/**
 * Definitions that try to break out of the source that is made of them: it always parses, and nothing of theirs ever
 * runs. Every hostile text, run as code, would call `pwned`.
 */
import assert from 'node:assert/strict'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createContext, Script } from 'node:vm'
import fc from 'fast-check'
import type { ApiSnapshot } from '../aws/rest-api.ts'
import { compile } from './fixtures/compile.ts'
import { method, modelRef, snapshotOf, stage } from './fixtures/pets.ts'
import { unpack } from './fixtures/unpack.ts'
import { generateJavascriptSdk } from './javascript.ts'
import { commentText, literal, markdownText } from './source-text.ts'
import { generateTypescriptSdk } from './typescript.ts'

const breakouts = [
  '*/ pwned() /*',
  '\n pwned() //',
  '\r\u2028 pwned() //\u2029',
  "'; pwned(); '",
  '"); pwned(); ("',
  '`${pwned()}`',
  '\\"; pwned() //',
  '</script><script>pwned()</script>',
  '<!-- pwned() -->',
  '}; pwned(); ({',
  '[pwned()]',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'then',
  'delete',
  'await',
  'request',
  '\ud800',
  '\0',
]
const hostile = fc.oneof(
  fc.constantFrom(...breakouts),
  fc.string({ maxLength: 12 }),
  fc
    .tuple(fc.constantFrom(...breakouts), fc.constantFrom(...breakouts))
    .map(texts => texts.join('')),
)
const flags = (place: string) =>
  fc
    .array(fc.tuple(hostile, fc.boolean()), { maxLength: 2 })
    .map(pairs =>
      Object.fromEntries(pairs.map(([name, flag]) => [`method.request.${place}.${name}`, flag])),
    )
const schemas = fc.record({
  type: fc.oneof(hostile, fc.constantFrom('object', 'array', 'string')),
  description: hostile,
  enum: fc.option(fc.array(hostile, { maxLength: 3 }), { nil: undefined }),
  properties: fc.dictionary(hostile, fc.record({ description: hostile, $ref: hostile })),
  items: fc.oneof(
    hostile.map(modelRef),
    hostile.map(text => ({ $ref: `#/properties/${text}` })),
  ),
})
const methods = fc
  .tuple(hostile, fc.boolean(), flags('querystring'), flags('header'), hostile)
  .map(([name, isNamed, query, header, model]) =>
    method({
      ...(isNamed ? { operationName: name } : {}),
      requestParameters: { ...query, ...header },
      requestModels: { 'application/json': model },
      methodResponses: {
        '200': { statusCode: '200', responseModels: { 'application/json': model } },
      },
    }),
  )
const snapshots: fc.Arbitrary<ApiSnapshot> = fc
  .tuple(
    fc.array(fc.tuple(hostile, hostile, hostile, methods), { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(hostile, schemas), { maxLength: 3 }),
    hostile,
  )
  .map(([resources, models, name]) =>
    snapshotOf(
      Object.fromEntries(
        resources.map(([part, parameter, verb, one]) => [
          `/${part}/{${parameter}}`,
          { GET: one, [verb]: one },
        ]),
      ),
      Object.fromEntries(models),
      name,
    ),
  )

describe('a hostile definition', () => {
  test('gives JavaScript that parses, and runs nothing of it', async () => {
    await fc.assert(
      fc.asyncProperty(snapshots, hostile, async (snapshot, stageName) => {
        const files = generateJavascriptSdk(snapshot, { ...stage, stageName }, 'http://x/dev')
        const source = files.get('apiGateway-js-sdk/apigClient.js')
        const ran: string[] = []
        const page = createContext({ pwned: () => ran.push('pwned'), TextEncoder, URL })
        for (const file of ['sigV4Client.js', 'apiGatewayClient.js']) {
          new Script(files.get(`apiGateway-js-sdk/lib/apiGatewayCore/${file}`)!).runInContext(page)
        }
        new Script(source!).runInContext(page)
        const count = 'const c = apigClient.newClient(); [Object.keys(c).length, typeof c.then]'
        const [functions, then] = new Script(count).runInContext(page)
        const all = snapshot.resources.flatMap(one => Object.keys(one.resourceMethods ?? {}))
        assert.equal(functions, all.length)
        assert.equal(then, 'undefined')
        assert.deepEqual(ran, [])
        assert.doesNotMatch(source!, /<\/script|<!--/)
      }),
      { numRuns: 200 },
    )
  })

  test('gives TypeScript that parses, and runs nothing of it', async () => {
    await fc.assert(
      fc.property(snapshots, hostile, (snapshot, stageName) => {
        const files = generateTypescriptSdk(snapshot, { ...stage, stageName }, 'http://x/dev')
        for (const file of ['apigClient.ts', 'models.ts']) {
          const script = stripTypeScriptTypes(files.get(`apiGateway-ts-sdk/${file}`)!)
          const ran: string[] = []
          const page = createContext({ pwned: () => ran.push('pwned'), TextEncoder, URL })
          new Script(script.replaceAll(/^export (?:\{\})?/gm, '')).runInContext(page)
          if (file === 'apigClient.ts') new Script('newClient()').runInContext(page)
          assert.deepEqual(ran, [])
        }
      }),
      { numRuns: 100 },
    )
  })
})

test('names of all the hostile kinds make TypeScript that compiles', async () => {
  const properties = Object.fromEntries(
    breakouts.map(text => [text, { description: text, enum: [text] }]),
  )
  const parameters = breakouts.map(text => [`method.request.querystring.${text}`, true])
  const one = (operationName: string) =>
    method({
      operationName,
      requestParameters: Object.fromEntries(parameters),
      requestModels: { 'application/json': operationName },
    })
  const snapshot = snapshotOf(
    Object.fromEntries(breakouts.map(text => [`/${text}/{${text}}`, { GET: one(text) }])),
    Object.fromEntries(breakouts.map(text => [text, { properties, enum: breakouts }])),
    breakouts.join(''),
  )
  await using sdk = await unpack(generateTypescriptSdk(snapshot, stage, 'http://x/dev'))
  const folder = join(sdk.path, 'apiGateway-ts-sdk')
  assert.equal(compile(join(folder, 'apigClient.ts'), join(folder, 'models.ts')), '')
})

describe('a text from a definition', () => {
  test('comes out of a literal as it went in', () => {
    fc.assert(
      fc.property(fc.array(hostile), hostile, (list, text) => {
        const value = { list, [text]: text }
        const read = new Script(`(${literal(value)})`).runInThisContext()
        assert.deepEqual(
          JSON.parse(JSON.stringify(read)),
          JSON.parse(JSON.stringify(value).replaceAll('\\ud800', '\ufffd')),
        )
      }),
    )
  })

  test('never ends a comment or a line of Markdown', () => {
    fc.assert(
      fc.property(hostile, text => {
        assert.doesNotMatch(commentText(text), /\*\/|[\n\r\u2028\u2029]/)
        assert.doesNotMatch(markdownText(text), /[<\n\r\u2028\u2029]|(?<!\\)`/)
      }),
    )
  })
})
