/**
 * The events that a Lambda authorizer of an HTTP API gets, in payload formats 1.0 and 2.0: "Payload format version" in
 * "Control access to HTTP APIs with AWS Lambda authorizers" in the developer guide, whose examples give the order of the keys.
 */
import { namedQuery } from '../messages/event-parts.ts'
import type { HeaderList, MethodRequest } from '../messages/messages.ts'

/** What the request alone does not tell. */
export interface HttpAuthorizerCall {
  /** `arn:aws:execute-api:…/{stage}/{VERB}/{path}`. */
  readonly arn: string
  /** Values of the identity sources, in the order of the settings. */
  readonly identity: readonly string[]
  /** `GET /pets/{id}`. */
  readonly routeKey: string
  /** With the stage in front, but for `$default`. */
  readonly rawPath: string
  readonly stageVariables: Readonly<Record<string, string>>
  /** In the form of the payload's version. */
  readonly requestContext: object
}

/** JSON text. Absent collections are left out (as in the events of integrations). */
export function requestEvent2(request: MethodRequest, call: HttpAuthorizerCall): string {
  const { headers, cookies } = joinedHeaders(request.headers)
  const query = Object.create(null)
  for (const [name, values] of request.query) query[name] = values.join(',')
  return JSON.stringify({
    version: '2.0',
    type: 'REQUEST',
    routeArn: call.arn,
    identitySource: call.identity,
    routeKey: call.routeKey,
    rawPath: call.rawPath,
    rawQueryString: request.rawQuery,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...ifAny('queryStringParameters', query),
    requestContext: call.requestContext,
    ...ifAny('pathParameters', request.pathParameters),
    ...ifAny('stageVariables', call.stageVariables),
  })
}

/** JSON text. */
export function requestEvent1(request: MethodRequest, call: HttpAuthorizerCall): string {
  const identity = call.identity.join(',')
  const [, resource = call.routeKey] = call.routeKey.split(' ')
  const single: Record<string, string> = Object.create(null)
  for (let i = 0; i < request.headers.length; i += 2) {
    single[request.headers[i] as string] = request.headers[i + 1] as string
  }
  return JSON.stringify({
    version: '1.0',
    type: 'REQUEST',
    methodArn: call.arn,
    identitySource: identity,
    authorizationToken: identity,
    resource,
    path: call.rawPath,
    httpMethod: request.method,
    headers: single,
    queryStringParameters: namedQuery(request.query).single,
    pathParameters: request.pathParameters,
    stageVariables: call.stageVariables,
    requestContext: call.requestContext,
  })
}

/** Names in lower case, several values joined by commas; cookies one by one and not among the headers. */
function joinedHeaders(list: HeaderList): {
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
} {
  const headers: Record<string, string> = Object.create(null)
  const cookies: string[] = []
  for (let i = 0; i < list.length; i += 2) {
    const name = (list[i] as string).toLowerCase()
    const value = list[i + 1] as string
    if (name === 'cookie') {
      cookies.push(
        ...value
          .split(';')
          .map(cookie => cookie.trim())
          .filter(cookie => cookie !== ''),
      )
    } else {
      const before = headers[name]
      headers[name] = before === undefined ? value : `${before},${value}`
    }
  }
  return { headers, cookies }
}

function ifAny(name: string, values: Readonly<Record<string, string>>): object {
  return Object.keys(values).length === 0 ? {} : { [name]: values }
}
