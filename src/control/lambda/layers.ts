/**
 * Layers: folders that many functions lay over their `/opt`, published in numbered versions that never change.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html and its neighbours
 */

import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { Reader } from '../../store/store.ts'
import { changeLayer } from './change.ts'
import { codeSha256Of, codeSizeOf, takeCode } from './code.ts'
import { noLonger, refuseBroken } from './constraints.ts'
import type { LambdaContext } from './context.ts'
import { layerArn, layerNameOf, noSuchLayer, parseLayerVersion } from './layer-names.ts'
import type { Place } from './lookup.ts'
import { pageOf } from './paging.ts'
import { type LayerVersionRecord, layerKey, layers, layerVersions } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']
type Filter = Pick<Input<'ListLayers'>, 'CompatibleRuntime' | 'CompatibleArchitecture'>

export async function publishLayerVersion(
  ctx: LambdaContext,
  input: Input<'PublishLayerVersion'>,
): Promise<Output<'PublishLayerVersion'>> {
  const name = layerNameOf(ctx, input.LayerName)
  refuseBroken([
    noLonger(input.Description, 'description', 256),
    noLonger(input.LicenseInfo, 'licenseInfo', 512),
    noLonger(input.CompatibleRuntimes, 'compatibleRuntimes', 15),
    noLonger(input.CompatibleArchitectures, 'compatibleArchitectures', 2),
  ])
  const { record: code, zip } = await takeCode(ctx.functions, input.Content)
  return changeLayer(ctx, async tx => {
    const newest = (await tx.get(layers, '', name))?.record.newestVersion ?? 0
    const record: LayerVersionRecord = {
      name,
      version: newest + 1,
      description: input.Description ?? '',
      ...(input.LicenseInfo !== undefined && { licenseInfo: input.LicenseInfo }),
      ...(input.CompatibleRuntimes && { runtimes: input.CompatibleRuntimes }),
      ...(input.CompatibleArchitectures && { architectures: input.CompatibleArchitectures }),
      code,
      createdMs: ctx.clock.now(),
    }
    await tx.put(layers, '', name, { newestVersion: record.version })
    await tx.insert(layerVersions, name, String(record.version), record)
    if (code.type === 'zip' && zip) await tx.putBlob(layerKey(name, code.sha256), zip)
    return wholeOf(ctx, record)
  })
}

export async function getLayerVersion(
  ctx: LambdaContext,
  input: Input<'GetLayerVersion'>,
): Promise<Output<'GetLayerVersion'>> {
  const name = layerNameOf(ctx, input.LayerName)
  return wholeOf(ctx, await layerVersionOf(ctx.tx, name, input.VersionNumber))
}

export async function getLayerVersionByArn(
  ctx: LambdaContext,
  input: Input<'GetLayerVersionByArn'>,
): Promise<Output<'GetLayerVersionByArn'>> {
  const found = parseLayerVersion(input.Arn)
  if (found === undefined) {
    // The words are a guess.
    throw new InvalidParameterValueException(`Invalid layer arn: ${input.Arn.slice(0, 1024)}`)
  }
  if (found.account !== ctx.account || found.region !== ctx.region) throw noSuchLayer()
  return wholeOf(ctx, await layerVersionOf(ctx.tx, found.name, found.version))
}

/** Layers with their newest version that fits; layers without one are left out. */
export async function listLayers(
  ctx: LambdaContext,
  input: Input<'ListLayers'>,
): Promise<Output<'ListLayers'>> {
  const { after, limit, marker } = pageOf(input)
  const page = await ctx.tx.list(layers, '', { after, limit })
  const shown: NonNullable<Output<'ListLayers'>['Layers']> = []
  for (const { id } of page.rows) {
    const [newest] = await versionsOf(ctx.tx, id, input)
    if (newest === undefined) continue
    const LatestMatchingVersion = itemOf(ctx, newest)
    shown.push({ LayerName: id, LayerArn: layerArn(ctx, id), LatestMatchingVersion })
  }
  return { Layers: shown, ...marker(page.next) }
}

/** The newest first. */
export async function listLayerVersions(
  ctx: LambdaContext,
  input: Input<'ListLayerVersions'>,
): Promise<Output<'ListLayerVersions'>> {
  const name = layerNameOf(ctx, input.LayerName)
  const { after, limit, marker } = pageOf(input)
  const below = after === undefined ? Number.POSITIVE_INFINITY : Number(after)
  const fitting = await versionsOf(ctx.tx, name, input)
  const rest = fitting.filter(record => record.version < below)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    LayerVersions: page.map(record => itemOf(ctx, record)),
    ...marker(last && page.length < rest.length ? String(last.version) : undefined),
  }
}

/** Functions that use it keep it: they have a copy. Deleting what is not there succeeds. */
export async function deleteLayerVersion(
  ctx: LambdaContext,
  input: Input<'DeleteLayerVersion'>,
): Promise<void> {
  const name = layerNameOf(ctx, input.LayerName)
  const row = await ctx.tx.get(layerVersions, name, String(input.VersionNumber))
  if (!row) return
  await ctx.tx.delete(layerVersions, name, row.id)
  const { code } = row.record
  if (code.type !== 'zip') return
  const others = await ctx.tx.all(layerVersions, name)
  const isUsed = others.some(
    ({ record }) => record.code.type === 'zip' && record.code.sha256 === code.sha256,
  )
  if (!isUsed) await ctx.tx.deleteBlob(layerKey(name, code.sha256))
}

/** Throws `ResourceNotFoundException`. */
export async function layerVersionOf(
  tx: Reader,
  name: string,
  version: number,
): Promise<LayerVersionRecord> {
  const row = await tx.get(layerVersions, name, String(version))
  if (!row) throw noSuchLayer()
  return row.record
}

async function versionsOf(tx: Reader, name: string, filter: Filter): Promise<LayerVersionRecord[]> {
  const rows = await tx.all(layerVersions, name)
  return rows
    .map(row => row.record)
    .filter(record => fits(record, filter))
    .sort((a, b) => b.version - a.version)
}

// A layer that says nothing of runtimes or architectures fits none that is asked for, as AWS documents the filters.
function fits(record: LayerVersionRecord, filter: Filter): boolean {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = filter
  if (runtime !== undefined && !record.runtimes?.includes(runtime)) return false
  return architecture === undefined || (record.architectures?.includes(architecture) ?? false)
}

function itemOf(place: Place, record: LayerVersionRecord) {
  return {
    LayerVersionArn: layerArn(place, record.name, record.version),
    Version: record.version,
    Description: record.description,
    CreatedDate: new Date(record.createdMs).toISOString().replace('Z', '+0000'),
    ...(record.runtimes && {
      // The runtimes here are text; the SDK's type lists those that it knows.
      CompatibleRuntimes: record.runtimes as NonNullable<
        Output<'GetLayerVersion'>['CompatibleRuntimes']
      >,
    }),
    ...(record.architectures && { CompatibleArchitectures: record.architectures }),
    ...(record.licenseInfo !== undefined && { LicenseInfo: record.licenseInfo }),
  }
}

function wholeOf(place: Place, record: LayerVersionRecord): Output<'GetLayerVersion'> {
  return {
    // AWS adds an address from which the zip can be fetched; there is no such place here.
    Content: { CodeSha256: codeSha256Of(record.code), CodeSize: codeSizeOf(record.code) },
    LayerArn: layerArn(place, record.name),
    ...itemOf(place, record),
  }
}
