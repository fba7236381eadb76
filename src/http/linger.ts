/**
 * The end of an answer that came before its request was read: RFC 9112 §9.6. A connection that is closed while the client
 * still sends is reset, and the reset may overtake the answer. So only our side is closed; the rest of the request is read and
 * thrown away for a while, and what is wrong with it is nobody's concern any more.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { coarseTimers } from '../base/coarse-timer.ts'

const lingerMs = 5_000

const lingering = new WeakSet<Duplex>()

/** Ends the answer, whose bytes were written, and with it the connection; at once when the request is complete. */
export function endAnswer(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || response.destroyed) {
    response.end()
    return
  }
  lingering.add(request.socket)
  const end = (): void => {
    coarseTimers.cancel(limit)
    response.end()
  }
  const limit = coarseTimers.after(lingerMs, end)
  request.once('end', end)
  request.once('close', end)
  request.resume()
  // Without a socket it still waits for the answers to requests before it.
  if (response.socket !== null) response.socket.end()
}

/** Whether the last answer of the connection was given, so that there is nothing to complain about. */
export function isLingering(socket: Duplex): boolean {
  return lingering.has(socket)
}
