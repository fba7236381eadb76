/**
 * Security schemes -> authorizers, and an operation's `security` -> what the method asks of its caller.
 *
 *     scheme with x-amazon-apigateway-authorizer        authorizer; the method is CUSTOM or COGNITO_USER_POOLS
 *     scheme with x-amazon-apigateway-authtype awsSigv4 the method is AWS_IAM
 *     scheme of type apiKey named x-api-key             the method wants an API key
 *     x-amazon-apigateway-auth of the operation         decides between AWS_IAM and NONE over all of these
 *
 * AWS reads the `security` of operations only, not the document's, and takes several entries together (an
 * authorizer and an API key). Schemes that it cannot use are ignored with a warning, in AWS's words.
 */
import type { AuthorizationType, Authorizer } from '../aws/rest-api.ts'
import { checkExtensions, checkMembers } from './extensions.ts'
import type { Context, Source } from './source.ts'
import { defined, isTree, listOf, type Tree, textOf, textsOf, treeOf } from './tree.ts'

type OwnAuthorizer = Omit<Authorizer, 'id'>

/** What a method asks of its caller. */
export interface Demand {
  readonly authorizationType: AuthorizationType
  readonly authorizerName?: string
  readonly authorizationScopes?: readonly string[]
  readonly apiKeyRequired: boolean
}

export interface Security {
  readonly authorizers: readonly OwnAuthorizer[]
  demandOf(operation: Tree, at: string): Demand
}

type Scheme =
  | { readonly type: 'authorizer'; readonly kind: Authorizer['type'] }
  | { readonly type: 'iam' }
  | { readonly type: 'key' }
  | { readonly type: 'unusable' }

/** CreateAuthorizer's limit, seconds. */
const maxTtlSeconds = 3600

/** Reads the security schemes of a document. */
export function readSecurity(context: Context, source: Source): Security {
  const { known, found, resolve } = context
  const authorizers: OwnAuthorizer[] = []
  const schemes = new Map<string, Scheme>()
  for (const [name, kind] of known.authorizers) schemes.set(name, { type: 'authorizer', kind })
  for (const [name, item] of Object.entries(source.securitySchemes)) {
    const scheme = treeOf(resolve(item))
    checkExtensions(scheme, 'scheme', `security scheme '${name}'`, found)
    schemes.set(name, readScheme(context, name, scheme, authorizers))
  }
  return {
    authorizers,
    demandOf: (operation, at) => demandOf(context, schemes, operation, at),
  }
}

function readScheme(
  context: Context,
  name: string,
  scheme: Tree,
  authorizers: OwnAuthorizer[],
): Scheme {
  const extension = context.resolve(scheme['x-amazon-apigateway-authorizer'])
  const authType = textOf(scheme['x-amazon-apigateway-authtype'])
  if (isTree(extension)) {
    const authorizer = readAuthorizer(context, name, scheme, extension, authType)
    if (authorizer === undefined) return { type: 'unusable' }
    authorizers.push(authorizer)
    return { type: 'authorizer', kind: authorizer.type }
  }
  // An export without extensions names the authorizers of its API and says no more of them.
  const known = context.known.authorizers.get(name)
  if (known !== undefined) return { type: 'authorizer', kind: known }
  if (authType?.toLowerCase() === 'awssigv4') return { type: 'iam' }
  const kind = textOf(scheme['type']) ?? ''
  const header = textOf(scheme['name'])?.toLowerCase()
  if (kind === 'apiKey' && (header === 'x-api-key' || name === 'api_key')) return { type: 'key' }
  context.found.warn(`Unsupported security definition type '${kind}' for '${name}'. Ignoring.`)
  return { type: 'unusable' }
}

function readAuthorizer(
  { found }: Context,
  name: string,
  scheme: Tree,
  extension: Tree,
  authType: string | undefined,
): OwnAuthorizer | undefined {
  checkMembers(extension, 'authorizer', `security scheme '${name}'`, found)
  const type = textOf(extension['type'])?.toUpperCase() ?? ''
  if (type !== 'TOKEN' && type !== 'REQUEST' && type !== 'COGNITO_USER_POOLS') {
    // Leaving it out would leave its methods open. AWS's own sentence is not known.
    found.fail(`Unable to create authorizer '${name}': Invalid authorizer type specified: ${type}`)
    return undefined
  }
  const ttl = extension['authorizerResultTtlInSeconds']
  const seconds = ttl === undefined ? undefined : Number(textOf(ttl))
  if (seconds !== undefined && !isTtl(seconds)) {
    found.fail(
      `Unable to create authorizer '${name}': Authorizer result TTL must be between 0 and ${maxTtlSeconds} seconds`,
    )
    return undefined
  }
  const isPool = type === 'COGNITO_USER_POOLS'
  const arns = textsOf(extension['providerARNs'])
  const uri = textOf(extension['authorizerUri'])
  if (isPool ? arns.length === 0 : uri === undefined) {
    const missing = isPool ? 'providerARNs' : 'authorizerUri'
    found.fail(`Unable to create authorizer '${name}': ${missing} must be specified`)
    return undefined
  }
  return defined<OwnAuthorizer>({
    name,
    type,
    providerARNs: isPool ? arns : undefined,
    // CreateAuthorizer's defaults.
    authType: authType ?? (isPool ? 'cognito_user_pools' : 'custom'),
    authorizerUri: isPool ? undefined : uri,
    authorizerCredentials: textOf(extension['authorizerCredentials']),
    identitySource: textOf(extension['identitySource']) ?? defaultIdentity(type, scheme),
    identityValidationExpression: textOf(extension['identityValidationExpression']) || undefined,
    authorizerResultTtlInSeconds: seconds,
  })
}

function isTtl(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= maxTtlSeconds
}

/** A token comes in the header that the scheme names; a request authorizer says itself where it looks. */
function defaultIdentity(type: Authorizer['type'], scheme: Tree): string | undefined {
  if (type === 'REQUEST') return undefined
  return `method.request.header.${textOf(scheme['name']) ?? 'Authorization'}`
}

function demandOf(
  { found }: Context,
  schemes: ReadonlyMap<string, Scheme>,
  operation: Tree,
  at: string,
): Demand {
  let authorizationType: AuthorizationType = 'NONE'
  let authorizerName: string | undefined
  let authorizationScopes: readonly string[] | undefined
  let apiKeyRequired = false
  const requirements = listOf(operation['security']).flatMap(item => Object.entries(treeOf(item)))

  for (const [name, scopes] of requirements) {
    const scheme = schemes.get(name)
    if (scheme === undefined) {
      found.warn(`Security definition '${name}' of method ${at} not found. Ignoring.`)
    } else if (scheme.type === 'key') apiKeyRequired = true
    else if (scheme.type === 'iam' || scheme.type === 'authorizer') {
      if (authorizationType !== 'NONE') {
        found.warn(`Method ${at} has more than one authorizer: '${name}'. Ignoring.`)
      } else if (scheme.type === 'iam') authorizationType = 'AWS_IAM'
      else {
        const isPool = scheme.kind === 'COGNITO_USER_POOLS'
        authorizationType = isPool ? 'COGNITO_USER_POOLS' : 'CUSTOM'
        authorizerName = name
        authorizationScopes = textsOf(scopes)
      }
    }
  }

  const override = authOf(operation, at)
  if (override !== undefined) {
    authorizationType = override
    authorizerName = undefined
    authorizationScopes = undefined
  }
  return defined<Demand>({
    authorizationType,
    authorizerName,
    authorizationScopes: authorizationScopes?.length ? authorizationScopes : undefined,
    apiKeyRequired,
  })

  function authOf(operation: Tree, at: string): 'AWS_IAM' | 'NONE' | undefined {
    const extension = operation['x-amazon-apigateway-auth']
    if (extension === undefined) return undefined
    const auth = treeOf(extension)
    checkMembers(auth, 'auth', `method ${at}`, found)
    const type = textOf(auth['type'])?.toUpperCase()
    if (type === 'AWS_IAM' || type === 'NONE') return type
    // Ignoring it could leave the method open.
    found.fail(`Unable to put method ${at}: Invalid authorization type specified: ${type}`)
    return undefined
  }
}
