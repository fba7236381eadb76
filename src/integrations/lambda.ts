/**
 * AWS_PROXY and AWS to Lambda. The function itself runs elsewhere: `invoke` is handed over by gateway.ts.
 *
 * How a call that did not give an answer becomes a gateway response follows AWS: no permission or no function is
 * 500, an error or a malformed answer 502, too late 504.
 */
import type { ActingParts } from '../aws/acting-role.ts'
import { decodeBase64 } from '../base/base64.ts'
import { heldBody } from '../messages/body-stream.ts'
import type {
  ActorUse,
  FunctionAnswer,
  IntegrationRequest,
  IntegrationResponse,
  InvokeFunction,
  Send,
} from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Variables } from '../messages/variables.ts'
import { firstAccepted } from '../program/media-types.ts'
import type { LambdaPlan, LambdaProxyPlan, Program, Route } from '../program/program.ts'
import { prepareFunctionActing } from './acting.ts'
import { restEvent } from './events/rest.ts'
import { parseProxyAnswer } from './lambda-proxy-answer.ts'
import { metadataOf, openProxyStream } from './lambda-stream.ts'

export interface LambdaTools {
  readonly invoke: InvokeFunction
  readonly acting: ActingParts
}

export interface LambdaProxyTools extends LambdaTools {
  readonly limits: { readonly streamIdleTimeoutMs: number | null }
}

export function prepareLambdaProxy(
  plan: LambdaProxyPlan,
  program: Program,
  route: Route,
  { invoke, acting, limits }: LambdaProxyTools,
): Send {
  const { credentials, functionArn } = plan
  const actFor = prepareFunctionActing(credentials, functionArn, program, route, acting)
  const { streaming } = plan
  const { streamIdleTimeoutMs } = limits
  return async function sendLambdaProxy(request, variables) {
    const started = performance.now()
    const { call, actor } = actFor(request)
    const incoming = request.incoming
    const traceId = traceOf(request)
    const answer = await invoke({
      functionArn,
      payload: restEvent(
        incoming,
        variables,
        program.binaryMediaTypes,
        forwardedHeaders(incoming.headerNoCase('x-forwarded-for'), variables, traceId),
      ),
      ...call,
      sourceAccount: program.account,
      asynchronous: false,
      ...(streaming !== null && { streamed: true }),
      timeoutMs: plan.timeoutMs,
      traceId,
      callerRequestId: variables.context.requestId,
    })
    if (answer.type === 'streaming' && streaming !== null) {
      const idleTimeoutMs = streamIdleTimeoutMs ?? streaming.idleTimeoutMs
      const timeoutMs = Math.max(0, plan.timeoutMs - (performance.now() - started))
      const { head, body } = await openProxyStream(answer.body, { timeoutMs, idleTimeoutMs })
      const latencyMs = performance.now() - started
      return { status: head.status, headers: head.headers, body, latencyMs, ...acted(actor) }
    }
    const latencyMs = performance.now() - started
    const payload = payloadOf(answer)
    if (answer.type === 'answered' && answer.functionError !== null) {
      throw badGateway(`the function failed: ${errorMessageOf(payload) ?? answer.functionError}`)
    }
    // "Headers and status code, but not the body": what AWS makes of a streaming function's answer.
    const parsed = metadataOf(payload) ?? parseProxyAnswer(payload)
    if (typeof parsed === 'string') {
      throw badGateway(`Malformed Lambda proxy response: ${parsed}`)
    }
    const decodes =
      parsed.isBase64Encoded &&
      program.binaryMediaTypes.has(
        firstAccepted(incoming.headerNoCase('accept') ?? 'application/json'),
      )
    return {
      status: parsed.status,
      headers: parsed.headers,
      body: decodes ? decoded(parsed.body) : Buffer.from(parsed.body),
      latencyMs,
      ...acted(actor),
    }
  }
}

/** AWS's log has these words; it takes the answer for a fault of the configuration, not for a malformed one. */
function decoded(body: string): Buffer {
  const bytes = decodeBase64(body)
  if (bytes !== null) return bytes
  throw new Refusal('API_CONFIGURATION_ERROR', {
    reason: 'Unable to base64 decode the body: the function says isBase64Encoded, and it is not',
  })
}

export function prepareLambda(
  plan: LambdaPlan,
  program: Program,
  route: Route,
  { invoke, acting }: LambdaTools,
): Send {
  const { credentials, functionArn } = plan
  const actFor = prepareFunctionActing(credentials, functionArn, program, route, acting)
  return async function sendLambda(request, variables): Promise<IntegrationResponse> {
    const started = performance.now()
    const { call, actor } = actFor(request)
    const asynchronous = isAsynchronous(headerOf(request, 'x-amz-invocation-type'))
    const answer = await invoke({
      functionArn,
      payload: jsonPayload(heldBody(request.body)),
      ...call,
      sourceAccount: program.account,
      asynchronous,
      timeoutMs: plan.timeoutMs,
      traceId: traceOf(request),
      callerRequestId: variables.context.requestId,
    })
    const body = payloadOf(answer)
    const failed = answer.type === 'answered' && answer.functionError !== null
    const errorMessage = failed ? (errorMessageOf(body) ?? '') : undefined
    return {
      status: asynchronous ? 202 : 200,
      headers: answerHeaders(answer),
      body,
      latencyMs: performance.now() - started,
      ...acted(actor),
      ...(errorMessage === undefined ? {} : { errorMessage }),
    }
  }
}

/** A DryRun must not run the function, so what is neither of the two is refused. */
function isAsynchronous(type: string | undefined): boolean {
  const lower = type?.toLowerCase() ?? 'requestresponse'
  if (lower === 'event' || lower === 'requestresponse') return lower === 'event'
  throw new Refusal('API_CONFIGURATION_ERROR', {
    reason: `X-Amz-Invocation-Type is ${type}; Event and RequestResponse can be called`,
  })
}

const nobodyElse = Object.freeze({})

function acted(actor: ActorUse | null): { readonly actor?: ActorUse } {
  return actor === null ? nobodyElse : { actor }
}

/**
 * A request without body invokes the function with `{}` (recorded). What is not JSON is the client's fault: users show the
 * message; that the status is 400 is a guess, and so is all behind the message's second colon.
 */
function jsonPayload(body: Buffer | null): Buffer | string {
  if (body === null || body.length === 0) return '{}'
  try {
    JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw new Refusal('BAD_REQUEST_BODY', {
      message: 'Could not parse request body into json: Could not parse payload into json',
      reason: 'the body for the function is not JSON; add a mapping template for its content type',
      cause,
    })
  }
  return body
}

/** What the Lambda service itself answers with, for mappings; no invocation id where the runner has none. */
function answerHeaders(answer: FunctionAnswer): readonly string[] {
  const headers = ['Content-Type', 'application/json']
  if (answer.type !== 'answered') return headers
  if (answer.invocationId !== undefined) headers.push('x-amzn-RequestId', answer.invocationId)
  if (answer.functionError !== null) headers.push('X-Amz-Function-Error', answer.functionError)
  return headers
}

function payloadOf(answer: FunctionAnswer): Buffer {
  switch (answer.type) {
    case 'answered':
      return answer.payload
    case 'timeout':
      throw new Refusal('INTEGRATION_TIMEOUT', { reason: answer.reason })
    case 'not-found':
    case 'forbidden':
      throw new Refusal('API_CONFIGURATION_ERROR', {
        reason: `Invalid permissions on Lambda function: ${answer.reason}`,
      })
    case 'throttled':
      throw new Refusal('INTEGRATION_FAILURE', { status: 500, reason: answer.reason })
    case 'too-large':
      throw new Refusal('REQUEST_TOO_LARGE', {
        message: 'Request Too Long',
        form: 'json',
        reason: answer.reason,
      })
    case 'failed':
      throw badGateway(answer.reason)
    case 'streaming':
      answer.body.abort()
      throw badGateway('the function streamed an answer that nobody asked to be streamed')
    default:
      return answer satisfies never
  }
}

function badGateway(reason: string): Refusal {
  return new Refusal('INTEGRATION_FAILURE', { status: 502, reason })
}

/** `errorMessage` of a function's error payload; undefined when there is none. */
function errorMessageOf(payload: Buffer): string | undefined {
  try {
    const message = (JSON.parse(payload.toString('utf8')) as { errorMessage?: unknown } | null)
      ?.errorMessage
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

function forwardedHeaders(
  sent: string | undefined,
  variables: Variables,
  traceId: string,
): readonly string[] {
  const { sourceIp } = variables.context.identity
  return [
    'X-Amzn-Trace-Id',
    traceId,
    'X-Forwarded-For',
    sent === undefined ? sourceIp : `${sent}, ${sourceIp}`,
    'X-Forwarded-Port',
    '443',
    'X-Forwarded-Proto',
    'https',
  ]
}

function traceOf(request: IntegrationRequest): string {
  return headerOf(request, 'x-amzn-trace-id') ?? ''
}

function headerOf(request: IntegrationRequest, lowerName: string): string | undefined {
  for (let i = 0; i < request.headers.length; i += 2) {
    if ((request.headers[i] as string).toLowerCase() === lowerName) return request.headers[i + 1]
  }
  return undefined
}
