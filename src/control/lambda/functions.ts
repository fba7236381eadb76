/**
 * Functions themselves: create, get, list, update code and configuration, delete.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and its neighbours
 */
import {
  InvalidParameterValueException,
  ResourceConflictException,
} from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { leadsTo } from './aliases.ts'
import { change, checkRevision } from './change.ts'
import { checkConfiguration, checkSnapStart, refuseUnrunnable } from './checks.ts'
import { codesOf, dropCodes, foldersOf, keepCode, takeCode } from './code.ts'
import { refuseTooLarge } from './code-sizes.ts'
import {
  type Configuration,
  configurationOf,
  newFunction,
  withChanges,
  withLayers,
} from './configuration.ts'
import type { LambdaContext } from './context.ts'
import { keepLayers, takeLayers } from './layer-uses.ts'
import {
  arnOf,
  findFunction,
  functionNameOf,
  functionNotFound,
  isVersion,
  latestOf,
} from './lookup.ts'
import { pageOf } from './paging.ts'
import { aliases, byQualifier, codeKey, functions, urls, urlTargets, versions } from './records.ts'
import { checkFunctionTags } from './tagging.ts'
import { publish } from './versions.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']

export async function createFunction(
  ctx: LambdaContext,
  input: Input<'CreateFunction'>,
): Promise<Configuration> {
  const { name } = functionNameOf(ctx, input.FunctionName)
  checkConfiguration(ctx.functions, input)
  checkFunctionTags(input.Tags)
  const code = await takeCode(ctx.functions, input.Code)
  const layers = await takeLayers(ctx, input.Layers ?? [])
  const made = { revisionId: ctx.ids.uuid(), lastModifiedMs: ctx.clock.now() }
  const record = withLayers(newFunction(name, input, code.record, made), layers.uses)
  refuseUnrunnable(ctx.functions, record.runtime, [code.folder, ...layers.folders])
  await refuseTooLarge(codesOf(record), [code.folder, ...layers.folders])
  return change(ctx, name, async tx => {
    if (await tx.get(functions, '', name)) {
      throw new ResourceConflictException(`Function already exist: ${name}`)
    }
    await tx.insert(functions, '', name, record)
    await keepCode(tx, name, code)
    await keepLayers(tx, name, layers)
    if (!input.Publish) return configurationOf(ctx, record, undefined)
    const version = await publish(ctx, tx, record, undefined)
    return configurationOf(ctx, version, undefined)
  })
}

export async function getFunction(
  ctx: LambdaContext,
  input: Input<'GetFunction'>,
): Promise<Output<'GetFunction'>> {
  const Configuration = await getFunctionConfiguration(ctx, input)
  const name = functionNameOf(ctx, input.FunctionName)
  const { tags, reservedConcurrency } = await latestOf(ctx, ctx.tx, name)
  return {
    Configuration,
    // AWS adds an address from which the zip can be fetched; there is no such place here.
    Code: { RepositoryType: 'S3' },
    ...(Object.keys(tags).length > 0 && { Tags: tags }),
    ...(reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
    }),
  }
}

export async function getFunctionConfiguration(
  ctx: LambdaContext,
  input: Input<'GetFunctionConfiguration'>,
): Promise<Configuration> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  const record = await findFunction(ctx.tx, name)
  if (!record) throw functionNotFound(ctx, name)
  return configurationOf(ctx, record, name.qualifier)
}

/** With `FunctionVersion: ALL` each function is followed by its versions; pages are counted in functions. */
export async function listFunctions(
  ctx: LambdaContext,
  input: Input<'ListFunctions'>,
): Promise<Output<'ListFunctions'>> {
  const { after, limit, marker } = pageOf(input)
  const page = await ctx.tx.list(functions, '', { after, limit })
  const list: Configuration[] = []
  for (const { record } of page.rows) {
    const isAll = input.FunctionVersion === 'ALL'
    list.push(configurationOf(ctx, record, isAll ? '$LATEST' : undefined))
    if (!isAll) continue
    for (const version of await ctx.tx.all(versions, record.name)) {
      list.push(configurationOf(ctx, version.record, version.id))
    }
  }
  return { Functions: list, ...marker(page.next) }
}

export async function updateFunctionCode(
  ctx: LambdaContext,
  input: Input<'UpdateFunctionCode'>,
): Promise<Configuration> {
  const name = functionNameOf(ctx, input.FunctionName)
  if (input.PublishTo !== undefined) {
    throw new InvalidParameterValueException('PublishTo is not built yet in Portcullis.')
  }
  // Before the zip is unpacked, to say what is plain at once.
  const latest = await ctx.store.read(ctx.namespace, tx => latestOf(ctx, tx, name))
  const code = await takeCode(ctx.functions, input)
  const { layers } = await foldersOf(ctx.functions, ctx.store, ctx.namespace, latest)
  refuseUnrunnable(ctx.functions, latest.runtime, [code.folder, ...layers])
  await refuseTooLarge(codesOf({ ...latest, code: code.record }), [code.folder, ...layers])
  return change(ctx, name.name, async tx => {
    const old = await latestOf(ctx, tx, name)
    checkRevision(input.RevisionId, old.revisionId)
    const record = {
      ...old,
      code: code.record,
      architectures: input.Architectures ?? old.architectures,
      revisionId: ctx.ids.uuid(),
      lastModifiedMs: ctx.clock.now(),
    }
    if (input.DryRun) return configurationOf(ctx, record, undefined)
    await tx.update(functions, '', name.name, record)
    await keepCode(tx, name.name, code)
    await dropCodes(tx, name.name, [old.code])
    if (!input.Publish) return configurationOf(ctx, record, undefined)
    return configurationOf(ctx, await publish(ctx, tx, record, undefined), undefined)
  })
}

export async function updateFunctionConfiguration(
  ctx: LambdaContext,
  input: Input<'UpdateFunctionConfiguration'>,
): Promise<Configuration> {
  const name = functionNameOf(ctx, input.FunctionName)
  checkConfiguration(ctx.functions, input)
  // Before layers are looked up, to say what is plain at once.
  const latest = await ctx.store.read(ctx.namespace, tx => latestOf(ctx, tx, name))
  const runtime = input.Runtime ?? latest.runtime
  checkSnapStart(input, runtime)
  const layers = input.Layers && (await takeLayers(ctx, input.Layers))
  if (layers || input.Runtime !== undefined) {
    const old = await foldersOf(ctx.functions, ctx.store, ctx.namespace, latest)
    const folders = [old.folder, ...(layers?.folders ?? old.layers)]
    refuseUnrunnable(ctx.functions, runtime, folders)
    await refuseTooLarge(codesOf(layers ? withLayers(latest, layers.uses) : latest), folders)
  }
  return change(ctx, name.name, async tx => {
    const old = await latestOf(ctx, tx, name)
    checkRevision(input.RevisionId, old.revisionId)
    const changed = withChanges(old, input)
    const record = {
      ...(layers ? withLayers(changed, layers.uses) : changed),
      revisionId: ctx.ids.uuid(),
      lastModifiedMs: ctx.clock.now(),
    }
    await tx.update(functions, '', name.name, record)
    if (layers) await keepLayers(tx, name.name, layers)
    await dropCodes(tx, name.name, codesOf(old))
    return configurationOf(ctx, record, undefined)
  })
}

/** Deletes the function with all that belongs to it, or one version. */
export async function deleteFunction(
  ctx: LambdaContext,
  input: Input<'DeleteFunction'>,
): Promise<Output<'DeleteFunction'>> {
  const name = functionNameOf(ctx, input.FunctionName, input.Qualifier)
  if (name.qualifier === '$LATEST') {
    throw new InvalidParameterValueException(
      '$LATEST version cannot be deleted without deleting the function.',
    )
  }
  if (name.qualifier === undefined) await deleteAll(ctx, name.name)
  else await deleteVersion(ctx, name.name, name.qualifier)
  ctx.functions.forget(arnOf(ctx, name))
  return {}
}

async function deleteAll(ctx: LambdaContext, name: string): Promise<void> {
  await change(ctx, name, async tx => {
    const latest = await latestOf(ctx, tx, { name, qualifier: undefined })
    const all = [latest, ...(await tx.all(versions, name)).map(row => row.record)]
    for (const code of all.flatMap(codesOf)) {
      if (code.type === 'zip') await tx.deleteBlob(codeKey(name, code.sha256))
    }
    for (const { record } of await tx.all(urls, name)) {
      await tx.delete(urlTargets, '', record.urlId)
    }
    for (const part of [versions, aliases, ...byQualifier]) await tx.deleteChildren(part, name)
    await tx.delete(functions, '', name)
  })
}

async function deleteVersion(ctx: LambdaContext, name: string, version: string): Promise<void> {
  if (!isVersion(version)) {
    // A guess at the words; AWS says that an alias cannot be deleted so.
    throw new InvalidParameterValueException(
      'Deletion of aliases is not supported. Specify a version number or no qualifier.',
    )
  }
  await change(ctx, name, async tx => {
    const row = await tx.get(versions, name, version)
    // Deleting a version that is not there succeeds, as long as the function exists.
    await latestOf(ctx, tx, { name, qualifier: version })
    if (!row) return
    const users = (await tx.all(aliases, name)).filter(alias => leadsTo(alias.record, version))
    if (users.length > 0) {
      throw new ResourceConflictException(
        `Version has the following aliases: ${users.map(alias => alias.id).join(', ')}`,
      )
    }
    await tx.delete(versions, name, version)
    for (const part of byQualifier) await tx.delete(part, name, version)
    await dropCodes(tx, name, codesOf(row.record))
  })
}
