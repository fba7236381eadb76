/**
 * JSONPath: cases answered by Jayway JsonPath itself, and what hostile selectors and documents
 * meet.
 */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { compileJsonPath } from './json-path.ts'
import { NOT_FOUND } from './run.ts'
import { JsonPathSyntaxError } from './syntax-error.ts'

// Relative to the repository's root, where tests are started; not everyone has the file.
const cases = resolve('../shared/cases/jsonpath-dev.json')

interface Case {
  id: string
  selector: string
  document: string
  expected?: { json?: unknown; text?: string }
  error?: 'NOT_FOUND' | 'ERROR'
}

describe('cases answered by Jayway JsonPath', { skip: !existsSync(cases) }, () => {
  if (!existsSync(cases)) return
  const { cases: all } = JSON.parse(readFileSync(cases, 'utf8')) as { cases: Case[] }
  for (const { id, selector, document, expected, error } of all) {
    it(`${id} ${selector}`, () => {
      const result = read(selector, JSON.parse(document))
      if (error === 'ERROR') assert.ok(result === NOT_FOUND || result === 'syntax error')
      else if (error) assert.equal(result, NOT_FOUND)
      else
        assert.deepEqual(
          sorted(selector, result),
          sorted(selector, expected?.json ?? expected?.text ?? null),
        )
    })
  }
})

function read(selector: string, document: unknown): unknown {
  try {
    const result = compileJsonPath(selector).read(document)
    return result === NOT_FOUND ? result : JSON.parse(JSON.stringify(result))
  } catch (error) {
    if (error instanceof JsonPathSyntaxError) return 'syntax error'
    throw error
  }
}

/** With `*` or `..` in the selector the order of the result does not count. */
function sorted(selector: string, result: unknown): unknown {
  if (!Array.isArray(result) || !/\*|\.\./.test(selector)) return result
  return result.map(item => JSON.stringify(item)).sort()
}

const document = {
  a: { b: [10, 20, { c: 'x' }], 'odd name': 1, d: null },
  list: [3, 1, 2],
  items: [
    { sku: 'pen', price: 2, tags: ['blue', 'fine'] },
    { sku: 'ink', price: 7.5, tags: [] },
    { sku: 'map', price: '9' },
  ],
}

const readings: readonly { selector: string; want: unknown }[] = [
  { selector: '$.a.b[0]', want: 10 },
  { selector: 'a.b[0]', want: 10 },
  { selector: '[0]', want: NOT_FOUND },
  { selector: '$.a.b[-1].c', want: 'x' },
  { selector: '$.a.b[3]', want: NOT_FOUND },
  { selector: '$.a.d', want: null },
  { selector: '$.a.d.e', want: NOT_FOUND },
  { selector: "$.a['odd name']", want: 1 },
  { selector: "$.items[0]['sku','price','zz']", want: { sku: 'pen', price: 2 } },
  { selector: '$.list[1:]', want: [1, 2] },
  { selector: '$.list[:2]', want: [3, 1] },
  { selector: '$.list[-2:]', want: [1, 2] },
  { selector: '$.list[0,2]', want: [3, 2] },
  { selector: '$.items[*].sku', want: ['pen', 'ink', 'map'] },
  { selector: '$..sku', want: ['pen', 'ink', 'map'] },
  { selector: '$.items[?(@.price > 2)].sku', want: ['ink', 'map'] },
  { selector: '$.items[?(@.sku =~ /.*N.*/i)].sku', want: ['pen', 'ink'] },
  { selector: "$.items[?(@.sku in ['pen', 'map'])].price", want: [2, '9'] },
  { selector: "$.items[?(@.sku nin ['pen', 'map'])].price", want: [7.5] },
  { selector: "$.items[?(@.tags contains 'fine')].sku", want: ['pen'] },
  { selector: "$.items[?(@.tags subsetof ['blue', 'fine', 'red'])].sku", want: ['pen', 'ink'] },
  { selector: "$.items[?(@.tags anyof ['fine', 'red'])].sku", want: ['pen'] },
  { selector: "$.items[?(@.tags noneof ['red'])].sku", want: ['pen', 'ink'] },
  { selector: "$.items[?(@.tags all ['blue', 'fine'])].sku", want: ['pen'] },
  { selector: '$.items[?(@.tags size 2)].sku', want: ['pen'] },
  { selector: '$.items[?(@.tags empty true)].sku', want: ['ink'] },
  { selector: '$.items[?(!@.tags)].sku', want: ['map'] },
  { selector: '$.items[?(@.tags && @.price == 2)].sku', want: ['pen'] },
  { selector: '$.items[?(@.price == 2 || @.price == 9)].sku', want: ['pen', 'map'] },
  { selector: "$.items[?(!(@.sku == 'pen'))].sku", want: ['ink', 'map'] },
  { selector: '$.items[?(@.price >= $.list[0])].sku', want: ['ink', 'map'] },
  { selector: '$.list.length()', want: 3 },
  { selector: '$.list.sum()', want: 6 },
  { selector: '$.list.min()', want: 1 },
  { selector: '$.list.max()', want: 3 },
  { selector: '$.list.avg()', want: 2 },
  { selector: '$.list.stddev()', want: Math.sqrt(14 / 3 - 4) },
  { selector: '$.list.append(4)', want: [3, 1, 2, 4] },
  { selector: '$.list.append(4).length()', want: 4 },
  { selector: '$.a.keys()', want: ['b', 'odd name', 'd'] },
  { selector: '$.concat($.items[0].sku, "-", $.items[1].sku)', want: 'pen-ink' },
  { selector: '$.list.first()', want: 3 },
  { selector: '$.list.last()', want: 2 },
  { selector: '$.list.index(1)', want: 1 },
  { selector: '$.list.nope()', want: NOT_FOUND },
  { selector: '$.__proto__', want: NOT_FOUND },
  { selector: '$.a.constructor', want: NOT_FOUND },
  { selector: '$.list.length', want: NOT_FOUND },
]

describe('JSONPath', () => {
  for (const { selector, want } of readings) {
    it(`reads ${selector}`, () => assert.deepEqual(read(selector, document), want))
  }

  it('keeps the order of a Map, and gives parts of it as they are', () => {
    const inner = new Map([
      ['2', 'b'],
      ['1', 'a'],
    ])
    const map = new Map<string, unknown>([['m', inner]])
    assert.equal(compileJsonPath('$.m').read(map), inner)
    assert.deepEqual(compileJsonPath('$.m.*').read(map), ['b', 'a'])
  })

  it('tells definite paths from others', () => {
    const definite = ['$', '$.a', "$['a','b']", '$[1]', '$.a.sum()']
    const indefinite = ['$..a', '$.*', '$[1,2]', '$[1:]', '$[?(@.a)]', "$['a','b'].c"]
    for (const selector of definite) assert.ok(compileJsonPath(selector).isDefinite, selector)
    for (const selector of indefinite) assert.ok(!compileJsonPath(selector).isDefinite, selector)
  })

  const errors = [
    ['', 1],
    ['$.', 2],
    ['$..', 3],
    ['$a', 2],
    ['$.a b', 4],
    ["$['a", 3],
    ["$['a' 'b']", 7],
    ['$[1', 3],
    ['$[]', 3],
    ['$[?(@.a]', 2],
    ['$[?(@.a == )]', 12],
    ['$[?(@.a =~ /(/)]', 12],
    ['$.sum(1', 6],
  ] as const
  for (const [selector, column] of errors) {
    it(`refuses ${selector || 'an empty selector'} and says where`, () => {
      assert.throws(
        () => compileJsonPath(selector),
        error => error instanceof JsonPathSyntaxError && error.column === column,
      )
    })
  }
})

describe('limits of JSONPath', () => {
  it('refuse selectors that are too long or too deep', () => {
    for (const selector of [
      `$${'.a'.repeat(9000)}`,
      `$[?(${'('.repeat(5000)}@.a${')'.repeat(5000)})]`,
      `$${'[?(@'.repeat(100)}.a${')]'.repeat(100)}`,
      `$[?(${'!'.repeat(5000)}true)]`,
    ]) {
      assert.throws(() => compileJsonPath(selector), JsonPathSyntaxError)
    }
  })

  it('give up readings that multiply', () => {
    let tree: unknown = 1
    for (let i = 0; i < 12; i++) tree = [tree, tree]
    assert.equal(compileJsonPath(`$${'..*'.repeat(5)}`).read(tree), NOT_FOUND)
  })

  it('give up documents that are too deep for a scan', () => {
    let deep: unknown = { a: 1 }
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.equal(compileJsonPath('$..a').read(deep), NOT_FOUND)
  })

  it('run an evil regex in linear time', () => {
    const path = compileJsonPath('$[?(@ =~ /(a+)+b/)]')
    assert.deepEqual(path.read([`${'a'.repeat(5000)}!`, 'aab']), ['aab'])
  })

  it('let no selector throw anything but a JsonPathSyntaxError', () => {
    const pieces = [
      '$',
      '@',
      '.',
      '..',
      '[',
      ']',
      '*',
      '?(',
      ')',
      "'a'",
      '"b"',
      'a',
      '1',
      '-1',
      ':',
      ',',
      ' ',
      '==',
      '=~',
      '/x/',
      'in',
      '!',
      '&&',
      'sum()',
      '(',
      '{',
      '}',
      'null',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), parts => {
        read(`$${parts.join('')}`, document)
      }),
      { numRuns: 5000 },
    )
  })
})
