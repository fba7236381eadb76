/** Where the repository is, from test/ as well as from dist/test/. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

function findRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** The folder of package.json. */
export const projectRoot: string = findRoot()
