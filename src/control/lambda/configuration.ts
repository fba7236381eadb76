/**
 * A function's record from what a caller wants, and AWS's answer from the record. What is not said gets AWS's
 * default: 3 seconds, 128 MB, 512 MB of storage, x86_64, tracing handed through, logs as text.
 */
import { createHash } from 'node:crypto'
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { CreateInput, UpdateInput } from './checks.ts'
import { codeSha256Of, codeSizeOf } from './code.ts'
import { arnOf, type Place } from './lookup.ts'
import type {
  CodeRecord,
  FunctionRecord,
  LatestRecord,
  LayerUse,
  LoggingRecord,
} from './records.ts'

export type Configuration = LambdaOperations['GetFunctionConfiguration']['output']

/** The record of a new function; the input has been checked. */
export function newFunction(
  name: string,
  input: CreateInput,
  code: CodeRecord,
  made: { revisionId: string; lastModifiedMs: number },
): LatestRecord {
  if (input.Runtime === undefined || input.Handler === undefined) {
    throw new InvalidParameterValueException(
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    )
  }
  const base: LatestRecord = {
    name,
    version: '$LATEST',
    runtime: input.Runtime,
    role: input.Role,
    handler: input.Handler,
    description: '',
    timeoutSeconds: 3,
    memoryMb: 128,
    architectures: input.Architectures ?? ['x86_64'],
    storageMb: 512,
    tracing: 'PassThrough',
    logging: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
    code,
    tags: input.Tags ?? {},
    newestVersion: 0,
    ...made,
  }
  return withChanges(base, input)
}

/** The record with what the input names replaced; the input has been checked. */
export function withChanges<R extends FunctionRecord>(
  record: R,
  input: Omit<UpdateInput, 'FunctionName'>,
): R {
  const changed = { ...record }
  if (input.Runtime !== undefined) changed.runtime = input.Runtime
  if (input.Role !== undefined) changed.role = input.Role
  if (input.Handler !== undefined) changed.handler = input.Handler
  if (input.Description !== undefined) changed.description = input.Description
  if (input.Timeout !== undefined) changed.timeoutSeconds = input.Timeout
  if (input.MemorySize !== undefined) changed.memoryMb = input.MemorySize
  if (input.Environment !== undefined) {
    const { Variables: variables = {} } = input.Environment
    if (Object.keys(variables).length > 0) changed.environment = variables
    else delete changed.environment
  }
  if (input.EphemeralStorage !== undefined) changed.storageMb = input.EphemeralStorage.Size
  if (input.TracingConfig?.Mode !== undefined) changed.tracing = input.TracingConfig.Mode
  if (input.LoggingConfig !== undefined) {
    changed.logging = loggingOf(changed.logging, input.LoggingConfig)
  }
  if (input.DeadLetterConfig !== undefined) {
    const { TargetArn } = input.DeadLetterConfig
    if (TargetArn) changed.deadLetterArn = TargetArn
    else delete changed.deadLetterArn
  }
  if (input.SnapStart !== undefined) {
    if (input.SnapStart.ApplyOn === 'PublishedVersions') changed.snapStart = 'PublishedVersions'
    else delete changed.snapStart
  }
  if (input.KMSKeyArn !== undefined) changed.kmsKeyArn = input.KMSKeyArn
  if (input.VpcConfig !== undefined) {
    const { SubnetIds: subnetIds = [], SecurityGroupIds: securityGroupIds = [] } = input.VpcConfig
    changed.vpc = { subnetIds, securityGroupIds }
  }
  return changed
}

/** The record with other layers. */
export function withLayers<R extends FunctionRecord>(record: R, uses: LayerUse[]): R {
  const { layers: _, ...rest } = record
  // R's layers are optional.
  return { ...rest, ...(uses.length > 0 && { layers: uses }) } as R
}

// AWS's default levels are INFO; a change to text takes them away.
function loggingOf(
  old: LoggingRecord,
  {
    LogFormat,
    LogGroup,
    ApplicationLogLevel,
    SystemLogLevel,
  }: NonNullable<UpdateInput['LoggingConfig']>,
): LoggingRecord {
  const group = LogGroup ?? old.LogGroup
  if ((LogFormat ?? old.LogFormat) === 'Text') {
    if (ApplicationLogLevel !== undefined || SystemLogLevel !== undefined) {
      // The words are a guess.
      throw new InvalidParameterValueException(
        'Log levels are only supported when the log format is JSON.',
      )
    }
    return { LogFormat: 'Text', LogGroup: group }
  }
  return {
    LogFormat: 'JSON',
    ApplicationLogLevel: ApplicationLogLevel ?? old.ApplicationLogLevel ?? 'INFO',
    SystemLogLevel: SystemLogLevel ?? old.SystemLogLevel ?? 'INFO',
    LogGroup: group,
  }
}

/** What AWS answers for a function; `qualifier` is the one the caller used, which shows in the ARN. */
export function configurationOf(
  place: Place,
  record: FunctionRecord,
  qualifier: string | undefined,
): Configuration {
  const { code } = record
  return {
    FunctionName: record.name,
    FunctionArn: arnOf(place, { name: record.name, qualifier }),
    // The runtimes here are text; the SDK's type lists those that it knows.
    Runtime: record.runtime as NonNullable<Configuration['Runtime']>,
    Role: record.role,
    Handler: record.handler,
    CodeSize: codeSizeOf(code),
    Description: record.description,
    Timeout: record.timeoutSeconds,
    MemorySize: record.memoryMb,
    LastModified: new Date(record.lastModifiedMs).toISOString().replace('Z', '+0000'),
    CodeSha256: codeSha256Of(code),
    Version: record.version,
    ...(record.vpc && {
      VpcConfig: {
        SubnetIds: record.vpc.subnetIds,
        SecurityGroupIds: record.vpc.securityGroupIds,
        VpcId: '',
        Ipv6AllowedForDualStack: false,
      },
    }),
    ...(record.environment && { Environment: { Variables: record.environment } }),
    ...(record.kmsKeyArn && { KMSKeyArn: record.kmsKeyArn }),
    ...(record.deadLetterArn && { DeadLetterConfig: { TargetArn: record.deadLetterArn } }),
    TracingConfig: { Mode: record.tracing },
    RevisionId: record.revisionId,
    ...(record.layers && {
      Layers: record.layers.map(layer => ({ Arn: layer.arn, CodeSize: codeSizeOf(layer.code) })),
    }),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: record.architectures,
    EphemeralStorage: { Size: record.storageMb },
    SnapStart: {
      ApplyOn: record.snapStart ?? 'None',
      OptimizationStatus: record.snapStart && record.version !== '$LATEST' ? 'On' : 'Off',
    },
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(place, record.runtime) },
    LoggingConfig: { ...record.logging },
  }
}

/** AWS names the patch level of a runtime by a hash; ours stands for the runtime's id. */
export function runtimeVersionArn({ region }: Place, runtime: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash('sha256').update(runtime).digest('hex')}`
}
