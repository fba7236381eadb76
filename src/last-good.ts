/**
 * The last good programs on disk: one file per stage, so that the data plane can start when the store cannot be opened. A
 * file is written beside its place, synced and renamed: it is the old one or the new one, never half of each. It is sealed,
 * because programs carry secrets: a stage's client certificate has its private key with it. Files of older versions, plain
 * JSON, are read once and sealed.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MasterKey } from './base/master-key.ts'
import { openText, sealText } from './base/sealing.ts'
import type { ProgramSource } from './program/program.ts'

const programName = /^([a-z0-9-]+)\.([\w$-]+)\.(json|sealed)$/

export interface KeptProgram {
  readonly apiId: string
  readonly stage: string
  readonly source: string
}

export class LastGood {
  readonly #folder: string
  readonly #sealing: Buffer

  constructor(folder: string, masterKey: MasterKey) {
    this.#folder = folder
    this.#sealing = masterKey.derive('kept programs')
  }

  /** What is there already is not written again: a start with thousands of programs need not wait for the disk. */
  async put(apiId: string, stage: string, source: string): Promise<void> {
    const path = this.#path(apiId, stage, 'sealed')
    if ((await this.#textOf(apiId, stage)) !== source) {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      const draft = `${path}.${process.pid}.draft`
      const file = await open(draft, 'w', 0o600)
      try {
        await file.writeFile(sealText(this.#sealing, placeOf(apiId, stage), source))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    }
    await rm(this.#path(apiId, stage, 'json'), { force: true })
  }

  async remove(apiId: string, stage: string): Promise<void> {
    await rm(this.#path(apiId, stage, 'sealed'), { force: true })
    await rm(this.#path(apiId, stage, 'json'), { force: true })
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

  /** Every program that can be read; one that cannot is left out and named in `skipped`. Plain ones are sealed. */
  async all(): Promise<{ programs: KeptProgram[]; skipped: string[] }> {
    const programs: KeptProgram[] = []
    const skipped: string[] = []
    const names = await this.#names()
    for (const name of names) {
      const [, apiId = '', stage = '', form] = programName.exec(name) ?? []
      if (form === undefined) continue
      // Where both are, the sealed one is newer: the plain one was about to go.
      if (form === 'json' && names.includes(`${apiId}.${stage}.sealed`)) continue
      try {
        const text = await readFile(join(this.#folder, name), 'utf8')
        const source = form === 'json' ? text : openText(this.#sealing, placeOf(apiId, stage), text)
        if (!isProgramOf(JSON.parse(source), apiId, stage)) throw new TypeError('not this program')
        programs.push({ apiId, stage, source })
        // A disk that takes nothing more must not keep the program from running.
        if (form === 'json') await this.put(apiId, stage, source).catch(() => undefined)
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

  /** undefined: there is none, or it cannot be read. */
  async #textOf(apiId: string, stage: string): Promise<string | undefined> {
    try {
      const text = await readFile(this.#path(apiId, stage, 'sealed'), 'utf8')
      return openText(this.#sealing, placeOf(apiId, stage), text)
    } catch {
      return undefined
    }
  }

  /** API ids and stage names were checked when they were made; a name that is not of their form never gets here. */
  #path(apiId: string, stage: string, form: 'json' | 'sealed'): string {
    const name = `${apiId}.${stage}.${form}`
    if (!programName.test(name)) throw new RangeError(`Bad program name: ${name}`)
    return join(this.#folder, name)
  }
}

/** What the seal binds a program to: it opens as that of no other stage. */
function placeOf(apiId: string, stage: string): string {
  return `${apiId}/${stage}`
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
