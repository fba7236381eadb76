/**
 * Notices that the files of a function changed, for functions whose code is a folder in which somebody works.
 *
 * Looks at names, sizes and times of all files at each invocation, without `node_modules` and hidden folders. A
 * watcher would have to be told of the change before the next invocation, and might be late; this cannot.
 * A folder for which looking takes long is looked at less often.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const entryLimit = 5000
// Looking may take at most a tenth of the time, if it is not done at once anyway.
const alwaysMs = 2
const share = 10

/** One watched folder. */
export class HotFolder {
  readonly path: string
  #fingerprint = ''
  #nextLook = 0

  constructor(path: string) {
    this.path = path
  }

  /** A text that differs when a file was added, removed or written. */
  fingerprint(): string {
    const begun = performance.now()
    if (begun >= this.#nextLook) {
      this.#fingerprint = look(this.path)
      const took = performance.now() - begun
      this.#nextLook = took < alwaysMs ? 0 : begun + took * share
    }
    return this.#fingerprint
  }
}

function look(root: string): string {
  let hash = 0
  let seen = 0
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of entriesOf(folder)) {
      if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
      if (++seen > entryLimit) return `${hash}`
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else hash = mix(hash, path)
    }
  }
  return `${hash}`
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // It was removed a moment ago, or may not be read: the function will say so.
    return []
  }
}

/** Adds a file to the hash. The order of files does not matter, so a sum does. */
function mix(hash: number, path: string): number {
  let value = stateOf(path)
  for (let i = 0; i < path.length; i++) value = (value * 31 + path.charCodeAt(i)) % 4_294_967_291
  return (hash + value) % Number.MAX_SAFE_INTEGER
}

function stateOf(path: string): number {
  try {
    const stat = statSync(path)
    return stat.mtimeMs * 1000 + stat.size
  } catch {
    // A link that leads nowhere is a state, too.
    return 0
  }
}
