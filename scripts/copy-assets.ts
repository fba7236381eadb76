/**
 * The end of the build: makes dist/ what a build from nothing would give. Copies what tsc leaves behind (everything in
 * src/ and test/ that is not TypeScript: function bootstraps, golden files), removes what has no source any more, so
 * that no test of a deleted file runs, and makes the command executable.
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const dist = join(root, 'dist')

for (const folder of ['src', 'test']) {
  for (const path of filesIn(join(root, folder))) {
    if (path.endsWith('.ts')) continue
    const target = join(dist, relative(root, path))
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(path, target)
  }
}
for (const path of filesIn(dist)) {
  if (!hasSource(relative(dist, path))) rmSync(path)
}
chmodSync(join(dist, 'src/cli.js'), 0o755)

function hasSource(path: string): boolean {
  const source = join(root, path.replace(/\.js(?:\.map)?$/, '.ts'))
  return existsSync(source) || existsSync(join(root, path))
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}
