/**
 * One operating system process that runs a function, with all that it starts: they are one process group, so that they
 * end together. Its temporary folder goes when it goes, and so do processes that left the group (stragglers.ts).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { setPriority } from 'node:os'
import type { Launch } from './launch.ts'
import type { Stragglers } from './stragglers.ts'
import type { Warden } from './warden.ts'

/** Why a process is no more. */
export type Exit =
  | {
      readonly type: 'exited'
      readonly code: number | null
      readonly signal: NodeJS.Signals | null
    }
  | { readonly type: 'not-started'; readonly error: Error }

export interface ProcessParts {
  readonly warden: Warden
  readonly stragglers: Stragglers
  /** Made before the start, removed after the end. */
  readonly temporary: string
  readonly onText: (text: string) => void
  /** Once, when the process is gone and what it printed was read. */
  readonly onExit: (exit: Exit) => void
}

// After the exit of a process, somebody else may still hold its output open.
const drainLimitMs = 500
// A function that computes without end must not slow the gateway down. Lambda gives by memory; this does not.
const niceness = 5

export class FunctionProcess {
  /** File descriptor 3 of the process. Undefined when it could not be started. */
  readonly channel: Socket | undefined
  readonly pid: number | undefined
  readonly #child: ChildProcess
  readonly #parts: ProcessParts
  #isOver = false

  constructor(launch: Launch, parts: ProcessParts) {
    this.#parts = parts
    mkdirSync(parts.temporary, { recursive: true, mode: 0o700 })
    const child = spawn(launch.command, launch.args, {
      cwd: launch.workingFolder,
      env: launch.variables,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    })
    this.#child = child
    this.pid = child.pid
    // The kind of the fourth entry of `stdio` is ours to know: a pipe is a socket in both directions.
    this.channel = child.pid === undefined ? undefined : (child.stdio[3] as Socket)
    child.once('error', error => this.#end({ type: 'not-started', error }))
    if (child.pid === undefined) return
    lower(child.pid)
    parts.warden.watch(child.pid)
    child.once('exit', (code, signal) => this.#exit(code, signal))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => parts.onText(String(text)))
      stream?.on('error', () => {})
    }
  }

  /** Ends the process and all that it started. */
  kill(): void {
    const id = this.pid
    if (id === undefined || this.#isOver) return
    try {
      process.kill(-id, 'SIGKILL')
    } catch {
      // It is gone already, or the system has no process groups.
      this.#child.kill('SIGKILL')
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    this.kill()
    if (this.pid !== undefined) this.#parts.warden.release(this.pid)
    const end = (): void => this.#end({ type: 'exited', code, signal })
    const timer = setTimeout(end, drainLimitMs)
    this.#child.once('close', () => {
      clearTimeout(timer)
      end()
    })
  }

  #end(exit: Exit): void {
    if (this.#isOver) return
    this.#isOver = true
    this.channel?.destroy()
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
    const { stragglers, temporary, onExit } = this.#parts
    void stragglers.end(temporary).then(() => remove(temporary))
    onExit(exit)
  }
}

function lower(pid: number): void {
  try {
    setPriority(pid, niceness)
  } catch {
    // It is gone already: its exit says so.
  }
}

async function remove(folder: string): Promise<void> {
  // What cannot be removed (a file that somebody else owns) is left to the system's own cleaning.
  await rm(folder, { recursive: true, force: true, maxRetries: 2 }).catch(() => {})
}
