/**
 * The command that starts a function's process: interpreter and bootstrap, or the function's own `bootstrap`, behind a
 * shell that sets what the kernel limits, and with `--isolate` inside a sandbox (sandbox.ts).
 *
 * Inside, things are where Lambda has them (/var/task, /opt, /tmp) only with a sandbox; else they are where they lie, and
 * the variables LAMBDA_TASK_ROOT, TMPDIR, PATH, NODE_PATH, PYTHONPATH say where.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Places, Start } from './places.ts'
import { hasBootstrap, type Runtime } from './runtimes.ts'
import { bridged, type Sandbox, sandboxed } from './sandbox.ts'
import type { CredentialsOf, FunctionSettings } from './settings.ts'
import { variablesOf } from './variables.ts'

/** The programs that run functions. */
export interface Interpreters {
  readonly nodePath: string
  readonly pythonPath: string
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  readonly workingFolder: string
  readonly places: Places
}

export interface LaunchOptions extends Interpreters {
  /** Undefined: none. */
  readonly sandbox: Sandbox | undefined
  /** Variables that every function gets. */
  readonly variables: Readonly<Record<string, string>>
  readonly credentialsOf: CredentialsOf
}

const bootstraps = fileURLToPath(new URL('./bootstraps', import.meta.url))
// No core files; as many open files as Lambda gives.
const limited = 'ulimit -c 0; ulimit -n 1024; exec "$0" "$@"'

/** How to start a process for the function. */
export function launchOf(
  runtime: Runtime,
  settings: FunctionSettings,
  start: Start,
  options: LaunchOptions,
): Launch {
  const layers = [...(settings.layers ?? [])].reverse()
  const { sandbox } = options
  const places: Places =
    sandbox === undefined
      ? { task: settings.folder, layers, temporary: start.temporary, bootstraps }
      : { task: '/var/task', layers: ['/opt'], temporary: '/tmp', bootstraps: '/var/runtime' }
  const credentials = options.credentialsOf(settings)
  const shared = options.variables
  const variables = variablesOf(settings, start, places, runtime, shared, credentials)
  const inner = [
    ...wrapperOf(runtime, settings, places, sandbox),
    ...commandOf(runtime, settings, places, options),
  ]
  const command =
    sandbox === undefined ? inner : sandboxed(inner, settings, start, options, sandbox)
  return {
    command: '/bin/sh',
    args: ['-c', limited, ...command],
    variables,
    workingFolder: settings.folder,
    places,
  }
}

function commandOf(
  runtime: Runtime,
  settings: FunctionSettings,
  places: Places,
  { nodePath, pythonPath, sandbox }: LaunchOptions,
): readonly string[] {
  switch (runtime.type) {
    case 'node':
      return [
        nodePath,
        // The share of the memory that AWS's own bootstrap gives to the heap is a guess.
        `--max-old-space-size=${Math.max(16, Math.floor(settings.memoryMb * 0.9))}`,
        '--max-http-header-size=81920',
        join(places.bootstraps, 'node.mjs'),
      ]
    case 'python':
      return [pythonPath, '-s', '-B', join(places.bootstraps, 'python', 'main.py')]
    case 'custom':
      return sandbox === undefined || sandbox.network
        ? [customBootstrap(settings, places)]
        : bridged(nodePath, customBootstrap(settings, places))
    default:
      return runtime satisfies never
  }
}

/**
 * The script that AWS_LAMBDA_EXEC_WRAPPER names: it is started with the command as its arguments, of our own runtimes.
 * Without a sandbox there is no /opt and no /var/task, so that the place of the file is looked for.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper
 */
function wrapperOf(
  runtime: Runtime,
  settings: FunctionSettings,
  places: Places,
  sandbox: Sandbox | undefined,
): readonly string[] {
  const path = settings.environment['AWS_LAMBDA_EXEC_WRAPPER']
  if (!path || runtime.type === 'custom') return []
  if (sandbox !== undefined) return [path]
  const [, root, rest = ''] = /^\/(opt|var\/task)\/(.*)$/.exec(path) ?? []
  if (root === undefined) return [path]
  const folders = root === 'opt' ? places.layers : [places.task]
  const found = folders.map(folder => join(folder, rest)).find(file => existsSync(file))
  return [found ?? path]
}

/** As the function sees it: that of the code, else that of a layer. */
function customBootstrap(settings: FunctionSettings, places: Places): string {
  const layer = [...(settings.layers ?? [])].reverse().findIndex(hasBootstrap)
  if (layer < 0 || hasBootstrap(settings.folder)) {
    return join(places.task, 'bootstrap')
  }
  return join(places.layers[Math.min(layer, places.layers.length - 1)] as string, 'bootstrap')
}
