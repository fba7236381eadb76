/**
 * Invocations of type `Event`: taken at once, run when there is room, and tried twice more when the function
 * fails: after one minute, then after two. Throttled ones are tried again, too.
 *
 * They live in memory: what has not run when the gateway stops is lost, and `pending` tells how many those are.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { TooManyRequestsException } from '../../aws/faults.ts'
import type { FunctionHost, RunInvocation, RunSettings } from './context.ts'

const retryDelaysMs = [60_000, 120_000]
const queueLimit = 10_000
const queueLimitBytes = 64 * 1024 * 1024

/** One for the whole Lambda API. */
export class AsyncInvocations {
  readonly #delay: (ms: number) => Promise<void>
  #count = 0
  #bytes = 0

  /** `delay` resolves after so many milliseconds; a test hands over its own. */
  constructor(delay: (ms: number) => Promise<void> = waitQuietly) {
    this.#delay = delay
  }

  /** Invocations that have not ended. */
  get pending(): number {
    return this.#count
  }

  /** Takes the event. Throws `TooManyRequestsException` when too many are waiting. */
  add(host: FunctionHost, settings: RunSettings, invocation: RunInvocation): void {
    const bytes = invocation.payload.length
    if (this.#count >= queueLimit || this.#bytes + bytes > queueLimitBytes) {
      throw new TooManyRequestsException('Rate Exceeded.', {
        Reason: 'ConcurrentInvocationLimitExceeded',
      })
    }
    this.#count++
    this.#bytes += bytes
    this.#run(host, settings, invocation)
      .catch(error => host.report(error))
      .finally(() => {
        this.#count--
        this.#bytes -= bytes
      })
  }

  async #run(host: FunctionHost, settings: RunSettings, invocation: RunInvocation): Promise<void> {
    for (const delayMs of retryDelaysMs) {
      if (await succeeds(host, settings, invocation)) return
      await this.#delay(delayMs)
    }
    await succeeds(host, settings, invocation)
  }
}

async function succeeds(
  host: FunctionHost,
  settings: RunSettings,
  invocation: RunInvocation,
): Promise<boolean> {
  try {
    return (await host.invoke(settings, invocation)).functionError === undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.name === 'TooManyInvocations') return false
    // Deleted meanwhile, or the gateway stops: there is nothing to try again.
    if (error.name === 'FunctionGone') return true
    throw error
  }
}

function waitQuietly(ms: number): Promise<void> {
  return new Promise(resolve => {
    // Must not keep the gateway from stopping.
    setTimeout(resolve, ms).unref()
  })
}
