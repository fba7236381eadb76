/**
 * Calls of AWS services that the gateway makes for functions: signed, to AWS or to the endpoint that `--aws-endpoint` names.
 * As for integrations, an endpoint without credentials is called as `test` with the secret `test`.
 */
import { type Credentials, sign } from './aws/sign.ts'
import type { Clock } from './base/clock.ts'
import type { HttpClient } from './integrations/http/client.ts'
import { type HttpAnswer, httpTargetOf } from './integrations/http/http-call.ts'

export interface AwsRequest {
  /** As the endpoint and the signature name it: `sqs`. */
  readonly service: string
  readonly region: string
  readonly method: 'POST' | 'PUT'
  /** Percent-encoded. */
  readonly path: string
  readonly query?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly timeoutMs: number
}

export interface AwsCallSettings {
  readonly client: HttpClient
  readonly endpoints: ReadonlyMap<string, string>
  readonly credentials: Credentials | null
  readonly clock: Clock
  readonly connectTimeoutMs: number
  readonly answerLimitBytes: number
}

const dummy: Credentials = Object.freeze({ accessKeyId: 'test', secretAccessKey: 'test' })

export class AwsCalls {
  readonly #settings: AwsCallSettings

  constructor(settings: AwsCallSettings) {
    this.#settings = settings
  }

  /** Whether the user named an endpoint for the service. */
  hasEndpoint(service: string): boolean {
    return this.#settings.endpoints.has(service)
  }

  /** Whether there are credentials with which AWS itself could be called. */
  get hasCredentials(): boolean {
    return this.#settings.credentials !== null
  }

  /** `https://sqs.eu-west-1.amazonaws.com`, or the named endpoint. */
  baseOf(service: string, region: string): string {
    const named = this.#settings.endpoints.get(service)
    if (named !== undefined) return named.replace(/\/$/, '')
    const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
    return `https://${service}.${region}.${domain}`
  }

  /** Rejects with an `HttpClientError`, or an Error that says what to configure. Any status is an answer. */
  async call(request: AwsRequest): Promise<HttpAnswer> {
    const { service, region, method, path, query = '', body, timeoutMs } = request
    const { client, clock, connectTimeoutMs, answerLimitBytes } = this.#settings
    const credentials = this.#settings.credentials ?? (this.hasEndpoint(service) ? dummy : null)
    if (credentials === null) {
      throw new Error(
        `there are no AWS credentials to call ${service} with: give --aws-credentials, or --aws-endpoint ${service}=URL`,
      )
    }
    const url = new URL(this.baseOf(service, region))
    const headers = { Host: url.host, ...request.headers }
    const signature = sign({
      method,
      rawPath: path,
      rawQuery: query,
      headers,
      body,
      credentials,
      region,
      service,
      clock,
    })
    return client.call(
      {
        target: httpTargetOf(url),
        method,
        path: query === '' ? path : `${path}?${query}`,
        headers: Object.entries({ ...headers, ...signature }).flat(),
        body,
        connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
        timeoutMs,
      },
      answerLimitBytes,
    )
  }
}
