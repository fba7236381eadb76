/**
 * What is needed to run the functions that APIs call, on disk: so that they run when the store cannot be opened, as the
 * programs in last-good.ts do. One file per ARN, written whole or not at all, and sealed: environment variables are in it.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { MasterKey } from './base/master-key.ts'
import { openText, sealText } from './base/sealing.ts'
import type { ResolvedFunction } from './control/lambda/resolve.ts'

export class KeptFunctions {
  readonly #folder: string
  readonly #sealing: Buffer

  constructor(folder: string, masterKey: MasterKey) {
    this.#folder = folder
    this.#sealing = masterKey.derive('kept functions')
  }

  async put(arn: string, found: ResolvedFunction): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(arn)
    const draft = `${path}.${process.pid}.draft`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(sealText(this.#sealing, arn, JSON.stringify(found)))
    } finally {
      await file.close()
    }
    await rename(draft, path)
  }

  /** undefined when it is not there or cannot be read, or was kept with another master key. */
  async get(arn: string): Promise<ResolvedFunction | undefined> {
    try {
      const text = await readFile(this.#path(arn), 'utf8')
      // What opens with our key we wrote.
      return JSON.parse(openText(this.#sealing, arn, text)) as ResolvedFunction
    } catch {
      return undefined
    }
  }

  async remove(arn: string): Promise<void> {
    await rm(this.#path(arn), { force: true })
  }

  #path(arn: string): string {
    return join(this.#folder, `${createHash('sha256').update(arn).digest('hex')}.sealed`)
  }
}
