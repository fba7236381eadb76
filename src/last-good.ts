/**
 * The last good programs on disk: one JSON file per stage, so that the data plane can start when the store cannot be
 * opened. A file is written beside its place, synced and renamed: it is the old one or the new one, never half of each.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgramSource } from './program/program.ts'

const programName = /^([a-z0-9-]+)\.([\w$-]+)\.json$/

export interface KeptProgram {
  readonly apiId: string
  readonly stage: string
  readonly source: string
}

export class LastGood {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** What is there already is not written again: a start with thousands of programs need not wait for the disk. */
  async put(apiId: string, stage: string, source: string): Promise<void> {
    const path = this.#path(apiId, stage)
    if ((await textOf(path)) === source) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const draft = `${path}.${process.pid}.draft`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(source)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
  }

  async remove(apiId: string, stage: string): Promise<void> {
    await rm(this.#path(apiId, stage), { force: true })
  }

  /** Keeps `wanted`, by `api/stage`; all else goes, drafts of a gateway that was killed too. */
  async removeExcept(wanted: ReadonlySet<string>): Promise<void> {
    for (const name of await this.#names()) {
      const [, apiId, stage] = programName.exec(name) ?? []
      if (apiId !== undefined && wanted.has(`${apiId}/${stage}`)) continue
      if (apiId === undefined && !name.endsWith('.draft')) continue
      await rm(join(this.#folder, name), { force: true })
    }
  }

  /** Every program that can be read; one that cannot is left out and named in `skipped`. */
  async all(): Promise<{ programs: KeptProgram[]; skipped: string[] }> {
    const programs: KeptProgram[] = []
    const skipped: string[] = []
    for (const name of await this.#names()) {
      const found = programName.exec(name)
      if (found === null) continue
      const [, apiId = '', stage = ''] = found
      try {
        const source = await readFile(join(this.#folder, name), 'utf8')
        if (!isProgramOf(JSON.parse(source), apiId, stage)) throw new TypeError('not this program')
        programs.push({ apiId, stage, source })
      } catch {
        skipped.push(name)
      }
    }
    return { programs, skipped }
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).sort()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  /** API ids and stage names were checked when they were made; a name that is not of their form never gets here. */
  #path(apiId: string, stage: string): string {
    const name = `${apiId}.${stage}.json`
    if (!programName.test(name)) throw new RangeError(`Bad program name: ${name}`)
    return join(this.#folder, name)
  }
}

/** undefined: there is none, or it cannot be read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Enough to tell what we wrote; the compiler finds the rest. */
function isProgramOf(value: unknown, apiId: string, stage: string): boolean {
  const program = value as Partial<ProgramSource> | null
  return (
    typeof program === 'object' &&
    program?.format === 1 &&
    program.apiId === apiId &&
    program.stage?.stageName === stage
  )
}
