/**
 * Holds functions to their memory and to Lambda's number of processes: looks at those that run an invocation a few times
 * a second, and tells of one that has too much.
 *
 * Memory is what the processes have for themselves (resident without what is mapped from files), added up over the
 * function's process and all its descendants. Node.js reserves address space by the gigabyte, so that a limit of the
 * kernel on addresses (RLIMIT_AS) would hit the innocent. Without /proc nothing is watched.
 */
import { readdirSync, readFileSync } from 'node:fs'

export interface Watched {
  readonly pid: number | undefined
  readonly memoryLimitKb: number
  /** Called at most once per look. */
  onExceeded(what: 'memory' | 'processes'): void
}

const intervalMs = 200
const pageKb = 4

/** One per runner. Costs nothing while nothing runs. */
export class Watchdog {
  readonly processLimit: number
  readonly #running = new Set<Watched>()
  #timer: NodeJS.Timeout | undefined

  /** `processLimit` is what a function may have at once. */
  constructor(processLimit: number) {
    this.processLimit = processLimit
  }

  watch(one: Watched): void {
    this.#running.add(one)
    this.#timer ??= setInterval(() => this.#look(), intervalMs).unref()
  }

  release(one: Watched): void {
    this.#running.delete(one)
  }

  close(): void {
    this.#running.clear()
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    if (this.#running.size === 0) {
      this.close()
      return
    }
    for (const one of [...this.#running]) {
      if (one.pid === undefined) continue
      const { memoryKb, processes } = measure(one.pid, this.processLimit)
      if (processes > this.processLimit) one.onExceeded('processes')
      else if (memoryKb > one.memoryLimitKb) one.onExceeded('memory')
    }
  }
}

/** What a process and its descendants take; zeros when it is gone. Counts no further than the limit. */
export function measure(
  pid: number,
  processLimit = Number.POSITIVE_INFINITY,
): { memoryKb: number; processes: number } {
  const found = [pid]
  let memoryKb = 0
  for (let i = 0; i < found.length && found.length <= processLimit; i++) {
    const id = found[i] as number
    memoryKb += memoryOf(id)
    for (const child of childrenOf(id)) found.push(child)
  }
  return { memoryKb, processes: found.length }
}

function memoryOf(pid: number): number {
  const [, resident = 0, shared = 0] = read(`/proc/${pid}/statm`).split(' ').map(Number)
  return (resident - shared) * pageKb
}

function childrenOf(pid: number): number[] {
  return tasksOf(pid).flatMap(task =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    // It ended meanwhile.
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
