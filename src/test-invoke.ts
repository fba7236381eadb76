/**
 * TestInvokeMethod: runs one method of an API as it stands now, without a deployment, through the same pipeline, and writes
 * down what happened in AWS's log format. As on AWS authorizers, API keys and the settings of stages play no part, and
 * the path that is given need not fit the resource.
 *
 * The lines, their order, the answer's headers and what the function is told of its caller are recorded from AWS.
 *
 * Of a method that streams there is no log, and not always the whole answer: see test-invoke-stream.ts.
 */
import { nobody } from './aws/identity-finder.ts'
import { newTraceId } from './base/request-ids.ts'
import type { TestAnswer, TestRequest } from './control/test-request.ts'
import { serviceUrl } from './integrations/aws-service.ts'
import { endpointUrl } from './integrations/http-endpoint.ts'
import { type IntegrationTools, prepareIntegration } from './integrations/prepare.ts'
import type {
  FunctionAnswer,
  FunctionCall,
  HeldReply,
  IntegrationRequest,
  IntegrationResponse,
  InvokeFunction,
  Send,
} from './messages/messages.ts'
import type { Context } from './messages/variables.ts'
import { ExecutionLog, formatHeaders, formatMap } from './observe/execution-log.ts'
import { ClientRequest } from './pipeline/client-request.ts'
import { Exchange, type LoadedRoute } from './pipeline/exchange.ts'
import { restSteps, run } from './pipeline/pipeline.ts'
import { refusalReply, toRefusal } from './pipeline/respond.ts'
import { noNetwork } from './pipeline/source-network.ts'
import type { IntegrationPlan, Program, Route } from './program/program.ts'
import { ProgramError } from './program/program-error.ts'
import { compileRest } from './program/rest.ts'
import { simulatedArrival, testIdentity } from './test-invoke-context.ts'
import {
  describeFunctionAnswer,
  describeFunctionCall,
  functionFailure,
} from './test-invoke-lambda.ts'
import {
  awsStreamTestLimits,
  type Finished,
  finishInTime,
  finishWhole,
  type StreamTestLimits,
} from './test-invoke-stream.ts'

/** What a test leaves out: the guards. */
const leftOut = new Set([
  ...['private', 'resource-policy', 'authorize', 'weigh-policies'],
  ...['api-key', 'throttle', 'decompress', 'cache'],
])

const failed: HeldReply = {
  status: 500,
  headers: ['x-amzn-ErrorType', 'InternalServerErrorException'],
  body: '{"message": "Internal server error"}',
}

/** Makes the function that the control plane is handed. */
export function createTestInvoke(
  tools: IntegrationTools,
  limits: StreamTestLimits = awsStreamTestLimits,
): (request: TestRequest) => Promise<TestAnswer> {
  return async request => {
    const log = new ExecutionLog(request.requestId, Date.now)
    log.line(`Starting execution for request: ${request.requestId}`)
    const started = performance.now()
    const { reply, headers, isStreamed } = await answer(request, log, tools, limits)
    log.line(`Method completed with status: ${reply.status}`)
    return {
      status: reply.status,
      headers,
      body: reply.body.toString(),
      log: isStreamed ? '' : log.toString(),
      latencyMs: Math.round(performance.now() - started),
    }
  }
}

interface Outcome {
  readonly reply: HeldReply
  readonly headers: readonly string[]
  /** The method's `responseTransferMode` is STREAM. */
  readonly isStreamed: boolean
}

async function answer(
  request: TestRequest,
  log: ExecutionLog,
  tools: IntegrationTools,
  limits: StreamTestLimits,
): Promise<Outcome> {
  const program = compile(request, log)
  if (program === null) return { reply: failed, headers: failed.headers, isStreamed: false }
  const route = program.routes.all[0]
  if (route === undefined) throw new Error('The method is not in its own program')
  const calls = new LoggedCalls(request, program, tools.invoke, log)
  const exchange = exchangeFor(request, program, route, log, {
    ...tools,
    invoke: call => calls.invoke(call),
  })
  describeRequest(exchange, request, log)
  const isStreamed = streams(route.integration)
  const finishing = finish(exchange)
  const { reply, isRefused } = await (isStreamed
    ? finishInTime(finishing, limits)
    : finishWhole(finishing))
  if (isRefused) {
    log.line(failureOf(exchange, route.integration.type === 'AWS_PROXY' ? calls.last : null))
    return { reply, headers: refusalHeaders(exchange, reply), isStreamed }
  }
  const headers = answerHeaders(exchange, reply)
  log.line(`Method response body after transformations: ${reply.body}`)
  log.line(`Method response headers: ${formatHeaders(headers)}`)
  log.line('Successfully completed execution')
  return { reply, headers, isStreamed }
}

/** A guess: what a deployment would refuse, a test answers like any other fault of the configuration. */
function compile(request: TestRequest, log: ExecutionLog): Program | null {
  try {
    return compileRest(request.source)
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error
    log.line(`Execution failed due to configuration error: ${error.message}`)
    return null
  }
}

/** A context with the caller of the test in it. */
class TestExchange extends Exchange {
  readonly #request: TestRequest

  constructor(request: TestRequest, ...rest: ConstructorParameters<typeof Exchange>) {
    super(...rest)
    this.#request = request
  }

  override get context(): Context {
    return { ...super.context, identity: testIdentity(this.#request) }
  }
}

function exchangeFor(
  request: TestRequest,
  program: Program,
  route: Route,
  log: ExecutionLog,
  tools: IntegrationTools,
): Exchange {
  const arrival = simulatedArrival(request, request.method, route.resourcePath)
  const match = program.routes.match(
    route.httpMethod === 'ANY' ? 'GET' : route.httpMethod,
    arrival.path,
  )
  const body = request.body === '' ? null : Buffer.from(request.body)
  const send = prepareIntegration(route.integration, program, route, tools)
  const loaded: LoadedRoute = {
    route,
    steps: restSteps.filter(row => row.isNeeded(program, route) && !leftOut.has(row.name)),
    send: isLogged(route.integration) ? loggingSend(send, route.integration, log) : send,
    gate: null,
    cache: null,
    // Nothing is decompressed.
    bodyLimitBytes: 0,
    identities: nobody,
    networkOf: () => noNetwork,
    answerLimitBytes: tools.limits.answerLimitBytes,
    streamRate: 0,
    streamsBodies: false,
    holdsAnswers: true,
    authorize: null,
  }
  const parameters = match?.pathParameters ?? Object.create(null)
  const cancel = { aborted: false, onAbort() {} }
  const { method, path, rawQuery, headers } = arrival
  const asked = new ClientRequest(method, path, rawQuery, headers, body, parameters)
  const traceId = newTraceId(arrival.startedAt)
  return new TestExchange(request, arrival, program, loaded, asked, cancel, traceId)
}

function streams(plan: IntegrationPlan): boolean {
  return 'streaming' in plan && plan.streaming !== null
}

/** A MOCK calls nobody, and calls of functions are written down where their event is known. */
function isLogged(plan: IntegrationPlan): boolean {
  return plan.type !== 'MOCK' && !('functionArn' in plan)
}

function loggingSend(send: Send, plan: IntegrationPlan, log: ExecutionLog): Send {
  return async (request, variables, cancel) => {
    const url = urlOf(plan, request)
    log.line(`Endpoint request URI: ${url}`)
    log.line(`Endpoint request headers: ${formatHeaders(request.headers)}`)
    log.line(`Endpoint request body after transformations: ${request.body ?? ''}`)
    log.line(`Sending request to ${url}`)
    const response = await send(request, variables, cancel)
    describeResponse(response, log)
    return response
  }
}

function urlOf(plan: IntegrationPlan, request: IntegrationRequest): string {
  if (plan.type === 'HTTP' || plan.type === 'HTTP_PROXY') return endpointUrl(plan.endpoint, request)
  return plan.type === 'AWS_SERVICE' ? serviceUrl(plan.service, request) : ''
}

/** Calls functions and writes down what they were told and what they said. */
class LoggedCalls {
  last: FunctionAnswer | null = null
  readonly #request: TestRequest
  readonly #program: Program
  readonly #invoke: InvokeFunction
  readonly #log: ExecutionLog

  constructor(request: TestRequest, program: Program, invoke: InvokeFunction, log: ExecutionLog) {
    this.#request = request
    this.#program = program
    this.#invoke = invoke
    this.#log = log
  }

  async invoke(given: FunctionCall): Promise<FunctionAnswer> {
    const call = { ...given, payload: withoutForwarded(given.payload, this.#request) }
    describeFunctionCall(call, this.#program.apiId, this.#request.requestId, this.#log)
    const started = performance.now()
    this.last = await this.#invoke(call)
    describeFunctionAnswer(this.last, performance.now() - started, call.traceId, this.#log)
    return this.last
  }
}

const forwarded = ['X-Amzn-Trace-Id', 'X-Forwarded-For', 'X-Forwarded-Port', 'X-Forwarded-Proto']

/** A test came through no load balancer: its event has the headers that were given, and null for none. */
function withoutForwarded(payload: string | Buffer, request: TestRequest): string | Buffer {
  // A string is the event of a proxy integration; what a template made is bytes.
  if (typeof payload !== 'string' || !payload.startsWith('{"resource":')) return payload
  const event: Record<string, unknown> = JSON.parse(payload)
  if (request.headers.length === 0) {
    return JSON.stringify({ ...event, headers: null, multiValueHeaders: null })
  }
  for (const headers of [event['headers'], event['multiValueHeaders']]) {
    for (const name of forwarded) delete (headers as Record<string, unknown>)[name]
  }
  return JSON.stringify(event)
}

function describeRequest(
  { methodRequest }: Exchange,
  request: TestRequest,
  log: ExecutionLog,
): void {
  const query = Array.from(
    methodRequest.query,
    ([name, values]) => [name, values.join(',')] as const,
  )
  log.line(`HTTP Method: ${request.method}, Resource Path: ${methodRequest.path}`)
  log.line(`Method request path: ${formatMap(Object.entries(methodRequest.pathParameters))}`)
  log.line(`Method request query string: ${formatMap(query)}`)
  log.line(`Method request headers: ${formatHeaders(methodRequest.headers)}`)
  log.line(`Method request body before transformations: ${request.body}`)
}

function describeResponse(response: IntegrationResponse, log: ExecutionLog): void {
  const latency = Math.round(response.latencyMs)
  log.line(`Received response. Status: ${response.status}, Integration latency: ${latency} ms`)
  log.line(`Endpoint response headers: ${formatHeaders(response.headers)}`)
  log.line(`Endpoint response body before transformations: ${response.body}`)
}

function finish(x: Exchange): Promise<Finished> {
  return new Promise(resolve => {
    run(x, {
      reply: (_, reply) => resolve({ reply, isRefused: false }),
      failed: (_, error) => {
        x.refusal = toRefusal(error)
        resolve({ reply: refusalReply(x, x.refusal), isRefused: true })
      },
    })
  })
}

/** Those of the method, and the trace id last. */
function answerHeaders(x: Exchange, { headers }: HeldReply): readonly string[] {
  const { type } = x.loaded.route.integration
  if (type === 'MOCK' || type === 'HTTP_PROXY') return headers
  return [...headers, 'X-Amzn-Trace-Id', `${x.traceId};Sampled=0`]
}

/** Without the content type, which AWS does not show for its built-in answers. */
function refusalHeaders({ program, refusal }: Exchange, { headers }: HeldReply): readonly string[] {
  const plan = refusal && program.gatewayResponses.of[refusal.type]
  if (plan?.origin !== 'built-in') return headers
  return headers.filter((_, i) => headers[i - (i % 2)] !== 'Content-Type')
}

/** In AWS's words where they are known; the reason behind them is ours. */
function failureOf({ refusal, methodRequest }: Exchange, last: FunctionAnswer | null): string {
  const reason = refusal?.detail.reason ?? refusal?.message ?? ''
  switch (refusal?.type) {
    case 'BAD_REQUEST_BODY': {
      // No model refused it: the function would not have understood it.
      if (refusal.detail.message !== undefined) return refusal.detail.message
      const type = methodRequest.headerNoCase('content-type') ?? 'application/json'
      return `Request body does not match model schema for content type ${type}: ${reason}`
    }
    case 'BAD_REQUEST_PARAMETERS':
      return refusal.detail.message ?? reason
    case 'INTEGRATION_TIMEOUT':
      return 'Execution failed due to a timeout error'
    case 'INTEGRATION_FAILURE':
      if (last !== null && functionFailure(last) !== null) return functionFailure(last) ?? ''
      return refusal.detail.status === undefined
        ? `Execution failed due to a network error communicating with endpoint: ${reason}`
        : `Execution failed due to configuration error: ${reason}`
    default:
      return `Execution failed due to configuration error: ${reason}`
  }
}
