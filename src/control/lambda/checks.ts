/**
 * What AWS's front door says to values that break Lambda's model, and what Lambda itself refuses. Limits are from
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html; the sentences are those that AWS is
 * known for, where a comment does not call them a guess.
 */
import { ValidationException } from '../../aws/faults.ts'
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { matching, noLonger, refuseBroken, within } from './constraints.ts'
import type { FunctionHost } from './context.ts'

export type CreateInput = LambdaOperations['CreateFunction']['input']
export type UpdateInput = LambdaOperations['UpdateFunctionConfiguration']['input']

const rolePattern = 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+'
const roleRegex = new RegExp(`^${rolePattern}$`)
const environmentLimitBytes = 4096

// What src/lambda/variables.ts sets last.
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
  checkCombinations(input)
  if ('Code' in input) checkSnapStart(input, input.Runtime)
  checkEnvironment(input.Environment?.Variables)
  if (input.Runtime !== undefined) refuseUnrunnable(host, input.Runtime)
}

/**
 * Throws when functions of the runtime cannot be run here; with the folders of code and layers, when this function
 * cannot.
 */
export function refuseUnrunnable(
  host: FunctionHost,
  runtime: string,
  folders?: readonly string[],
): void {
  const sentence = host.whyNotRunnable(runtime, folders)
  if (sentence !== undefined) throw new InvalidParameterValueException(sentence)
}

/** Throws when snapshots are wanted of a runtime that has none on AWS. */
export function checkSnapStart(
  input: UpdateInput | CreateInput,
  runtime: string | undefined,
): void {
  if (input.SnapStart?.ApplyOn !== 'PublishedVersions') return
  if (
    runtime !== undefined &&
    /^(?:java(?:11|17|2\d)|python3\.1[2-9]|dotnet(?:8|10))/.test(runtime)
  )
    return
  throw new InvalidParameterValueException(
    `${runtime} is not supported for SnapStart enabled functions.`,
  )
}

function checkModel(input: UpdateInput | CreateInput): void {
  const { Role, Handler, Description } = input
  refuseBroken([
    within(input.Timeout, 'timeout', 1, 900),
    within(input.MemorySize, 'memorySize', 128, 10_240),
    within(input.EphemeralStorage?.Size, 'ephemeralStorage.size', 512, 10_240),
    noLonger(Role, 'role', 512) ?? matching(Role, 'role', roleRegex, rolePattern),
    matching(Handler, 'handler', /^\S*$/, '[^\\s]+'),
    noLonger(Handler, 'handler', 128),
    noLonger(Description, 'description', 256),
    matching(
      input.LoggingConfig?.LogGroup,
      'loggingConfig.logGroup',
      /^[.\-_/#A-Za-z0-9]{1,512}$/,
      '[\\.\\-_/#A-Za-z0-9]+',
    ),
    matching(
      input.DeadLetterConfig?.TargetArn,
      'deadLetterConfig.targetArn',
      /^(?:arn:aws[a-zA-Z-]*:[a-z0-9-.]+:.*)?$/,
      '(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()',
    ),
  ])
}

// The words are a guess.
function checkCombinations({ DeadLetterConfig }: UpdateInput | CreateInput): void {
  const target = DeadLetterConfig?.TargetArn
  if (
    target &&
    !/^arn:aws[a-z-]*:(?:sqs|sns):[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]{1,256}$/.test(target)
  ) {
    throw new InvalidParameterValueException(
      `The provided target ARN ${target.slice(0, 256)} is not an Amazon SQS queue or an Amazon SNS topic.`,
    )
  }
}

/** What would change how the function runs, and does not exist here, is refused and never stored. */
function checkNotBuilt(input: UpdateInput | CreateInput): void {
  const wanted: Record<string, boolean> = {
    'container images':
      ('PackageType' in input && input.PackageType === 'Image') || !!input.ImageConfig,
    'file systems': (input.FileSystemConfigs?.length ?? 0) > 0,
    'capacity providers': !!input.CapacityProviderConfig,
    'durable functions': !!input.DurableConfig,
    'code signing': 'CodeSigningConfigArn' in input && !!input.CodeSigningConfigArn,
    'tenant isolation': 'TenancyConfig' in input && !!input.TenancyConfig,
    'publishing to a qualifier': 'PublishTo' in input && !!input.PublishTo,
  }
  const [first] = Object.keys(wanted).filter(feature => wanted[feature])
  if (first === undefined) return
  throw new InvalidParameterValueException(
    `Functions with ${first} do not exist in Portcullis. See docs/reference/compatibility.md.`,
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
