/**
 * How asynchronous invocations of a function, version or alias end: how often they are tried again, how old they may
 * become, and who hears of it. https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
 */
import { parseArn } from '../../aws/arn.ts'
import {
  InvalidParameterValueException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { change } from './change.ts'
import { refuseBroken, within } from './constraints.ts'
import type { LambdaContext } from './context.ts'
import {
  arnOf,
  type FunctionName,
  findFunction,
  functionNameOf,
  functionNotFound,
  latestOf,
  type Place,
} from './lookup.ts'
import { pageOf } from './paging.ts'
import { type EventConfigRecord, eventConfigs } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']
type Config = Output<'GetFunctionEventInvokeConfig'>

/** Replaces what there was. */
export function putFunctionEventInvokeConfig(
  ctx: LambdaContext,
  input: Input<'PutFunctionEventInvokeConfig'>,
): Promise<Config> {
  return save(ctx, input, () => undefined)
}

/** Changes what is named. */
export function updateFunctionEventInvokeConfig(
  ctx: LambdaContext,
  input: Input<'UpdateFunctionEventInvokeConfig'>,
): Promise<Config> {
  return save(ctx, input, (old, name) => {
    if (old === undefined) throw noConfig(ctx, name)
    return old
  })
}

export async function getFunctionEventInvokeConfig(
  ctx: LambdaContext,
  input: Input<'GetFunctionEventInvokeConfig'>,
): Promise<Config> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const row = await ctx.tx.get(eventConfigs, name.name, name.qualifier ?? '$LATEST')
  if (!row) throw noConfig(ctx, name)
  return configOf(ctx, name.name, row.id, row.record)
}

export async function listFunctionEventInvokeConfigs(
  ctx: LambdaContext,
  input: Input<'ListFunctionEventInvokeConfigs'>,
): Promise<Output<'ListFunctionEventInvokeConfigs'>> {
  const name = functionNameOf(ctx, input.FunctionName)
  await latestOf(ctx, ctx.tx, name)
  const { after, limit, marker } = pageOf(input)
  const page = await ctx.tx.list(eventConfigs, name.name, { after, limit })
  return {
    FunctionEventInvokeConfigs: page.rows.map(row => configOf(ctx, name.name, row.id, row.record)),
    ...marker(page.next),
  }
}

export async function deleteFunctionEventInvokeConfig(
  ctx: LambdaContext,
  input: Input<'DeleteFunctionEventInvokeConfig'>,
): Promise<void> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const isThere = await ctx.tx.delete(eventConfigs, name.name, name.qualifier ?? '$LATEST')
  if (!isThere) throw noConfig(ctx, name)
}

async function save(
  ctx: LambdaContext,
  input: Input<'PutFunctionEventInvokeConfig'>,
  from: (old: EventConfigRecord | undefined, name: FunctionName) => EventConfigRecord | undefined,
): Promise<Config> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const given = givenOf(ctx, name, input)
  return change(ctx, name.name, async tx => {
    if (!(await findFunction(tx, name))) throw functionNotFound(ctx, name)
    const id = name.qualifier ?? '$LATEST'
    const old = (await tx.get(eventConfigs, name.name, id))?.record
    const record: EventConfigRecord = {
      ...from(old, name),
      ...given,
      lastModifiedMs: ctx.clock.now(),
    }
    // An empty destination takes the one there was away.
    if (record.onSuccess === '') delete record.onSuccess
    if (record.onFailure === '') delete record.onFailure
    await tx.put(eventConfigs, name.name, id, record)
    return configOf(ctx, name.name, id, record)
  })
}

function givenOf(
  ctx: LambdaContext,
  name: FunctionName,
  input: Input<'PutFunctionEventInvokeConfig'>,
): Partial<EventConfigRecord> {
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: maxAgeSeconds } = input
  refuseBroken([
    within(retries, 'maximumRetryAttempts', 0, 2),
    within(maxAgeSeconds, 'maximumEventAgeInSeconds', 60, 21_600),
  ])
  const { OnSuccess, OnFailure } = input.DestinationConfig ?? {}
  const onSuccess = destinationOf(ctx, name, OnSuccess?.Destination, OnSuccess !== undefined)
  const onFailure = destinationOf(ctx, name, OnFailure?.Destination, OnFailure !== undefined)
  if (onSuccess?.includes(':s3:::')) {
    throw new InvalidParameterValueException(
      'The provided destination config DestinationConfig is invalid: S3 is only a destination of failures.',
    )
  }
  return {
    ...(retries !== undefined && { retries }),
    ...(maxAgeSeconds !== undefined && { maxAgeSeconds }),
    ...(onSuccess !== undefined && { onSuccess }),
    ...(onFailure !== undefined && { onFailure }),
  }
}

/** '' when the destination is named and empty. */
function destinationOf(
  place: Place,
  name: FunctionName,
  destination: string | undefined,
  isNamed: boolean,
): string | undefined {
  if (!destination) return isNamed ? '' : undefined
  const arn = parseArn(destination)
  const isKnown =
    arn !== undefined &&
    /^(?:sqs|sns|lambda|events|s3)$/.test(arn.service) &&
    // Event buses by name, buckets without region.
    (arn.service === 's3' || arn.region !== '')
  if (!isKnown) {
    throw new InvalidParameterValueException(
      `The provided destination config DestinationConfig is invalid: ${destination.slice(0, 350)} names no queue, topic, function, event bus or bucket.`,
    )
  }
  if (destination === arnOf(place, { name: name.name, qualifier: undefined })) {
    throw new InvalidParameterValueException(
      "You can't specify the function as a destination for itself.",
    )
  }
  return destination
}

function configOf(
  place: Place,
  name: string,
  qualifier: string,
  record: EventConfigRecord,
): Config {
  return {
    LastModified: new Date(record.lastModifiedMs),
    FunctionArn: arnOf(place, { name, qualifier }),
    ...(record.retries !== undefined && { MaximumRetryAttempts: record.retries }),
    ...(record.maxAgeSeconds !== undefined && { MaximumEventAgeInSeconds: record.maxAgeSeconds }),
    DestinationConfig: {
      OnSuccess: record.onSuccess === undefined ? {} : { Destination: record.onSuccess },
      OnFailure: record.onFailure === undefined ? {} : { Destination: record.onFailure },
    },
  }
}

function noConfig(place: Place, { name, qualifier = '$LATEST' }: FunctionName) {
  return new ResourceNotFoundException(
    `The function ${arnOf(place, { name, qualifier })} doesn't have an EventInvokeConfig`,
  )
}
