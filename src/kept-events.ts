/**
 * Acknowledged events on disk, one file each: a line of JSON, then the payload. A file is complete and forced to disk
 * before it has its name, so that what was acknowledged survives a crash, and half of one is never taken up.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { EventShelf, WaitingEvent } from './control/lambda/async-invocations.ts'

const idPattern = /^[0-9A-Za-z-]{1,64}$/

/** The shelf in a folder, which is made when the first event comes. */
export class KeptEvents implements EventShelf {
  readonly #folder: string
  readonly #report: (error: unknown) => void

  /** `report` hears of files that cannot be read. */
  constructor(folder: string, report: (error: unknown) => void) {
    this.#folder = folder
    this.#report = report
  }

  async keep({ payload, ...head }: WaitingEvent): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = this.#path(head.id)
    const draft = `${path}.draft`
    const file = await open(draft, 'w', 0o600)
    try {
      await file.writeFile(`${JSON.stringify(head)}\n`)
      await file.writeFile(payload)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await this.#syncFolder()
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true })
  }

  async all(): Promise<WaitingEvent[]> {
    const events: WaitingEvent[] = []
    for (const name of await readdir(this.#folder).catch(() => [])) {
      if (!name.endsWith('.event')) continue
      try {
        const bytes = await readFile(join(this.#folder, name))
        const end = bytes.indexOf(10)
        // We wrote the file; it is whole, or it would not have its name.
        const head = JSON.parse(bytes.subarray(0, end).toString()) as Omit<WaitingEvent, 'payload'>
        events.push({ ...head, payload: bytes.subarray(end + 1) })
      } catch (error) {
        this.#report(error)
      }
    }
    return events.sort((a, b) => a.takenMs - b.takenMs)
  }

  #path(id: string): string {
    if (!idPattern.test(id)) throw new TypeError('no id of an event')
    return join(this.#folder, `${id}.event`)
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}
