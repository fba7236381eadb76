/**
 * A method -> an operation: parameters, body, responses, security, and with the extensions its validator and
 * integration.
 */
import type { Method, MethodResponse, Resource } from '../aws/rest-api.ts'
import type { ExportContext, Json } from './export-context.ts'
import { exportIntegration } from './export-extensions.ts'
import { exportSecurity } from './export-security.ts'
import { defined } from './tree.ts'

const places = { path: 'path', querystring: 'query', header: 'header' } as const

/** Writes one method of a resource. */
export function exportOperation(context: ExportContext, resource: Resource, method: Method): Json {
  const { format, snapshot, withIntegrations } = context
  const isOas3 = format === 'oas30'
  const { requestModels, methodResponses = {}, methodIntegration } = method
  const parameters = Object.entries(method.requestParameters ?? {}).flatMap(([key, required]) => {
    const [, place, name] = /^method\.request\.(path|querystring|header)\.(.+)$/.exec(key) ?? []
    if (place === undefined || name === undefined) return []
    const type = isOas3 ? { schema: { type: 'string' } } : { type: 'string' }
    // The pattern lets nothing else through.
    return [{ name, in: places[place as keyof typeof places], required, ...type } as Json]
  })
  const body = isOas3 ? undefined : bodyParameter(context, requestModels)
  if (body !== undefined) parameters.push(body)
  const security = exportSecurity(context, method)
  const validator = snapshot.requestValidators.find(({ id }) => id === method.requestValidatorId)
  return defined<Json>({
    operationId: method.operationName,
    ...(isOas3
      ? {}
      : { consumes: typesOf([requestModels]), produces: producesOf(methodResponses) }),
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: isOas3 ? requestBody(context, requestModels) : undefined,
    responses: Object.fromEntries(
      Object.values(methodResponses).map(response => [
        response.statusCode,
        exportResponse(context, response),
      ]),
    ),
    security: security.length === 0 ? undefined : security,
    'x-amazon-apigateway-request-validator':
      withIntegrations && validator !== undefined ? (validator.name ?? validator.id) : undefined,
    'x-amazon-apigateway-integration':
      withIntegrations && methodIntegration !== undefined
        ? exportIntegration(methodIntegration, resource.id)
        : undefined,
  })
}

function exportResponse(context: ExportContext, response: MethodResponse): Json {
  const isOas3 = context.format === 'oas30'
  const type = isOas3 ? { schema: { type: 'string' } } : { type: 'string' }
  const headers = Object.keys(response.responseParameters ?? {}).map(key => [
    key.replace('method.response.header.', ''),
    type,
  ])
  const models = response.responseModels ?? {}
  const [model] = Object.values(models)
  return {
    description: `${response.statusCode} response`,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
    ...(isOas3 ? { content: contentOf(context, models) } : {}),
    ...(isOas3 || model === undefined ? {} : { schema: refTo(context, model) }),
  }
}

function requestBody(context: ExportContext, models: Method['requestModels']): Json | undefined {
  if (models === undefined || Object.keys(models).length === 0) return undefined
  return { content: contentOf(context, models), required: true }
}

/** Swagger has one schema for all content types: that of JSON, or the first. */
function bodyParameter(context: ExportContext, models: Method['requestModels']): Json | undefined {
  const model = models?.['application/json'] ?? Object.values(models ?? {})[0]
  if (model === undefined) return undefined
  return { in: 'body', name: model, required: true, schema: refTo(context, model) }
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
