/**
 * The `x-amazon-apigateway-*` extensions of an export: integrations, and what stands at the document's root.
 * What has its default value is left out, as AWS does; words are written in the case in which AWS writes them.
 */
import type { ApiSnapshot, Integration, IntegrationResponse } from '../aws/rest-api.ts'
import { type RefusalType, refusals } from '../messages/refusals.ts'
import type { Json } from './export-context.ts'
import { defined, templatesOut } from './tree.ts'

/** `x-amazon-apigateway-integration`; the resource's id is the cache namespace that needs no mention. */
export function exportIntegration(integration: Integration, resourceId: string): Json {
  const keys = integration.cacheKeyParameters ?? []
  const { cacheNamespace, timeoutInMillis, connectionType } = integration
  const responses = Object.values(integration.integrationResponses ?? {})
  return defined<Json>({
    type: integration.type.toLowerCase(),
    httpMethod: integration.httpMethod,
    uri: integration.uri,
    connectionType: connectionType === 'INTERNET' ? undefined : connectionType,
    connectionId: integration.connectionId,
    integrationTarget: integration.integrationTarget,
    credentials: integration.credentials,
    requestParameters: integration.requestParameters,
    requestTemplates: templatesOut(integration.requestTemplates),
    passthroughBehavior: integration.passthroughBehavior.toLowerCase(),
    contentHandling: integration.contentHandling,
    timeoutInMillis: timeoutInMillis === 29_000 ? undefined : timeoutInMillis,
    cacheNamespace: keys.length > 0 || cacheNamespace !== resourceId ? cacheNamespace : undefined,
    cacheKeyParameters: keys.length > 0 ? keys : undefined,
    tlsConfig: integration.tlsConfig,
    responseTransferMode: integration.responseTransferMode,
    responses:
      integration.integrationResponses === undefined
        ? undefined
        : Object.fromEntries(
            responses.map(response => [patternOf(response), responseOf(response)]),
          ),
  })
}

/** The extensions of the whole API; the endpoint configuration apart, because its place depends on the format. */
export function rootExtensions(snapshot: ApiSnapshot): {
  endpoint: Json | undefined
  tags: Json[]
  members: Json
} {
  const { api, gatewayResponses, requestValidators } = snapshot
  const { vpcEndpointIds } = api.endpointConfiguration
  const endpoint = defined<Json>({
    disableExecuteApiEndpoint: api.disableExecuteApiEndpoint || undefined,
    vpcEndpointIds: vpcEndpointIds?.length ? vpcEndpointIds : undefined,
  })
  const tags = Object.entries(api.tags ?? {}).map(([name, value]) => ({
    name,
    'x-amazon-apigateway-tag-value': value,
  }))
  const validators = requestValidators.map(({ id, name, ...flags }) => [name ?? id, flags] as const)
  const responses = gatewayResponses.map(({ responseType, statusCode, ...rest }) => [
    responseType,
    { ...statusOf(responseType, statusCode), ...rest },
  ])
  return {
    endpoint: Object.keys(endpoint).length === 0 ? undefined : endpoint,
    tags,
    members: defined<Json>({
      'x-amazon-apigateway-api-key-source':
        api.apiKeySource === 'HEADER' ? undefined : api.apiKeySource,
      'x-amazon-apigateway-binary-media-types': api.binaryMediaTypes?.length
        ? api.binaryMediaTypes
        : undefined,
      'x-amazon-apigateway-gateway-responses':
        responses.length > 0 ? Object.fromEntries(responses) : undefined,
      'x-amazon-apigateway-minimum-compression-size': api.minimumCompressionSize,
      'x-amazon-apigateway-policy': policyOf(api.policy),
      'x-amazon-apigateway-request-validators':
        validators.length > 0 ? Object.fromEntries(validators) : undefined,
      'x-amazon-apigateway-security-policy': api.securityPolicy,
      'x-amazon-apigateway-endpoint-access-mode': api.endpointAccessMode,
    }),
  }
}

/** As AWS tells it: a type's own status where none was set. */
function statusOf(type: string, statusCode: string | undefined): Json {
  const own = Object.hasOwn(refusals, type) ? refusals[type as RefusalType].status : undefined
  const status = statusCode === undefined ? own : Number(statusCode)
  return status === undefined ? {} : { statusCode: status }
}

function patternOf({ selectionPattern }: IntegrationResponse): string {
  return selectionPattern === undefined || selectionPattern === '' ? 'default' : selectionPattern
}

function responseOf(response: IntegrationResponse): Json {
  const { selectionPattern: _, responseTemplates, ...members } = response
  return defined<Json>({ ...members, responseTemplates: templatesOut(responseTemplates) })
}

/** An object where the text is JSON, as AWS writes it; the text where it is not. */
function policyOf(policy: string | undefined): unknown {
  try {
    return policy === undefined ? undefined : JSON.parse(policy)
  } catch {
    return policy
  }
}
