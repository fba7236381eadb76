/**
 * Accepts HTTP for the data plane. What is for an API goes on to `serve-request.ts`, the rest to the control plane.
 *
 *     intake checks -> locate -> program -> match route -> body -> run steps -> respond -> observe -> write
 *     `------ here ---------´    `-------------- serve-request.ts --------------------------------------´
 *
 * node:http is the parser, because it is the hardened one; answers are written with one flat header list and, when they
 * are small, in one write.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Cancel } from '../messages/messages.ts'
import { locate } from './address.ts'
import { Conversation, type Turn } from './conversation.ts'
import { IdleWatch } from './idle-watch.ts'
import { takeIn } from './intake.ts'
import { arrivalOf, type ServingParts, serveRequest } from './serve-request.ts'
import { idleLimitMs, writeFault, writePlain, writeRaw } from './write-answer.ts'

export interface DataServerParts extends ServingParts {
  /** Requests that are not for an API. */
  readonly control: (request: IncomingMessage, response: ServerResponse, client: Cancel) => void
  /** For request line and headers; later the answer is 408. */
  readonly headTimeoutMs: number
  /** For the request as a whole. */
  readonly requestTimeoutMs: number
  /** true: open connections end with their next answer. */
  readonly isStopping: () => boolean
}

export function createDataServer(parts: DataServerParts): Server {
  const server = createServer(
    {
      noDelay: true,
      // `IdleWatch` does it, for less.
      keepAliveTimeout: 0,
      // A request without a body is spared the life of a stream: no `data`, `end` or `close` event comes of it.
      optimizeEmptyRequests: true,
      // node takes no longer one than for the whole.
      headersTimeout: Math.min(parts.headTimeoutMs, parts.requestTimeoutMs),
      requestTimeout: parts.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(
        5_000,
        Math.ceil(Math.min(parts.headTimeoutMs, parts.requestTimeoutMs) / 4),
      ),
      maxHeaderSize: 32 * 1024,
      insecureHTTPParser: false,
      // Checked with the rest, so that a request without one gets an answer that says so.
      requireHostHeader: false,
    },
    (request, response) => accept(parts, request, response, false),
  )
  // A client that has sent its request may close its half of the connection; conversation.ts looks after it.
  Object.assign(server, { httpAllowHalfOpen: true })
  const idleWatch = new IdleWatch(idleLimitMs, Conversation.isAwaited)
  server.on('connection', socket => idleWatch.add(socket))
  server.on('clientError', (error, socket) => {
    Conversation.of(socket).breakOff(() => writeFault(error, socket))
  })
  server.on('checkContinue', (request, response) => accept(parts, request, response, true))
  server.on('checkExpectation', (request, response) => {
    writePlain(request, response, 417, 'Expectation failed')
  })
  server.on('connect', (_request, socket) => {
    // node has let go of the socket.
    socket.on('error', () => socket.destroy())
    Conversation.of(socket).breakOff(() => writeRaw(socket, 405, 'CONNECT is not supported'))
  })
  return server
}

/** `asksFirst`: the client waits for `100 Continue` before it sends the body. */
function accept(
  parts: DataServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  asksFirst: boolean,
): void {
  const conversation = Conversation.of(request.socket)
  if (conversation.isBrokenOff) return
  const turn = conversation.begin(request, response)
  if (turn === undefined) {
    request.socket.destroy()
    return
  }
  if (parts.isStopping()) response.shouldKeepAlive = false
  const intake = takeIn(request)
  if ('status' in intake) {
    // Where its body ends is in doubt, so that nothing of it is waited for.
    turn.end()
    conversation.breakOff(() => writeRaw(request.socket, intake.status, intake.message))
    return
  }
  const address = locate(intake.host, intake.target)
  if (address.type === 'control') {
    survive(parts, turn, 'to the control plane', () => {
      if (asksFirst) response.writeContinue()
      response.once('close', () => turn.end())
      parts.control(request, response, turn)
    })
    return
  }
  const arrival = arrivalOf(request, intake, address)
  survive(parts, turn, arrival.requestId, () =>
    serveRequest(parts, address, arrival, intake, turn, asksFirst),
  )
}

/** No request may end the thread, whatever was overlooked. */
function survive(parts: DataServerParts, turn: Turn, requestId: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    parts.observer.crashed(requestId, error)
    if (turn.response.headersSent) turn.response.destroy()
    else writePlain(turn.request, turn.response, 500, 'Internal server error')
    turn.end()
  }
}
