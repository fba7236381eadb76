/**
 * Functions that run elsewhere: processes that `--function NAME=URL` names (a Runtime Interface Emulator, or anything that
 * takes its one call), and functions at AWS or at the endpoint `--aws-endpoint lambda=URL`, for ARNs of which there is no
 * function here.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/images-test.html and
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 */
import { parseFunctionName } from './aws/arn.ts'
import type { AwsCalls } from './aws-call.ts'
import type { HttpClient } from './integrations/http/client.ts'
import { HttpClientError } from './integrations/http/errors.ts'
import { type HttpAnswer, httpTargetOf } from './integrations/http/http-call.ts'
import type { FunctionAnswer } from './messages/messages.ts'

export interface RemoteCall {
  readonly functionArn: string
  readonly payload: Buffer
  readonly asynchronous: boolean
  readonly timeoutMs: number
  readonly traceId: string
}

export interface RemoteSettings {
  /** Function name -> URL. */
  readonly named: ReadonlyMap<string, string>
  readonly aws: AwsCalls
  readonly client: HttpClient
  readonly connectTimeoutMs: number
}

/** Lambda's limits, in bytes. */
const requestLimitBytes = 6_291_456
const eventLimitBytes = 1_048_576
const answerLimitBytes = 6_291_556
/** The account that nobody has at AWS: what it lacks is nowhere. */
const dummyAccount = '000000000000'
const emulatorPath = '/2015-03-31/functions/function/invocations'

export class RemoteFunctions {
  readonly #settings: RemoteSettings

  constructor(settings: RemoteSettings) {
    this.#settings = settings
  }

  /** Whether a process was named for the function: it then takes the place of one that is here. */
  isNamed(functionArn: string): boolean {
    const { named } = this.#settings
    return named.size > 0 && named.has(parseFunctionName(functionArn)?.name ?? '')
  }

  /** Whether a function that is not here may be elsewhere. */
  mayExist(functionArn: string): boolean {
    const { aws } = this.#settings
    if (aws.hasEndpoint('lambda')) return true
    return aws.hasCredentials && parseFunctionName(functionArn)?.account !== dummyAccount
  }

  /** Never rejects: what goes wrong is an answer. */
  async invoke(call: RemoteCall): Promise<FunctionAnswer> {
    const limit = call.asynchronous ? eventLimitBytes : requestLimitBytes
    if (call.payload.length > limit) {
      return {
        type: 'too-large',
        reason: `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      }
    }
    const url = this.#settings.named.get(parseFunctionName(call.functionArn)?.name ?? '')
    try {
      return url === undefined
        ? answerOf(await this.#atAws(call), false)
        : answerOf(await this.#named(url, call), true)
    } catch (error) {
      const where = url ?? 'AWS Lambda'
      if (!(error instanceof HttpClientError)) return { type: 'failed', reason: String(error) }
      const reason = `${call.functionArn} at ${where}: ${error.message}`
      if (error.type === 'timeout') return { type: 'timeout', reason }
      return { type: 'failed', reason }
    }
  }

  #atAws({
    functionArn,
    payload,
    asynchronous,
    timeoutMs,
    traceId,
  }: RemoteCall): Promise<HttpAnswer> {
    const region = parseFunctionName(functionArn)?.region ?? ''
    return this.#settings.aws.call({
      service: 'lambda',
      region,
      method: 'POST',
      path: `/2015-03-31/functions/${encodeURIComponent(functionArn)}/invocations`,
      headers: {
        'Content-Type': 'application/json',
        'X-Amz-Invocation-Type': asynchronous ? 'Event' : 'RequestResponse',
        ...(traceId !== '' && { 'X-Amzn-Trace-Id': traceId }),
      },
      body: payload,
      timeoutMs,
    })
  }

  #named(given: string, { payload, timeoutMs, traceId }: RemoteCall): Promise<HttpAnswer> {
    const url = new URL(given)
    const { client, connectTimeoutMs } = this.#settings
    const trace = traceId === '' ? [] : ['X-Amzn-Trace-Id', traceId]
    return client.call(
      {
        target: httpTargetOf(url),
        method: 'POST',
        path: emulatorPath,
        headers: ['Host', url.host, 'Content-Type', 'application/json', ...trace],
        body: payload,
        connectTimeoutMs: Math.min(connectTimeoutMs, timeoutMs),
        timeoutMs,
      },
      answerLimitBytes,
    )
  }
}

function answerOf({ status, headers, body }: HttpAnswer, isEmulator: boolean): FunctionAnswer {
  if (status >= 200 && status < 300) {
    const error = headerOf(headers, 'x-amz-function-error')
    const invocationId = headerOf(headers, 'x-amzn-requestid')
    return {
      type: 'answered',
      payload: body,
      functionError: error ?? (isEmulator && describesError(body) ? 'Unhandled' : null),
      ...(invocationId !== undefined && { invocationId }),
    }
  }
  const reason = `Lambda answered ${status}: ${body.toString('utf8', 0, 500)}`
  switch (status) {
    case 403:
      return { type: 'forbidden', reason }
    case 404:
      return { type: 'not-found', reason }
    case 413:
      return { type: 'too-large', reason }
    case 429:
      return { type: 'throttled', reason }
    default:
      return { type: 'failed', reason }
  }
}

/** The emulator answers 200 without a header also to errors; what has both members is taken for one (a guess). */
function describesError(body: Buffer): boolean {
  if (body.length > 262_144 || body[0] !== 0x7b) return false
  try {
    const parsed = JSON.parse(body.toString()) as Record<string, unknown>
    return typeof parsed['errorType'] === 'string' && typeof parsed['errorMessage'] === 'string'
  } catch {
    return false
  }
}

function headerOf(headers: readonly string[], lowerName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if ((headers[i] as string).toLowerCase() === lowerName) return headers[i + 1]
  }
  return undefined
}
