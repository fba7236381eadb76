/**
 * Holds functions to their ephemeral storage where no file system does it (sandboxes have one of that size): measures the
 * temporary folders of environments that were used, at most once a second, and tells of one that has too much. On AWS
 * writing fails with ENOSPC instead.
 *
 * What a file takes on disk counts, not its length; deleted files that are still open are not seen. Between two looks a
 * function may have more.
 */
import type { Stats } from 'node:fs'
import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'

export interface Stored {
  readonly temporary: string
  readonly storageLimitBytes: number
  /** Whether it may be writing just now. */
  readonly isBusy: boolean
  onStorageExceeded(): void
}

const intervalMs = 1000
// Looking may take a tenth of the time.
const share = 10
const blockBytes = 512
// Whoever has more files than that has too much, whatever their size: looking must come to an end.
const entryLimit = 50_000

/** One per runner. Costs nothing while nothing runs. */
export class StorageWatch {
  readonly #used = new Set<Stored>()
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /** An invocation begins there, or the function is loaded. */
  use(one: Stored): void {
    this.#used.add(one)
    this.#timer ??= this.#later(intervalMs)
  }

  /** It is gone. */
  forget(one: Stored): void {
    this.#used.delete(one)
  }

  close(): void {
    this.#isClosed = true
    this.#used.clear()
    clearTimeout(this.#timer)
  }

  #later(ms: number): NodeJS.Timeout {
    return setTimeout(() => void this.#look(), ms).unref()
  }

  async #look(): Promise<void> {
    const begun = performance.now()
    for (const one of [...this.#used]) {
      // Asked before: what it writes after the look is for the next one.
      const { isBusy } = one
      const isTooMuch = await holdsMore(one.temporary, one.storageLimitBytes)
      if (!this.#used.has(one)) continue
      if (!isBusy && !one.isBusy) this.#used.delete(one)
      if (isTooMuch) one.onStorageExceeded()
    }
    const isDone = this.#isClosed || this.#used.size === 0
    const took = performance.now() - begun
    this.#timer = isDone ? undefined : this.#later(Math.max(intervalMs, took * share))
  }
}

/** Whether what lies in the folder takes more than `limitBytes`. Never rejects; what cannot be read counts nothing. */
export async function holdsMore(folder: string, limitBytes: number): Promise<boolean> {
  const linked = new Set<number>()
  const folders = [folder]
  let bytes = 0
  let entries = 0
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const names = await opendir(next).catch(() => undefined)
    if (names === undefined) continue
    try {
      for await (const entry of names) {
        const path = join(next, entry.name)
        if (entry.isDirectory()) folders.push(path)
        bytes += sizeOf(await lstat(path).catch(() => undefined), linked)
        if (bytes > limitBytes || ++entries > entryLimit) return true
      }
    } catch {
      // The folder was removed meanwhile.
    }
  }
  return false
}

/** A file with several names counts once. */
function sizeOf(stats: Stats | undefined, linked: Set<number>): number {
  if (stats === undefined || linked.has(stats.ino)) return 0
  if (stats.nlink > 1 && stats.isFile()) linked.add(stats.ino)
  return stats.blocks * blockBytes
}
