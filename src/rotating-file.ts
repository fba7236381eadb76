/**
 * Lines appended to a file that never grows past a bound: `name`, then `name.1` for the former one, up to `name.{kept}`; the
 * oldest is dropped. The first line is written at once, those that come while that goes on are gathered for a moment and
 * written together: each write wakes threads that requests need. A full disk loses lines, never the program.
 */
import { appendFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface RotatingFileOptions {
  readonly path: string
  /** Of one file. */
  readonly limitBytes: number
  /** Former files. */
  readonly kept: number
  /** Hears of the first write that fails, and of the next after one that succeeded. */
  readonly report: (error: unknown) => void
}

/** What waits to be written may not fill the memory, when the disk is slow. */
const waitingLimitBytes = 8 * 1024 * 1024
const gatherMs = 50
const gatherBytes = 256 * 1024

export class RotatingFile {
  readonly #options: RotatingFileOptions
  #waiting = ''
  #writing: Promise<void> | null = null
  #size = -1
  #isFailing = false
  #isFlushing = false
  /** Ends the wait for more lines; null while none is on. */
  #hurry: (() => void) | null = null

  constructor(options: RotatingFileOptions) {
    this.#options = options
  }

  /** Adds a line; without a line end of its own. */
  add(line: string): void {
    if (this.#waiting.length > waitingLimitBytes) return
    this.#waiting += `${line}\n`
    if (this.#waiting.length > gatherBytes) this.#hurry?.()
    this.#writing ??= this.#write()
  }

  /** Resolves when all lines are written. */
  async flush(): Promise<void> {
    this.#isFlushing = true
    this.#hurry?.()
    await this.#writing
    this.#isFlushing = false
  }

  async #write(): Promise<void> {
    // Gathers what comes in the same turn.
    await Promise.resolve()
    while (this.#waiting !== '') {
      const text = this.#waiting
      this.#waiting = ''
      try {
        await this.#append(Buffer.from(text))
        this.#isFailing = false
      } catch (error) {
        if (!this.#isFailing) this.#options.report(error)
        this.#isFailing = true
      }
      if (!this.#isFlushing) await this.#gather()
    }
    this.#writing = null
  }

  /** Resolves after a moment, or as soon as somebody waits for the lines or there are many. */
  #gather(): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        clearTimeout(timer)
        this.#hurry = null
        resolve()
      }
      const timer = setTimeout(done, gatherMs)
      this.#hurry = done
    })
  }

  async #append(bytes: Buffer): Promise<void> {
    const { path, limitBytes } = this.#options
    if (this.#size < 0) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      this.#size = await stat(path).then(
        found => found.size,
        () => 0,
      )
    }
    if (this.#size > 0 && this.#size + bytes.length > limitBytes) await this.#rotate()
    await appendFile(path, bytes, { mode: 0o600 })
    this.#size += bytes.length
  }

  async #rotate(): Promise<void> {
    const { path, kept } = this.#options
    await rm(`${path}.${kept}`, { force: true })
    for (let i = kept - 1; i >= 0; i--) {
      await rename(i === 0 ? path : `${path}.${i}`, `${path}.${i + 1}`).catch(ignoreMissing)
    }
    this.#size = 0
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
