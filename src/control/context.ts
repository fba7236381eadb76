/**
 * What a handler of the control plane is given beside its input: the transaction it runs in, who asks,
 * and a way to tell the data plane that a stage has changed. Handlers know no HTTP and no JSON.
 */
import type { SigningIdentity } from '../aws/identity.ts'
import type { Clock } from '../base/clock.ts'
import type { Ids } from '../base/ids.ts'
import type { ProgramSource } from '../program/program.ts'
import type { Namespace, Reader, Store, Writer } from '../store/store.ts'
import type { DataPlaneTests } from './test-request.ts'

/** What a stage remembers: answers of its methods, or what its authorizers said. */
export type StageCacheName = 'answers' | 'authorizations'

/** One thing that the data plane has to do. Sent after the transaction is on disk. */
export type Change =
  | {
      readonly type: 'publish'
      readonly source: ProgramSource
      /** What whoever deploys should know; for the log. */
      readonly remarks: readonly string[]
    }
  | { readonly type: 'retract'; readonly apiId: string; readonly stageName: string }
  | {
      readonly type: 'flush'
      readonly cache: StageCacheName
      readonly apiId: string
      readonly stageName: string
    }
  /** Users, keys, roles or policies are not what they were. */
  | { readonly type: 'identities' }

/** For operations that only look. */
export interface ReadContext {
  /** One snapshot of the caller's account and region. */
  readonly tx: Reader
  readonly account: string
  readonly region: string
  /** `aws`, `aws-cn` or `aws-us-gov`, from the region. */
  readonly partition: string
  readonly clock: Clock
  readonly ids: Ids
  readonly requestId: string
  /** The request's Host header, from which URLs in answers are made. */
  readonly host: string
  /** Who calls; null: the call needs no signature, or a development gateway took one that it does not know. */
  readonly identity: SigningIdentity | null
}

/** For operations that change something; all of it happens or nothing does. */
export interface ControlContext extends ReadContext {
  readonly tx: Writer
  /**
   * The store itself and the caller's namespace in it, for the few operations that are listed as running
   * outside a transaction: those have no `tx`. Inside a transaction the store refuses to be called.
   */
  readonly store: Store
  readonly namespace: Namespace
  /** '' when the call does not name one. */
  readonly accessKeyId: string
  /** The request's User-Agent header, or ''. */
  readonly userAgent: string
  /** The client's address; undefined: the connection has none. */
  readonly sourceIp: string | undefined
  readonly isTls: boolean
  readonly tests: DataPlaneTests
  /** The most that `timeoutInMillis` of a buffered method may say. */
  readonly integrationTimeoutMs: number
  /**
   * Makes a stage live, in this form, once the transaction is on disk and before the caller gets its
   * answer. Compiles at once: throws `BadRequestException` with the reason when that cannot be done.
   */
  publish(source: ProgramSource): void
  /** Takes a stage away from the data plane. */
  retract(apiId: string, stageName: string): void
  /** Tells the data plane of users, keys, roles and policies as they are after the transaction, before the caller gets its answer. */
  identitiesChanged(): void
  /** Empties a cache of the stage, before the caller gets its answer. */
  flushCache(apiId: string, stageName: string, cache: StageCacheName): void
}

/** Runs `work` on a snapshot of now: for operations that run outside a transaction. */
export function look<T>(
  {
    store,
    namespace,
    account,
    region,
    partition,
    clock,
    ids,
    requestId,
    host,
    identity,
  }: ControlContext,
  work: (ctx: ReadContext) => Promise<T>,
): Promise<T> {
  const surroundings = { account, region, partition, clock, ids, requestId, host, identity }
  return store.read(namespace, tx => work({ tx, ...surroundings }))
}

/** The partition that a region belongs to; of a partition's own name, itself. */
export function partitionOf(region: string): string {
  if (region === 'aws-cn' || region === 'aws-us-gov') return region
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}
