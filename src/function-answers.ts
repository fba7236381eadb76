/**
 * Runs a function for an integration and turns whatever comes of it into an answer: the data plane is told what went
 * wrong, nothing is thrown at it.
 */
import { CoarseTimeout, coarseTimers } from './base/coarse-timer.ts'
import type { RunInvocation, RunSettings } from './control/lambda/context.ts'
import { isAnswerStream, openAnswer } from './lambda/answer-stream.ts'
import type { FunctionRunner } from './lambda/runner.ts'
import type { FunctionAnswer } from './messages/messages.ts'

export type TracedInvocation = RunInvocation & { readonly traceId: string }

/** The whole answer at once. Never rejects. */
export async function runForAnswer(
  runner: FunctionRunner,
  settings: RunSettings,
  invocation: TracedInvocation,
): Promise<FunctionAnswer> {
  try {
    const { payload, functionError } = await runner.invoke(settings, invocation)
    const invocationId = invocation.requestId
    return { type: 'answered', payload, functionError: functionError ?? null, invocationId }
  } catch (error) {
    return refused(error)
  }
}

/** The answer as it comes, if the function streams one. Never rejects. */
export async function streamForAnswer(
  runner: FunctionRunner,
  settings: RunSettings,
  invocation: TracedInvocation,
): Promise<FunctionAnswer> {
  try {
    const given = await openAnswer(runner, settings, invocation)
    const invocationId = invocation.requestId
    if (isAnswerStream(given)) return { type: 'streaming', body: given.body, invocationId }
    const { payload, functionError = null } = given
    return { type: 'answered', payload, functionError, invocationId }
  } catch (error) {
    return refused(error)
  }
}

function refused(error: unknown): FunctionAnswer {
  if (!(error instanceof Error)) return { type: 'failed', reason: String(error) }
  if (error.name === 'TooManyInvocations') return { type: 'throttled', reason: error.message }
  if (error.name === 'InvocationTooLarge') return { type: 'too-large', reason: error.message }
  return { type: 'failed', reason: error.message }
}

class Deadline extends CoarseTimeout {
  readonly #expire: () => void

  constructor(expire: () => void) {
    super()
    this.#expire = expire
  }

  override onTimeout(): void {
    this.#expire()
  }
}

/** The integration's time-out. The function runs on to its own, as on AWS; nobody waits for it any more. */
export function within(
  timeoutMs: number,
  answer: Promise<FunctionAnswer>,
): Promise<FunctionAnswer> {
  return new Promise(resolve => {
    let isLate = false
    const deadline = new Deadline(() => {
      isLate = true
      resolve({ type: 'timeout', reason: `the function did not answer within ${timeoutMs} ms` })
    })
    coarseTimers.arm(deadline, timeoutMs)
    answer.then(given => {
      coarseTimers.cancel(deadline)
      if (isLate && given.type === 'streaming') given.body.abort()
      resolve(given)
    })
  })
}
