/**
 * `npm run check`: all that must be true before a change is handed in, the same here and in CI. A line per stage; the
 * first one that fails shows its whole output and ends the run.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

const stages: readonly (readonly [name: string, command: string])[] = [
  ['format', 'biome format .'],
  ['lint', 'biome lint --error-on-warnings .'],
  ['build and types', 'npm run -s build'],
  ['layers', 'node scripts/check-layers.ts'],
  ['generated operations', 'node scripts/generate-operations.ts --check'],
  ['generated docs', 'node scripts/generate-docs.ts --check'],
  ['unused code', 'knip'],
  ['tests', 'node scripts/run-tests.ts'],
]

for (const [name, command] of stages) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: root,
    shell: true,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(22)} ${seconds.padStart(6)} s`)
  if (status === 0) {
    if (name === 'tests') console.log(summaryOf(stdout))
    continue
  }
  console.log(`${stdout}${stderr}`)
  console.log(`npm run check stopped at "${name}": ${command}`)
  process.exit(1)
}

/** The runner's last lines: how many tests passed, failed, and were skipped. */
function summaryOf(output: string): string {
  const lines = output.split('\n').filter(line => /^(?:ℹ|#) /.test(line))
  return lines.map(line => `        ${line}`).join('\n')
}
