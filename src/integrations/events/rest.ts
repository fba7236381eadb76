/**
 * The event that a function behind AWS_PROXY gets from a REST API (payload format 1.0): "Input format of a Lambda
 * function for proxy integration" in the developer guide. Order of the keys and which empty collections are null are
 * recorded from AWS.
 */
import { eventContext, namedQuery, namedValues } from '../../messages/event-parts.ts'
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
  const headers = namedValues(headersOf(request, forwarded))
  const query = request.query.size === 0 ? null : namedQuery(request.query)
  // A body without a type counts as JSON, as everywhere.
  const isBinary =
    !binary.isEmpty && binary.has(request.headerNoCase('content-type') ?? 'application/json')
  return JSON.stringify({
    resource: context.resourcePath,
    path: request.path,
    httpMethod: request.method,
    headers: headers.single,
    multiValueHeaders: headers.multi,
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: query?.multi ?? null,
    pathParameters: orNull(request.pathParameters),
    stageVariables: orNull(stageVariables),
    requestContext: eventContext(context),
    body: request.body === null ? null : request.body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: request.body !== null && isBinary,
  })
}

/** What the client sent and AWS hands on, and behind it what the gateway writes. */
function* headersOf(
  { headers }: MethodRequest,
  forwarded: readonly string[],
): Iterable<readonly [string, string]> {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string
    const lower = name.toLowerCase()
    if (requestHeaderRule('AWS_PROXY', lower) === 'drop' || replaced.has(lower)) continue
    yield [name, headers[i + 1] as string]
  }
  for (let i = 0; i < forwarded.length; i += 2) {
    yield [forwarded[i] as string, forwarded[i + 1] as string]
  }
}

/** Written by the gateway itself, whatever the client sent. */
const replaced = new Set([
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
])

function orNull(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  for (const _ in map) return map
  return null
}
