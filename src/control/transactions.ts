/**
 * Runs each operation in one transaction: GET operations on a snapshot, the others as a write that
 * happens completely or not at all. What a write wants of the data plane is sent when it is on disk,
 * and the caller gets its answer after that: who was told 201 sees the deployment live.
 */
import type { AnyHandlers } from '../aws/dispatch.ts'
import { ConflictException } from '../aws/faults.ts'
import type { SigningIdentity } from '../aws/identity.ts'
import type { Service } from '../aws/services.ts'
import type { Clock } from '../base/clock.ts'
import type { Ids } from '../base/ids.ts'
import { RecordExists, RecordMissing, StaleRecord } from '../store/errors.ts'
import type { Namespace, Reader, Store, Writer } from '../store/store.ts'
import { type Change, type ControlContext, partitionOf } from './context.ts'
import { type CheckPassRole, passingRoles } from './pass-role.ts'
import { Changes } from './publication.ts'
import type { DataPlaneTests } from './test-request.ts'
import { awsIntegrationTimeoutMs } from './v1/integration-rules.ts'

/** A service with what answers its calls. */
export interface ControlService {
  readonly service: Service
  readonly handlers: AnyHandlers<ControlContext>
  /** Names of operations that get `ctx.store` instead of a transaction: they wait for other things. */
  readonly outsideTransaction?: ReadonlySet<string>
  /** Whatever it writes, the data plane is told that identities changed. */
  readonly changesIdentities?: boolean
  /** Operations that need no signature: what they are given proves who asks. */
  readonly anonymous?: ReadonlySet<string>
}

/** Who calls, and through which request. */
export interface Caller {
  readonly namespace: Namespace
  readonly requestId: string
  readonly host: string
  readonly accessKeyId: string
  readonly userAgent: string
  /** undefined: the connection has no address. */
  readonly sourceIp: string | undefined
  readonly isTls: boolean
  readonly identity: SigningIdentity | null
  /** The request's, for what policies call the operation. */
  readonly method: string
  readonly rawPath: string
  /** Asked before a role is put into a record; null: the caller may pass any. */
  readonly checkPassRole: CheckPassRole | null
}

export interface TransactionDeps {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  /** Carries changes to the data plane; called in the order of the commits, which it has to keep. */
  publish(changes: readonly Change[]): Promise<void>
  readonly tests: DataPlaneTests
  /** The most that `timeoutInMillis` of a buffered method may say; unless given, AWS's. */
  readonly integrationTimeoutMs?: number
}

/** The service's handlers, each wrapped so that it takes a caller and finds its own transaction. */
export function transactional(
  { service, handlers, outsideTransaction, changesIdentities = false }: ControlService,
  deps: TransactionDeps,
): AnyHandlers<Caller> {
  const wrapped: Record<string, (caller: Caller, input: never) => Promise<unknown>> = {}
  for (const [name, handler] of Object.entries(handlers)) {
    const run = outsideTransaction?.has(name)
      ? runOutside
      : isRead(service, name)
        ? runRead
        : runWrite
    const marksChange = changesIdentities && run === runWrite
    wrapped[name] = (caller, input) => {
      const { checkPassRole } = caller
      const store = checkPassRole ? passingRoles(deps.store, checkPassRole) : deps.store
      return run({ ...deps, store }, caller, context => {
        if (marksChange) context.identitiesChanged()
        return handler(context, input)
      })
    }
  }
  return wrapped
}

/** Calls of the query protocol are all POST: there the name tells. */
function isRead({ model, query }: Service, name: string): boolean {
  return query === null ? model.operations.get(name)?.method === 'GET' : /^(?:Get|List)/.test(name)
}

type Work = (context: ControlContext) => unknown

function runRead(deps: TransactionDeps, caller: Caller, work: Work): Promise<unknown> {
  return deps.store.read(caller.namespace, async tx =>
    // GET operations are typed for a `ReadContext`, so none of them writes.
    work(contextFor(deps, caller, tx as Reader as Writer, new Changes())),
  )
}

async function runWrite(deps: TransactionDeps, caller: Caller, work: Work): Promise<unknown> {
  const changes = new Changes()
  const output = await deps.store
    .write(caller.namespace, async tx => work(contextFor(deps, caller, tx, changes)))
    .catch(explainConflict)
  if (changes.list.length > 0) await deps.publish(changes.list)
  return output
}

async function runOutside(deps: TransactionDeps, caller: Caller, work: Work): Promise<unknown> {
  const changes = new Changes()
  const output = await work(contextFor(deps, caller, undefined, changes))
  if (changes.list.length > 0) await deps.publish(changes.list)
  return output
}

// Two calls that met in the store: AWS's own words for it.
function explainConflict(error: unknown): never {
  if (
    error instanceof RecordExists ||
    error instanceof RecordMissing ||
    error instanceof StaleRecord
  ) {
    throw new ConflictException(
      'Unable to complete operation due to concurrent modification. Please try again later.',
    )
  }
  throw error
}

function contextFor(
  { store, clock, ids, tests, integrationTimeoutMs = awsIntegrationTimeoutMs }: TransactionDeps,
  { namespace, requestId, host, accessKeyId, userAgent, sourceIp, isTls, identity }: Caller,
  tx: Writer | undefined,
  changes: Changes,
): ControlContext {
  const { account, region } = namespace
  return {
    account,
    region,
    partition: partitionOf(region),
    clock,
    ids,
    requestId,
    host,
    store,
    namespace,
    accessKeyId,
    userAgent,
    sourceIp,
    isTls,
    identity,
    tests,
    integrationTimeoutMs,
    get tx() {
      if (tx === undefined) throw new TypeError('this operation runs outside a transaction')
      return tx
    },
    publish: source => changes.publish(source),
    retract: (apiId, stageName) => changes.retract(apiId, stageName),
    identitiesChanged: () => changes.identities(),
    flushCache: (apiId, stageName, cache) => changes.flush(apiId, stageName, cache),
  }
}
