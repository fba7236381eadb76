/**
 * The environment variables of a function's process: those that Lambda defines, then the user's own. Nothing of
 * the gateway's own environment gets through but PATH.
 * See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
import { delimiter, join } from 'node:path'
import type { Places, Start } from './places.ts'
import type { Runtime } from './runtimes.ts'
import type { FunctionSettings, RoleCredentials } from './settings.ts'

/** Where the function logs: `/aws/lambda/{name}` unless told otherwise. */
export function logGroupOf({ logGroup, name }: FunctionSettings): string {
  return logGroup ?? `/aws/lambda/${name}`
}

/** The least level of what the function logs, of functions that log JSON; undefined: of text everything is logged. */
export function logLevelOf({
  logFormat,
  applicationLogLevel,
}: FunctionSettings): string | undefined {
  return logFormat === 'JSON' ? (applicationLogLevel ?? 'INFO') : undefined
}

/**
 * All variables of one environment. `shared` is what the operator wants every function to have, such as
 * AWS_ENDPOINT_URL and credentials; the user's variables win over it, Lambda's own over both.
 */
export function variablesOf(
  settings: FunctionSettings,
  start: Start,
  places: Places,
  runtime: Runtime,
  shared: Readonly<Record<string, string>>,
  credentials: RoleCredentials | null | undefined,
): Record<string, string> {
  const logLevel = logLevelOf(settings)
  return {
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    HOME: places.temporary,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    PATH: pathList([...places.layers.map(layer => join(layer, 'bin')), process.env['PATH'] ?? '']),
    LD_LIBRARY_PATH: pathList([
      ...[places.task, join(places.task, 'lib')],
      ...places.layers.map(layer => join(layer, 'lib')),
    ]),
    ...libraryPaths(places, runtime),
    // Where the gateway knows of no role: in development these are the root of the function's account.
    ...(credentials === undefined && {
      AWS_ACCESS_KEY_ID: settings.account,
      AWS_SECRET_ACCESS_KEY: 'test',
    }),
    ...shared,
    ...settings.environment,
    ...(credentials && {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    }),
    TMPDIR: places.temporary,
    _HANDLER: settings.handler,
    AWS_REGION: settings.region,
    AWS_DEFAULT_REGION: settings.region,
    // Lambda sets it for its own runtimes only.
    ...(runtime.type !== 'custom' && { AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}` }),
    ...(start.api !== undefined && { AWS_LAMBDA_RUNTIME_API: start.api }),
    AWS_LAMBDA_FUNCTION_NAME: settings.name,
    AWS_LAMBDA_FUNCTION_VERSION: settings.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: start.initialization,
    // Libraries and custom runtimes go by them.
    ...(logLevel !== undefined && {
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: logLevel,
    }),
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(settings),
    AWS_LAMBDA_LOG_STREAM_NAME: start.logStream,
    LAMBDA_TASK_ROOT: places.task,
    LAMBDA_RUNTIME_DIR: places.bootstraps,
  }
}

/** Where the interpreter finds the libraries of layers. The user's own NODE_PATH or PYTHONPATH wins, as on AWS. */
function libraryPaths({ task, layers }: Places, runtime: Runtime): Record<string, string> {
  switch (runtime.type) {
    case 'node': {
      const inLayers = layers.flatMap(layer => [
        join(layer, 'nodejs', `node${runtime.major}`, 'node_modules'),
        join(layer, 'nodejs', 'node_modules'),
      ])
      return { NODE_PATH: pathList([...inLayers, task]) }
    }
    case 'python': {
      const site = join('python', 'lib', `python3.${runtime.minor}`, 'site-packages')
      const inLayers = layers.flatMap(layer => [join(layer, 'python'), join(layer, site)])
      return { PYTHONPATH: pathList([task, ...inLayers]) }
    }
    case 'custom':
      return {}
    default:
      return runtime satisfies never
  }
}

function pathList(folders: readonly string[]): string {
  return folders.filter(folder => folder !== '').join(delimiter)
}
