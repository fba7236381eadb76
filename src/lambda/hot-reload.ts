/**
 * Notices that the files of a function changed, for functions whose code or layers are folders in which somebody works.
 *
 * Looks at names, sizes, times and inodes of all files at each invocation, without `node_modules`, `__pycache__` and hidden
 * folders. A watcher would have to be told of the change before the next invocation, and might be late; this cannot, and
 * it sees folders and links that were put in the place of others. A folder for which looking takes long is looked at
 * less often.
 */
import { type BigIntStats, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const entryLimit = 5000
// Looking may take at most a tenth of the time, if it is not done at once anyway.
const alwaysMs = 2
const share = 10
const skipped: ReadonlySet<string> = new Set(['node_modules', '__pycache__'])

/** One watched folder. */
export class HotFolder {
  readonly path: string
  #fingerprint = ''
  #nextLook = 0

  constructor(path: string) {
    this.path = path
  }

  /** A text that differs when a file was added, removed, written or replaced. */
  fingerprint(): string {
    const begun = performance.now()
    if (begun >= this.#nextLook) {
      // A folder that is being replaced is gone for a moment: what runs goes on until the new one is there.
      this.#fingerprint = look(this.path) ?? this.#fingerprint
      const took = performance.now() - begun
      this.#nextLook = took < alwaysMs ? 0 : begun + took * share
    }
    return this.#fingerprint
  }
}

/** Undefined: there is no such folder. */
function look(root: string): string | undefined {
  const rootState = stateOf(root)
  if (rootState === undefined) return undefined
  let hash = 0
  let seen = 0
  // Links to folders are followed, so that one folder may be met twice, or contain itself.
  const visited = new Set([rootState.ino])
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of namesIn(folder)) {
      if (skipped.has(name) || name.startsWith('.')) continue
      if (++seen > entryLimit) return `${hash}`
      const path = join(folder, name)
      const state = stateOf(path)
      if (!state?.isDirectory()) hash = mix(hash, path, state)
      else if (!visited.has(state.ino)) {
        visited.add(state.ino)
        folders.push(path)
      }
    }
  }
  return `${hash}`
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // It was removed a moment ago, or may not be read: the function will say so.
    return []
  }
}

/** Adds a file to the hash. The order of files does not matter, so a sum does. */
function mix(sum: number, path: string, state: BigIntStats | undefined): number {
  // A link that leads nowhere is a state, too.
  const text =
    state === undefined
      ? path
      : `${path} ${state.ino} ${state.size} ${state.mtimeNs} ${state.ctimeNs}`
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (sum + (hash >>> 0)) % Number.MAX_SAFE_INTEGER
}

function stateOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true })
  } catch {
    return undefined
  }
}
