import assert from 'node:assert/strict'
import test from 'node:test'
import { Refusal } from '../messages/refusals.ts'
import { fillPath } from './fill-path.ts'

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
