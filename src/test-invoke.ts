/**
 * TestInvokeMethod: runs one method of an API as it stands now, without a deployment, through the same pipeline, and writes
 * down what happened in AWS's log format. As on AWS authorizers, API keys and the settings of stages play no part, and
 * the path that is given need not fit the resource.
 */
import { extendedRequestId } from './base/ids.ts'
import { newTraceId } from './base/request-ids.ts'
import type { TestAnswer, TestRequest } from './control/test-request.ts'
import { endpointUrl } from './integrations/http-endpoint.ts'
import { type IntegrationTools, prepareIntegration } from './integrations/prepare.ts'
import type { IntegrationRequest, IntegrationResponse, Reply, Send } from './messages/messages.ts'
import { ExecutionLog, formatHeaders, formatMap } from './observe/execution-log.ts'
import type { Arrival } from './pipeline/arrival.ts'
import { ClientRequest } from './pipeline/client-request.ts'
import { Exchange, type LoadedRoute } from './pipeline/exchange.ts'
import { restSteps, run } from './pipeline/pipeline.ts'
import { answerHeaders, refusalReply, toRefusal } from './pipeline/respond.ts'
import type { IntegrationPlan, Program, Route } from './program/program.ts'
import { compileRest } from './program/rest.ts'

/** What a test leaves out: the guards, and what stages set. */
const leftOut = new Set(['obstacle', 'api-key', 'throttle'])

/** Makes the function that the control plane is handed. It rejects with ProgramError when the method cannot be compiled. */
export function createTestInvoke(
  tools: IntegrationTools,
): (request: TestRequest) => Promise<TestAnswer> {
  return async request => {
    const program = compileRest(request.source)
    const route = program.routes.all.find(one => one.resourceId === request.resourceId)
    if (route === undefined) throw new Error('The method is not in its own program')
    const log = new ExecutionLog(request.requestId, Date.now)
    const started = performance.now()
    const exchange = exchangeFor(request, program, route, log, tools)
    describeRequest(exchange, request, log)
    const { reply, failure } = await finish(exchange)
    const headers = answerHeaders(exchange, reply).slice(4)
    describeAnswer(reply, headers, failure, log)
    return {
      status: reply.status,
      headers,
      body: reply.body.toString(),
      log: log.toString(),
      latencyMs: Math.round(performance.now() - started),
    }
  }
}

function exchangeFor(
  request: TestRequest,
  program: Program,
  route: Route,
  log: ExecutionLog,
  tools: IntegrationTools,
): Exchange {
  const [path = '/', rawQuery = ''] = splitOnce(request.pathWithQuery, '?')
  const method = request.method
  const match = program.routes.match(route.httpMethod === 'ANY' ? 'GET' : route.httpMethod, path)
  const arrival: Arrival = {
    method,
    path,
    pathWithStage: `/${program.stageName}${path}`,
    rawQuery,
    headers: request.headers,
    host: `${program.apiId}.execute-api.${program.region}.amazonaws.com`,
    sourceIp: 'test-invoke-source-ip',
    protocol: 'HTTP/1.1',
    requestId: request.requestId,
    extendedRequestId: extendedRequestId(),
    startedAt: Date.now(),
    startedMonotonic: performance.now(),
  }
  const body = request.body === '' ? null : Buffer.from(request.body)
  const parameters = match?.pathParameters ?? Object.create(null)
  const loaded: LoadedRoute = {
    route,
    steps: restSteps.filter(row => row.isNeeded(program, route) && !leftOut.has(row.name)),
    send: loggingSend(
      prepareIntegration(route.integration, program, route, tools),
      route,
      program,
      log,
    ),
    gate: null,
  }
  const asked = new ClientRequest(method, path, rawQuery, request.headers, body, parameters)
  const cancel = { aborted: false, onAbort() {} }
  return new Exchange(arrival, program, loaded, asked, cancel, newTraceId(Date.now()))
}

/** Writes down the call to the back end; a MOCK has none. */
function loggingSend(
  send: Send,
  { integration }: Route,
  program: Program,
  log: ExecutionLog,
): Send {
  if (integration.type === 'MOCK') return send
  return async (request, variables, cancel) => {
    const url = urlOf(integration, program, request)
    log.line(`Endpoint request URI: ${url}`)
    log.line(`Endpoint request headers: ${formatHeaders(request.headers)}`)
    log.line(`Endpoint request body after transformations: ${request.body ?? ''}`)
    log.line(`Sending request to ${url}`)
    const response = await send(request, variables, cancel)
    describeResponse(response, log)
    return response
  }
}

function urlOf(plan: IntegrationPlan, program: Program, request: IntegrationRequest): string {
  if ('endpoint' in plan) return endpointUrl(plan.endpoint, request)
  if (!('functionArn' in plan)) return ''
  return `https://lambda.${program.region}.amazonaws.com/2015-03-31/functions/${plan.functionArn}/invocations`
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

function describeAnswer(
  reply: Reply,
  headers: readonly string[],
  failure: string | null,
  log: ExecutionLog,
): void {
  if (failure === null) {
    log.line(`Method response body after transformations: ${reply.body}`)
    log.line(`Method response headers: ${formatHeaders(headers)}`)
    log.line('Successfully completed execution')
  } else {
    log.line(`Execution failed due to ${failure}`)
  }
  log.line(`Method completed with status: ${reply.status}`)
}

function finish(x: Exchange): Promise<{ reply: Reply; failure: string | null }> {
  return new Promise(resolve => {
    run(x, {
      reply: (_, reply) => resolve({ reply, failure: null }),
      failed: (_, error) => {
        x.refusal = toRefusal(error)
        resolve({ reply: refusalReply(x, x.refusal), failure: failureOf(x) })
      },
    })
  })
}

/** In AWS's words where they are known. */
function failureOf({ refusal }: Exchange): string {
  const reason = refusal?.detail.reason ?? refusal?.message ?? ''
  return refusal?.type === 'INTEGRATION_TIMEOUT'
    ? 'a timeout error'
    : `configuration error: ${reason}`
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
