/**
 * What is needed to run the functions that APIs call, on disk: so that they run when the store cannot be opened, as the
 * programs in last-good.ts do. One JSON file per ARN, written whole or not at all.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResolvedFunction } from './control/lambda/resolve.ts'

export class KeptFunctions {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(arn: string, found: ResolvedFunction): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(arn)
    const draft = `${path}.${process.pid}.draft`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(found))
    } finally {
      await file.close()
    }
    await rename(draft, path)
  }

  /** undefined when it is not there or cannot be read. */
  async get(arn: string): Promise<ResolvedFunction | undefined> {
    try {
      // We wrote the file; what is not JSON any more counts as missing.
      return JSON.parse(await readFile(this.#path(arn), 'utf8')) as ResolvedFunction
    } catch {
      return undefined
    }
  }

  async remove(arn: string): Promise<void> {
    await rm(this.#path(arn), { force: true })
  }

  #path(arn: string): string {
    return join(this.#folder, `${createHash('sha256').update(arn).digest('hex')}.json`)
  }
}
