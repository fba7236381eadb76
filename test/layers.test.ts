/** The layers of src/: every import obeys the table, and ARCHITECTURE.md shows the same table. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { faultsOf } from '../scripts/check-layers.ts'
import { layerRows } from '../scripts/layers.ts'
import { projectRoot } from './project-root.ts'

test('ARCHITECTURE.md shows the table that the check uses', () => {
  const text = readFileSync(join(projectRoot, 'ARCHITECTURE.md'), 'utf8')
  const shown = text.split('\n').filter(line => line.startsWith('| '))
  assert.deepEqual(shown.slice(0, layerRows().length), layerRows())
})

const cases: readonly { name: string; files: Record<string, string>; want: RegExp | null }[] = [
  {
    name: 'a higher layer may import a lower one',
    files: { 'src/vtl/a.ts': "import { b } from '../base/b.ts'", 'src/base/b.ts': '' },
    want: null,
  },
  {
    name: 'a lower layer may not import a higher one, not even a type',
    files: { 'src/base/a.ts': "import type { B } from '../vtl/b.ts'" },
    want: /src\/base\/a\.ts: base \(level 0\) may not import src\/vtl\/b\.ts/,
  },
  {
    name: 'folders of one layer do not import each other',
    files: { 'src/http/a.ts': "import {\n  b,\n} from '../control/b.ts'" },
    want: /http \(level 7\) may not import/,
  },
  {
    name: 'a dynamic import counts',
    files: { 'src/base/a.ts': "const b = await import('../aws/b.ts')" },
    want: /may not import/,
  },
  {
    name: 'an import in a comment does not count',
    files: {
      'src/base/a.ts': "/**\n * import { b } from '../aws/b.ts'\n */\n// from '../aws/b.ts'",
    },
    want: null,
  },
  {
    name: 'a folder that the table lacks is a fault',
    files: { 'src/utils/a.ts': "import { b } from '../base/b.ts'" },
    want: /the folder utils is not in/,
  },
  {
    name: 'a ring is a fault',
    files: {
      'src/base/a.ts': "import type { B } from './b.ts'",
      'src/base/b.ts': "import { c } from './c.ts'",
      'src/base/c.ts': "import { a } from './a.ts'",
    },
    want: /ring: src\/base\/a\.ts -> src\/base\/b\.ts -> src\/base\/c\.ts -> src\/base\/a\.ts/,
  },
  {
    name: 'a re-export is a fault',
    files: { 'src/base/a.ts': "export { b } from './b.ts'" },
    want: /re-exports/,
  },
  {
    name: 'a file that has grown too long is a fault',
    files: { 'src/base/a.ts': 'x\n'.repeat(401) },
    want: /401 lines/,
  },
]

for (const { name, files, want } of cases) {
  test(name, () => {
    const faults = faultsOf(Object.entries(files).map(([path, text]) => ({ path, text })))
    if (want === null) assert.deepEqual(faults, [])
    else assert.match(faults.join('\n'), want)
  })
}
