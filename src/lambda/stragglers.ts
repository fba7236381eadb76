/**
 * Ends processes that left the group of the function that started them (`setsid`, daemons). They are known by the
 * variable TMPDIR, which each environment has to itself and hands down. A program that clears its variables gets away;
 * only a sandbox holds that one.
 */
import { readdir, readFile } from 'node:fs/promises'

/** One per runner; looks through the processes of the machine once for all who ask meanwhile. */
export class Stragglers {
  #wanted = new Set<string>()
  #search: Promise<void> | undefined
  #next: Promise<void> | undefined

  /** Resolves when no process is left whose TMPDIR is `temporary`. Never rejects. */
  end(temporary: string): Promise<void> {
    this.#wanted.add(temporary)
    // A search that runs may have passed it: the next one is for whoever asks now.
    this.#next ??= (this.#search ?? Promise.resolve()).then(() => {
      const wanted = this.#wanted
      this.#wanted = new Set()
      this.#next = undefined
      this.#search = endAll(wanted)
      return this.#search
    })
    return this.#next
  }
}

async function endAll(wanted: ReadonlySet<string>): Promise<void> {
  // Without /proc there is nothing to look through.
  const names = await readdir('/proc').catch(() => [])
  for (const name of names) {
    const id = Number(name)
    if (!Number.isInteger(id) || id === process.pid) continue
    // Those of other users cannot be read.
    const variables = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
    const place = /(?:^|\0)TMPDIR=([^\0]*)/.exec(variables)?.[1]
    if (place !== undefined && wanted.has(place)) kill(id)
  }
}

function kill(id: number): void {
  try {
    process.kill(id, 'SIGKILL')
  } catch {
    // It ended meanwhile.
  }
}
