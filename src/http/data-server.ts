/**
 * Accepts HTTP for the data plane. What is for an API goes on to `serve-request.ts`, the rest to the control plane.
 *
 *     intake checks -> locate -> program -> match route -> body -> run steps -> respond -> observe -> write
 *     `------ here ---------´    `-------------- serve-request.ts --------------------------------------´
 *
 * Each connection is a `DirectConnection` first, which takes plain requests straight from the socket. All others are for
 * node:http, because it is the hardened parser; it listens, and is given a connection when something else than a plain
 * request comes on it (docs/decisions/0004-http-in.md).
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Cancel } from '../messages/messages.ts'
import { type ApiAddress, locate } from './address.ts'
import { readBody } from './body.ts'
import { ClientBody } from './client-body.ts'
import { Conversation, type NodeTurn } from './conversation.ts'
import { DirectConnection, type DirectParts } from './direct-connection.ts'
import { IdleWatch } from './idle-watch.ts'
import { type Intake, takeIn } from './intake.ts'
import { arrivalOf, type Receive, type ServingParts, serveRequest } from './serve-request.ts'
import type { Turn } from './turn.ts'
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

export interface DataServer {
  readonly server: Server
  /** Ends connections on which no request is being served. */
  closeIdle(): void
}

export function createDataServer(parts: DataServerParts): DataServer {
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
  const direct = new Map<Socket, DirectConnection>()
  const idleWatch = new IdleWatch(
    idleLimitMs,
    socket => direct.get(socket)?.isAwaited === true || Conversation.isAwaited(socket),
  )
  const directParts: DirectParts = {
    serve: (socket, intake, address, turn, body) =>
      serve(parts, socket, intake, address, turn, body),
    handOver: (socket, bytes) => {
      if (bytes !== null) socket.unshift(bytes)
      byNode.call(server, socket)
      socket.resume()
    },
    headTimeoutMs: Math.min(parts.headTimeoutMs, parts.requestTimeoutMs),
    isStopping: parts.isStopping,
  }
  // node's own way to begin a connection; now it is asked only for those that are handed over.
  const [byNode] = server.listeners('connection') as [(this: Server, socket: Socket) => void]
  server.removeAllListeners('connection')
  server.on('connection', socket => {
    idleWatch.add(socket)
    direct.set(socket, new DirectConnection(socket, directParts))
    socket.once('close', () => direct.delete(socket))
  })
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
  const closeIdle = (): void => {
    for (const connection of direct.values()) connection.closeIfIdle()
    server.closeIdleConnections()
  }
  return { server, closeIdle }
}

/** A request that node has parsed. `asksFirst`: the client waits for `100 Continue` before it sends the body. */
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
  const intake = takeIn({
    method: request.method as string,
    url: request.url ?? '/',
    version: request.httpVersion,
    headers: request.rawHeaders,
  })
  if ('status' in intake) {
    // Where its body ends is in doubt, so that nothing of it is waited for.
    turn.end()
    conversation.breakOff(() => writeRaw(request.socket, intake.status, intake.message))
    return
  }
  request.url = intake.target
  const address = locate(intake.host, intake.target)
  if (address.type === 'control') {
    survive(parts, turn, 'to the control plane', () => {
      if (asksFirst) response.writeContinue()
      response.once('close', () => turn.end())
      parts.control(request, response, turn)
    })
    return
  }
  const hasBody = intake.contentLength > 0 || intake.isChunked
  const body = hasBody ? receiver(parts, turn, intake, asksFirst) : null
  serve(parts, request.socket, intake, address, turn, body)
}

function serve(
  parts: DataServerParts,
  socket: Socket,
  intake: Intake,
  address: ApiAddress,
  turn: Turn,
  body: Buffer | Receive | null,
): void {
  const arrival = arrivalOf(socket, intake, address)
  survive(parts, turn, arrival.requestId, () =>
    serveRequest(parts, address, arrival, intake, turn, body),
  )
}

/** No request may end the thread, whatever was overlooked. */
function survive(parts: DataServerParts, turn: Turn, requestId: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    parts.observer.crashed(requestId, error)
    turn.crash()
  }
}

/** How the body of a request is read that node has parsed. */
function receiver(
  { bodyLimitBytes: limitBytes }: DataServerParts,
  { request, response }: NodeTurn,
  intake: Intake,
  asksFirst: boolean,
): Receive {
  const length = intake.isChunked ? -1 : intake.contentLength
  const stream = (first: Buffer | null): ClientBody =>
    new ClientBody(request, asksFirst ? response : null, length, limitBytes, first)
  return (holdBytes, done) => {
    if (holdBytes === 0) {
      done({ type: 'long', body: stream(null) })
      return
    }
    if (asksFirst) response.writeContinue()
    readBody(request, limitBytes, holdBytes, outcome => {
      done(outcome.type === 'long' ? { type: 'long', body: stream(outcome.first) } : outcome)
    })
  }
}
