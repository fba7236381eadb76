/**
 * HTTP and HTTP_PROXY: fills the placeholders of the endpoint's path and query, adds the mapped query and calls the back end through the
 * lean client in `http/`.
 *
 * How a failure becomes a gateway response: too late is INTEGRATION_TIMEOUT, a back end that cannot be reached is
 * INTEGRATION_FAILURE 504 "Network error communicating with endpoint"; 502 for an answer that is not HTTP or too large,
 * and 500 for a certificate that does not verify, are guesses.
 */
import type { BodySink, BodyStream } from '../messages/body-stream.ts'
import { isStream } from '../messages/body-stream.ts'
import type { IntegrationRequest, IntegrationResponse, Send } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type {
  HttpEndpoint,
  HttpPlan,
  HttpProxyPlan,
  PrivateConnection,
} from '../program/program.ts'
import { checkWholePath, fillPath, fillQuery } from './fill-path.ts'
import type { HttpClient } from './http/client.ts'
import { HttpClientError } from './http/errors.ts'
import type { HttpTarget, OpenAnswer } from './http/http-call.ts'
import type { AnswerLimits } from './http/open-exchange.ts'
import { type PrivateNetwork, targetOf } from './private-network.ts'

export interface HttpLimits {
  readonly connectTimeoutMs: number
  readonly answerLimitBytes: number
  /** null: the plan's own. */
  readonly streamIdleTimeoutMs: number | null
}

export interface HttpTools {
  readonly client: HttpClient
  readonly limits: HttpLimits
  readonly privateNetwork: PrivateNetwork
}

/** Measured: longer answers of a proxy integration cost less when they are passed on in pieces than when they are gathered. */
const heldBytes = 65_536

export function prepareHttp(
  plan: HttpPlan | HttpProxyPlan,
  { client, limits, privateNetwork }: HttpTools,
): Send {
  const { endpoint, timeoutMs } = plan
  const found = targetOf(endpoint, privateNetwork)
  if ('problem' in found) return refuse(found.problem)
  const { target } = found
  const whom = addressText(endpoint, target)
  const connectTimeoutMs = Math.min(limits.connectTimeoutMs, timeoutMs)
  const answerLimits = answerLimitsOf(plan, limits)
  const streaming = plan.type === 'HTTP_PROXY' ? plan.streaming : null
  const idleTimeoutMs = streaming
    ? (limits.streamIdleTimeoutMs ?? streaming.idleTimeoutMs)
    : undefined
  const fail = (error: unknown): never => {
    throw refusalFor(error, whom)
  }
  const take = ({ status, headers, body, timings }: OpenAnswer): IntegrationResponse => ({
    status,
    headers,
    body: isStream(body) ? new RefusingStream(body, whom) : body,
    latencyMs: timings.totalMs,
  })
  return function sendHttp(request, _variables, cancel) {
    const call = {
      target,
      method: endpoint.method ?? request.method,
      path: pathFor(endpoint, request),
      headers: ['Host', request.host ?? endpoint.authority, ...request.headers],
      body: request.body,
      connectTimeoutMs,
      timeoutMs,
      idleTimeoutMs,
      cancel,
    }
    return client.open(call, answerLimits).then(take, fail)
  }
}

function answerLimitsOf(
  plan: HttpPlan | HttpProxyPlan,
  { answerLimitBytes: limitBytes }: HttpLimits,
): AnswerLimits {
  // What is mapped is needed whole.
  if (plan.type === 'HTTP') return { holdBytes: limitBytes, limitBytes, lends: false }
  // "Exceed API Gateway's 10 MB response payload limit": a streamed answer may have any length.
  if (plan.streaming !== null) {
    return { holdBytes: -1, limitBytes: Number.POSITIVE_INFINITY, lends: false }
  }
  return { holdBytes: Math.min(heldBytes, limitBytes), limitBytes, lends: true }
}

/** The back end's body, whose failure is told as a refusal. */
class RefusingStream implements BodyStream {
  readonly #body: BodyStream
  readonly #whom: string

  constructor(body: BodyStream, whom: string) {
    this.#body = body
    this.#whom = whom
  }

  get lengthBytes(): number {
    return this.#body.lengthBytes
  }

  get atHand(): Buffer | null {
    return this.#body.atHand ?? null
  }

  start(sink: BodySink): void {
    this.#body.start({
      write: piece => sink.write(piece),
      end: () => sink.end(),
      fail: error => sink.fail(refusalFor(error, this.#whom)),
    })
  }

  resume(): void {
    this.#body.resume()
  }

  abort(): void {
    this.#body.abort()
  }
}

function refuse(reason: string): Send {
  return () => {
    throw new Refusal('API_CONFIGURATION_ERROR', { reason })
  }
}

/** Who is called, for the record. */
function addressText({ authority, connection }: HttpEndpoint, { host, port }: HttpTarget): string {
  if (connection === null) return authority
  return `${authority} at ${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** What the back end is asked for, with its address: for logs. */
export function endpointUrl(endpoint: HttpEndpoint, request: IntegrationRequest): string {
  const scheme = endpoint.secure ? 'https' : 'http'
  return `${scheme}://${endpoint.authority}${pathFor(endpoint, request)}`
}

/** Path and query. */
function pathFor(endpoint: HttpEndpoint, request: IntegrationRequest): string {
  const { connection } = endpoint
  const path =
    connection === null ? ownPath(endpoint, request) : privatePath(endpoint, connection, request)
  const query = joinQuery(ownQuery(endpoint, request), request.query)
  return query === '' ? path : `${path}?${query}`
}

function ownPath({ pathParts }: HttpEndpoint, request: IntegrationRequest): string {
  const [fixed = '/', ...placeholders] = pathParts
  return placeholders.length === 0 ? fixed : fillPath(pathParts, request.path, encodePathText)
}

/**
 * With the stage in front, until a template overrides the path: that much is documented. Guesses: a text that is
 * set as `$context.requestOverride.path` is the whole path, and values for placeholders take the stage away as well.
 */
function privatePath(
  endpoint: HttpEndpoint,
  { pathPrefix }: PrivateConnection,
  request: IntegrationRequest,
): string {
  const { pathOverride } = request
  if (pathPrefix === '') return ownPath(endpoint, request)
  if (pathOverride === null) return pathPrefix + ownPath(endpoint, request)
  if (pathOverride.whole === undefined) return ownPath(endpoint, request)
  const path = encodePathText(pathOverride.whole)
  checkWholePath(path)
  return path.startsWith('/') ? path : `/${path}`
}

/** Percent-encodes what a path cannot hold and leaves escapes and slashes as they came. */
function encodePathText(text: string): string {
  if (/^[\w\-.~!$&'()*+,;=:@/%]*$/.test(text)) return text
  return encodeURI(text.toWellFormed())
    .replaceAll('%25', '%')
    .replaceAll(/[?#[\]]/g, encodeURIComponent)
}

function ownQuery({ queryParts }: HttpEndpoint, request: IntegrationRequest): string {
  const [fixed = '', ...placeholders] = queryParts
  return placeholders.length === 0 ? fixed : fillQuery(queryParts, request.path)
}

function joinQuery(fixed: string, added: string): string {
  if (fixed === '') return added
  return added === '' ? fixed : `${fixed}&${added}`
}

/** A failed call -> the refusal that answers it; `authority`: who was called. Other errors stay what they are. */
export function refusalFor(error: unknown, authority: string): unknown {
  if (!(error instanceof HttpClientError)) return error
  // Of the request's own body: it was too large, say.
  if (error.cause instanceof Refusal) return error.cause
  const reason = `${authority}: ${error.message}`
  switch (error.type) {
    case 'timeout':
    case 'connect-timeout':
      return new Refusal('INTEGRATION_TIMEOUT', { reason, cause: error })
    case 'connect':
    case 'reset':
    case 'aborted':
    case 'pool-exhausted':
      return new Refusal('INTEGRATION_FAILURE', {
        message: 'Network error communicating with endpoint',
        reason,
        cause: error,
      })
    case 'protocol':
    case 'too-large':
      return new Refusal('INTEGRATION_FAILURE', { status: 502, reason, cause: error })
    case 'tls':
    case 'invalid-request':
      return new Refusal('API_CONFIGURATION_ERROR', { reason, cause: error })
    default:
      return error.type satisfies never
  }
}
