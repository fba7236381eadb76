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
import { type AnswerSink, Delivery } from './delivery.ts'
import { Environment, type EnvironmentOptions } from './environment.ts'
import { type Report, reportLine, tailOf } from './log.ts'
import { FunctionGone, TooManyInvocations } from './refusals.ts'
import type { FunctionSettings, Invocation, InvocationResult } from './settings.ts'

/** What a pool asks of its runner. */
export interface PoolHost {
  readonly environment: EnvironmentOptions
  /** Running and waiting invocations of one function; AWS's concurrency limit. */
  readonly maxConcurrency: number
  /** How long an invocation waits for an environment. */
  readonly maxWaitMs: number
  /** Invocations wait: calls `pool.startOne()` as often as makes sense now, and again when it does. */
  grow(pool: Pool): void
  /** Whether the environment that came free must go, for the sake of a function that has none. */
  mustYield(pool: Pool): boolean
  /** An environment is loaded, is idle, or is gone: something may be possible that was not. */
  changed(): void
}

interface Waiter {
  readonly invocation: Invocation
  readonly delivery: Delivery
  readonly resolve: (result: InvocationResult) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
  /** On the monotonic clock. */
  readonly since: number
}

/** Lives from the first invocation of a revision until its last environment is gone. */
export class Pool {
  readonly settings: FunctionSettings
  readonly revision: string
  readonly #host: PoolHost
  readonly #environments = new Set<Environment>()
  /** Environments that were killed, until their process is gone. */
  readonly #leaving = new Set<Environment>()
  readonly #idle: Environment[] = []
  readonly #waiters: Waiter[] = []
  #starting = 0
  #running = 0
  #isRetired = false
  #onEmpty: (() => void) | undefined

  constructor(settings: FunctionSettings, revision: string, host: PoolHost) {
    this.settings = settings
    this.revision = revision
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

  /** How many more environments the waiting invocations could use. */
  get wanted(): number {
    return this.#waiters.length - this.#starting
  }

  get starting(): number {
    return this.#starting
  }

  /** The time on the monotonic clock since which the longest idle environment is idle. */
  get idleSince(): number | undefined {
    return this.#idle[0]?.idleSince
  }

  /** Rejects with `TooManyInvocations` or `FunctionGone`; whatever the function does is a result. */
  invoke(invocation: Invocation): Promise<InvocationResult> {
    if (this.#running + this.#waiters.length >= this.#host.maxConcurrency) {
      return Promise.reject(new TooManyInvocations('Rate Exceeded.'))
    }
    return new Promise((resolve, reject) => {
      const environment = this.#idle.pop()
      if (environment !== undefined) this.#run(environment, invocation, resolve)
      else this.#wait(invocation, resolve, reject)
    })
  }

  /** Starts an environment for the invocation that waits longest. */
  startOne(): void {
    const environment = new Environment(this.settings, this.#host.environment, () =>
      this.#remove(environment),
    )
    this.#environments.add(environment)
    this.#starting++
    const requestId = this.#waiters[0]?.invocation.requestId ?? ''
    const started = () => {
      this.#starting--
      this.#free(environment)
    }
    environment.start(requestId, started, answer => {
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
      next.#wait(waiter.invocation, waiter.resolve, waiter.reject)
    }
  }

  /** No environment gets another invocation: the idle ones end now, the others when they are done. */
  retire(): void {
    this.#isRetired = true
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.timer)
      waiter.reject(new FunctionGone('The function does not exist any more'))
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

  #wait(invocation: Invocation, resolve: Waiter['resolve'], reject: Waiter['reject']): void {
    const { maxWaitMs, environment } = this.#host
    const untilDeadline = (invocation.deadlineMs ?? Infinity) - environment.clock.now()
    const timer = setTimeout(
      () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        reject(new TooManyInvocations('No environment of the function came free in time'))
      },
      Math.max(0, Math.min(maxWaitMs, untilDeadline)),
    )
    const since = environment.clock.monotonic()
    const waiter = { invocation, resolve, reject, timer, since }
    this.#waiters.push(waiter)
    this.#host.grow(this)
  }

  #failWaiter(environment: Environment, answer: Answer): void {
    const waiter = this.#waiters.shift()
    if (waiter === undefined) return
    clearTimeout(waiter.timer)
    environment.log.begin(waiter.invocation.requestId)
    environment.log.say(startLine(waiter.invocation, this.settings))
    waiter.resolve(this.#finish(environment, waiter.invocation, answer, 0, true))
    this.#host.changed()
  }

  #run(
    environment: Environment,
    invocation: Invocation,
    resolve: (result: InvocationResult) => void,
  ): void {
    const { clock } = this.#host.environment
    const isCold = environment.uses++ === 0
    const begun = clock.monotonic()
    this.#running++
    environment.log.begin(invocation.requestId)
    environment.log.say(startLine(invocation, this.settings))
    environment.run(invocation, answer => {
      this.#running--
      const durationMs = clock.monotonic() - begun
      const result = this.#finish(environment, invocation, answer, durationMs, isCold)
      this.#free(environment)
      resolve(result)
    })
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
    log.say(`END RequestId: ${requestId}`)
    log.say(
      reportLine({
        requestId,
        durationMs,
        memoryMb: this.settings.memoryMb,
        peakMemoryKb: answer.peakMemoryKb,
        initMs: isCold ? environment.initMs : undefined,
        failure: failureOf(answer),
      }),
    )
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
      this.#run(environment, waiter.invocation, waiter.resolve)
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

function startLine(invocation: Invocation, settings: FunctionSettings): string {
  return `START RequestId: ${invocation.requestId} Version: ${settings.version}`
}

function failureOf(answer: Answer): Report['failure'] {
  if (answer.isTimeout) return 'timeout'
  // Only what the platform found out by itself is an error in the report.
  if (!answer.isError || answer.peakMemoryKb > 0) return undefined
  return { errorType: errorTypeOf(answer.payload) }
}
