/**
 * Calls the control plane of a running gateway as any AWS client would: signed with SigV4, over HTTP. Commands and the
 * example use it, so that what they do can be done by everybody.
 */
import { type Credentials, sign } from '../aws/sign.ts'
import { systemClock } from '../base/clock.ts'
import { CommandFailure } from './failure.ts'

export interface ControlClientSettings {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string
  readonly credentials: Credentials
  readonly region: string
}

export interface ControlCall {
  readonly service: 'apigateway' | 'lambda'
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Percent-encoded, with the query. */
  readonly path: string
  /** An object is sent as JSON, text as it is. */
  readonly body?: object | string
  /** Beside those of every call; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The control plane said no. */
export class ControlRefusal extends CommandFailure {
  readonly status: number
  /** `NotFoundException` */
  readonly type: string

  constructor(status: number, type: string, message: string) {
    super(`${type}: ${message}`)
    this.name = 'ControlRefusal'
    this.status = status
    this.type = type
  }
}

/** Where `portcullis start` listens when it is told nothing. */
export const defaultEndpoint = 'http://127.0.0.1:4566'

/** Below the five minutes after which `fetch` gives up by itself; no function is waited for longer. */
const callLimitMs = 290_000

export class ControlClient {
  readonly settings: ControlClientSettings

  constructor(settings: ControlClientSettings) {
    this.settings = settings
  }

  /** The answer's JSON. Throws a `ControlRefusal`, or a `CommandFailure` when no gateway answers. */
  async call(call: ControlCall): Promise<unknown> {
    const text = await (await this.send(call)).text()
    return text === '' ? undefined : parsed(text)
  }

  /** The answer itself, where it is no refusal. Throws as `call` does. */
  async send(call: ControlCall): Promise<Response> {
    const response = await this.#send(call)
    if (response.ok) return response
    const body = parsed(await response.text())
    const type = response.headers.get('x-amzn-errortype')?.split(':')[0]
    throw new ControlRefusal(response.status, type ?? `HTTP ${response.status}`, messageOf(body))
  }

  async #send({ service, method, path, body, headers: more }: ControlCall): Promise<Response> {
    const { endpoint, credentials, region } = this.settings
    const url = new URL(path, endpoint)
    const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? '')
    const headers = { host: url.host, 'content-type': 'application/json', ...more }
    const added = sign({
      method,
      rawPath: url.pathname,
      rawQuery: url.search.slice(1),
      headers,
      body: text,
      credentials,
      region,
      service,
      clock: systemClock,
    })
    return reach(endpoint, url, {
      method,
      headers: { ...headers, ...added },
      ...(method === 'GET' ? {} : { body: text }),
    })
  }
}

/** Asks for one of the gateway's own pages, signed: outside development it answers who may see it. */
export function reachOwn(
  { endpoint, credentials, region }: ControlClientSettings,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return reach(endpoint, url, { headers: { ...headers, ...signedFor(url, credentials, region) } })
}

/** The headers that sign a GET of the gateway's own pages. */
export function signedFor(
  url: URL,
  credentials: Credentials,
  region: string,
): Record<string, string> {
  return sign({
    method: 'GET',
    rawPath: url.pathname,
    rawQuery: url.search.slice(1),
    headers: { host: url.host },
    credentials,
    region,
    service: 'apigateway',
    clock: systemClock,
  })
}

/** `fetch` with a time limit; a gateway that is not there becomes advice. */
export async function reach(endpoint: string, url: URL, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      redirect: 'error',
      signal: AbortSignal.timeout(callLimitMs),
    })
  } catch (cause) {
    const { name, cause: inner } = cause as Error
    if (name === 'TimeoutError') {
      const seconds = callLimitMs / 1000
      throw new CommandFailure(`${endpoint} did not answer within ${seconds} seconds.`, 1, {
        cause,
      })
    }
    const code = (inner as NodeJS.ErrnoException | undefined)?.code ?? name
    throw new CommandFailure(
      `No gateway answers at ${endpoint} (${code}).\n` +
        'Start one with: portcullis start. If it listens elsewhere, give --endpoint URL or PORTCULLIS_ENDPOINT.',
      1,
      { cause },
    )
  }
}

/** From AWS's own variables; `test` and `test` where there are none, which a development gateway accepts. */
export function credentialsFrom(env: NodeJS.ProcessEnv): Credentials {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] || 'test'
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'] || 'test'
  const sessionToken = env['AWS_SESSION_TOKEN']
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

/** As the AWS CLI chooses it. */
export function regionFrom(env: NodeJS.ProcessEnv): string {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { message: text.slice(0, 500) }
  }
}

/** The message of a refusal, from its body as text; the text itself where it has none. */
export function messageIn(text: string): string {
  return messageOf(parsed(text)) || text.slice(0, 500)
}

function messageOf(body: unknown): string {
  if (typeof body !== 'object' || body === null) return ''
  const { message, Message } = body as Record<string, unknown>
  return String(message ?? Message ?? '')
}
