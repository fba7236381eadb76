/**
 * What functions print, on disk: for each function a file of JSON lines that never grows past a bound, so that
 * `portcullis logs` and `explain` can show it, also after a restart.
 *
 *     logs/{account}/{region}/{function}.log    .log.1    .log.2
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseFunctionName } from './aws/arn.ts'
import { RotatingFile } from './rotating-file.ts'

/** One log event; see `LogLine` of src/lambda/settings.ts. */
export interface FunctionLogLine {
  readonly timeMs: number
  /** Of the function's invocation; '' for what it says outside of one. */
  readonly requestId: string
  readonly stream: string
  readonly text: string
}

const fileBytes = 4 * 1024 * 1024
const filesKept = 2
const lineLimit = 256 * 1024

export type LogListener = (line: FunctionLogLine) => void

export class FunctionLogs {
  readonly #folder: string
  readonly #report: (error: unknown) => void
  readonly #files = new Map<string, RotatingFile>()
  readonly #listeners = new Map<string, Set<LogListener>>()
  #lastArn = ''
  #lastKey: string | undefined

  constructor(folder: string, report: (error: unknown) => void) {
    this.#folder = folder
    this.#report = report
  }

  add(line: FunctionLogLine & { readonly arn: string }): void {
    // A warm function says three lines for each invocation, all of the same name.
    if (line.arn !== this.#lastArn) {
      this.#lastArn = line.arn
      this.#lastKey = keyOf(line.arn)
    }
    const key = this.#lastKey
    if (key === undefined) return
    const { timeMs, requestId, stream, text } = line
    const kept: FunctionLogLine = { timeMs, requestId, stream, text: text.slice(0, lineLimit) }
    this.#fileOf(key).add(JSON.stringify(kept))
    for (const listener of this.#listeners.get(key) ?? []) listener(kept)
  }

  /** The lines that are kept, oldest first. `functionArn` with or without a qualifier, which does not count. */
  async read(functionArn: string, sinceMs = 0): Promise<FunctionLogLine[]> {
    const key = keyOf(functionArn)
    if (key === undefined) return []
    await this.#files.get(key)?.flush()
    const lines: FunctionLogLine[] = []
    for (let i = filesKept; i >= 0; i--) {
      const path = this.#path(key) + (i === 0 ? '' : `.${i}`)
      const text = await readFile(path, 'utf8').catch(() => '')
      for (const part of text.split('\n')) {
        const line = readLine(part)
        if (line !== undefined && line.timeMs >= sinceMs) lines.push(line)
      }
    }
    return lines
  }

  /** Hears of every line from now on, until the function that it gives is called. */
  follow(functionArn: string, listener: LogListener): () => void {
    const key = keyOf(functionArn) ?? ''
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(key)
    }
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#files.values()].map(file => file.flush()))
  }

  #fileOf(key: string): RotatingFile {
    const known = this.#files.get(key)
    if (known !== undefined) return known
    const file = new RotatingFile({
      path: this.#path(key),
      limitBytes: fileBytes,
      kept: filesKept,
      report: this.#report,
    })
    this.#files.set(key, file)
    return file
  }

  #path(key: string): string {
    return join(this.#folder, `${key}.log`)
  }
}

/** `000000000000/us-east-1/pets`; undefined when the ARN has no such parts. */
function keyOf(functionArn: string): string | undefined {
  const { account, region, name } = parseFunctionName(functionArn) ?? {}
  const isPlain = account !== undefined && /^[a-z0-9-]{1,64}$/.test(region ?? '')
  return isPlain ? `${account}/${region}/${name}` : undefined
}

/** Undefined for what is no line of ours, such as one that a crash cut off. */
function readLine(text: string): FunctionLogLine | undefined {
  if (text === '') return undefined
  try {
    const line = JSON.parse(text) as FunctionLogLine
    return typeof line.timeMs === 'number' && typeof line.text === 'string' ? line : undefined
  } catch {
    return undefined
  }
}
