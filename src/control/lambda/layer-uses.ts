/**
 * The layers of a function: looked up when the function is made or changed, and copied to it, so that they stay when the
 * layer version is deleted. Layers of other accounts need a permission.
 * https://docs.aws.amazon.com/lambda/latest/dg/adding-layers.html
 */
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { Writer } from '../../store/store.ts'
import type { LambdaContext } from './context.ts'
import { parseLayerVersion } from './layer-names.ts'
import { mayUse } from './layer-permissions.ts'
import { type CodeRecord, codeKey, type LayerUse, layerKey, layerVersions } from './records.ts'

const layerLimit = 5

/** Layers that were found, with the zips to copy. */
export interface TakenLayers {
  readonly uses: LayerUse[]
  /** Where they lie on this machine. */
  readonly folders: readonly string[]
  readonly zips: readonly Uint8Array[]
}

/** Looks up layers by their versions' ARNs. Not inside a transaction: they may lie in other accounts. */
export async function takeLayers(
  ctx: LambdaContext,
  arns: readonly string[],
): Promise<TakenLayers> {
  if (arns.length > layerLimit) {
    throw new InvalidParameterValueException(`Cannot reference more than ${layerLimit} layers.`)
  }
  const uses: LayerUse[] = []
  const folders: string[] = []
  const zips: Uint8Array[] = []
  const seen = new Set<string>()
  for (const arn of arns) {
    const { name, account, use, zip } = await take(ctx, arn)
    if (seen.has(`${account} ${name}`)) {
      throw new InvalidParameterValueException(
        'Two different versions of the same layer are not allowed to be referenced in the same function.',
      )
    }
    seen.add(`${account} ${name}`)
    uses.push(use)
    if (zip) zips.push(zip)
    folders.push(await folderOf(ctx, use.code, zip))
  }
  return { uses, folders, zips }
}

async function folderOf(
  { functions }: LambdaContext,
  code: CodeRecord,
  zip: Uint8Array | undefined,
): Promise<string> {
  if (code.type === 'folder') return code.path
  const found = await functions.findCode(code.sha256)
  if (found !== undefined) return found
  if (zip === undefined) throw new Error('the zip of a layer is lost')
  return (await functions.unpackCode(zip)).folder
}

/** Keeps copies of the layers' zips with the function. */
export async function keepLayers(
  tx: Writer,
  name: string,
  { uses, zips }: TakenLayers,
): Promise<void> {
  let next = 0
  for (const { code } of uses) {
    const zip = code.type === 'zip' ? zips[next++] : undefined
    if (code.type === 'zip' && zip) await tx.putBlob(codeKey(name, code.sha256), zip)
  }
}

async function take(ctx: LambdaContext, arn: string) {
  const found = parseLayerVersion(arn)
  if (found === undefined) {
    throw new InvalidParameterValueException(
      `Layer version ARN is not valid: ${arn.slice(0, 1024)}. Expected: arn:aws:lambda:us-east-1:123456789012:layer:my-layer:1`,
    )
  }
  const { account, region, name, version } = found
  if (region !== ctx.region) {
    throw new InvalidParameterValueException(
      `Layers are not in the same region as the function. Layers are expected to be in region ${ctx.region}.`,
    )
  }
  const row = await ctx.store.read({ account, region }, async tx => {
    const record = (await tx.get(layerVersions, name, String(version)))?.record
    if (record?.code.type !== 'zip') return record && { record, zip: undefined }
    return { record, zip: await tx.getBlob(layerKey(name, record.code.sha256)) }
  })
  // Whether it is not there or not allowed is the owner's to know.
  if (row === undefined || (account !== ctx.account && !mayUse(row.record, ctx.account))) {
    throw new InvalidParameterValueException(`Layer version ${arn} does not exist.`)
  }
  const use: LayerUse = { arn, code: row.record.code }
  return { name, account, use, zip: row.zip }
}
