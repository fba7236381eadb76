/** The built command, run as a user would: its own process, a free port, an empty data folder, ended at the end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './project-root.ts'

export const cliPath: string = join(projectRoot, 'dist/src/cli.js')

export interface Started {
  readonly process: ChildProcess
  readonly url: string
  readonly dataDir: string
  /** What it printed until it was ready, and later on. */
  text(): string
  /** Ends it and removes the data, unless that is kept for another start. */
  stop(options?: { keepData?: boolean }): Promise<number | null>
}

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

const readyLimitMs = 30_000
const commandLimitMs = 60_000

/** Waits until the gateway says that it is ready. */
export async function startGateway(
  flags: readonly string[] = [],
  keptData?: string,
): Promise<Started> {
  const dataDir = keptData ?? (await mkdtemp(join(tmpdir(), 'portcullis-test-')))
  const args = [cliPath, 'start', '--port', '0', '--threads', '1', '--data-dir', dataDir, ...flags]
  const child = spawn(process.execPath, args, { cwd: dataDir, env: plainEnvironment() })
  let text = ''
  const take = (chunk: Buffer) => {
    text += chunk
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const exited = once(child, 'exit')
  const stop = async ({ keepData = false } = {}) => {
    child.kill('SIGTERM')
    await exited
    if (!keepData) await rm(dataDir, { recursive: true, force: true })
    return child.exitCode
  }
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready:\n${text}`)), readyLimitMs)
    const look = () => {
      const [, found] = /ready at (http:\S+)[\s\S]*Ctrl-C stops/.exec(text) ?? []
      if (found === undefined) return
      clearTimeout(timer)
      resolve(found)
    }
    child.stdout.on('data', look)
    child.once('exit', () => {
      clearTimeout(timer)
      reject(new Error(`ended before it was ready:\n${text}`))
    })
  })
  return { process: child, url, dataDir, text: () => text, stop }
}

/** Runs one command to its end. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd = projectRoot, env = {}, input = '' } = {},
): Promise<Ended> {
  const child = spawn(command, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    timeout: commandLimitMs,
  })
  let out = ''
  let err = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    err += chunk
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, out, err }
}

/** `portcullis …`, without credentials, colours or options from the surroundings. */
export function portcullis(
  args: readonly string[],
  given: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Ended> {
  return runCommand(process.execPath, [cliPath, ...args], given)
}

function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(?:PORTCULLIS_|AWS_|NODE_TEST|FORCE_COLOR)/.test(name),
  )
  return Object.fromEntries(entries)
}
