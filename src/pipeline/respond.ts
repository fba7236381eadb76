/**
 * The end of every request: refusals become answers through the API's gateway responses, and every answer gets
 * API Gateway's own headers.
 *
 * A gateway response is looked up by type, then DEFAULT_4XX or DEFAULT_5XX, then the built-in one ("Gateway responses
 * for REST APIs" in the developer guide); `program/gateway-responses.ts` has compiled that.
 */
import type { HeldReply, MethodRequest, Reply } from '../messages/messages.ts'
import { Refusal, refusalBody, refusals } from '../messages/refusals.ts'
import type { Context } from '../messages/variables.ts'
import type { GatewayResponseSource, Program } from '../program/program.ts'
import type { Arrival } from './arrival.ts'
import { demandWarning } from './cache.ts'
import { buildContext, withError } from './context.ts'
import type { Exchange } from './exchange.ts'
import { notASignature } from './not-a-signature.ts'

/** What a refusal is answered from; an Exchange is one, a request without a route makes its own. */
export interface Scene {
  readonly arrival: Arrival
  readonly program: Program
  readonly methodRequest: MethodRequest
  readonly context: Context
}

/** The scene of a request that no resource and method matched. */
export function sceneWithoutRoute(
  arrival: Arrival,
  program: Program,
  request: MethodRequest,
): Scene {
  return {
    arrival,
    program,
    methodRequest: request,
    context: buildContext(arrival, program, null, request.method, null),
  }
}

/** A `Refusal` as it is; anything else becomes API_CONFIGURATION_ERROR, which tells the client nothing. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal('API_CONFIGURATION_ERROR', {
    reason: `the gateway failed: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  })
}

export function refusalReply(scene: Scene, refusal: Refusal): HeldReply {
  const row = refusals[refusal.type]
  const plan = scene.program.gatewayResponses.of[refusal.type]
  const detail = notASignature(scene.arrival, refusal) ?? refusal.detail
  const message = detail.message ?? row.message
  const form = detail.form ?? row.form
  const source: GatewayResponseSource = {
    request: scene.methodRequest,
    variables: {
      context: withError(scene.context, refusal, message),
      stageVariables: scene.program.stageVariables,
    },
  }
  const body = plan.body(scene.methodRequest.headerNoCase('accept'), source)
  const headers = [
    'x-amzn-ErrorType',
    detail.errorType ?? row.errorType,
    'Content-Type',
    body?.mediaType ?? (form === 'text' ? 'text/plain' : 'application/json'),
  ]
  addOwnHeaders(headers, plan.headers(source))
  return {
    status: plan.status ?? refusal.detail.status ?? row.status,
    headers,
    body: body?.text ?? refusalBody({ ...row, form }, message),
  }
}

/** A customised header replaces the gateway's own of the same name. */
function addOwnHeaders(headers: string[], own: readonly string[]): void {
  for (let i = 0; i < own.length; i += 2) {
    const lower = (own[i] as string).toLowerCase()
    for (let j = headers.length - 2; j >= 0; j -= 2) {
      if ((headers[j] as string).toLowerCase() === lower) headers.splice(j, 2)
    }
    headers.push(own[i] as string, own[i + 1] as string)
  }
}

const traceIdLength = 'x-amzn-trace-id'.length

/**
 * A fresh list. AWS answers with a trace id for AWS, AWS_PROXY and HTTP integrations only, and never on refusals (recorded);
 * where it does, that is the only one (guess).
 */
export function answerHeaders(x: Exchange, reply: Reply): string[] {
  const { requestId, extendedRequestId } = x.arrival
  const type = x.loaded.route.integration.type
  const headers = ['x-amzn-RequestId', requestId, 'x-amz-apigw-id', extendedRequestId]
  const isTraced = x.refusal === null && type !== 'MOCK' && type !== 'HTTP_PROXY'
  if (isTraced) headers.push('X-Amzn-Trace-Id', x.traceId)
  if (x.cacheUse?.isDemandIgnored && x.refusal === null) headers.push(...demandWarning(x))
  if (!isTraced) return headers.concat(reply.headers)
  for (let i = 0; i < reply.headers.length; i += 2) {
    const name = reply.headers[i] as string
    if (name.length === traceIdLength && name.toLowerCase() === 'x-amzn-trace-id') continue
    headers.push(name, reply.headers[i + 1] as string)
  }
  return headers
}
