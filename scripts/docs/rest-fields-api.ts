/**
 * Fields of an API and its parts, and of deployments and stages: what a program is compiled from. The truth is in
 * src/program (obstacles.ts, integration-plans.ts, caching.ts, stage.ts, validation.ts).
 */
import type { Fields } from './field-effects.ts'

const label = 'kept: for people; no effect on AWS either'
const tags = 'kept: for people and for conditions of IAM, which are not asked'
const authorization = 'enforced'
const authorizer = 'enforced'
const userPool =
  'enforced: tokens are those of Cognito at AWS, unless `--issuer` or `--dev-issuer` says otherwise'
const logs = 'kept: logs are not sent to CloudWatch; said at deployment'
const documentation = 'enforced: in exports, through the version that the stage names'
const noTls = 'kept: the gateway does not end TLS; what stands in front of it does'

export const apiFields: Readonly<Record<string, Fields>> = {
  RestApi: {
    id: 'answered',
    name: label,
    description: label,
    createdDate: 'answered',
    version: label,
    warnings: 'answered: of the import, once',
    binaryMediaTypes: 'enforced',
    minimumCompressionSize: 'enforced',
    apiKeySource: 'kept: methods that require a key answer INVALID_API_KEY, wherever it comes from',
    endpointConfiguration: 'enforced: see EndpointConfiguration',
    policy:
      'enforced: as of the deployment; `aws:SecureTransport` is false where the gateway itself speaks HTTP',
    tags: `${tags}; \`_custom_id_\` gives a new API its id`,
    disableExecuteApiEndpoint: 'enforced',
    rootResourceId: 'answered',
    securityPolicy: noTls,
    endpointAccessMode: noTls,
    apiStatus: 'answered: AVAILABLE, with a security policy only',
    apiStatusMessage: 'answered: never there, since nothing is pending',
  },
  EndpointConfiguration: {
    types:
      'enforced: a PRIVATE API answers only the networks of `--vpc-endpoint`, and needs a resource policy; EDGE and REGIONAL are served alike',
    ipAddressType: 'kept: `--host` says where the gateway listens',
    vpcEndpointIds:
      'kept: on AWS they give a PRIVATE API further names; who may use it is for its policy to say',
  },
  Resource: {
    id: 'answered',
    parentId: 'enforced',
    pathPart: 'enforced',
    path: 'answered',
    resourceMethods: 'enforced: see Method',
  },
  Method: {
    httpMethod: 'enforced',
    authorizationType: authorization,
    authorizerId: authorization,
    apiKeyRequired: 'refused: true answers INVALID_API_KEY',
    requestValidatorId: 'enforced',
    operationName: 'enforced: as `$context.operationName` and in exports',
    requestParameters: 'enforced: required ones where a validator says so',
    requestModels: 'enforced: where a validator says so',
    methodResponses: 'enforced: see MethodResponse',
    methodIntegration: 'enforced: see Integration',
    authorizationScopes: 'enforced: of COGNITO_USER_POOLS',
  },
  MethodResponse: {
    statusCode: 'enforced: integration responses need theirs declared',
    responseParameters: 'enforced: integration responses may set declared ones only',
    responseModels: 'kept: answers are not checked, on AWS neither; SDKs and exports use them',
  },
  MethodSnapshot: {
    authorizationType: 'answered: as it was deployed',
    apiKeyRequired: 'answered: as it was deployed',
  },
  Integration: {
    type: 'enforced: AWS_PROXY for Lambda only, any other service answers API_CONFIGURATION_ERROR',
    httpMethod: 'enforced',
    uri: 'enforced: one that is wrong deploys, and answers API_CONFIGURATION_ERROR',
    connectionType: 'enforced: see connectionId',
    connectionId:
      'enforced: goes where `--vpc-link` leads; without an address API_CONFIGURATION_ERROR',
    credentials:
      "enforced: the role's trust policy and its policies, within its boundary, or the caller's (`arn:aws:iam::*:user/*`); a role that IAM here does not know is not checked in development (`--unknown-roles`). Coarser than AWS where the resource stands in a body (a table, a stream): an Allow on anything of the service is enough",
    requestParameters: 'enforced',
    requestTemplates: 'enforced',
    passthroughBehavior: 'enforced',
    contentHandling: 'enforced',
    timeoutInMillis: 'enforced: up to --integration-timeout, 29 s by default',
    cacheNamespace: 'enforced',
    cacheKeyParameters: 'enforced',
    integrationResponses: 'enforced: see IntegrationResponse',
    tlsConfig: 'enforced: see TlsConfig',
    responseTransferMode:
      'enforced: STREAM for HTTP_PROXY and Lambda proxies; for other types it answers API_CONFIGURATION_ERROR',
    integrationTarget:
      'enforced: goes where `--listener` leads; without an address, or without a link, API_CONFIGURATION_ERROR',
  },
  IntegrationResponse: {
    statusCode: 'enforced',
    selectionPattern: 'enforced',
    responseParameters: 'enforced',
    responseTemplates: 'enforced',
    contentHandling: 'enforced',
  },
  TlsConfig: { insecureSkipVerification: 'enforced' },
  Model: {
    id: 'answered',
    name: 'enforced: methods and other models refer to it',
    description: label,
    schema: 'enforced: where a validator says so',
    contentType:
      'kept: says how the schema is checked when it is stored; which bodies it is for is said by methods',
  },
  Template: { value: 'answered' },
  RequestValidator: {
    id: 'answered',
    name: label,
    validateRequestBody: 'enforced',
    validateRequestParameters: 'enforced',
  },
  GatewayResponse: {
    responseType: 'enforced',
    statusCode: 'enforced',
    responseParameters: 'enforced',
    responseTemplates: 'enforced',
    defaultResponse: 'answered',
  },
  Authorizer: {
    id: 'answered',
    name: label,
    type: authorizer,
    providerARNs: userPool,
    authType: 'kept: for exports; no effect on AWS either',
    authorizerUri: authorizer,
    authorizerCredentials:
      "enforced: the role's trust policy and its right to invoke the function; see credentials of Integration",
    identitySource: authorizer,
    identityValidationExpression: authorizer,
    authorizerResultTtlInSeconds: 'enforced: per thread; a new deployment begins anew (guess)',
  },
  Deployment: {
    id: 'answered',
    description: label,
    createdDate: 'answered',
    apiSummary: 'answered: with `embed=apisummary`',
  },
  Stage: {
    deploymentId: 'enforced',
    clientCertificateId:
      'enforced: a generated one is shown to back ends; with the ARN of an ACM certificate every request answers API_CONFIGURATION_ERROR',
    stageName: 'enforced',
    description: label,
    cacheClusterEnabled: 'enforced',
    cacheClusterSize: 'enforced: up to `--cache-bytes`',
    cacheClusterStatus: 'answered: AVAILABLE as soon as there is a cache',
    methodSettings: 'enforced: see MethodSetting',
    variables: 'enforced',
    documentationVersion: 'enforced: GetExport writes it',
    accessLogSettings: 'kept: see AccessLogSettings',
    canarySettings: 'enforced: see CanarySettings',
    tracingEnabled: 'kept: traces are not sent to X-Ray; said at deployment',
    webAclArn: 'refused: every request answers WAF_FILTERED; no operation of this service sets it',
    tags,
    createdDate: 'answered',
    lastUpdatedDate: 'answered',
  },
  MethodSetting: {
    metricsEnabled: 'kept: metrics are not sent to CloudWatch; said at deployment',
    loggingLevel: logs,
    dataTraceEnabled: logs,
    throttlingBurstLimit: 'enforced',
    throttlingRateLimit: 'enforced',
    cachingEnabled: 'enforced',
    cacheTtlInSeconds: 'enforced',
    cacheDataEncrypted: 'enforced',
    requireAuthorizationForCacheControl: 'enforced: the caller needs `execute-api:InvalidateCache`',
    unauthorizedCacheControlHeaderStrategy: 'enforced',
  },
  CanarySettings: {
    percentTraffic: 'enforced',
    deploymentId: 'enforced',
    stageVariableOverrides: 'enforced',
    useStageCache: 'enforced',
  },
  DeploymentCanarySettings: {
    percentTraffic: 'enforced',
    stageVariableOverrides: 'enforced',
    useStageCache: 'enforced',
  },
  AccessLogSettings: {
    format: 'kept: access logs are not written',
    destinationArn: 'kept: access logs are not written to it; said at deployment',
  },
  DocumentationPart: { id: 'answered', location: documentation, properties: documentation },
  DocumentationPartLocation: {
    type: documentation,
    path: documentation,
    method: documentation,
    statusCode: documentation,
    name: documentation,
  },
  DocumentationPartIds: { ids: 'answered', warnings: 'answered' },
  DocumentationVersion: {
    version: 'enforced: a stage names the one that its exports have',
    createdDate: 'answered',
    description: label,
  },
  ExportResponse: { contentType: 'answered', contentDisposition: 'answered', body: 'answered' },
  SdkType: {
    id: 'answered: `javascript` and `typescript`',
    friendlyName: 'answered',
    description: 'answered',
    configurationProperties: 'answered',
  },
  SdkConfigurationProperty: {
    name: 'answered',
    friendlyName: 'answered',
    description: 'answered',
    required: 'answered',
    defaultValue: 'answered',
  },
  SdkResponse: { contentType: 'answered', contentDisposition: 'answered', body: 'answered' },
  TestInvokeMethodResponse: {
    status: 'answered',
    body: 'answered',
    headers: 'answered',
    multiValueHeaders: 'answered',
    log: 'answered',
    latency: 'answered',
  },
  TestInvokeAuthorizerResponse: {
    clientStatus: 'answered',
    log: 'answered',
    latency: 'answered',
    principalId: 'answered',
    policy: 'answered',
    authorization: 'answered: never there',
    claims: 'answered: of a COGNITO_USER_POOLS authorizer',
  },
}
