/**
 * Authorizers -> security schemes, and a method's demands -> its `security`. What is written for IAM and for API
 * keys is a scheme too: `sigv4` and `api_key`, or those names with a number where an authorizer has taken them.
 */
import type { ApiSnapshot, Authorizer, Method } from '../aws/rest-api.ts'
import type { ExportContext, Json } from './export-context.ts'
import { describe } from './export-documentation.ts'
import { defined } from './tree.ts'

/** The security schemes that the methods and authorizers of the API need. */
export function exportSchemes(context: ExportContext): Json {
  const { snapshot, withIntegrations, withAuthorizers, documented } = context
  const { authorizers, resources } = snapshot
  const schemes: [string, Json][] = authorizers.map(authorizer => [
    authorizer.name,
    describe(
      exportAuthorizer(authorizer, withAuthorizers),
      documented({ type: 'AUTHORIZER', name: authorizer.name }),
      'described',
    ),
  ])
  const methods = resources.flatMap(({ resourceMethods }) => Object.values(resourceMethods ?? {}))
  if (methods.some(({ authorizationType }) => authorizationType === 'AWS_IAM')) {
    const scheme = { type: 'apiKey', name: 'Authorization', in: 'header' }
    const authType =
      withIntegrations || withAuthorizers ? { 'x-amazon-apigateway-authtype': 'awsSigv4' } : {}
    schemes.push([schemeName(snapshot, 'sigv4'), { ...scheme, ...authType }])
  }
  if (methods.some(({ apiKeyRequired }) => apiKeyRequired)) {
    const scheme = { type: 'apiKey', name: 'x-api-key', in: 'header' }
    schemes.push([schemeName(snapshot, 'api_key'), scheme])
  }
  return Object.fromEntries(schemes)
}

/** The `security` of a method; empty where everybody may call it. */
export function exportSecurity({ snapshot }: ExportContext, method: Method): Json[] {
  const security: Json[] = []
  const authorizer = snapshot.authorizers.find(({ id }) => id === method.authorizerId)
  if (method.authorizationType === 'AWS_IAM') {
    security.push({ [schemeName(snapshot, 'sigv4')]: [] })
  } else if (method.authorizationType !== 'NONE' && authorizer !== undefined) {
    security.push({ [authorizer.name]: method.authorizationScopes ?? [] })
  }
  if (method.apiKeyRequired) security.push({ [schemeName(snapshot, 'api_key')]: [] })
  return security
}

function exportAuthorizer(authorizer: Authorizer, withExtension: boolean): Json {
  const { type, identitySource, authType } = authorizer
  const header = /^method\.request\.header\.([^,\s]+)$/.exec(identitySource ?? '')?.[1]
  const isToken = type !== 'REQUEST' && (header !== undefined || identitySource === undefined)
  const name = isToken ? (header ?? 'Authorization') : 'Unused'
  const scheme = { type: 'apiKey', name, in: 'header' }
  if (!withExtension) return scheme
  return {
    ...scheme,
    'x-amazon-apigateway-authtype':
      authType ?? (type === 'COGNITO_USER_POOLS' ? 'cognito_user_pools' : 'custom'),
    'x-amazon-apigateway-authorizer': defined<Json>({
      type: type.toLowerCase(),
      providerARNs: authorizer.providerARNs,
      authorizerUri: authorizer.authorizerUri,
      authorizerCredentials: authorizer.authorizerCredentials,
      // For a token the scheme's name has said it.
      identitySource: isToken ? undefined : identitySource,
      identityValidationExpression: authorizer.identityValidationExpression,
      authorizerResultTtlInSeconds: authorizer.authorizerResultTtlInSeconds,
    }),
  }
}

function schemeName({ authorizers }: ApiSnapshot, wanted: string): string {
  const taken = new Set(authorizers.map(({ name }) => name))
  let name = wanted
  for (let number = 1; taken.has(name); number++) name = `${wanted}_${number}`
  return name
}
