/**
 * Reads a request's body whole, up to a limit; nothing is kept of a body that is too large. A body that may be streamed is
 * read until it proves to be long.
 */
import type { IncomingMessage } from 'node:http'
import { GatheredBytes } from '../base/gathered-bytes.ts'
import { Refusal } from '../messages/refusals.ts'

export type BodyOutcome =
  | { readonly type: 'read'; readonly body: Buffer }
  /** There is more, and the request is paused. */
  | { readonly type: 'long'; readonly first: Buffer }
  | { readonly type: 'too-large' }
  | { readonly type: 'gone' }

/** Calls `done` exactly once; with `long` when more than `holdBytes` came, which may be `Infinity`. */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  holdBytes: number,
  done: (outcome: BodyOutcome) => void,
): void {
  const gathered = new GatheredBytes(limitBytes)
  let isDone = false
  const finish = (outcome: BodyOutcome): void => {
    if (isDone) return
    isDone = true
    done(outcome)
  }
  const take = (chunk: Buffer): void => {
    if (isDone) return
    if (!gathered.add(chunk)) {
      finish({ type: 'too-large' })
    } else if (gathered.bytes.length > holdBytes) {
      request.off('data', take)
      request.pause()
      finish({ type: 'long', first: gathered.bytes })
    }
  }
  request.on('data', take)
  request.on('end', () => finish({ type: 'read', body: gathered.bytes }))
  request.on('error', () => finish({ type: 'gone' }))
  request.on('close', () => finish({ type: 'gone' }))
}

/** How AWS words it. */
export function bodyTooLarge(limitBytes: number): Refusal {
  return new Refusal('REQUEST_TOO_LARGE', {
    message: `HTTP content length exceeded ${limitBytes} bytes.`,
    reason: `the body is larger than ${limitBytes} bytes`,
  })
}
