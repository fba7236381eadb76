/**
 * Invocations of type `Event`: kept on disk before they are acknowledged, run when there is room, and forgotten when they
 * are done. After a stop or a crash they are taken up again, so that an event may run twice but is never lost.
 *
 *     take -> shelf -> run -> ok                  -> done: Success
 *                       |---- function error      -> again after one minute, then after two (or fewer times, as configured)
 *                       |---- throttled           -> again after 1 s, 2 s, 4 s … at most 5 minutes
 *                       `---- too old, too often  -> done: EventAgeExceeded, RetriesExhausted
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { TooManyRequestsException } from '../../aws/faults.ts'
import type { Clock } from '../../base/clock.ts'
import type { FunctionHost, RunResult, RunSettings } from './context.ts'
import { chosen, type ResolvedFunction } from './resolve.ts'

/** An event that was acknowledged. Times in epoch milliseconds. */
export interface WaitingEvent {
  readonly id: string
  /** As it was invoked: with the version or alias if the caller named one. */
  readonly functionArn: string
  readonly payload: Buffer
  readonly clientContext?: string
  readonly traceId?: string
  readonly takenMs: number
  /** Not run before. */
  dueMs: number
  /** Runs that ended in an error of the function. */
  failures: number
  /** Attempts in a row for which there was no room. */
  throttles: number
}

/** Where events lie until they are done. */
export interface EventShelf {
  /** Resolves when the event is safely there; replaces one with the same id. */
  keep(event: WaitingEvent): Promise<void>
  remove(id: string): Promise<void>
  all(): Promise<WaitingEvent[]>
}

/** How an event ended. */
export interface EventOutcome {
  /** `ZeroReservedConcurrency` is a guess at the word. */
  readonly condition:
    | 'Success'
    | 'RetriesExhausted'
    | 'EventAgeExceeded'
    | 'ZeroReservedConcurrency'
  readonly event: WaitingEvent
  readonly found: ResolvedFunction
  /** Of the last run; undefined when it never ran. */
  readonly result: (RunResult & { readonly version: string }) | undefined
}

export interface AsyncParts {
  readonly shelf: EventShelf
  readonly clock: Clock
  readonly host: Pick<FunctionHost, 'invoke' | 'random' | 'report'>
  /** Undefined when the function is gone. */
  readonly find: (arn: string) => Promise<ResolvedFunction | undefined>
  /** Tells whoever is to know. Failures of its own are its own affair. */
  readonly tell: (outcome: EventOutcome) => Promise<void>
  /** Resolves after so many milliseconds; a test hands over its own. Default: timers. */
  readonly delay?: (ms: number) => Promise<void>
}

const retryDelaysMs = [60_000, 120_000]
const longestThrottleMs = 300_000
const defaultMaxAgeSeconds = 21_600
const queueLimit = 10_000
const queueLimitBytes = 64 * 1024 * 1024

/** One for the whole Lambda API. */
export class AsyncInvocations {
  readonly #parts: AsyncParts
  readonly #delay: (ms: number) => Promise<void>
  #count = 0
  #bytes = 0
  #isClosed = false

  constructor(parts: AsyncParts) {
    this.#parts = parts
    this.#delay = parts.delay ?? waitQuietly
  }

  /** Events that have not ended. */
  get pending(): number {
    return this.#count
  }

  /** Keeps the event, then runs it. Throws `TooManyRequestsException` when too many are waiting. */
  async take(
    given: Pick<WaitingEvent, 'id' | 'functionArn' | 'payload' | 'clientContext' | 'traceId'>,
  ): Promise<void> {
    const { clock, shelf } = this.#parts
    const bytes = given.payload.length
    if (this.#count >= queueLimit || this.#bytes + bytes > queueLimitBytes) {
      throw new TooManyRequestsException('Rate Exceeded.', {
        Reason: 'ConcurrentInvocationLimitExceeded',
      })
    }
    const now = clock.now()
    const event: WaitingEvent = { ...given, takenMs: now, dueMs: now, failures: 0, throttles: 0 }
    this.#count++
    this.#bytes += bytes
    try {
      await shelf.keep(event)
    } catch (error) {
      this.#forget(event)
      throw error
    }
    this.#start(event)
  }

  /** Takes up what was acknowledged before the last stop. */
  async resume(): Promise<void> {
    for (const event of await this.#parts.shelf.all()) {
      this.#count++
      this.#bytes += event.payload.length
      this.#start(event)
    }
  }

  /** What waits stays on the shelf. */
  close(): void {
    this.#isClosed = true
  }

  #start(event: WaitingEvent): void {
    this.#untilDone(event)
      .catch(error => this.#parts.host.report(error))
      .finally(() => this.#forget(event))
  }

  #forget(event: WaitingEvent): void {
    this.#count--
    this.#bytes -= event.payload.length
  }

  async #untilDone(event: WaitingEvent): Promise<void> {
    const { clock, shelf, find, tell } = this.#parts
    for (;;) {
      const waitMs = event.dueMs - clock.now()
      if (waitMs > 0) await this.#delay(waitMs)
      if (this.#isClosed) return
      const found = await find(event.functionArn)
      // Deleted meanwhile: nobody is there to hear of it, as on AWS.
      const outcome = found && (await this.#attempt(event, found))
      if (this.#isClosed && outcome === undefined) return
      if (outcome !== 'again') {
        if (outcome !== undefined) await tell(outcome)
        await shelf.remove(event.id)
        return
      }
      await shelf.keep(event)
    }
  }

  async #attempt(event: WaitingEvent, found: ResolvedFunction): Promise<EventOutcome | 'again'> {
    const { maxAgeSeconds = defaultMaxAgeSeconds, retries = retryDelaysMs.length } =
      found.events ?? {}
    const lastMs = event.takenMs + maxAgeSeconds * 1000
    const end = (condition: EventOutcome['condition'], result?: EventOutcome['result']) => ({
      condition,
      event,
      found,
      result,
    })
    const { clock } = this.#parts
    if (clock.now() > lastMs) return end('EventAgeExceeded')
    if (found.reservedConcurrency === 0) return end('ZeroReservedConcurrency')
    const result = await this.#run(
      event,
      chosen(found, () => this.#parts.host.random()),
    )
    if (result !== undefined && result.functionError === undefined) return end('Success', result)
    let pauseMs: number
    if (result === undefined) {
      pauseMs = Math.min(longestThrottleMs, 1000 * 2 ** Math.min(event.throttles++, 20))
    } else {
      event.throttles = 0
      event.failures++
      if (event.failures > retries) return end('RetriesExhausted', result)
      pauseMs = retryDelaysMs[event.failures - 1] ?? longestThrottleMs
    }
    event.dueMs = clock.now() + pauseMs
    return event.dueMs > lastMs ? end('EventAgeExceeded', result) : 'again'
  }

  /** Undefined when there was no room, or the runner is stopping. */
  async #run(event: WaitingEvent, settings: RunSettings): Promise<EventOutcome['result']> {
    const { id: requestId, payload, clientContext, traceId } = event
    const invocation = {
      payload,
      requestId,
      ...(clientContext !== undefined && { clientContext }),
      ...(traceId !== undefined && { traceId }),
    }
    try {
      const result = await this.#parts.host.invoke(settings, invocation)
      const { functionError, logTail } = result
      return { payload: result.payload, functionError, logTail, version: settings.version }
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      if (name === 'TooManyInvocations' || name === 'FunctionGone') return undefined
      throw error
    }
  }
}

function waitQuietly(ms: number): Promise<void> {
  return new Promise(resolve => {
    // Must not keep the gateway from stopping.
    setTimeout(resolve, ms).unref()
  })
}
