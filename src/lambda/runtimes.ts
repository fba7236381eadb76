/**
 * The runtimes that Lambda knows, and what runs them here: Node.js and Python by bootstraps of ours on the interpreters
 * of this machine, whatever the number in the id (it decides how a handler is called), everything else by an executable
 * `bootstrap` in the function's code that speaks Lambda's Runtime API.
 * See https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
 */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { RuntimeUnsupported } from './refusals.ts'

/** How the functions of a runtime are run. */
export type Runtime =
  /** `major` is 22 in `nodejs22.x`. */
  | { readonly type: 'node'; readonly major: number }
  /** `minor` is 13 in `python3.13`. */
  | { readonly type: 'python'; readonly minor: number }
  | { readonly type: 'custom' }

const nodeRuntime = /^nodejs(\d{1,2})\.x$/
const oldestNode = 12
const newestNode = 24
const pythonRuntime = /^python3\.(\d{1,2})$/
const oldestPython = 6
const newestPython = 14
const customRuntime = /^provided(?:\.al2|\.al2023)?$/
const compiledRuntime = /^(?:java|dotnet|dotnetcore|ruby|go)\d[\w.]*$/

/**
 * What runs functions of the runtime `id`, whose code and layers lie in `folders`. Throws `RuntimeUnsupported` with a
 * sentence for the user. Without folders nothing is said about a `bootstrap` that may be in them.
 */
export function runtimeOf(id: string, folders?: readonly string[]): Runtime {
  const major = Number(nodeRuntime.exec(id)?.[1])
  if (major >= oldestNode && major <= newestNode && major % 2 === 0) return { type: 'node', major }
  const minor = Number(pythonRuntime.exec(id)?.[1])
  if (minor >= oldestPython && minor <= newestPython) return { type: 'python', minor }
  if (customRuntime.test(id)) return { type: 'custom' }
  if (!compiledRuntime.test(id)) {
    throw new RuntimeUnsupported(
      `There is no runtime ${id}; nodejs18.x to nodejs24.x, python3.9 to python3.14 and provided.al2023 can be run here.`,
    )
  }
  if (folders === undefined || folders.some(hasBootstrap)) return { type: 'custom' }
  throw new RuntimeUnsupported(
    `Functions of the runtime ${id} can only be run here when their code or a layer has an executable file named bootstrap that ` +
      "speaks Lambda's Runtime API.",
  )
}

/**
 * Throws `RuntimeUnsupported` when one of the layers brings external extensions, programs that Lambda would start beside
 * the function. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html
 */
export function refuseExtensions(layers: readonly string[]): void {
  for (const layer of layers) {
    const [name] = filesOf(join(layer, 'extensions'))
    if (name === undefined) continue
    throw new RuntimeUnsupported(
      `A layer brings the external extension ${name} (extensions/${name}). Portcullis does not run external extensions, ` +
        'so the function would run without it. Leave the layer out.',
    )
  }
}

/** Whether the folder has something that a custom runtime is started with. */
export function hasBootstrap(folder: string): boolean {
  return isExecutable(join(folder, 'bootstrap'))
}

/** Why the machine cannot run functions of `id`, which `runtimeOf` takes; undefined when it can. */
export function whyMissing(id: string, pythonPath: string): string | undefined {
  if (runtimeOf(id).type !== 'python' || isOnPath(pythonPath)) return undefined
  return `Functions of the runtime ${id} need Python 3, and there is no ${pythonPath} here. Install it, or name it with --python.`
}

/** What INIT_START names: the version that runs. */
export function versionOf(runtime: Runtime, id: string): string {
  switch (runtime.type) {
    case 'node':
      return `nodejs:${process.versions.node}`
    case 'python':
      return `python:3.${runtime.minor}`
    case 'custom':
      return id
    default:
      return runtime satisfies never
  }
}

/** Whether the file is there and may be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Files only: that is what Lambda takes for extensions. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => statSync(join(folder, name)).isFile())
  } catch {
    // There is no such folder.
    return []
  }
}

function isOnPath(command: string): boolean {
  if (command.includes('/')) return existsSync(command)
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.some(folder => folder !== '' && isExecutable(join(folder, command)))
}
