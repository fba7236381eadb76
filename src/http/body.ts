/** Reads a request's body whole, up to a limit; nothing is kept of a body that is too large. */
import type { IncomingMessage } from 'node:http'
import { GatheredBytes } from '../base/gathered-bytes.ts'

export type BodyOutcome =
  | { readonly type: 'read'; readonly body: Buffer }
  | { readonly type: 'too-large' }
  | { readonly type: 'gone' }

/** Calls `done` exactly once. */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  done: (outcome: BodyOutcome) => void,
): void {
  const gathered = new GatheredBytes(limitBytes)
  let isDone = false
  const finish = (outcome: BodyOutcome): void => {
    if (isDone) return
    isDone = true
    done(outcome)
  }
  request.on('data', (chunk: Buffer) => {
    if (!isDone && !gathered.add(chunk)) finish({ type: 'too-large' })
  })
  request.on('end', () => finish({ type: 'read', body: gathered.bytes }))
  request.on('error', () => finish({ type: 'gone' }))
  request.on('close', () => finish({ type: 'gone' }))
}
