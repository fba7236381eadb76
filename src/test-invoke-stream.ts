/**
 * What TestInvokeMethod shows of a method that streams its answer ("Troubleshoot issues with response streaming" in the
 * developer guide): all of it, or what came once there is more than a megabyte, or 35 seconds have passed. When by then
 * there is no head, the status of the test is 0. That an answer that broke off shows what came of it is a guess.
 */
import { coarseTimers } from './base/coarse-timer.ts'
import { gatherPart, isStream } from './messages/body-stream.ts'
import type { HeldReply, Reply } from './messages/messages.ts'

export interface StreamTestLimits {
  /** For the answer as a whole, in milliseconds from the start of the test. */
  readonly timeMs: number
  /** Of the body. */
  readonly bytes: number
}

export const awsStreamTestLimits: StreamTestLimits = Object.freeze({
  timeMs: 35_000,
  bytes: 1024 ** 2,
})

/** How a test ended. */
export interface Finished<R extends Reply = Reply> {
  readonly reply: R
  /** The reply is the gateway's, not the method's. */
  readonly isRefused: boolean
}

const unanswered: Finished<HeldReply> = {
  reply: { status: 0, headers: [], body: '' },
  isRefused: false,
}

/** Of a method that is buffered. */
export async function finishWhole(finishing: Promise<Finished>): Promise<Finished<HeldReply>> {
  const { reply, isRefused } = await finishing
  const { status, headers, body } = reply
  if (isStream(body)) throw new Error('A test holds the answers of buffered methods')
  return { reply: { status, headers, body }, isRefused }
}

/** A call that has no head in time is left to end with its own time-out; what it then answers is let go. */
export function finishInTime(
  finishing: Promise<Finished>,
  { timeMs, bytes }: StreamTestLimits,
): Promise<Finished<HeldReply>> {
  const endsAt = performance.now() + timeMs
  return new Promise(resolve => {
    const limit = coarseTimers.after(timeMs, () => resolve(unanswered))
    finishing.then(finished => {
      coarseTimers.cancel(limit)
      // After the limit nobody looks at it any more, but its connection is to be given back.
      resolve(held(finished, bytes, endsAt - performance.now()))
    })
  })
}

/** What comes of the reply's body in so many milliseconds. */
async function held(
  { reply, isRefused }: Finished,
  bytes: number,
  leftMs: number,
): Promise<Finished<HeldReply>> {
  const { status, headers, body } = reply
  if (!isStream(body)) return { reply: { status, headers, body }, isRefused }
  return { reply: { status, headers, body: await gatherPart(body, bytes, leftMs) }, isRefused }
}
