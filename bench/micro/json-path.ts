/**
 * JSONPath readings per second of the selectors that mapping templates use most. Run by itself:
 * `node bench/micro/json-path.ts`.
 */
import { bench, run, summary } from 'mitata'
import { compilePath } from '../../src/base/json-path/compile-path.ts'
import { compileJsonPath } from '../../src/base/json-path/json-path.ts'
import { parsePath } from '../../src/base/json-path/parse-path.ts'
import { maxVisits, newRun } from '../../src/base/json-path/run.ts'

const document = {
  store: {
    book: Array.from({ length: 20 }, (_, i) => ({
      title: `Book ${i}`,
      price: i,
      tags: ['a', 'b'],
    })),
  },
}

summary(() => {
  const selector = '$.store.book[3].title'
  const path = compileJsonPath(selector)
  const general = compilePath(parsePath(selector))
  bench('plain path', () => path.read(document))
  bench('plain path, by the general closures', () =>
    general.read(document, newRun(document, maxVisits)),
  )
})

for (const selector of [
  '$.store.book[*].title',
  '$..price',
  '$.store.book[?(@.price < 5)].title',
]) {
  const path = compileJsonPath(selector)
  bench(selector, () => path.read(document))
}

bench('compile a filter', () =>
  compileJsonPath("$.store.book[?(@.price < 5 && 'a' in @.tags)].title"),
)

await run()
