/**
 * An authorizer and the method that asks for it -> a plan: who is asked, what identifies the caller, how long an answer is
 * good. What is wrong with the settings is found here, when they are deployed; such a method refuses every request.
 */

import { partitionOf } from '../aws/arn.ts'
import type { Authorizer, Method } from '../aws/rest-api.ts'
import { compileJavaRegex } from '../base/java-regex.ts'
import { actingCredentials } from './acting-credentials.ts'
import type {
  AuthorizerPlan,
  IdentitySource,
  LambdaAuthorizerPlan,
  UserPoolPlan,
} from './authorizer-plan.ts'
import { fillStageVariables } from './endpoint.ts'
import { compileIdentitySources } from './identity-sources.ts'
import { functionArnOf } from './lambda-arn.ts'

/** Whose authorizer it is. */
export interface AuthorizerHome {
  readonly account: string
  readonly region: string
  readonly apiId: string
  readonly stageVariables: Readonly<Record<string, string>>
}

const defaultSource = 'method.request.header.Authorization'
const defaultTtlSeconds = 300

/** The plan of a method's authorizer; a sentence when there can be none. The method is CUSTOM or COGNITO_USER_POOLS. */
export function planAuthorizer(
  method: Method,
  authorizers: readonly Authorizer[],
  home: AuthorizerHome,
): AuthorizerPlan | string {
  const { authorizationType, authorizerId, authorizationScopes = [] } = method
  const settings = authorizers.find(({ id }) => id === authorizerId)
  if (settings === undefined) {
    return `The method's authorizer ${authorizerId ?? ''} is not in the deployment.`
  }
  const isUserPool = settings.type === 'COGNITO_USER_POOLS'
  if (isUserPool !== (authorizationType === 'COGNITO_USER_POOLS')) {
    return `The method's authorization type is ${authorizationType}, and its authorizer ${settings.name} is of type ${settings.type}.`
  }
  try {
    return isUserPool
      ? planUserPool(settings, authorizationScopes)
      : planLambdaAuthorizer(settings, home)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return `The authorizer ${settings.name} cannot be used: ${error.message}.`
  }
}

/** Throws SyntaxError when the settings cannot be used: the function's ARN, an identity source, the expression. */
export function planLambdaAuthorizer(
  settings: Authorizer,
  { account, region, apiId, stageVariables }: AuthorizerHome,
): LambdaAuthorizerPlan {
  const { id, name, authorizerCredentials, identityValidationExpression: valid = '' } = settings
  const type = settings.type === 'TOKEN' ? 'TOKEN' : 'REQUEST'
  const uri = fillStageVariables(settings.authorizerUri ?? '', stageVariables)
  if ('missing' in uri) throw new SyntaxError(`the stage has no variable ${uri.missing}`)
  const sources = compileIdentitySources(
    settings.identitySource ?? (type === 'TOKEN' ? defaultSource : ''),
  )
  const ttlSeconds = settings.authorizerResultTtlInSeconds ?? defaultTtlSeconds
  if (type === 'TOKEN' && sources.length !== 1) {
    throw new SyntaxError('a TOKEN authorizer has exactly one identity source')
  }
  if (ttlSeconds > 0 && sources.length === 0) {
    throw new SyntaxError('without identity sources its answers cannot be told apart')
  }
  const credentials = actingCredentials(authorizerCredentials, stageVariables)
  if (credentials?.type === 'caller') {
    throw new SyntaxError('its credentials must be a role: nobody is known to call yet')
  }
  return Object.freeze({
    type,
    id,
    name,
    functionArn: functionArnOf(uri.text, account),
    sourceArn: `arn:${partitionOf(region)}:execute-api:${region}:${account}:${apiId}/authorizers/${id}`,
    roleArn: credentials?.arn ?? null,
    account,
    region,
    sources,
    isValid: type === 'TOKEN' && valid !== '' ? compileJavaRegex(valid) : null,
    ttlMs: ttlSeconds * 1000,
  })
}

/** Throws SyntaxError when the settings cannot be used. */
export function planUserPool(settings: Authorizer, scopes: readonly string[]): UserPoolPlan {
  const { id, name, providerARNs = [], identityValidationExpression: valid = '' } = settings
  const [source, ...others] = compileIdentitySources(settings.identitySource ?? defaultSource)
  if (source === undefined || others.length > 0 || !isHeader(source)) {
    throw new SyntaxError('the identity source of a user pool is exactly one header')
  }
  if (providerARNs.length === 0) throw new SyntaxError('it names no user pool')
  for (const arn of providerARNs) poolOf(arn)
  return Object.freeze({
    type: 'COGNITO_USER_POOLS',
    id,
    name,
    pools: providerARNs,
    source,
    isAudience: valid === '' ? null : compileJavaRegex(valid),
    scopes,
  })
}

/** `arn:aws:cognito-idp:eu-west-1:…:userpool/eu-west-1_abc` -> region and id. Throws SyntaxError. */
export function poolOf(arn: string): { readonly region: string; readonly poolId: string } {
  const [, region, poolId] =
    /^arn:aws[a-z-]*:cognito-idp:([a-z0-9-]{1,32}):\d{12}:userpool\/([\w-]{1,55})$/.exec(arn) ?? []
  if (region === undefined || poolId === undefined) {
    throw new SyntaxError(`${arn} is not the ARN of a user pool`)
  }
  return { region, poolId }
}

function isHeader({ expression }: IdentitySource): boolean {
  return expression.startsWith('method.request.header.')
}
