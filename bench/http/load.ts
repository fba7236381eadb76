/** One run of wrk against one address, with what the server spent on it. */
import { spawn } from 'node:child_process'
import { cpuMicros, isInstalled } from './processes.ts'

export interface LoadSettings {
  readonly seconds: number
  readonly connections: number
  /** Where wrk runs; default: anywhere. */
  readonly core?: number
}

export interface LoadResult {
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMicrosPerRequest: number
  readonly errors: number
}

export interface LoadTarget {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** A wrk script in Lua, for requests with a body. */
  readonly script?: string
}

export async function runLoad(
  target: LoadTarget,
  serverPid: number,
  settings: LoadSettings,
): Promise<LoadResult> {
  const args = [
    `-t1`,
    `-c${settings.connections}`,
    `-d${settings.seconds}s`,
    '--latency',
    ...Object.entries(target.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(target.script === undefined ? [] : ['-s', target.script]),
    target.url,
  ]
  const command =
    settings.core !== undefined && isInstalled('taskset')
      ? ['taskset', '-c', String(settings.core), 'wrk', ...args]
      : ['wrk', ...args]
  const before = cpuMicros(serverPid)
  const output = await outputOf(command)
  const spent = cpuMicros(serverPid) - before
  const requests = Number(/(\d+) requests in/.exec(output)?.[1] ?? 0)
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(output)?.[1] ?? 0)
  const socket = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(output)
  return {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1] ?? 0),
    p50Ms: millis(/50%\s+([\d.]+)(us|ms|s)/.exec(output)),
    p99Ms: millis(/99%\s+([\d.]+)(us|ms|s)/.exec(output)),
    cpuMicrosPerRequest: requests === 0 ? Number.NaN : spent / requests,
    errors: bad + (socket?.slice(1).reduce((sum, text) => sum + Number(text), 0) ?? 0),
  }
}

function millis(found: RegExpExecArray | null): number {
  if (found === null) return Number.NaN
  const factor = found[2] === 'us' ? 0.001 : found[2] === 's' ? 1000 : 1
  return Number(found[1]) * factor
}

function outputOf(command: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0] as string, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.once('error', reject)
    child.once('exit', code => {
      if (code === 0) resolve(output)
      else reject(new Error(`wrk ended with ${code}: ${output}`))
    })
  })
}
