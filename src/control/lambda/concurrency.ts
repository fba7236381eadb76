/**
 * How many invocations of a function run at once: reserved concurrency for the whole function, which the runner holds
 * (429 beyond it), and provisioned concurrency, environments of a version or alias that are kept started.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
import {
  InvalidParameterValueException,
  ProvisionedConcurrencyConfigNotFoundException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { Reader } from '../../store/store.ts'
import { change } from './change.ts'
import { refuseBroken, within } from './constraints.ts'
import type { LambdaContext } from './context.ts'
import {
  arnOf,
  type FunctionName,
  findFunction,
  functionNameOf,
  isVersion,
  latestOf,
} from './lookup.ts'
import { pageOf } from './paging.ts'
import { aliases, functions, type ProvisionRecord, provisions } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']

/** What an account has in one region, and what of it must stay for functions without a reservation. */
export const accountConcurrency = 1000
const leastUnreserved = 100

export async function putFunctionConcurrency(
  ctx: LambdaContext,
  input: Input<'PutFunctionConcurrency'>,
): Promise<Output<'PutFunctionConcurrency'>> {
  const name = functionNameOf(ctx, input.FunctionName)
  const wanted = input.ReservedConcurrentExecutions
  refuseBroken([within(wanted, 'reservedConcurrentExecutions', 0, 2_147_483_647)])
  return change(ctx, name.name, async tx => {
    const latest = await latestOf(ctx, tx, name)
    const others = (await reservedOf(tx)) - (latest.reservedConcurrency ?? 0)
    if (accountConcurrency - others - wanted < leastUnreserved) {
      throw new InvalidParameterValueException(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
          `below its minimum value of [${leastUnreserved}].`,
      )
    }
    await tx.update(functions, '', name.name, { ...latest, reservedConcurrency: wanted })
    return { ReservedConcurrentExecutions: wanted }
  })
}

export async function getFunctionConcurrency(
  ctx: LambdaContext,
  input: Input<'GetFunctionConcurrency'>,
): Promise<Output<'GetFunctionConcurrency'>> {
  const { reservedConcurrency } = await latestOf(
    ctx,
    ctx.tx,
    functionNameOf(ctx, input.FunctionName),
  )
  return reservedConcurrency === undefined
    ? {}
    : { ReservedConcurrentExecutions: reservedConcurrency }
}

export async function deleteFunctionConcurrency(
  ctx: LambdaContext,
  input: Input<'DeleteFunctionConcurrency'>,
): Promise<void> {
  const name = functionNameOf(ctx, input.FunctionName)
  await change(ctx, name.name, async tx => {
    const { reservedConcurrency: _, ...latest } = await latestOf(ctx, tx, name)
    await tx.update(functions, '', name.name, latest)
  })
}

export async function putProvisionedConcurrencyConfig(
  ctx: LambdaContext,
  input: Input<'PutProvisionedConcurrencyConfig'>,
): Promise<Output<'PutProvisionedConcurrencyConfig'>> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const environments = input.ProvisionedConcurrentExecutions
  refuseBroken([within(environments, 'provisionedConcurrentExecutions', 1, 2_147_483_647)])
  const record: ProvisionRecord = { environments, lastModifiedMs: ctx.clock.now() }
  await change(ctx, name.name, async tx => {
    const { reservedConcurrency = accountConcurrency - leastUnreserved } = await latestOf(
      ctx,
      tx,
      name,
    )
    await checkTarget(ctx, tx, name)
    if (environments > reservedConcurrency) {
      throw new InvalidParameterValueException(
        'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
      )
    }
    await tx.put(provisions, name.name, input.Qualifier, record)
  })
  const arn = arnOf(ctx, name)
  ctx.functions.provision(arn)
  return statusOf(ctx, arn, record)
}

export async function getProvisionedConcurrencyConfig(
  ctx: LambdaContext,
  input: Input<'GetProvisionedConcurrencyConfig'>,
): Promise<Output<'GetProvisionedConcurrencyConfig'>> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  await latestOf(ctx, ctx.tx, name)
  await checkTarget(ctx, ctx.tx, name)
  const row = await ctx.tx.get(provisions, name.name, input.Qualifier)
  if (!row) throw notProvisioned()
  return statusOf(ctx, arnOf(ctx, name), row.record)
}

export async function listProvisionedConcurrencyConfigs(
  ctx: LambdaContext,
  input: Input<'ListProvisionedConcurrencyConfigs'>,
): Promise<Output<'ListProvisionedConcurrencyConfigs'>> {
  const name = functionNameOf(ctx, input.FunctionName)
  await latestOf(ctx, ctx.tx, name)
  const { after, limit, marker } = pageOf(input)
  const page = await ctx.tx.list(provisions, name.name, { after, limit })
  return {
    ProvisionedConcurrencyConfigs: page.rows.map(({ id, record }) => {
      const FunctionArn = arnOf(ctx, { name: name.name, qualifier: id })
      return { FunctionArn, ...statusOf(ctx, FunctionArn, record) }
    }),
    ...marker(page.next),
  }
}

export async function deleteProvisionedConcurrencyConfig(
  ctx: LambdaContext,
  input: Input<'DeleteProvisionedConcurrencyConfig'>,
): Promise<void> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  await change(ctx, name.name, async tx => {
    await latestOf(ctx, tx, name)
    await checkTarget(ctx, tx, name)
    if (!(await tx.delete(provisions, name.name, input.Qualifier))) throw notProvisioned()
  })
  ctx.functions.provision(arnOf(ctx, name))
}

/** The reservations of all functions of the account in the region. */
export async function reservedOf(tx: Reader): Promise<number> {
  const rows = await tx.all(functions, '')
  return rows.reduce((sum, { record }) => sum + (record.reservedConcurrency ?? 0), 0)
}

async function checkTarget(ctx: LambdaContext, tx: Reader, name: FunctionName): Promise<void> {
  const { qualifier = '$LATEST' } = name
  if (qualifier === '$LATEST') {
    throw new InvalidParameterValueException(
      'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    )
  }
  const found = await findFunction(tx, name)
  if (found === undefined) {
    throw isVersion(qualifier)
      ? new ResourceNotFoundException(`Function not found: ${arnOf(ctx, name)}`)
      : new ResourceNotFoundException(`Cannot find alias arn: ${arnOf(ctx, name)}`)
  }
  if (isVersion(qualifier)) return
  const alias = await tx.get(aliases, name.name, qualifier)
  if (alias?.record.functionVersion === '$LATEST') {
    throw new InvalidParameterValueException(
      'Provisioned Concurrency Configs cannot be applied to unpublished function versions.',
    )
  }
}

function statusOf(
  ctx: LambdaContext,
  arn: string,
  { environments, lastModifiedMs }: ProvisionRecord,
) {
  const ready = Math.min(environments, ctx.functions.provisioned(arn))
  return {
    RequestedProvisionedConcurrentExecutions: environments,
    AvailableProvisionedConcurrentExecutions: ready,
    AllocatedProvisionedConcurrentExecutions: ready,
    Status: ready < environments ? ('IN_PROGRESS' as const) : ('READY' as const),
    LastModified: new Date(lastModifiedMs).toISOString().replace('Z', '+0000'),
  }
}

function notProvisioned(): ProvisionedConcurrencyConfigNotFoundException {
  return new ProvisionedConcurrencyConfigNotFoundException(
    'No Provisioned Concurrency Config found for this function',
  )
}
