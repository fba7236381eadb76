/**
 * One request for an API: finds the stage's program and the route, reads the body, or so much of it as somebody looks at,
 * and runs the pipeline. What fails before there is a route to run is answered here.
 */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { extendedRequestId } from '../base/ids.ts'
import { newTraceId } from '../base/request-ids.ts'
import type { HeldReply } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Arrival } from '../pipeline/arrival.ts'
import { programFor } from '../pipeline/canary.ts'
import { ClientRequest } from '../pipeline/client-request.ts'
import { Exchange, type LoadedRoute, type RequestBody } from '../pipeline/exchange.ts'
import type { LoadedProgram } from '../pipeline/load.ts'
import type { Observer } from '../pipeline/observe.ts'
import { run } from '../pipeline/pipeline.ts'
import type { Programs } from '../pipeline/programs.ts'
import { bytesToHold } from '../pipeline/request-streaming.ts'
import { refusalReply, sceneWithoutRoute } from '../pipeline/respond.ts'
import type { RouteMatch } from '../program/program.ts'
import type { ApiAddress } from './address.ts'
import { bodyTooLarge } from './body.ts'
import { plainAddress } from './client-address.ts'
import { Ending } from './ending.ts'
import type { Intake } from './intake.ts'
import { packReply } from './pack-reply.ts'
import type { Turn } from './turn.ts'

export interface ServingParts {
  readonly programs: Programs
  readonly observer: Observer
  readonly bodyLimitBytes: number
  /** From 0 to below 1: which requests go to a canary. */
  readonly random: () => number
}

/** How a body that is not here yet is waited for; see `readBody`, whose outcome it gives once. */
export type Receive = (holdBytes: number, done: (outcome: Received) => void) => void

export type Received =
  | { readonly type: 'read'; readonly body: Buffer }
  /** It is longer than what was to be held. */
  | { readonly type: 'long'; readonly body: RequestBody }
  | { readonly type: 'too-large' }
  | { readonly type: 'gone' }

/** Answers a request in the end, whatever it is; throws only what is a fault of ours. */
export function serveRequest(
  parts: ServingParts,
  address: ApiAddress,
  arrival: Arrival,
  intake: Intake,
  turn: Turn,
  body: Buffer | Receive | null,
): void {
  const stage = parts.programs.get(address.apiId, address.stage)
  if (stage === undefined) {
    parts.observer.unknown(arrival, address.apiId, address.stage)
    const headers = ownHeaders(arrival, ['x-amzn-ErrorType', 'ForbiddenException'])
    turn.say(403, 'Forbidden', headers)
    return
  }
  if (hasUnsupportedCharacter(address.rawQuery)) {
    const headers = ownHeaders(arrival, ['x-amzn-ErrorType', 'BadRequestException'])
    turn.say(400, 'Bad Request', headers)
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
  if (intake.contentLength > parts.bodyLimitBytes) {
    refuseTooLarge(parts, loaded, match, arrival, intake, turn)
    return
  }
  if (typeof body === 'function') receive(parts, loaded, match, arrival, intake, turn, body)
  else start(parts, loaded, match, arrival, intake, body, turn)
}

/** Runs the steps once the body is here, or so much of it that it is known to be long. */
function receive(
  parts: ServingParts,
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  turn: Turn,
  body: Receive,
): void {
  const length = intake.isChunked ? -1 : intake.contentLength
  const holdBytes = bytesToHold(routeOf(loaded, match), loaded.program, arrival.headers, length)
  body(holdBytes, outcome => {
    switch (outcome.type) {
      case 'read':
      case 'long':
        start(parts, loaded, match, arrival, intake, outcome.body, turn)
        break
      case 'too-large':
        refuseTooLarge(parts, loaded, match, arrival, intake, turn)
        break
      case 'gone':
        turn.leave()
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

/** What the pipeline is told of a request; it arrives now. */
export function arrivalOf(socket: Socket, intake: Intake, address: ApiAddress): Arrival {
  return {
    method: intake.methodOverride ?? intake.method,
    rawMethod: intake.method,
    path: address.path,
    pathWithStage: address.pathWithStage,
    rawPath: pathOf(intake.target),
    rawQuery: address.rawQuery,
    headers: intake.headers,
    host: intake.host,
    sourceIp: plainAddress(socket.remoteAddress ?? ''),
    isSecure: 'encrypted' in socket,
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
  parts: ServingParts,
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  body: Buffer | RequestBody | null,
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
  parts: ServingParts,
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
  const send = (ready: HeldReply): void => {
    parts.observer.unmatched(arrival, program, refusal, ready)
    turn.answer(ready, ownHeaders(arrival, ready.headers), false)
  }
  packReply(program, asked, reply, send, error => {
    parts.observer.crashed(arrival.requestId, error)
    turn.crash()
  })
}

function refuseTooLarge(
  parts: ServingParts,
  loaded: LoadedProgram,
  match: RouteMatch,
  arrival: Arrival,
  intake: Intake,
  turn: Turn,
): void {
  const x = exchangeFor(loaded, match, arrival, intake, null, turn)
  // What is still coming is not read: the connection ends with the answer.
  turn.closeBehind()
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
