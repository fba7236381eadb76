/**
 * A REST API as plain data, in AWS's own words: what the control plane keeps, what an OpenAPI document is
 * turned into, and what a deployment takes its snapshot of. Field names are the wire names of the
 * `apigateway` service (API version 2015-07-09); times are milliseconds since 1970.
 */

export type AuthorizationType = 'NONE' | 'AWS_IAM' | 'CUSTOM' | 'COGNITO_USER_POOLS'
export type IntegrationType = 'HTTP' | 'AWS' | 'MOCK' | 'HTTP_PROXY' | 'AWS_PROXY'
export type PassthroughBehavior = 'WHEN_NO_MATCH' | 'WHEN_NO_TEMPLATES' | 'NEVER'
export type ContentHandling = 'CONVERT_TO_BINARY' | 'CONVERT_TO_TEXT'

/** A map that belongs to a record: never has a prototype's names in it, may be absent. */
export type Texts = Readonly<Record<string, string>>
export type Flags = Readonly<Record<string, boolean>>

export interface EndpointConfiguration {
  readonly types: readonly ('REGIONAL' | 'EDGE' | 'PRIVATE')[]
  readonly ipAddressType?: 'ipv4' | 'dualstack'
  readonly vpcEndpointIds?: readonly string[]
}

export interface RestApi {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly createdDate: number
  readonly version?: string
  readonly warnings?: readonly string[]
  readonly binaryMediaTypes?: readonly string[]
  /** Bytes; absent: answers are not compressed. */
  readonly minimumCompressionSize?: number
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER'
  readonly endpointConfiguration: EndpointConfiguration
  /** The resource policy, JSON text. */
  readonly policy?: string
  readonly tags?: Texts
  readonly disableExecuteApiEndpoint: boolean
  readonly rootResourceId: string
  readonly securityPolicy?: string
  readonly endpointAccessMode?: string
}

export interface Resource {
  readonly id: string
  /** Absent for the root. */
  readonly parentId?: string
  /** Absent for the root. `pets`, `{id}` or `{proxy+}`. */
  readonly pathPart?: string
  /** The whole path from the root: `/pets/{id}`; the root is `/`. */
  readonly path: string
  readonly resourceMethods?: Readonly<Record<string, Method>>
}

export interface Method {
  readonly httpMethod: string
  readonly authorizationType: AuthorizationType
  readonly authorizerId?: string
  readonly authorizationScopes?: readonly string[]
  readonly apiKeyRequired: boolean
  readonly requestValidatorId?: string
  readonly operationName?: string
  /** `method.request.{path|querystring|header}.name` -> required. */
  readonly requestParameters?: Flags
  /** Content type -> model name. */
  readonly requestModels?: Texts
  readonly methodResponses?: Readonly<Record<string, MethodResponse>>
  readonly methodIntegration?: Integration
}

export interface MethodResponse {
  readonly statusCode: string
  readonly responseParameters?: Flags
  readonly responseModels?: Texts
}

export interface Integration {
  readonly type: IntegrationType
  readonly httpMethod?: string
  readonly uri?: string
  readonly connectionType?: 'INTERNET' | 'VPC_LINK'
  readonly connectionId?: string
  readonly integrationTarget?: string
  readonly credentials?: string
  readonly requestParameters?: Texts
  readonly requestTemplates?: Texts
  readonly passthroughBehavior: PassthroughBehavior
  readonly contentHandling?: ContentHandling
  readonly timeoutInMillis: number
  readonly cacheNamespace?: string
  readonly cacheKeyParameters?: readonly string[]
  readonly integrationResponses?: Readonly<Record<string, IntegrationResponse>>
  readonly tlsConfig?: { readonly insecureSkipVerification?: boolean }
  readonly responseTransferMode?: 'BUFFERED' | 'STREAM'
}

export interface IntegrationResponse {
  readonly statusCode: string
  /** A Java regular expression; '' or absent: the default response. */
  readonly selectionPattern?: string
  readonly responseParameters?: Texts
  readonly responseTemplates?: Texts
  readonly contentHandling?: ContentHandling
}

export interface Model {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly contentType: string
  /** JSON Schema draft-04, JSON text. */
  readonly schema?: string
}

export interface RequestValidator {
  readonly id: string
  readonly name?: string
  readonly validateRequestBody: boolean
  readonly validateRequestParameters: boolean
}

/** Only those that were put; the others are AWS's defaults (see messages/refusals.ts). */
export interface GatewayResponse {
  readonly responseType: string
  readonly statusCode?: string
  readonly responseParameters?: Texts
  readonly responseTemplates?: Texts
}

export interface Authorizer {
  readonly id: string
  readonly name: string
  readonly type: 'TOKEN' | 'REQUEST' | 'COGNITO_USER_POOLS'
  readonly providerARNs?: readonly string[]
  readonly authType?: string
  readonly authorizerUri?: string
  readonly authorizerCredentials?: string
  readonly identitySource?: string
  readonly identityValidationExpression?: string
  /** Absent: 300 for Lambda authorizers. 0: nothing is kept. */
  readonly authorizerResultTtlInSeconds?: number
}

export interface DocumentationPart {
  readonly id: string
  readonly location: {
    readonly type: string
    readonly path?: string
    readonly method?: string
    readonly statusCode?: string
    readonly name?: string
  }
  /** JSON text. */
  readonly properties: string
}

/** Everything of a REST API that a deployment freezes. */
export interface ApiSnapshot {
  readonly api: RestApi
  readonly resources: readonly Resource[]
  readonly models: readonly Model[]
  readonly requestValidators: readonly RequestValidator[]
  readonly gatewayResponses: readonly GatewayResponse[]
  readonly authorizers: readonly Authorizer[]
}

export interface MethodSetting {
  readonly metricsEnabled?: boolean
  readonly loggingLevel?: string
  readonly dataTraceEnabled?: boolean
  readonly throttlingBurstLimit?: number
  readonly throttlingRateLimit?: number
  readonly cachingEnabled?: boolean
  readonly cacheTtlInSeconds?: number
  readonly cacheDataEncrypted?: boolean
  readonly requireAuthorizationForCacheControl?: boolean
  readonly unauthorizedCacheControlHeaderStrategy?: string
}

export interface CanarySettings {
  readonly deploymentId?: string
  readonly percentTraffic?: number
  readonly stageVariableOverrides?: Texts
  readonly useStageCache?: boolean
}

export interface Stage {
  readonly stageName: string
  readonly deploymentId: string
  readonly description?: string
  readonly clientCertificateId?: string
  readonly cacheClusterEnabled?: boolean
  readonly cacheClusterSize?: string
  readonly cacheClusterStatus?: string
  /** `*` + `/*`, or `path/VERB` -> settings. */
  readonly methodSettings?: Readonly<Record<string, MethodSetting>>
  readonly variables?: Texts
  readonly documentationVersion?: string
  readonly accessLogSettings?: { readonly format?: string; readonly destinationArn?: string }
  readonly canarySettings?: CanarySettings
  readonly tracingEnabled?: boolean
  readonly webAclArn?: string
  readonly tags?: Texts
  readonly createdDate: number
  readonly lastUpdatedDate: number
}

export interface Deployment {
  readonly id: string
  readonly description?: string
  readonly createdDate: number
}
