/**
 * Runs Lambda functions, each in processes of its own: the public face of this folder.
 *
 * A function has a pool of environments (pool.ts), an environment is one process (environment.ts). The runner
 * divides what the machine can carry, `maxEnvironments`, among the pools: a pool that needs one more when all
 * are taken gets the place of one that is idle elsewhere, else its invocations wait. AWS's own limits
 * (concurrency.ts) refuse instead: on AWS machines are not scarce, so to wait a little is closer to its answers.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { Concurrency } from './concurrency.ts'
import { type AnswerSink, Delivery } from './delivery.ts'
import type { EnvironmentOptions } from './environment.ts'
import { HotFolder } from './hot-reload.ts'
import type { OnLog } from './log.ts'
import { Pool, type PoolHost } from './pool.ts'
import { FunctionGone, InvocationTooLarge, RuntimeUnsupported } from './refusals.ts'
import { refuseExtensions, runtimeOf, whyMissing } from './runtimes.ts'
import { checkSandbox, type Sandbox } from './sandbox.ts'
import {
  type CredentialsOf,
  type FunctionSettings,
  foldersOf,
  type Invocation,
  type InvocationResult,
} from './settings.ts'
import { StorageWatch } from './storage-watch.ts'
import { Stragglers } from './stragglers.ts'
import { Warden } from './warden.ts'
import { Watchdog } from './watchdog.ts'

/** Lambda's limits for synchronous invocations, in bytes. */
export const awsPayloadLimits = Object.freeze({
  request: 6_291_456,
  response: 6_291_556,
  stream: 209_715_200,
})

/** How long a function without any environment waits before a busy one must give it a place. */
const yieldAfterMs = 100

export interface RunnerOptions {
  readonly clock: Clock
  /** Processes of all functions together; default: eight per processor. */
  readonly maxEnvironments?: number
  /**
   * Running and waiting invocations of all functions without reserved concurrency, beyond which they are throttled;
   * default 1000 as on AWS.
   */
  readonly accountConcurrency?: number
  /** How long an environment stays without work; default five minutes. */
  readonly idleMs?: number
  /** How long an invocation waits for an environment; default 29 seconds. */
  readonly maxWaitMs?: number
  /** Default: AWS's limits. */
  readonly payloadLimits?: { readonly request: number; readonly response: number }
  /** Processes that a function may have at once; default 1024, as on AWS. */
  readonly processLimit?: number
  /** How long a function may load before it begins again with its own time limit; default 10 seconds, as on AWS. */
  readonly initLimitMs?: number
  /** What a function may print in one invocation; default 4 MB. */
  readonly logLimitBytes?: number
  /** Environment variables for every function, such as AWS_ENDPOINT_URL. */
  readonly variables?: Readonly<Record<string, string>>
  /** Default: no role is known. */
  readonly credentialsOf?: CredentialsOf
  /** The Node.js that runs functions; default: the one that runs this. */
  readonly nodePath?: string
  /** The Python that runs functions; default `python3`. */
  readonly pythonPath?: string
  /** Default: functions are not isolated. */
  readonly sandbox?: Sandbox
  /** Largest streamed answer in bytes; default AWS's 200 MB. */
  readonly streamLimitBytes?: number
  readonly onLog: OnLog
}

/** An invocation whose answer is read as it comes. */
export interface StreamedInvocation {
  /** Its end. Rejects as `invoke` does. */
  readonly result: Promise<InvocationResult>
  /** The sink wants more, after its `write` gave false. */
  resume(): void
  /** Nobody reads any more. The function runs to its end, as on AWS. */
  abort(): void
}

/** Owns all processes of functions; `close` it, though they end with the gateway in any case. */
export class FunctionRunner {
  readonly #pools = new Map<string, Pool>()
  /** Pools of former revisions that still have processes. */
  readonly #retired = new Set<Pool>()
  readonly #hungry = new Set<Pool>()
  readonly #hotFolders = new Map<string, readonly HotFolder[]>()
  readonly #host: PoolHost
  readonly #warden: Warden
  readonly #watchdog: Watchdog
  readonly #storageWatch = new StorageWatch()
  readonly #pythonPath: string
  readonly #responseLimitBytes: number
  readonly #streamLimitBytes: number
  readonly #clock: Clock
  readonly #requestLimitBytes: number
  readonly #maxEnvironments: number
  readonly #maxStarting = availableParallelism()
  readonly #idleMs: number
  readonly #reaper: NodeJS.Timeout
  #isClosed = false

  constructor(options: RunnerOptions) {
    const limits = options.payloadLimits ?? awsPayloadLimits
    this.#clock = options.clock
    if (options.sandbox !== undefined) checkSandbox(options.sandbox)
    const temporaryRoot = join(tmpdir(), `portcullis-${randomBytes(8).toString('hex')}`)
    this.#watchdog = new Watchdog(options.processLimit ?? 1024)
    this.#warden = new Warden(temporaryRoot)
    this.#pythonPath = options.pythonPath ?? 'python3'
    this.#requestLimitBytes = limits.request
    this.#responseLimitBytes = limits.response
    this.#streamLimitBytes = options.streamLimitBytes ?? awsPayloadLimits.stream
    this.#maxEnvironments = options.maxEnvironments ?? availableParallelism() * 8
    this.#idleMs = options.idleMs ?? 300_000
    const environment: EnvironmentOptions = {
      clock: options.clock,
      warden: this.#warden,
      stragglers: new Stragglers(),
      watchdog: this.#watchdog,
      storageWatch: this.#storageWatch,
      launch: {
        nodePath: options.nodePath ?? process.execPath,
        pythonPath: this.#pythonPath,
        variables: options.variables ?? {},
        credentialsOf: options.credentialsOf ?? (() => undefined),
        sandbox: options.sandbox,
      },
      temporaryRoot,
      responseLimitBytes: limits.response,
      logLimitBytes: options.logLimitBytes ?? 4 * 1024 * 1024,
      initLimitMs: options.initLimitMs ?? 10_000,
      onLog: options.onLog,
    }
    this.#host = {
      environment,
      concurrency: new Concurrency(options.accountConcurrency ?? 1000),
      maxWaitMs: options.maxWaitMs ?? 29_000,
      grow: pool => this.#grow(pool),
      mustYield: pool => this.#mustYield(pool),
      changed: () => this.#changed(),
    }
    this.#reaper = setInterval(() => this.reap(), Math.max(100, this.#idleMs / 4))
    this.#reaper.unref()
  }

  /**
   * Runs the function once. Whatever the function does is a result; rejects with `TooManyInvocations`,
   * `RuntimeUnsupported`, `InvocationTooLarge` or `FunctionGone`.
   */
  invoke(settings: FunctionSettings, invocation: Invocation): Promise<InvocationResult> {
    return this.#start(settings, invocation, new Delivery(undefined, this.#responseLimitBytes))
  }

  /**
   * Runs the function once and gives its answer to `sink` as it comes; of a function that does not stream, all at once.
   * The result tells how it ended, as that of `invoke` does; its payload is empty unless the function failed.
   */
  invokeStreaming(
    settings: FunctionSettings,
    invocation: Invocation,
    sink: AnswerSink,
  ): StreamedInvocation {
    const delivery = new Delivery(sink, this.#streamLimitBytes)
    return {
      result: this.#start(settings, invocation, delivery),
      resume: () => delivery.resume(),
      abort: () => delivery.abort(),
    }
  }

  /** Has as many environments ready as the settings' `provisionedConcurrency` says, from now on. */
  provision(settings: FunctionSettings): void {
    this.#grow(this.#poolOf(settings))
  }

  /** How many environments of the version or alias are started. */
  readyOf(arn: string): number {
    return this.#pools.get(arn)?.ready ?? 0
  }

  /**
   * Why a function cannot run here, a sentence for the user; undefined when it can. `folders`: with its code, then with
   * its layers; without them only the runtime is looked at.
   */
  whyNotRunnable(runtime: string, folders?: readonly string[]): string | undefined {
    try {
      runtimeOf(runtime, folders)
      refuseExtensions(folders?.slice(1) ?? [])
      return whyMissing(runtime, this.#pythonPath)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  /**
   * The function was deleted, with all versions and aliases if `arn` names none: its idle environments end now, the
   * others when they are done.
   */
  forget(arn: string): void {
    for (const [key, pool] of this.#pools) {
      if (key !== arn && !key.startsWith(`${arn}:`) && !key.startsWith(`${arn} `)) continue
      this.#pools.delete(key)
      this.#hotFolders.delete(key)
      this.#retire(pool)
    }
  }

  /** Ends environments that have been idle too long; called by a timer. */
  reap(): void {
    const limit = this.#clock.monotonic() - this.#idleMs
    for (const [arn, pool] of this.#pools) {
      pool.reap(limit)
      if (pool.isGone && pool.wanted <= 0) this.#pools.delete(arn)
    }
  }

  /** Ends all processes, also those that run an invocation; resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#reaper)
    const pools = [...this.#pools.values(), ...this.#retired]
    this.#pools.clear()
    await Promise.all(pools.map(pool => pool.close()))
    this.#watchdog.close()
    this.#storageWatch.close()
    await this.#warden.close()
  }

  #start(
    settings: FunctionSettings,
    invocation: Invocation,
    delivery: Delivery,
  ): Promise<InvocationResult> {
    try {
      if (this.#isClosed) throw new FunctionGone('The gateway is stopping')
      if (invocation.payload.length > this.#requestLimitBytes) {
        throw new InvocationTooLarge(this.#requestLimitBytes)
      }
      return this.#poolOf(settings).invoke(invocation, delivery)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #poolOf(settings: FunctionSettings): Pool {
    const revision = this.#revisionOf(settings)
    const key = keyOf(settings)
    const pool = this.#pools.get(key)
    if (pool?.revision === revision) {
      // What is shared and kept started may have changed without a new revision.
      pool.settings = settings
      return pool
    }
    const why = this.whyNotRunnable(settings.runtime, foldersOf(settings))
    if (why !== undefined) throw new RuntimeUnsupported(why)
    const next = new Pool(settings, revision, this.#host)
    this.#pools.set(key, next)
    if (pool !== undefined) {
      pool.moveWaitersTo(next)
      this.#retire(pool)
    }
    return next
  }

  #revisionOf(settings: FunctionSettings): string {
    const { revision, folder, hotReload, hotLayers = [] } = settings
    if (!hotReload && hotLayers.length === 0) return revision
    const paths = hotReload ? [folder, ...hotLayers] : hotLayers
    const key = keyOf(settings)
    let folders = this.#hotFolders.get(key) ?? []
    if (folders.length !== paths.length || folders.some(({ path }, at) => path !== paths[at])) {
      folders = paths.map(path => new HotFolder(path))
      this.#hotFolders.set(key, folders)
    }
    return [revision, ...folders.map(each => each.fingerprint())].join(' ')
  }

  #retire(pool: Pool): void {
    this.#hungry.delete(pool)
    this.#retired.add(pool)
    pool.retire()
    this.#changed()
  }

  #grow(pool: Pool): void {
    while (pool.wanted > 0) {
      if (this.#starting() >= this.#maxStarting || !this.#makeRoom(pool)) {
        this.#hungry.add(pool)
        return
      }
      pool.startOne()
    }
    this.#hungry.delete(pool)
  }

  /** Whether one more process may start, if need be in the place of one that has been idle longest. */
  #makeRoom(pool: Pool): boolean {
    if (this.#size() < this.#maxEnvironments) return true
    let victim: Pool | undefined
    for (const other of this.#pools.values()) {
      if (other === pool || other.idleSince === undefined) continue
      if (victim?.idleSince === undefined || other.idleSince < victim.idleSince) victim = other
    }
    return victim?.evictOne() ?? false
  }

  /** Whether the pool must give a place to one that has none and has waited long enough. */
  #mustYield(pool: Pool): boolean {
    if (this.#hungry.size === 0 || this.#size() < this.#maxEnvironments) return false
    const limit = this.#clock.monotonic() - yieldAfterMs
    for (const other of this.#hungry) {
      if (other === pool || other.size > 0 || other.waitingSince === undefined) continue
      if (other.waitingSince > limit) continue
      // To the end of the queue, else the place that it gives up would come back to it.
      this.#hungry.delete(pool)
      this.#hungry.add(pool)
      return true
    }
    return false
  }

  #changed(): void {
    for (const pool of this.#retired) if (pool.isGone) this.#retired.delete(pool)
    if (this.#hungry.size === 0) return
    // Who has nothing at all comes first. Growing adds and removes, so this goes over a copy.
    const hungry = [...this.#hungry].sort((a, b) => Number(a.size > 0) - Number(b.size > 0))
    for (const pool of hungry) this.#grow(pool)
  }

  #size(): number {
    let size = 0
    for (const pool of this.#pools.values()) size += pool.size
    for (const pool of this.#retired) size += pool.size
    return size
  }

  #starting(): number {
    let starting = 0
    for (const pool of this.#pools.values()) starting += pool.starting
    return starting
  }
}

/** Which pool runs it: an alias over two versions has two. */
function keyOf({ arn, isAdditional = false }: FunctionSettings): string {
  return isAdditional ? `${arn} additional` : arn
}
