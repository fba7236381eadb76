/**
 * What the account may and does use, and settings of functions that change nothing here: how runtimes are updated, and
 * whether loops of functions that call each other are broken.
 * https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
 */
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { change } from './change.ts'
import { codeSizeOf } from './code.ts'
import { accountConcurrency, reservedOf } from './concurrency.ts'
import { runtimeVersionArn } from './configuration.ts'
import type { LambdaContext } from './context.ts'
import {
  arnOf,
  findFunction,
  functionNameOf,
  functionNotFound,
  isVersion,
  latestOf,
} from './lookup.ts'
import { functions, layers, layerVersions, versions } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']

/** AWS's defaults; the sum of code sizes is told and not held. */
const limits = {
  TotalCodeSize: 80_530_636_800,
  CodeSizeUnzipped: 262_144_000,
  CodeSizeZipped: 52_428_800,
  ConcurrentExecutions: accountConcurrency,
}

export async function getAccountSettings(
  ctx: LambdaContext,
): Promise<Output<'GetAccountSettings'>> {
  const rows = await ctx.tx.all(functions, '')
  let size = 0
  for (const { id, record } of rows) {
    size += codeSizeOf(record.code)
    for (const version of await ctx.tx.all(versions, id)) size += codeSizeOf(version.record.code)
  }
  for (const { id } of await ctx.tx.all(layers, '')) {
    for (const version of await ctx.tx.all(layerVersions, id)) {
      size += codeSizeOf(version.record.code)
    }
  }
  const UnreservedConcurrentExecutions = accountConcurrency - (await reservedOf(ctx.tx))
  return {
    AccountLimit: { ...limits, UnreservedConcurrentExecutions },
    AccountUsage: { TotalCodeSize: size, FunctionCount: rows.length },
  }
}

export async function getFunctionRecursionConfig(
  ctx: LambdaContext,
  input: Input<'GetFunctionRecursionConfig'>,
): Promise<Output<'GetFunctionRecursionConfig'>> {
  const latest = await latestOf(ctx, ctx.tx, functionNameOf(ctx, input.FunctionName))
  return { RecursiveLoop: latest.recursiveLoop ?? 'Terminate' }
}

export async function putFunctionRecursionConfig(
  ctx: LambdaContext,
  input: Input<'PutFunctionRecursionConfig'>,
): Promise<Output<'PutFunctionRecursionConfig'>> {
  const name = functionNameOf(ctx, input.FunctionName)
  const recursiveLoop = input.RecursiveLoop
  return change(ctx, name.name, async tx => {
    const latest = await latestOf(ctx, tx, name)
    await tx.update(functions, '', name.name, { ...latest, recursiveLoop })
    return { RecursiveLoop: recursiveLoop }
  })
}

export async function getRuntimeManagementConfig(
  ctx: LambdaContext,
  input: Input<'GetRuntimeManagementConfig'>,
): Promise<Output<'GetRuntimeManagementConfig'>> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const record = await findFunction(ctx.tx, name)
  if (!record) throw functionNotFound(ctx, name)
  const { updateOn = 'Auto', runtimeVersionArn } = record.runtimeUpdates ?? {}
  return {
    UpdateRuntimeOn: updateOn,
    FunctionArn: arnOf(ctx, name),
    ...(runtimeVersionArn !== undefined && { RuntimeVersionArn: runtimeVersionArn }),
  }
}

/** Only the runtime's version that there is can be asked for. */
export async function putRuntimeManagementConfig(
  ctx: LambdaContext,
  input: Input<'PutRuntimeManagementConfig'>,
): Promise<Output<'PutRuntimeManagementConfig'>> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const { UpdateRuntimeOn: updateOn, RuntimeVersionArn: arn } = input
  // The words of both are a guess.
  if (updateOn === 'Manual' && !arn) {
    throw new InvalidParameterValueException(
      'RuntimeVersionArn is required when UpdateRuntimeOn is Manual.',
    )
  }
  if (updateOn !== 'Manual' && arn) {
    throw new InvalidParameterValueException(
      'RuntimeVersionArn must not be given unless UpdateRuntimeOn is Manual.',
    )
  }
  return change(ctx, name.name, async tx => {
    const record = await findFunction(tx, name)
    if (!record) throw functionNotFound(ctx, name)
    if (arn && arn !== runtimeVersionArn(ctx, record.runtime)) {
      throw new InvalidParameterValueException(
        `Runtime version ${arn.slice(0, 200)} does not exist.`,
      )
    }
    const runtimeUpdates = { updateOn, ...(arn ? { runtimeVersionArn: arn } : {}) }
    if (isVersion(record.version)) {
      await tx.update(versions, name.name, record.version, { ...record, runtimeUpdates })
    } else {
      const latest = await latestOf(ctx, tx, name)
      await tx.update(functions, '', name.name, { ...latest, runtimeUpdates })
    }
    return {
      UpdateRuntimeOn: updateOn,
      FunctionArn: arnOf(ctx, name),
      ...(arn && { RuntimeVersionArn: arn }),
    }
  })
}
