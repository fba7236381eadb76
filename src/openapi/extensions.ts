/**
 * The names that AWS reads in a document, by the place where it reads them. A name that looks like AWS's but
 * is not one of these is most often misspelt, so it is worth a warning instead of silence.
 * Developer guide: "OpenAPI extensions for API Gateway".
 */
import type { Findings } from './findings.ts'
import type { Tree } from './tree.ts'

const prefix = 'x-amazon-apigateway-'

const placed = {
  document: [
    'api-key-source',
    'binary-media-types',
    'documentation',
    'endpoint-access-mode',
    'endpoint-configuration',
    'gateway-responses',
    'minimum-compression-size',
    'policy',
    'request-validator',
    'request-validators',
    'security-policy',
  ],
  components: ['integrations'],
  server: ['endpoint-configuration'],
  tag: ['tag-value'],
  path: ['any-method'],
  operation: ['auth', 'integration', 'request-validator'],
  scheme: ['authorizer', 'authtype'],
} as const

/** HTTP APIs know these, REST APIs don't. */
const httpOnly = new Set(['cors', 'importexport-version'])

const members = {
  auth: ['type'],
  authorizer: [
    'authorizerCredentials',
    'authorizerResultTtlInSeconds',
    'authorizerUri',
    'identitySource',
    'identityValidationExpression',
    'providerARNs',
    'type',
  ],
  'endpoint configuration': ['disableExecuteApiEndpoint', 'vpcEndpointIds'],
  'gateway response': ['responseParameters', 'responseTemplates', 'statusCode'],
  integration: [
    'cacheKeyParameters',
    'cacheNamespace',
    'connectionId',
    'connectionType',
    'contentHandling',
    'credentials',
    'httpMethod',
    'integrationTarget',
    'passthroughBehavior',
    'requestParameters',
    'requestTemplates',
    'responseTransferMode',
    'responses',
    'timeoutInMillis',
    'tlsConfig',
    'type',
    'uri',
  ],
  'integration response': [
    'contentHandling',
    'responseParameters',
    'responseTemplates',
    'statusCode',
  ],
  'request validator': ['validateRequestBody', 'validateRequestParameters'],
  'TLS configuration': ['insecureSkipVerification'],
} as const

const placedNames = new Map<string, ReadonlySet<string>>(
  Object.entries(placed).map(([place, own]) => [place, new Set(own)]),
)
const memberNames = new Map<string, ReadonlySet<string>>(
  Object.entries(members).map(([kind, own]) => [kind, new Set(own)]),
)

/** Warns of every `x-amazon-apigateway-*` member of `tree` that means nothing at this place; `at` names it. */
export function checkExtensions(
  tree: Tree,
  place: keyof typeof placed,
  at: string,
  found: Findings,
): void {
  for (const name of Object.keys(tree)) {
    if (!name.startsWith(prefix)) continue
    const own = name.slice(prefix.length)
    if (placedNames.get(place)?.has(own)) continue
    if (httpOnly.has(own)) found.warn(`Extension '${name}' is for HTTP APIs only. Ignoring.`)
    else found.warn(`Unknown extension '${name}' of ${at}. Ignoring.`)
  }
}

/** Warns of every member of an extension's object that AWS does not read; `at` says whose it is. */
export function checkMembers(
  tree: Tree,
  kind: keyof typeof members,
  at: string,
  found: Findings,
): void {
  for (const name of Object.keys(tree)) {
    if (!memberNames.get(kind)?.has(name) && name !== '$ref') {
      found.warn(`Unknown member '${name}' in the ${kind} of ${at}. Ignoring.`)
    }
  }
}
