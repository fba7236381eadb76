/**
 * Runs the built tests and prints the runner's own report.
 *
 *   node scripts/run-tests.ts                    all of dist/
 *   node scripts/run-tests.ts limits cli.test    files whose path contains one of the words
 *
 * Each file is a process of its own, as many at once as there are cores: files that share one would share its signal
 * handlers, its event loop and, when one never ends, its fate.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const words = process.argv.slice(2)
const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
  .filter(path => path.endsWith('.test.js'))
  .filter(path => words.length === 0 || words.some(word => path.includes(word)))
  .map(path => join('dist', path))
  .sort()

if (files.length === 0) {
  console.error(`No test file matches ${words.join(', ')}. Is it built (npm run build)?`)
  process.exit(1)
}

const run = spawnSync(
  process.execPath,
  [
    '--test',
    '--enable-source-maps',
    `--test-concurrency=${availableParallelism()}`,
    '--test-timeout=300000',
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
)
process.exitCode = run.status ?? 1
