/**
 * The environment variables of a function's process: those that Lambda defines, then the user's own. Nothing of
 * the gateway's own environment gets through but PATH and the places of home and temporary files.
 * See https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
import type { FunctionSettings } from './settings.ts'

const inherited = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot']

/** The names that Lambda keeps for itself: a function's configuration must not set them. */
const _reservedVariables: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
])

/** Where the function logs: `/aws/lambda/{name}` unless told otherwise. */
export function logGroupOf({ logGroup, name }: FunctionSettings): string {
  return logGroup ?? `/aws/lambda/${name}`
}

/**
 * All variables of one environment. `shared` is what the operator wants every function to have, such as
 * AWS_ENDPOINT_URL and credentials; the user's variables win over it, Lambda's own over both.
 */
export function variablesOf(
  settings: FunctionSettings,
  logStream: string,
  shared: Readonly<Record<string, string>>,
): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const name of inherited) {
    const value = process.env[name]
    if (value !== undefined) variables[name] = value
  }
  return Object.assign(
    variables,
    {
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
      NODE_PATH: settings.folder,
      // There are no roles to assume here. In development these are the root of the function's account.
      AWS_ACCESS_KEY_ID: settings.account,
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    shared,
    settings.environment,
    {
      _HANDLER: settings.handler,
      AWS_REGION: settings.region,
      AWS_DEFAULT_REGION: settings.region,
      AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: settings.name,
      AWS_LAMBDA_FUNCTION_VERSION: settings.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(settings),
      AWS_LAMBDA_LOG_STREAM_NAME: logStream,
      LAMBDA_TASK_ROOT: settings.folder,
      LAMBDA_RUNTIME_DIR: settings.folder,
    },
  )
}
