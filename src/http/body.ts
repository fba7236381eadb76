/** Reads a request's body whole, up to a limit; nothing is kept of a body that is too large. */
import type { IncomingMessage } from 'node:http'

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
  const chunks: Buffer[] = []
  let size = 0
  let isDone = false
  const finish = (outcome: BodyOutcome): void => {
    if (isDone) return
    isDone = true
    done(outcome)
  }
  request.on('data', (chunk: Buffer) => {
    if (isDone) return
    size += chunk.length
    if (size > limitBytes) {
      chunks.length = 0
      finish({ type: 'too-large' })
      return
    }
    chunks.push(chunk)
  })
  request.on('end', () => {
    finish({
      type: 'read',
      body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
    })
  })
  request.on('error', () => finish({ type: 'gone' }))
  request.on('close', () => finish({ type: 'gone' }))
}
