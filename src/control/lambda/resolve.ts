/**
 * From an ARN to what is needed to run the function and to decide whether one may: for the data plane, which
 * asks once and keeps the answer until `changed` of the FunctionHost names the function.
 */
import { parseArn, parseFunctionName } from '../../aws/arn.ts'
import type { Namespace, Store } from '../../store/store.ts'
import { folderOf } from './code.ts'
import type { FunctionHost, RunSettings } from './context.ts'
import { arnOf, type FunctionName, findFunction } from './lookup.ts'
import { type FunctionRecord, policies, type StatementRecord } from './records.ts'

/** A function that can be invoked; `policy` is that of the qualifier in the ARN. */
export interface ResolvedFunction extends RunSettings {
  readonly policy: readonly StatementRecord[]
}

/** Undefined when `arn` is no function's ARN, or there is no such function, version or alias. */
export async function resolveFunction(
  store: Store,
  host: Pick<FunctionHost, 'findCode' | 'unpackCode'>,
  arn: string,
): Promise<ResolvedFunction | undefined> {
  const where = parseArn(arn)
  const found = parseFunctionName(arn)
  if (where === undefined || found === undefined) return undefined
  const namespace = { account: where.account, region: where.region }
  const name = { name: found.name, qualifier: found.qualifier }
  const rows = await store.read(namespace, async tx => {
    const record = await findFunction(tx, name)
    const policy = await tx.get(policies, name.name, name.qualifier ?? '$LATEST')
    return record && { record, policy: policy?.record.statements ?? [] }
  })
  if (rows === undefined) return undefined
  const folder = await folderOf(host, store, namespace, rows.record)
  return { ...settingsOf(namespace, name, rows.record, folder), policy: rows.policy }
}

/** What the runner must know. */
export function settingsOf(
  { account, region }: Namespace,
  name: FunctionName,
  record: FunctionRecord,
  folder: string,
): RunSettings {
  return {
    arn: arnOf({ account, region }, name),
    name: record.name,
    version: record.version,
    handler: record.handler,
    runtime: record.runtime,
    folder,
    environment: record.environment ?? {},
    timeoutMs: record.timeoutSeconds * 1000,
    memoryMb: record.memoryMb,
    account,
    region,
    revision: `${record.version} ${record.revisionId}`,
    hotReload: record.code.type === 'folder',
    logGroup: record.logging.LogGroup,
    layers: [],
    storageMb: record.storageMb,
    logFormat: record.logging.LogFormat,
  }
}
