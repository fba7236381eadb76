import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../messages/refusals.ts'
import { fillPath, fillQuery } from './fill-path.ts'

/** `parts` with one value for all names; null: refused. */
const cases: readonly {
  readonly parts: readonly string[]
  readonly value: string
  readonly want: string | null
}[] = [
  { parts: ['/a/', 'x', '/b'], value: '7', want: '/a/7/b' },
  { parts: ['/a/', 'x', ''], value: 'v1.2', want: '/a/v1.2' },
  { parts: ['/a/', 'x', ''], value: '.hidden', want: '/a/.hidden' },
  { parts: ['/a/', 'x', ''], value: '..', want: null },
  { parts: ['/a/', 'x', ''], value: '.', want: null },
  { parts: ['/a/', 'x', ''], value: 'b/../../c', want: null },
  { parts: ['/a/', 'x', ''], value: '..%2Fc', want: null },
  { parts: ['/a/', 'x', ''], value: '%2e%2e', want: null },
  { parts: ['/a/', 'x', ''], value: '.%2E;y', want: null },
  { parts: ['/a/', 'x', '', 'y', ''], value: '.', want: null },
  { parts: ['/a/.', 'x', '/b'], value: '.', want: null },
  { parts: ['/a/..', 'x', '/b'], value: 'y', want: '/a/..y/b' },
  { parts: ['/a/..', 'x', '/b'], value: '', want: null },
  { parts: ['/a/%2', 'x', '.'], value: 'e', want: null },
  { parts: ['/a/../b/', 'x', ''], value: '7', want: '/a/../b/7' },
  { parts: ['/a/../b/', 'x', ''], value: '..', want: null },
]

for (const { parts, value, want } of cases) {
  test(`${parts.join('|')} with "${value}" is ${want ?? 'refused'}`, () => {
    const fill = () => fillPath(parts, { x: value, y: value }, text => text)
    if (want !== null) assert.equal(fill(), want)
    else {
      assert.throws(
        fill,
        (error: unknown) => error instanceof Refusal && error.type === 'BAD_REQUEST_PARAMETERS',
      )
    }
  })
}

const queries: readonly { readonly value: string; readonly want: string }[] = [
  { value: '7', want: 'id=7&all=1' },
  { value: '', want: 'id=&all=1' },
  { value: 'a b&c=d;e#f+g/é', want: 'id=a%20b%26c%3Dd%3Be%23f%2Bg%2F%C3%A9&all=1' },
  { value: 'a%20b%26c', want: 'id=a%20b%26c&all=1' },
  { value: '100%&%zz%', want: 'id=100%25%26%25zz%25&all=1' },
  { value: '\ud800\r\n', want: 'id=%EF%BF%BD%0D%0A&all=1' },
]

for (const { value, want } of queries) {
  test(`a query with ${JSON.stringify(value)} is ${want}`, () => {
    assert.equal(fillQuery(['id=', 'id', '&all=1'], { id: value }), want)
  })
}

test('no value adds a parameter to a query, or leaves it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), value => {
      const query = fillQuery(['id=', 'id', '&all=1'], { id: value })
      assert.match(query, /^[^\s&;=#+]*=(?:[\w\-.~!'()*]|%[\dA-Fa-f]{2})*&all=1$/)
      assert.deepEqual([...new URLSearchParams(query).keys()], ['id', 'all'])
    }),
  )
})

test('a query to which nothing is mapped is refused', () => {
  assert.throws(() => fillQuery(['id=', 'id', ''], Object.create(null)), Refusal)
})
