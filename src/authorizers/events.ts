/**
 * The events that a Lambda authorizer gets: "Input to an API Gateway Lambda authorizer" in the developer guide. Keys and
 * their order, and that empty collections are `{}` and not null as in the event of a proxy integration, are recorded from AWS.
 */
import { eventContext, namedQuery, namedValues } from '../messages/event-parts.ts'
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
  const headers = namedValues(pairsOf(request))
  const query = namedQuery(request.query)
  return JSON.stringify({
    type: 'REQUEST',
    methodArn,
    resource: context.resourcePath,
    path: request.path,
    httpMethod: request.method,
    headers: headers.single,
    multiValueHeaders: headers.multi,
    queryStringParameters: query.single,
    multiValueQueryStringParameters: query.multi,
    pathParameters: request.pathParameters,
    stageVariables,
    requestContext: eventContext(context),
  })
}

function* pairsOf({ headers }: MethodRequest): Iterable<readonly [string, string]> {
  for (let i = 0; i < headers.length; i += 2) yield [headers[i] as string, headers[i + 1] as string]
}
