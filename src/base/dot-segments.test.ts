import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { countDotSegments } from './dot-segments.ts'

const cases: readonly (readonly [path: string, count: number])[] = [
  ['', 0],
  ['/', 0],
  ['/a/b', 0],
  ['/...', 0],
  ['/a/b..', 0],
  ['/a/..b/.c', 0],
  ['/a/1.2', 0],
  ['/%2e%2e%2e', 0],
  ['/%252e%252e/', 0],
  ['/a%2Fb', 0],
  ['..', 1],
  ['./a', 1],
  ['/a/.', 1],
  ['/a/../b', 1],
  ['/../..', 2],
  ['/././.', 3],
  ['/%2e%2E/a', 1],
  ['/.%2e/a', 1],
  ['/%2E/a', 1],
  ['/a%2f..%2Fb', 1],
  ['/a\\..\\b', 1],
  ['/a%5c..%5Cb', 1],
  ['/a/..;jsessionid=1/b', 1],
  ['/a/..%3b/b', 1],
]

for (const [path, count] of cases) {
  test(`${path || 'no path'} has ${count}`, () => assert.equal(countDotSegments(path), count))
}

test('what URL parsers resolve is always found', () => {
  const piece = fc.constantFrom('/', '\\', '.', '..', '%2e', '%2E', 'a', ';', '%2f', '%')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), pieces => {
      const path = `/x/${pieces.join('')}`
      const resolved = new URL(`http://h${path}`).pathname
      if (countDotSegments(path) === 0) assert.equal(resolved, path.replaceAll('\\', '/'))
    }),
  )
})

test('a long path costs no more than its length', () => {
  const startMs = performance.now()
  for (const piece of ['.', './', '%2e', '%2f', '/%2e', '..;']) {
    countDotSegments(piece.repeat(200_000))
  }
  assert.ok(performance.now() - startMs < 2000)
})
