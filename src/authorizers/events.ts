/**
 * The events that a Lambda authorizer gets: "Input to an API Gateway Lambda authorizer" in the developer guide. Keys and
 * their order, and that empty collections are `{}` and not null as in the event of a proxy integration, are recorded from AWS.
 */
import type { MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'

/** JSON text. */
export function tokenEvent(methodArn: string, authorizationToken: string): string {
  return JSON.stringify({ type: 'TOKEN', methodArn, authorizationToken })
}

/** JSON text. */
export function requestEvent(
  methodArn: string,
  request: MethodRequest,
  { context, stageVariables }: Variables,
): string {
  return JSON.stringify({
    type: 'REQUEST',
    methodArn,
    resource: context.resourcePath,
    path: request.path,
    httpMethod: request.method,
    ...headersOf(request),
    ...queryOf(request),
    pathParameters: request.pathParameters,
    stageVariables,
    requestContext: {
      resourceId: context.resourceId,
      resourcePath: context.resourcePath,
      ...(context.operationName === undefined ? {} : { operationName: context.operationName }),
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
  })
}

function headersOf(request: MethodRequest) {
  const headers: Record<string, string> = Object.create(null)
  const multiValueHeaders: Record<string, string[]> = Object.create(null)
  for (let i = 0; i < request.headers.length; i += 2) {
    const name = request.headers[i] as string
    const value = request.headers[i + 1] as string
    headers[name] = value
    multiValueHeaders[name] = [...(multiValueHeaders[name] ?? []), value]
  }
  return { headers, multiValueHeaders }
}

function queryOf(request: MethodRequest) {
  const queryStringParameters: Record<string, string> = Object.create(null)
  const multiValueQueryStringParameters: Record<string, readonly string[]> = Object.create(null)
  for (const [name, values] of request.query) {
    queryStringParameters[name] = values.at(-1) ?? ''
    multiValueQueryStringParameters[name] = values
  }
  return { queryStringParameters, multiValueQueryStringParameters }
}
