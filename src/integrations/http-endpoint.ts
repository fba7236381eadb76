/**
 * HTTP and HTTP_PROXY: fills the placeholders of the endpoint's path, adds the query and calls the back end through the
 * lean client in `http/`.
 *
 * How a failure becomes a gateway response: too late is INTEGRATION_TIMEOUT, a back end that cannot be reached is
 * INTEGRATION_FAILURE 504 "Network error communicating with endpoint"; 502 for an answer that is not HTTP or too large,
 * and 500 for a certificate that does not verify, are guesses.
 */
import type { IntegrationRequest, Send } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { HttpEndpoint, HttpPlan, HttpProxyPlan } from '../program/program.ts'
import { fillPath } from './fill-path.ts'
import type { HttpClient } from './http/client.ts'
import { HttpClientError } from './http/errors.ts'
import { httpTarget } from './http/http-call.ts'

export interface HttpLimits {
  readonly connectTimeoutMs: number
  readonly answerLimitBytes: number
}

export function prepareHttp(
  plan: HttpPlan | HttpProxyPlan,
  client: HttpClient,
  limits: HttpLimits,
): Send {
  const { endpoint, timeoutMs } = plan
  const target = httpTarget({
    secure: endpoint.secure,
    host: endpoint.host,
    port: endpoint.port,
    insecureSkipVerification: endpoint.insecureSkipVerification,
  })
  const connectTimeoutMs = Math.min(limits.connectTimeoutMs, timeoutMs)
  return async function sendHttp(request, _variables, cancel) {
    const path = pathFor(endpoint, request)
    try {
      const answer = await client.call(
        {
          target,
          method: endpoint.method ?? request.method,
          path,
          headers: ['Host', endpoint.authority, ...request.headers],
          body: request.body,
          connectTimeoutMs,
          timeoutMs,
          cancel,
        },
        limits.answerLimitBytes,
      )
      return {
        status: answer.status,
        headers: answer.headers,
        body: answer.body,
        latencyMs: answer.timings.totalMs,
      }
    } catch (error) {
      throw refusalFor(error, endpoint.authority)
    }
  }
}

/** What the back end is asked for, with its address: for logs. */
export function endpointUrl(endpoint: HttpEndpoint, request: IntegrationRequest): string {
  const scheme = endpoint.secure ? 'https' : 'http'
  return `${scheme}://${endpoint.authority}${pathFor(endpoint, request)}`
}

/** Path and query. */
function pathFor(endpoint: HttpEndpoint, request: IntegrationRequest): string {
  const [fixed = '/', ...placeholders] = endpoint.pathParts
  const path =
    placeholders.length === 0 ? fixed : fillPath(endpoint.pathParts, request.path, encodePathText)
  const query = joinQuery(endpoint.query, request.query)
  return query === '' ? path : `${path}?${query}`
}

/** Percent-encodes what a path cannot hold and leaves escapes and slashes as they came. */
function encodePathText(text: string): string {
  if (/^[\w\-.~!$&'()*+,;=:@/%]*$/.test(text)) return text
  return encodeURI(text.toWellFormed())
    .replaceAll('%25', '%')
    .replaceAll(/[?#[\]]/g, encodeURIComponent)
}

function joinQuery(fixed: string, added: string): string {
  if (fixed === '') return added
  return added === '' ? fixed : `${fixed}&${added}`
}

/** A failed call -> the refusal that answers it; `authority`: who was called. Other errors stay what they are. */
export function refusalFor(error: unknown, authority: string): unknown {
  if (!(error instanceof HttpClientError)) return error
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
