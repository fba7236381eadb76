/**
 * The event that a function behind AWS_PROXY gets from a REST API (payload format 1.0): "Input format of a Lambda
 * function for proxy integration" in the developer guide. Order of the keys and which empty collections are null are
 * recorded from AWS.
 */
import type { MethodRequest } from '../../messages/messages.ts'
import type { Variables } from '../../messages/variables.ts'
import { requestHeaderRule } from '../../program/header-rules.ts'
import type { MediaTypeSet } from '../../program/program.ts'

/** JSON text. */
export function restEvent(
  request: MethodRequest,
  variables: Variables,
  binary: MediaTypeSet,
  forwarded: readonly string[],
): string {
  const { context, stageVariables } = variables
  const { headers, multiValueHeaders } = headersOf(request, forwarded)
  const query = queryOf(request)
  const contentType = request.headerNoCase('content-type')
  const isBinary = !binary.isEmpty && contentType !== undefined && binary.has(contentType)
  return JSON.stringify({
    resource: context.resourcePath,
    path: eventPath(request.path),
    httpMethod: request.method,
    headers,
    multiValueHeaders,
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: query?.multi ?? null,
    pathParameters: orNull(request.pathParameters),
    stageVariables: orNull(stageVariables),
    requestContext: {
      resourceId: context.resourceId,
      ...(context.authorizer === undefined ? {} : { authorizer: context.authorizer }),
      resourcePath: context.resourcePath,
      ...(context.operationName === undefined ? {} : { operationName: context.operationName }),
      ...(context.isCanaryRequest === undefined
        ? {}
        : { isCanaryRequest: context.isCanaryRequest }),
      httpMethod: request.method,
      extendedRequestId: context.extendedRequestId,
      requestTime: context.requestTime,
      path: context.path,
      accountId: context.accountId,
      protocol: context.protocol,
      stage: context.stage,
      domainPrefix: context.domainPrefix,
      requestTimeEpoch: context.requestTimeEpoch,
      requestId: context.requestId,
      identity: context.identity,
      domainName: context.domainName,
      deploymentId: context.deploymentId,
      apiId: context.apiId,
    },
    body: request.body === null ? null : request.body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: request.body !== null && isBinary,
  })
}

/** `/stage//x` arrives as `/x` (recorded); slashes further in stay. */
function eventPath(path: string): string {
  return path.startsWith('//') ? path.slice(1) : path
}

function headersOf(
  request: MethodRequest,
  forwarded: readonly string[],
): { headers: Record<string, string>; multiValueHeaders: Record<string, string[]> } {
  const headers: Record<string, string> = Object.create(null)
  const multiValueHeaders: Record<string, string[]> = Object.create(null)
  const add = (name: string, value: string): void => {
    headers[name] = value
    const values = multiValueHeaders[name]
    if (values === undefined) multiValueHeaders[name] = [value]
    else values.push(value)
  }
  for (let i = 0; i < request.headers.length; i += 2) {
    const name = request.headers[i] as string
    const lower = name.toLowerCase()
    if (requestHeaderRule('AWS_PROXY', lower) === 'drop' || replaced.has(lower)) continue
    add(name, request.headers[i + 1] as string)
  }
  for (let i = 0; i < forwarded.length; i += 2)
    add(forwarded[i] as string, forwarded[i + 1] as string)
  return { headers, multiValueHeaders }
}

/** Written by the gateway itself, whatever the client sent. */
const replaced = new Set([
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
])

function queryOf(
  request: MethodRequest,
): { single: Record<string, string>; multi: Record<string, readonly string[]> } | undefined {
  if (request.query.size === 0) return undefined
  const single: Record<string, string> = Object.create(null)
  const multi: Record<string, readonly string[]> = Object.create(null)
  for (const [name, values] of request.query) {
    single[name] = values[values.length - 1] as string
    multi[name] = values
  }
  return { single, multi }
}

function orNull(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  for (const _ in map) return map
  return null
}
