/**
 * Aliases: names for versions. Aliases that divide calls between two versions are refused.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
 */
import { ValidationException } from '../../aws/faults.ts'
import {
  InvalidParameterValueException,
  ResourceConflictException,
  ResourceNotFoundException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { Reader } from '../../store/store.ts'
import { change, checkRevision } from './change.ts'
import type { LambdaContext } from './context.ts'
import {
  arnOf,
  findFunction,
  functionNameOf,
  functionNotFound,
  isVersion,
  latestOf,
  type Place,
} from './lookup.ts'
import { pageOf } from './paging.ts'
import { type AliasRecord, aliases, policies } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Alias = LambdaOperations['GetAlias']['output']

export async function createAlias(ctx: LambdaContext, input: Input<'CreateAlias'>): Promise<Alias> {
  const { name } = functionNameOf(ctx, input.FunctionName)
  const alias = input.Name
  if (!/^[a-zA-Z0-9-_]{1,128}$/.test(alias) || isVersion(alias)) {
    throw new ValidationException(
      `1 validation error detected: Value '${alias}' at 'name' failed to satisfy constraint: ` +
        'Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)',
    )
  }
  checkRouting(input)
  return change(ctx, name, async tx => {
    await checkVersion(ctx, tx, name, input.FunctionVersion)
    if (await tx.get(aliases, name, alias)) {
      const arn = arnOf(ctx, { name, qualifier: alias })
      throw new ResourceConflictException(`Alias already exists: ${arn}`)
    }
    const record: AliasRecord = {
      name: alias,
      functionVersion: input.FunctionVersion,
      description: input.Description ?? '',
      revisionId: ctx.ids.uuid(),
    }
    await tx.insert(aliases, name, alias, record)
    return aliasOf(ctx, name, record)
  })
}

export async function getAlias(ctx: LambdaContext, input: Input<'GetAlias'>): Promise<Alias> {
  const { name } = functionNameOf(ctx, input.FunctionName)
  return aliasOf(ctx, name, await find(ctx, ctx.tx, name, input.Name))
}

export async function listAliases(
  ctx: LambdaContext,
  input: Input<'ListAliases'>,
): Promise<LambdaOperations['ListAliases']['output']> {
  const name = functionNameOf(ctx, input.FunctionName)
  await latestOf(ctx, ctx.tx, name)
  const { after, limit, marker } = pageOf(input)
  const page = await ctx.tx.list(aliases, name.name, { after, limit })
  const shown = page.rows
    .map(row => row.record)
    .filter(alias => [undefined, alias.functionVersion].includes(input.FunctionVersion))
  return {
    Aliases: shown.map(alias => aliasOf(ctx, name.name, alias)),
    ...marker(page.next),
  }
}

export async function updateAlias(ctx: LambdaContext, input: Input<'UpdateAlias'>): Promise<Alias> {
  const { name } = functionNameOf(ctx, input.FunctionName)
  checkRouting(input)
  return change(ctx, name, async tx => {
    const old = await find(ctx, tx, name, input.Name)
    checkRevision(input.RevisionId, old.revisionId)
    const functionVersion = input.FunctionVersion ?? old.functionVersion
    await checkVersion(ctx, tx, name, functionVersion)
    const description = input.Description ?? old.description
    const record = { ...old, functionVersion, description, revisionId: ctx.ids.uuid() }
    await tx.update(aliases, name, input.Name, record)
    return aliasOf(ctx, name, record)
  })
}

export async function deleteAlias(ctx: LambdaContext, input: Input<'DeleteAlias'>): Promise<void> {
  const { name } = functionNameOf(ctx, input.FunctionName)
  await change(ctx, name, async tx => {
    // Deleting an alias that is not there succeeds, as long as the function exists.
    await latestOf(ctx, tx, { name, qualifier: input.Name })
    await tx.delete(aliases, name, input.Name)
    await tx.delete(policies, name, input.Name)
  })
  ctx.functions.forget(arnOf(ctx, { name, qualifier: input.Name }))
}

function checkRouting(input: Input<'CreateAlias'> | Input<'UpdateAlias'>): void {
  if (Object.keys(input.RoutingConfig?.AdditionalVersionWeights ?? {}).length === 0) return
  throw new InvalidParameterValueException(
    'Aliases that divide calls between two versions are not built yet in Portcullis.',
  )
}

async function checkVersion(
  place: Place,
  tx: Reader,
  name: string,
  version: string,
): Promise<void> {
  const target = { name, qualifier: version }
  const isName = version === '$LATEST' || isVersion(version)
  if (!isName || !(await findFunction(tx, target))) throw functionNotFound(place, target)
}

async function find(place: Place, tx: Reader, name: string, alias: string): Promise<AliasRecord> {
  await latestOf(place, tx, { name, qualifier: undefined })
  const row = await tx.get(aliases, name, alias)
  if (row) return row.record
  const arn = arnOf(place, { name, qualifier: alias })
  throw new ResourceNotFoundException(`Cannot find alias arn: ${arn}`)
}

function aliasOf(place: Place, name: string, alias: AliasRecord): Alias {
  return {
    AliasArn: arnOf(place, { name, qualifier: alias.name }),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RevisionId: alias.revisionId,
  }
}
