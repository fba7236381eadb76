/**
 * The environments of one revision of one function, and the invocations that wait for one.
 *
 *     invoke --> an idle environment? --> run
 *                otherwise wait; as many environments start as invocations wait, if the runner lets them
 *     an environment is ready or done --> it takes the invocation that has waited longest, else it is idle
 *
 * Because a warm environment takes waiting invocations while others still start, a burst of short invocations
 * starts few processes. The environment used last is used first, so that the rest can be reaped.
 */
import { type Answer, errorTypeOf } from './answers.ts'
import type { Concurrency } from './concurrency.ts'
import type { Delivery } from './delivery.ts'
import { Environment, type EnvironmentOptions } from './environment.ts'
import { tailOf } from './log.ts'
import type { Failure } from './platform-events.ts'
import { FunctionGone, TooManyInvocations } from './refusals.ts'
import type { FunctionSettings, Invocation, InvocationResult } from './settings.ts'

/** What a pool asks of its runner. */
export interface PoolHost {
  readonly environment: EnvironmentOptions
  readonly concurrency: Concurrency
  /** How long an invocation waits for an environment. */
  readonly maxWaitMs: number
  /** Invocations wait: calls `pool.startOne()` as often as makes sense now, and again when it does. */
  grow(pool: Pool): void
  /** Whether the environment that came free must go, for the sake of a function that has none. */
  mustYield(pool: Pool): boolean
  /** An environment is loaded, is idle, or is gone: something may be possible that was not. */
  changed(): void
}

interface Task {
  readonly invocation: Invocation
  readonly delivery: Delivery
  readonly resolve: (result: InvocationResult) => void
  readonly reject: (error: Error) => void
}

interface Waiter {
  readonly task: Task
  readonly timer: NodeJS.Timeout
  /** On the monotonic clock. */
  readonly since: number
}

/** Lives from the first invocation of a revision until its last environment is gone. */
export class Pool {
  /** Those of the last call: of one revision they differ in concurrency only. */
  settings: FunctionSettings
  readonly revision: string
  /** Without version or alias. */
  readonly functionArn: string
  readonly #host: PoolHost
  readonly #environments = new Set<Environment>()
  /** Environments that were killed, until their process is gone. */
  readonly #leaving = new Set<Environment>()
  readonly #idle: Environment[] = []
  readonly #waiters: Waiter[] = []
  #starting = 0
  #isRetired = false
  #onEmpty: (() => void) | undefined

  constructor(settings: FunctionSettings, revision: string, host: PoolHost) {
    this.settings = settings
    this.revision = revision
    this.functionArn = settings.arn.split(':', 7).join(':')
    this.#host = host
  }

  /** Environments that start, run or are idle. */
  get size(): number {
    return this.#environments.size
  }

  /** Whether no process is left. */
  get isGone(): boolean {
    return this.#environments.size + this.#leaving.size === 0
  }

  /** How many more environments the waiting invocations could use, or are to be there before any come. */
  get wanted(): number {
    const { provisionedConcurrency: provisioned = 0 } = this.settings
    const missing = this.#isRetired ? 0 : provisioned - this.size
    return Math.max(this.#waiters.length - this.#starting, missing)
  }

  /** Environments that are loaded. */
  get ready(): number {
    return this.size - this.#starting
  }

  get starting(): number {
    return this.#starting
  }

  /**
   * The time on the monotonic clock since which the longest idle environment is idle; undefined when none is that may end.
   */
  get idleSince(): number | undefined {
    const { provisionedConcurrency: provisioned = 0 } = this.settings
    if (this.size <= provisioned && !this.#isRetired) return undefined
    return this.#idle[0]?.idleSince
  }

  /** Rejects with `TooManyInvocations` or `FunctionGone`; whatever the function does is a result. */
  invoke(invocation: Invocation, delivery: Delivery): Promise<InvocationResult> {
    const { concurrency } = this.#host
    const { functionArn } = this
    const { reservedConcurrency } = this.settings
    concurrency.take(functionArn, reservedConcurrency)
    return new Promise((resolve, reject) => {
      const task: Task = {
        invocation,
        delivery,
        resolve: result => {
          concurrency.give(functionArn, reservedConcurrency)
          resolve(result)
        },
        reject: error => {
          concurrency.give(functionArn, reservedConcurrency)
          reject(error)
        },
      }
      const environment = this.#takeIdle()
      if (environment !== undefined) this.#run(environment, task)
      else this.#wait(task)
    })
  }

  /** Starts an environment: for the invocation that waits longest, or to have it when one comes. */
  startOne(): void {
    const first = this.#waiters[0]?.task.invocation.requestId
    const kind = first === undefined ? 'provisioned-concurrency' : 'on-demand'
    const environment = new Environment(this.settings, this.#host.environment, kind, () =>
      this.#remove(environment),
    )
    this.#environments.add(environment)
    this.#starting++
    const started = () => {
      this.#starting--
      this.#free(environment)
    }
    environment.start(first ?? '', started, answer => {
      this.#starting--
      this.#failWaiter(environment, answer)
    })
  }

  /** The time on the monotonic clock since which the first waiting invocation waits. */
  get waitingSince(): number | undefined {
    return this.#waiters[0]?.since
  }

  /** Ends the environment that has been idle longest; false if none is idle. */
  evictOne(): boolean {
    const environment = this.#idle.shift()
    if (environment !== undefined) this.#end(environment)
    return environment !== undefined
  }

  /** Ends environments that have been idle since `limit` on the monotonic clock. */
  reap(limit: number): void {
    while (this.idleSince !== undefined && this.idleSince <= limit) this.evictOne()
  }

  /** Takes away the waiting invocations, to hand them to the pool of the next revision. */
  moveWaitersTo(next: Pool): void {
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer)
      next.#wait(waiter.task)
    }
  }

  /** No environment gets another invocation: the idle ones end now, the others when they are done. */
  retire(): void {
    this.#isRetired = true
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer)
      waiter.task.reject(new FunctionGone('The function does not exist any more'))
    }
    while (this.evictOne()) {
      // `evictOne` does the work.
    }
  }

  /** Ends all environments, running or not; resolves when their processes are gone. */
  async close(): Promise<void> {
    this.retire()
    if (this.isGone) return
    const empty = new Promise<void>(resolve => {
      this.#onEmpty = resolve
    })
    for (const environment of this.#environments) this.#end(environment)
    await empty
  }

  /** Those that died while they were idle, and whose process is not gone yet, are of no use. */
  #takeIdle(): Environment | undefined {
    for (;;) {
      const environment = this.#idle.pop()
      if (environment === undefined || environment.isAlive) return environment
    }
  }

  #wait(task: Task): void {
    const { maxWaitMs, environment } = this.#host
    const untilDeadline = (task.invocation.deadlineMs ?? Infinity) - environment.clock.now()
    const timer = setTimeout(
      () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        task.reject(new TooManyInvocations('No environment of the function came free in time'))
      },
      Math.max(0, Math.min(maxWaitMs, untilDeadline)),
    )
    const waiter = { task, timer, since: environment.clock.monotonic() }
    this.#waiters.push(waiter)
    this.#host.grow(this)
  }

  #failWaiter(environment: Environment, answer: Answer): void {
    const waiter = this.#waiters.shift()
    if (waiter === undefined) return
    clearTimeout(waiter.timer)
    const { invocation, resolve } = waiter.task
    environment.log.begin(invocation.requestId)
    this.#sayStart(environment, invocation)
    resolve(this.#finish(environment, invocation, answer, 0, true))
    this.#host.changed()
  }

  #run(environment: Environment, { invocation, delivery, resolve }: Task): void {
    const { clock } = this.#host.environment
    const isCold = environment.uses++ === 0
    const begun = clock.monotonic()
    environment.log.begin(invocation.requestId)
    this.#sayStart(environment, invocation)
    environment.run(invocation, delivery, answer => {
      const durationMs = clock.monotonic() - begun
      const result = this.#finish(environment, invocation, answer, durationMs, isCold)
      this.#free(environment)
      resolve(result)
    })
  }

  #sayStart({ log }: Environment, { requestId }: Invocation): void {
    const timeMs = this.#host.environment.clock.now()
    log.platform({ type: 'start', timeMs, requestId, version: this.settings.version })
  }

  #finish(
    environment: Environment,
    invocation: Invocation,
    answer: Answer,
    durationMs: number,
    isCold: boolean,
  ): InvocationResult {
    const { log } = environment
    const { requestId } = invocation
    log.endLine()
    const done = {
      timeMs: this.#host.environment.clock.now(),
      requestId,
      durationMs,
      memoryMb: this.settings.memoryMb,
      peakMemoryKb: answer.peakMemoryKb,
      initMs: isCold ? environment.initMs : undefined,
      failure: failureOf(answer),
      // What the platform found out by itself comes without the memory of the process.
      isOwnFailure: answer.peakMemoryKb > 0,
    }
    log.platform({ ...done, type: 'runtimeDone' })
    log.platform({ ...done, type: 'report' })
    return new Result(answer, log.events, durationMs, isCold)
  }

  /** An environment has nothing to do: another invocation, an end, or rest. */
  #free(environment: Environment): void {
    if (!environment.isAlive) return
    const isWanted = this.#waiters.length > 0
    // An environment that has done nothing yet never yields, or two functions could take turns at starting.
    if (this.#isRetired || (isWanted && environment.uses > 0 && this.#host.mustYield(this))) {
      this.#end(environment)
      this.#host.changed()
      return
    }
    const waiter = this.#waiters.shift()
    if (waiter === undefined) {
      environment.idleSince = this.#host.environment.clock.monotonic()
      this.#idle.push(environment)
    } else {
      clearTimeout(waiter.timer)
      this.#run(environment, waiter.task)
    }
    this.#host.changed()
  }

  /** Its place is free at once; the process is gone a moment later. */
  #end(environment: Environment): void {
    this.#environments.delete(environment)
    this.#leaving.add(environment)
    environment.kill()
  }

  #remove(environment: Environment): void {
    this.#environments.delete(environment)
    this.#leaving.delete(environment)
    const at = this.#idle.indexOf(environment)
    if (at >= 0) this.#idle.splice(at, 1)
    if (this.isGone) this.#onEmpty?.()
    this.#host.changed()
  }
}

/** Puts the tail of the log together only for who reads it. */
class Result implements InvocationResult {
  readonly payload: Buffer
  readonly functionError: InvocationResult['functionError']
  readonly contentType: InvocationResult['contentType']
  readonly durationMs: number
  readonly coldStart: boolean
  readonly #events: readonly string[]

  constructor(answer: Answer, events: readonly string[], durationMs: number, coldStart: boolean) {
    this.payload = answer.payload
    this.functionError = answer.isError ? 'Unhandled' : undefined
    this.contentType = answer.contentType
    this.durationMs = durationMs
    this.coldStart = coldStart
    this.#events = events
  }

  get logTail(): string {
    return tailOf(this.#events)
  }
}

function failureOf(answer: Answer): Failure | undefined {
  if (answer.isTimeout) return 'timeout'
  return answer.isError ? { errorType: errorTypeOf(answer.payload) } : undefined
}
