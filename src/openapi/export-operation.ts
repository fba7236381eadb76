/**
 * A method -> an operation: parameters, body, responses, security, and with the extensions its validator and
 * integration. What the stage's documentation says about each of them is added.
 */
import type { Method, MethodResponse, Resource } from '../aws/rest-api.ts'
import type { ExportContext, Json } from './export-context.ts'
import { describe } from './export-documentation.ts'
import { exportIntegration } from './export-extensions.ts'
import { exportSecurity } from './export-security.ts'
import { defined } from './tree.ts'

const places = {
  path: { in: 'path', documentedAs: 'PATH_PARAMETER' },
  querystring: { in: 'query', documentedAs: 'QUERY_PARAMETER' },
  header: { in: 'header', documentedAs: 'REQUEST_HEADER' },
} as const

/** An operation and its place, for what is documented about it. */
interface Target {
  readonly path: string
  readonly method: string
}

/** Writes one method of a resource. */
export function exportOperation(context: ExportContext, resource: Resource, method: Method): Json {
  const { format, snapshot, withIntegrations, documented } = context
  const isOas3 = format === 'oas30'
  const { requestModels, methodResponses = {}, methodIntegration } = method
  const target = { path: resource.path, method: method.httpMethod }
  const parameters = Object.entries(method.requestParameters ?? {}).flatMap(([key, required]) => {
    const [, place, name] = /^method\.request\.(path|querystring|header)\.(.+)$/.exec(key) ?? []
    if (place === undefined || name === undefined) return []
    const type = isOas3 ? { schema: { type: 'string' } } : { type: 'string' }
    // The pattern lets nothing else through.
    const { in: where, documentedAs } = places[place as keyof typeof places]
    const properties = documented({ type: documentedAs, ...target, name })
    return [describe({ name, in: where, required, ...type }, properties, 'described')]
  })
  const body = isOas3 ? undefined : bodyParameter(context, target, requestModels)
  if (body !== undefined) parameters.push(body)
  const security = exportSecurity(context, method)
  const validator = snapshot.requestValidators.find(({ id }) => id === method.requestValidatorId)
  const operation = defined<Json>({
    operationId: method.operationName,
    ...(isOas3
      ? {}
      : { consumes: typesOf([requestModels]), produces: producesOf(methodResponses) }),
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: isOas3 ? requestBody(context, target, requestModels) : undefined,
    responses: Object.fromEntries(
      Object.values(methodResponses).map(response => [
        response.statusCode,
        exportResponse(context, target, response),
      ]),
    ),
    security: security.length === 0 ? undefined : security,
    'x-amazon-apigateway-request-validator':
      withIntegrations && validator !== undefined ? (validator.name ?? validator.id) : undefined,
    'x-amazon-apigateway-integration':
      withIntegrations && methodIntegration !== undefined
        ? exportIntegration(methodIntegration, resource.id)
        : undefined,
    'x-postman-meta': postmanMeta(context, method),
  })
  return describe(operation, documented({ type: 'METHOD', ...target }), 'method')
}

/**
 * What lets Postman sign a request. AWS documents only that there are extensions for Postman; this is the one that
 * Postman's importers read, with Postman variables for the credentials. A guess.
 */
function postmanMeta({ postmanRegion }: ExportContext, method: Method): Json | undefined {
  if (postmanRegion === undefined || method.authorizationType !== 'AWS_IAM') return undefined
  return {
    currentHelper: 'awsSigV4',
    helperAttributes: {
      id: 'awsSigV4',
      accessKey: '{{aws_access_key_id}}',
      secretKey: '{{aws_secret_access_key}}',
      region: postmanRegion,
      service: 'execute-api',
    },
  }
}

function exportResponse(
  context: ExportContext,
  target: Target,
  { statusCode, responseParameters = {}, responseModels = {} }: MethodResponse,
): Json {
  const isOas3 = context.format === 'oas30'
  const type = isOas3 ? { schema: { type: 'string' } } : { type: 'string' }
  const at = { ...target, statusCode }
  const headers = Object.keys(responseParameters).map(key => {
    const name = key.replace('method.response.header.', '')
    const properties = context.documented({ type: 'RESPONSE_HEADER', ...at, name })
    return [name, describe(type, properties, 'described')]
  })
  const [model] = Object.values(responseModels)
  return {
    // The specification wants one.
    description: `${statusCode} response`,
    ...describe({}, context.documented({ type: 'RESPONSE', ...at }), 'described'),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(isOas3 ? { content: contentOf(context, responseModels) } : {}),
    ...(isOas3 || model === undefined ? {} : { schema: refTo(context, model) }),
  }
}

function requestBody(
  context: ExportContext,
  target: Target,
  models: Method['requestModels'],
): Json | undefined {
  if (models === undefined || Object.keys(models).length === 0) return undefined
  const body = { content: contentOf(context, models), required: true }
  return describe(body, context.documented({ type: 'REQUEST_BODY', ...target }), 'described')
}

/** Swagger has one schema for all content types: that of JSON, or the first. */
function bodyParameter(
  context: ExportContext,
  target: Target,
  models: Method['requestModels'],
): Json | undefined {
  const model = models?.['application/json'] ?? Object.values(models ?? {})[0]
  if (model === undefined) return undefined
  const body = { in: 'body', name: model, required: true, schema: refTo(context, model) }
  return describe(body, context.documented({ type: 'REQUEST_BODY', ...target }), 'described')
}

function contentOf(context: ExportContext, models: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(models).map(([type, model]) => [type, { schema: refTo(context, model) }]),
  )
}

function refTo({ schemasAt }: ExportContext, model: string): Json {
  return { $ref: `${schemasAt}${model}` }
}

function producesOf(responses: Readonly<Record<string, MethodResponse>>): string[] | undefined {
  return typesOf(Object.values(responses).map(({ responseModels }) => responseModels))
}

function typesOf(
  maps: readonly (Readonly<Record<string, string>> | undefined)[],
): string[] | undefined {
  const types = new Set(maps.flatMap(map => Object.keys(map ?? {})))
  return types.size === 0 ? undefined : [...types]
}
