/** Child processes of the bench: started, waited for until their port answers, measured through /proc, and ended by id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Running {
  readonly pid: number
  readonly port: number
  stop(): Promise<void>
}

/** Whether a program is on the PATH. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** Starts a program on one core (when `taskset` is there) and resolves when its port takes connections. */
export async function startOnCore(
  core: number,
  command: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Running> {
  const pinned = isInstalled('taskset') ? ['taskset', '-c', String(core), ...command] : command
  return start(pinned, port, { env })
}

/** Starts a program on whatever core is free and resolves when its port takes connections. */
export async function start(
  command: readonly string[],
  port: number,
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<Running> {
  const child = spawn(command[0] as string, command.slice(1), {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...options,
  })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000)
  })
  await waitForPort(port, child, () => errors)
  return { pid: child.pid as number, port, stop: () => end(child) }
}

async function waitForPort(port: number, child: ChildProcess, errors: () => string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) {
      throw new Error(`${child.spawnargs.join(' ')} ended at once: ${errors()}`)
    }
    if (await answers(port)) return
    await sleep(50)
  }
  throw new Error(`${child.spawnargs.join(' ')} does not listen on ${port}: ${errors()}`)
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function end(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** CPU time of a process and its descendants so far, in microseconds; user and system together. */
export function cpuMicros(pid: number): number {
  let ticks = 0
  for (const one of familyOf(pid)) {
    const fields = statOf(one)
    if (fields !== undefined) ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks * 10_000
}

/** Resident memory of a process and its descendants, in bytes. */
export function residentBytes(pid: number): number {
  let pages = 0
  for (const one of familyOf(pid)) pages += Number(statOf(one)?.[21] ?? 0)
  return pages * 4096
}

function familyOf(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = Number(statOf(Number(name))?.[1] ?? 0)
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const family: number[] = []
  const open = [pid]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    family.push(one)
    open.push(...(children.get(one) ?? []))
  }
  return family
}

/** The fields of /proc/PID/stat behind the name: state, ppid, … */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
