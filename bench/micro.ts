/**
 * `npm run bench:micro [-- NAME …]`: the benches of single functions in bench/micro, one process after another, so that no
 * bench runs with what another one's compiler has learnt.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, 'micro')
const wanted = process.argv.slice(2)
const files = readdirSync(folder).filter(name => /^[a-z-]+\.(ts|js)$/.test(name))
const chosen = files.filter(
  name => wanted.length === 0 || wanted.includes(name.replace(/\..*/, '')),
)
if (chosen.length === 0) {
  console.error(
    `No such bench. There are: ${files.map(name => name.replace(/\..*/, '')).join(', ')}`,
  )
  process.exit(2)
}
for (const name of chosen) {
  console.log(`\n${name}`)
  const { status } = spawnSync(process.execPath, [join(folder, name)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
