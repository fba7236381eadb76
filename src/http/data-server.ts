/**
 * Accepts HTTP for the data plane: finds the API, stage and route, reads the body, runs the pipeline and writes the
 * answer. What is not for an API goes to the control plane.
 *
 *     intake checks -> locate -> program -> match route -> body -> run steps -> respond -> observe -> write
 *
 * node:http is the parser, because it is the hardened one; answers are written with one flat header list and, when they
 * are small, in one write.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extendedRequestId } from '../base/ids.ts'
import { newTraceId } from '../base/request-ids.ts'
import type { Cancel } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Arrival } from '../pipeline/arrival.ts'
import { programFor } from '../pipeline/canary.ts'
import { ClientRequest } from '../pipeline/client-request.ts'
import { Exchange, type LoadedRoute } from '../pipeline/exchange.ts'
import type { LoadedProgram } from '../pipeline/load.ts'
import type { Observer } from '../pipeline/observe.ts'
import { run } from '../pipeline/pipeline.ts'
import type { Programs } from '../pipeline/programs.ts'
import { bytesToHold } from '../pipeline/request-streaming.ts'
import { refusalReply, sceneWithoutRoute } from '../pipeline/respond.ts'
import type { RouteMatch } from '../program/program.ts'
import { type Address, locate } from './address.ts'
import { bodyTooLarge, readBody } from './body.ts'
import { plainAddress } from './client-address.ts'
import { ClientBody } from './client-body.ts'
import { Conversation, type Turn } from './conversation.ts'
import { Ending } from './ending.ts'
import { IdleWatch } from './idle-watch.ts'
import { type Intake, takeIn } from './intake.ts'
import { idleLimitMs, writeAnswer, writeFault, writePlain, writeRaw } from './write-answer.ts'

export interface DataServerParts {
  readonly programs: Programs
  readonly observer: Observer
  /** Requests that are not for an API. */
  readonly control: (request: IncomingMessage, response: ServerResponse, client: Cancel) => void
  readonly bodyLimitBytes: number
  /** For request line and headers; later the answer is 408. */
  readonly headTimeoutMs: number
  /** For the request as a whole. */
  readonly requestTimeoutMs: number
  /** true: open connections end with their next answer. */
  readonly isStopping: () => boolean
  /** From 0 to below 1: which requests go to a canary. */
  readonly random: () => number
}

type ApiAddress = Extract<Address, { type: 'api' }>

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
  const idleWatch = new IdleWatch(idleLimitMs)
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
    serve(parts, address, arrival, intake, turn, asksFirst),
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

function serve(
  parts: DataServerParts,
  address: ApiAddress,
  arrival: Arrival,
  intake: Intake,
  turn: Turn,
  asksFirst: boolean,
): void {
  const { request, response } = turn
  const stage = parts.programs.get(address.apiId, address.stage)
  if (stage === undefined) {
    parts.observer.unknown(arrival, address.apiId, address.stage)
    const headers = ownHeaders(arrival, ['x-amzn-ErrorType', 'ForbiddenException'])
    writePlain(request, response, 403, 'Forbidden', headers)
    turn.end()
    return
  }
  if (hasUnsupportedCharacter(address.rawQuery)) {
    const headers = ownHeaders(arrival, ['x-amzn-ErrorType', 'BadRequestException'])
    writePlain(request, response, 400, 'Bad Request', headers)
    turn.end()
    return
  }
  const loaded = programFor(stage, parts.random)
  const match = loaded.program.isDefaultEndpointDisabled
    ? undefined
    : loaded.program.routes.match(arrival.method, arrival.path)
  if (match === undefined) {
    refuseUnmatched(parts, loaded, arrival, turn)
    return
  }
  if (intake.contentLength <= 0 && !intake.isChunked) {
    start(parts, loaded, match, arrival, intake, null, turn)
    return
  }
  if (intake.contentLength > parts.bodyLimitBytes) {
    refuseTooLarge(parts, loaded, match, arrival, intake, turn)
    return
  }
  receive(parts, loaded, match, arrival, intake, turn, asksFirst)
}

/** Runs the steps once the body is here, or so much of it that it is known to be long. */
function receive(
  parts: DataServerParts,
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  turn: Turn,
  asksFirst: boolean,
): void {
  const { request, response } = turn
  const { bodyLimitBytes: limitBytes } = parts
  const length = intake.isChunked ? -1 : intake.contentLength
  const begin = (first: Buffer | null): void => {
    const body = new ClientBody(request, asksFirst ? response : null, length, limitBytes, first)
    start(parts, loaded, match, arrival, intake, body, turn)
  }
  const holdBytes = bytesToHold(routeOf(loaded, match), loaded.program, arrival.headers, length)
  if (holdBytes === 0) {
    begin(null)
    return
  }
  if (asksFirst) response.writeContinue()
  readBody(request, limitBytes, holdBytes, outcome => {
    switch (outcome.type) {
      case 'read':
        start(parts, loaded, match, arrival, intake, outcome.body, turn)
        break
      case 'long':
        begin(outcome.first)
        break
      case 'too-large':
        refuseTooLarge(parts, loaded, match, arrival, intake, turn)
        break
      case 'gone':
        response.destroy()
        turn.end()
        break
      default:
        outcome satisfies never
    }
  })
}

/**
 * "The plain text pipe character and the curly brace character are not supported for any request URL query string and
 * must be URL-encoded" (important notes). Users report 400, which no log of theirs shows; the body is a guess.
 */
function hasUnsupportedCharacter(rawQuery: string): boolean {
  return rawQuery !== '' && /[|{}]/.test(rawQuery)
}

function arrivalOf(request: IncomingMessage, intake: Intake, address: ApiAddress): Arrival {
  return {
    method: intake.methodOverride ?? (request.method as string),
    rawMethod: request.method as string,
    path: address.path,
    pathWithStage: address.pathWithStage,
    rawPath: pathOf(intake.target),
    rawQuery: address.rawQuery,
    headers: request.rawHeaders,
    host: intake.host,
    sourceIp: plainAddress(request.socket.remoteAddress ?? ''),
    isSecure: 'encrypted' in request.socket,
    protocol: 'HTTP/1.1',
    requestId: randomUUID(),
    extendedRequestId: extendedRequestId(),
    startedAt: Date.now(),
    startedMonotonic: performance.now(),
  }
}

function pathOf(target: string): string {
  const question = target.indexOf('?')
  return question < 0 ? target : target.slice(0, question)
}

function start(
  parts: DataServerParts,
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  body: Buffer | ClientBody | null,
  turn: Turn,
): void {
  const isHeld = body === null || Buffer.isBuffer(body)
  const x = exchangeFor(loaded, match, arrival, intake, isHeld ? body : null, turn)
  if (!isHeld) x.streamedBody = body
  run(x, new Ending(parts.observer, turn))
}

function routeOf(loaded: LoadedProgram, match: RouteMatch): LoadedRoute {
  const route = loaded.routes.get(match.route)
  if (route === undefined) throw new Error('A matched route was not loaded')
  return route
}

function exchangeFor(
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  body: Buffer | null,
  turn: Turn,
): Exchange {
  return new Exchange(
    arrival,
    loaded.program,
    routeOf(loaded, match),
    new ClientRequest(
      arrival.method,
      arrival.path,
      arrival.rawQuery,
      arrival.headers,
      body,
      match.pathParameters,
    ),
    turn,
    intake.traceId?.includes('Root=') ? intake.traceId : newTraceId(arrival.startedAt),
  )
}

/** No resource has this path and verb, or the default endpoint is disabled. The body, if any, is not read. */
function refuseUnmatched(
  parts: DataServerParts,
  loaded: LoadedProgram,
  arrival: Arrival,
  turn: Turn,
): void {
  const { program } = loaded
  const refusal = program.isDefaultEndpointDisabled
    ? new Refusal('ACCESS_DENIED', {
        message: 'Forbidden',
        errorType: 'ForbiddenException',
        reason: 'the default execute-api endpoint of this API is disabled',
      })
    : new Refusal('MISSING_AUTHENTICATION_TOKEN', { reason: 'no resource has this path and verb' })
  const asked = new ClientRequest(
    arrival.method,
    arrival.path,
    arrival.rawQuery,
    arrival.headers,
    null,
    Object.create(null),
  )
  const reply = refusalReply(sceneWithoutRoute(arrival, program, asked), refusal)
  parts.observer.unmatched(arrival, program, refusal, reply)
  writeAnswer(turn.request, turn.response, reply, ownHeaders(arrival, reply.headers))
  turn.end()
}

function refuseTooLarge(
  parts: DataServerParts,
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  turn: Turn,
): void {
  const x = exchangeFor(loaded, match, arrival, intake, null, turn)
  // What is still coming is not read: the connection ends with the answer.
  turn.response.shouldKeepAlive = false
  new Ending(parts.observer, turn).failed(x, bodyTooLarge(parts.bodyLimitBytes))
}

function ownHeaders(arrival: Arrival, headers: readonly string[]): string[] {
  return [
    'x-amzn-RequestId',
    arrival.requestId,
    'x-amz-apigw-id',
    arrival.extendedRequestId,
    ...headers,
  ]
}
