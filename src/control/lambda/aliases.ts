/**
 * Aliases: names for versions. One alias may divide invocations between two of them.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html and, for the two versions,
 * https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
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
import { type AliasRecord, aliases, byQualifier, urls, urlTargets } from './records.ts'

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
  const additional = additionalOf(input)
  return change(ctx, name, async tx => {
    await checkVersions(ctx, tx, name, input.FunctionVersion, additional)
    if (await tx.get(aliases, name, alias)) {
      const arn = arnOf(ctx, { name, qualifier: alias })
      throw new ResourceConflictException(`Alias already exists: ${arn}`)
    }
    const record: AliasRecord = {
      name: alias,
      functionVersion: input.FunctionVersion,
      description: input.Description ?? '',
      ...(additional && { additional }),
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
    .filter(alias => input.FunctionVersion === undefined || leadsTo(alias, input.FunctionVersion))
  return {
    Aliases: shown.map(alias => aliasOf(ctx, name.name, alias)),
    ...marker(page.next),
  }
}

export async function updateAlias(ctx: LambdaContext, input: Input<'UpdateAlias'>): Promise<Alias> {
  const { name } = functionNameOf(ctx, input.FunctionName)
  const given = additionalOf(input)
  return change(ctx, name, async tx => {
    const old = await find(ctx, tx, name, input.Name)
    checkRevision(input.RevisionId, old.revisionId)
    const functionVersion = input.FunctionVersion ?? old.functionVersion
    const { additional: former, ...rest } = old
    const additional = input.RoutingConfig === undefined ? former : given
    await checkVersions(ctx, tx, name, functionVersion, additional)
    const record: AliasRecord = {
      ...rest,
      functionVersion,
      description: input.Description ?? old.description,
      ...(additional && { additional }),
      revisionId: ctx.ids.uuid(),
    }
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
    const url = await tx.get(urls, name, input.Name)
    if (url) await tx.delete(urlTargets, '', url.record.urlId)
    for (const part of byQualifier) await tx.delete(part, name, input.Name)
  })
  ctx.functions.forget(arnOf(ctx, { name, qualifier: input.Name }))
}

/** Whether some of the alias's invocations run this version. */
export function leadsTo(alias: AliasRecord, version: string): boolean {
  return alias.functionVersion === version || alias.additional?.version === version
}

function additionalOf(
  input: Input<'CreateAlias'> | Input<'UpdateAlias'>,
): AliasRecord['additional'] {
  const entries = Object.entries(input.RoutingConfig?.AdditionalVersionWeights ?? {})
  if (entries.length > 1) {
    throw new InvalidParameterValueException(
      'Number of items in AdditionalVersionWeights cannot be greater than 1',
    )
  }
  const [entry] = entries
  if (entry === undefined) return undefined
  const [version, weight] = entry
  // The words of these two are a guess.
  if (!/^[1-9]\d{0,17}$/.test(version)) {
    throw new InvalidParameterValueException(
      `Invalid alias configuration: ${version.slice(0, 128)} is not a published version.`,
    )
  }
  if (!(weight >= 0 && weight <= 1)) {
    throw new InvalidParameterValueException(
      `Invalid alias configuration: the weight of version ${version} must be from 0.0 to 1.0.`,
    )
  }
  return { version, weight }
}

async function checkVersions(
  place: Place,
  tx: Reader,
  name: string,
  version: string,
  additional: AliasRecord['additional'],
): Promise<void> {
  await checkVersion(place, tx, name, version)
  if (additional === undefined) return
  if (version === '$LATEST') {
    throw new InvalidParameterValueException(
      '$LATEST is not supported for an alias pointing to more than 1 version',
    )
  }
  if (additional.version === version) {
    throw new InvalidParameterValueException(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    )
  }
  await checkVersion(place, tx, name, additional.version)
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
    ...(alias.additional && {
      RoutingConfig: {
        AdditionalVersionWeights: { [alias.additional.version]: alias.additional.weight },
      },
    }),
    RevisionId: alias.revisionId,
  }
}
