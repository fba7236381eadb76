/**
 * The streamed answer of a function as a body that flows: what integrations pass on and the Lambda API writes.
 *
 * A function that fails before its first byte has no stream, only a result.
 */
import type { BodyStream } from '../messages/body-stream.ts'
import { PushedStream } from '../messages/pushed-stream.ts'
import type { FunctionRunner } from './runner.ts'
import type {
  FunctionSettings,
  Invocation,
  InvocationResult,
  ResultContentType,
} from './settings.ts'

/** An answer that has begun. */
export interface AnswerStream {
  readonly contentType: ResultContentType
  /** Fails with a `FunctionBroke` when the function does. Whoever aborts it lets the function run on. */
  readonly body: BodyStream
  /** How it ended; never rejects. */
  readonly result: Promise<InvocationResult>
}

/** The function failed after its answer had begun; the message is the function's own description, JSON. */
export class FunctionBroke extends Error {
  override readonly name = 'FunctionBroke'
}

/** Runs the function once. Gives the stream of its answer, or the result of a function that failed at once. */
export function openAnswer(
  runner: FunctionRunner,
  settings: FunctionSettings,
  invocation: Invocation,
): Promise<AnswerStream | InvocationResult> {
  return new Promise((resolve, reject) => {
    let hasBegun = false
    const body = new PushedStream({
      taken: () => running.resume(),
      abort: () => running.abort(),
    })
    const running = runner.invokeStreaming(settings, invocation, {
      start(contentType) {
        hasBegun = true
        resolve({ contentType, body, result: running.result })
      },
      write: bytes => body.push(bytes),
    })
    running.result.then(result => {
      if (!hasBegun) resolve(result)
      else if (result.functionError === undefined) body.end()
      else body.fail(new FunctionBroke(result.payload.toString()))
    }, reject)
  })
}

/** Whether the function's answer has begun, and did not fail at once. */
export function isAnswerStream(given: AnswerStream | InvocationResult): given is AnswerStream {
  return 'body' in given
}
