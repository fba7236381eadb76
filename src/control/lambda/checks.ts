/**
 * What AWS's front door says to values that break Lambda's model, and what Lambda itself refuses. Limits are from
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html; the sentences are those that AWS is
 * known for, where a comment does not call them a guess.
 */
import { ValidationException } from '../../aws/faults.ts'
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { FunctionHost } from './context.ts'

export type CreateInput = LambdaOperations['CreateFunction']['input']
export type UpdateInput = LambdaOperations['UpdateFunctionConfiguration']['input']

const rolePattern = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+'
const roleRegex = new RegExp(`^${rolePattern}$`)
const environmentLimitBytes = 4096

// Kept in step with `reservedVariables` of src/lambda, which this layer may not import.
const reserved: ReadonlySet<string> = new Set([
  ...['_HANDLER', '_X_AMZN_TRACE_ID', 'AWS_ACCESS_KEY', 'AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION'],
  ...['AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME', 'AWS_LAMBDA_FUNCTION_VERSION'],
  ...['AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME'],
  ...['AWS_LAMBDA_RUNTIME_API', 'AWS_REGION', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['LAMBDA_RUNTIME_DIR', 'LAMBDA_TASK_ROOT'],
])

/** Throws `ValidationException` or `InvalidParameterValueException` for what cannot be configured. */
export function checkConfiguration(host: FunctionHost, input: UpdateInput | CreateInput): void {
  checkModel(input)
  checkNotBuilt(input)
  checkEnvironment(input.Environment?.Variables)
  const sentence = input.Runtime === undefined ? undefined : host.whyNotRunnable(input.Runtime)
  if (sentence !== undefined) throw new InvalidParameterValueException(sentence)
}

function checkModel(input: UpdateInput | CreateInput): void {
  const problems: string[] = []
  const say = (value: unknown, path: string, constraint: string) =>
    problems.push(
      `Value '${value}' at '${path}' failed to satisfy constraint: Member must ${constraint}`,
    )
  const within = (value: number | undefined, path: string, least: number, most: number) => {
    if (value === undefined) return
    if (value < least) say(value, path, `have value greater than or equal to ${least}`)
    if (value > most) say(value, path, `have value less than or equal to ${most}`)
  }
  within(input.Timeout, 'timeout', 1, 900)
  within(input.MemorySize, 'memorySize', 128, 10_240)
  within(input.EphemeralStorage?.Size, 'ephemeralStorage.size', 512, 10_240)
  const { Role, Handler, Description } = input
  if (Role !== undefined && !(Role.length <= 512 && roleRegex.test(Role))) {
    say(Role, 'role', `satisfy regular expression pattern: ${rolePattern}`)
  }
  if (Handler !== undefined && /\s/.test(Handler)) {
    say(Handler, 'handler', 'satisfy regular expression pattern: [^\\s]+')
  }
  if (Handler !== undefined && Handler.length > 128) {
    say(Handler, 'handler', 'have length less than or equal to 128')
  }
  if (Description !== undefined && Description.length > 256) {
    say(Description, 'description', 'have length less than or equal to 256')
  }
  if (problems.length === 0) return
  const count =
    problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`
  throw new ValidationException(`${count} detected: ${problems.join('; ')}`)
}

/** What would change how the function runs, and does not exist here, is refused and never stored. */
function checkNotBuilt(input: UpdateInput | CreateInput): void {
  const wanted: Record<string, boolean> = {
    'container images':
      ('PackageType' in input && input.PackageType === 'Image') || !!input.ImageConfig,
    layers: (input.Layers?.length ?? 0) > 0,
    'file systems': (input.FileSystemConfigs?.length ?? 0) > 0,
    'dead-letter queues': !!input.DeadLetterConfig?.TargetArn,
    SnapStart: input.SnapStart?.ApplyOn === 'PublishedVersions',
    'logs in JSON': input.LoggingConfig?.LogFormat === 'JSON',
    'capacity providers': !!input.CapacityProviderConfig,
    'durable functions': !!input.DurableConfig,
    'code signing': 'CodeSigningConfigArn' in input && !!input.CodeSigningConfigArn,
    'tenant isolation': 'TenancyConfig' in input && !!input.TenancyConfig,
    'publishing to a qualifier': 'PublishTo' in input && !!input.PublishTo,
  }
  const [first] = Object.keys(wanted).filter(feature => wanted[feature])
  if (first === undefined) return
  throw new InvalidParameterValueException(
    `Functions with ${first} are not built yet in Portcullis. See docs/reference/compatibility.md.`,
  )
}

function checkEnvironment(variables: Readonly<Record<string, string>> | undefined): void {
  if (variables === undefined) return
  const problem =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'
  const names = Object.keys(variables)
  for (const name of names) {
    if (/^[a-zA-Z][a-zA-Z0-9_]+$/.test(name) || reserved.has(name)) continue
    throw new ValidationException(
      `1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: ` +
        'Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]',
    )
  }
  const taken = names.filter(name => reserved.has(name))
  if (taken.length > 0) {
    throw new InvalidParameterValueException(
      `${problem} contains reserved keys that are currently not supported for modification. ` +
        `Reserved keys used in this request: ${taken.join(', ')}`,
    )
  }
  const text = JSON.stringify(variables)
  if (Buffer.byteLength(text) > environmentLimitBytes) {
    throw new InvalidParameterValueException(
      `${problem} exceeded the 4KB limit. String measured: ${text}`,
    )
  }
}
