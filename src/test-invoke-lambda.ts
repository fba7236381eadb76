/**
 * How a test writes down its call of a function: as the HTTP request that API Gateway makes of Lambda. Names and order of
 * the headers are recorded from AWS. Here nothing is sent and signed, so the lines for Authorization and
 * X-Amz-Security-Token are missing, and of the answer's headers only those are there that say something.
 */
import { createHash } from 'node:crypto'
import type { FunctionAnswer, FunctionCall } from './messages/messages.ts'
import { type ExecutionLog, formatHeaders } from './observe/execution-log.ts'

/** Writes the lines that come before the call. */
export function describeFunctionCall(
  call: FunctionCall,
  apiId: string,
  requestId: string,
  log: ExecutionLog,
): void {
  const region = call.functionArn.split(':')[3] ?? ''
  const host = `lambda.${region}.amazonaws.com`
  const url = `https://${host}/2015-03-31/functions/${call.functionArn}/invocations`
  const headers = [
    ...['X-Amz-Date', `${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`],
    ...['x-amzn-apigateway-api-id', apiId, 'Accept', 'application/json'],
    ...['User-Agent', `AmazonAPIGateway_${apiId}`, 'Host', host],
    ...['X-Amz-Content-Sha256', createHash('sha256').update(call.payload).digest('hex')],
    ...['X-Amzn-Trace-Id', call.traceId, 'x-amzn-lambda-integration-tag', requestId],
    ...(call.sourceArn === null ? [] : ['X-Amz-Source-Arn', call.sourceArn]),
  ]
  log.line(`Endpoint request URI: ${url}`)
  log.line(`Endpoint request headers: ${formatHeaders(headers)}`)
  log.line(`Endpoint request body after transformations: ${call.payload}`)
  log.line(`Sending request to ${url}`)
}

/** Writes the lines about an answer of Lambda's; of a call that gave none there is nothing to say yet. */
export function describeFunctionAnswer(
  answer: FunctionAnswer,
  latencyMs: number,
  traceId: string,
  log: ExecutionLog,
): void {
  if (answer.type !== 'answered') return
  const { payload, functionError, invocationId = '' } = answer
  const headers = [
    ...['Date', new Date().toUTCString(), 'Content-Type', 'application/json'],
    ...['Content-Length', String(payload.length), 'Connection', 'keep-alive'],
    ...['x-amzn-RequestId', invocationId],
    ...(functionError === null ? [] : ['X-Amz-Function-Error', functionError]),
    ...['x-amzn-Remapped-Content-Length', '0'],
    ...['X-Amzn-Trace-Id', `${traceId.replace('Root=', 'root=')};sampled=0`],
  ]
  log.line(`Received response. Status: 200, Integration latency: ${Math.round(latencyMs)} ms`)
  log.line(`Endpoint response headers: ${formatHeaders(headers)}`)
  log.line(`Endpoint response body before transformations: ${payload}`)
}

/** AWS's line for a function behind AWS_PROXY that threw or ran out of time; null when it did not. */
export function functionFailure(answer: FunctionAnswer): string | null {
  if (answer.type !== 'answered' || answer.functionError === null) return null
  const { payload, invocationId = '' } = answer
  const message = errorMessageOf(payload) ?? answer.functionError
  return `Lambda execution failed with status 200 due to customer function error: ${message}. Lambda request id: ${invocationId}`
}

function errorMessageOf(payload: Buffer): string | undefined {
  try {
    const value = JSON.parse(payload.toString()) as { errorMessage?: unknown } | null
    return typeof value?.errorMessage === 'string' ? value.errorMessage : undefined
  } catch {
    return undefined
  }
}
