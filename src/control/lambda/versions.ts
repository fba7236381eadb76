/**
 * Versions: numbered copies of a function that never change.
 * https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
 */
import { InvalidParameterValueException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import type { Writer } from '../../store/store.ts'
import { change, checkRevision } from './change.ts'
import { codeSha256Of } from './code.ts'
import { type Configuration, configurationOf } from './configuration.ts'
import type { LambdaContext } from './context.ts'
import { functionNameOf, latestOf } from './lookup.ts'
import { pageOf } from './paging.ts'
import { type FunctionRecord, functions, type LatestRecord, versions } from './records.ts'

export async function publishVersion(
  ctx: LambdaContext,
  input: LambdaOperations['PublishVersion']['input'],
): Promise<Configuration> {
  const name = functionNameOf(ctx, input.FunctionName)
  if (input.PublishTo !== undefined) {
    throw new InvalidParameterValueException('PublishTo is not built yet in Portcullis.')
  }
  return change(ctx, name.name, async tx => {
    const latest = await latestOf(ctx, tx, name)
    checkRevision(input.RevisionId, latest.revisionId)
    const sha256 = codeSha256Of(latest.code)
    if (input.CodeSha256 !== undefined && input.CodeSha256 !== sha256) {
      throw new InvalidParameterValueException(
        `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). ` +
          'Please try again with the CodeSHA256 in $LATEST.',
      )
    }
    const version = await publish(ctx, tx, latest, input.Description)
    return configurationOf(ctx, version, version.version)
  })
}

export async function listVersionsByFunction(
  ctx: LambdaContext,
  input: LambdaOperations['ListVersionsByFunction']['input'],
): Promise<LambdaOperations['ListVersionsByFunction']['output']> {
  const name = functionNameOf(ctx, input.FunctionName)
  const latest = await latestOf(ctx, ctx.tx, name)
  const { after, limit, marker } = pageOf(input)
  const rows = await ctx.tx.all(versions, name.name)
  const all = [latest, ...rows.map(row => row.record)].sort((a, b) => orderOf(a) - orderOf(b))
  const from = after === undefined ? -1 : Number(after)
  const rest = all.filter(record => orderOf(record) > from)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    Versions: page.map(record => configurationOf(ctx, record, record.version)),
    ...marker(last && page.length < rest.length ? String(orderOf(last)) : undefined),
  }
}

/** The next version, or the newest one if nothing has changed since. */
export async function publish(
  ctx: LambdaContext,
  tx: Writer,
  latest: LatestRecord,
  description: string | undefined,
): Promise<FunctionRecord> {
  const newest = await tx.get(versions, latest.name, String(latest.newestVersion))
  if (newest && isSame(newest.record, latest)) return newest.record
  const { tags: _tags, newestVersion, reservedConcurrency: _, recursiveLoop: __, ...state } = latest
  const version: FunctionRecord = {
    ...state,
    version: String(newestVersion + 1),
    description: description ?? latest.description,
    revisionId: ctx.ids.uuid(),
    lastModifiedMs: ctx.clock.now(),
  }
  await tx.insert(versions, latest.name, version.version, version)
  await tx.update(functions, '', latest.name, { ...latest, newestVersion: newestVersion + 1 })
  return version
}

function isSame(version: FunctionRecord, latest: LatestRecord): boolean {
  const essence = (record: FunctionRecord) => {
    const { runtime, role, handler, timeoutSeconds, memoryMb, environment, code, storageMb } =
      record
    const { architectures, tracing, logging, kmsKeyArn, vpc } = record
    const { layers, deadLetterArn, snapStart } = record
    const first = [runtime, role, handler, timeoutSeconds, memoryMb, environment, code, storageMb]
    const more = [architectures, tracing, logging, kmsKeyArn, vpc, layers, deadLetterArn, snapStart]
    return JSON.stringify([...first, ...more])
  }
  return essence(version) === essence(latest)
}

function orderOf({ version }: FunctionRecord): number {
  return version === '$LATEST' ? 0 : Number(version)
}
