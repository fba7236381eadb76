/**
 * From a name to what is needed to run the function and to decide whether one may. The data plane asks by ARN, once,
 * and keeps the answer until `changed` of the FunctionHost names the function; Invoke asks each time.
 *
 * An alias may lead to two versions: then the answer holds both, and `chosen` throws the dice for each invocation.
 */
import { parseArn, parseFunctionName } from '../../aws/arn.ts'
import type { Namespace, Reader, Store } from '../../store/store.ts'
import { foldersOf } from './code.ts'
import type { FunctionHost, RunSettings } from './context.ts'
import { arnOf, type FunctionName, isVersion } from './lookup.ts'
import {
  aliases,
  type EventConfigRecord,
  eventConfigs,
  type FunctionRecord,
  functions,
  policies,
  provisions,
  type StatementRecord,
  versions,
} from './records.ts'

/** A function that can be invoked; `policy` is that of the qualifier in the ARN. */
export interface ResolvedFunction extends RunSettings {
  readonly policy: readonly StatementRecord[]
  /** The other version of an alias, and its share of the invocations from 0 to 1. */
  readonly additional?: { readonly weight: number; readonly settings: RunSettings }
  /** How asynchronous invocations end; absent where nothing says so. */
  readonly events?: Partial<EventConfigRecord> & { readonly deadLetterArn?: string }
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
  return resolveName(store, host, namespace, { name: found.name, qualifier: found.qualifier })
}

/** Undefined when there is no such function, version or alias. */
export async function resolveName(
  store: Store,
  host: Pick<FunctionHost, 'findCode' | 'unpackCode'>,
  namespace: Namespace,
  name: FunctionName,
): Promise<ResolvedFunction | undefined> {
  const rows = await store.read(namespace, tx => rowsOf(tx, name))
  if (rows === undefined) return undefined
  const settings = async (record: FunctionRecord): Promise<RunSettings> => ({
    ...settingsOf(namespace, name, record, await foldersOf(host, store, namespace, record)),
    ...rows.reserved,
  })
  const additional = rows.additional && {
    weight: rows.additional.weight,
    settings: { ...(await settings(rows.additional.record)), isAdditional: true },
  }
  return {
    ...(await settings(rows.record)),
    ...rows.provisioned,
    policy: rows.policy,
    ...(additional && { additional }),
    ...(rows.events && { events: rows.events }),
  }
}

/** What one invocation runs; `random` gives a number from 0 to below 1. */
export function chosen(found: ResolvedFunction, random: () => number): RunSettings {
  const { additional } = found
  return additional !== undefined && random() < additional.weight ? additional.settings : found
}

async function rowsOf(tx: Reader, { name, qualifier = '$LATEST' }: FunctionName) {
  const latest = (await tx.get(functions, '', name))?.record
  if (latest === undefined) return undefined
  const versionOf = async (version: string): Promise<FunctionRecord | undefined> =>
    version === '$LATEST' ? latest : (await tx.get(versions, name, version))?.record
  const isAlias = qualifier !== '$LATEST' && !isVersion(qualifier)
  const alias = isAlias ? (await tx.get(aliases, name, qualifier))?.record : undefined
  if (isAlias && alias === undefined) return undefined
  const record = await versionOf(alias?.functionVersion ?? qualifier)
  if (record === undefined) return undefined
  const other = alias?.additional && (await versionOf(alias.additional.version))
  const eventConfig = (await tx.get(eventConfigs, name, qualifier))?.record
  const { deadLetterArn } = record
  const provision = await tx.get(provisions, name, qualifier)
  return {
    record,
    additional: alias?.additional && other && { record: other, weight: alias.additional.weight },
    events:
      eventConfig || deadLetterArn
        ? { ...eventConfig, ...(deadLetterArn && { deadLetterArn }) }
        : undefined,
    policy: (await tx.get(policies, name, qualifier))?.record.statements ?? [],
    reserved: latest.reservedConcurrency !== undefined && {
      reservedConcurrency: latest.reservedConcurrency,
    },
    provisioned: provision && { provisionedConcurrency: provision.record.environments },
  }
}

/** What the runner must know. */
function settingsOf(
  { account, region }: Namespace,
  name: FunctionName,
  record: FunctionRecord,
  folders: { readonly folder: string; readonly layers: readonly string[] },
): RunSettings {
  const { ApplicationLogLevel: applicationLogLevel, SystemLogLevel: systemLogLevel } =
    record.logging
  return {
    arn: arnOf({ account, region }, name),
    name: record.name,
    version: record.version,
    handler: record.handler,
    runtime: record.runtime,
    folder: folders.folder,
    layers: folders.layers,
    hotLayers: folders.layers.filter((_, at) => record.layers?.[at]?.code.type === 'folder'),
    environment: record.environment ?? {},
    timeoutMs: record.timeoutSeconds * 1000,
    memoryMb: record.memoryMb,
    storageMb: record.storageMb,
    account,
    region,
    revision: `${record.version} ${record.revisionId}`,
    hotReload: record.code.type === 'folder',
    logGroup: record.logging.LogGroup,
    role: record.role,
    logFormat: record.logging.LogFormat,
    ...(applicationLogLevel !== undefined && { applicationLogLevel }),
    ...(systemLogLevel !== undefined && { systemLogLevel }),
  }
}
