/**
 * What the SDK's model does not say about values, written by hand: patterns, and the order in which
 * AWS prints an enum's values (the order of a Java hash set, learnt from recordings; an enum that is
 * not listed here is printed in the table's order, which is a guess).
 */

export interface Constraints {
  /** `Shape.member` -> the pattern that the whole value must match, as AWS prints it. */
  readonly patterns: Readonly<Record<string, string>>
  /** Enum name -> its values in AWS's order. */
  readonly enumOrder: Readonly<Record<string, readonly string[]>>
  /** Enum name -> all that AWS says when a value is not in it, where that is not the usual list. */
  readonly enumMessages: Readonly<Record<string, string>>
  /** Enums whose values a handler checks itself. */
  readonly openEnums: ReadonlySet<string>
  /**
   * The most characters that a text may have, by `Shape.member` or `member`; others as `rest` says. Texts of an enum
   * and the entries of lists and maps are not meant.
   */
  readonly maxLengths: { readonly rest: number; readonly of: Readonly<Record<string, number>> }
}

const unbounded = Number.POSITIVE_INFINITY

// [1-5]\d\d is recorded for PutIntegrationResponse; the others share its model type.
const statusCode = '[1-5]\\d\\d'

export const restConstraints: Constraints = {
  patterns: {
    'DeleteIntegrationResponseRequest.statusCode': statusCode,
    'DeleteMethodResponseRequest.statusCode': statusCode,
    'GetIntegrationResponseRequest.statusCode': statusCode,
    'GetMethodResponseRequest.statusCode': statusCode,
    'PutGatewayResponseRequest.statusCode': statusCode,
    'PutIntegrationResponseRequest.statusCode': statusCode,
    'PutMethodResponseRequest.statusCode': statusCode,
    'UpdateIntegrationResponseRequest.statusCode': statusCode,
    'UpdateMethodResponseRequest.statusCode': statusCode,
    // From the service's model: a status, `*`, or blanks.
    'DocumentationPartLocation.statusCode': '^([1-5]\\d\\d|\\*|\\s*)$',
  },
  enumOrder: {
    DocumentationPartType: [
      ...['RESPONSE_BODY', 'RESPONSE', 'METHOD', 'MODEL', 'AUTHORIZER', 'RESPONSE_HEADER'],
      ...['RESOURCE', 'PATH_PARAMETER', 'REQUEST_BODY', 'QUERY_PARAMETER', 'API'],
      'REQUEST_HEADER',
    ],
    EndpointType: ['PRIVATE', 'EDGE', 'REGIONAL'],
    GatewayResponseType: [
      ...['REQUEST_TOO_LARGE', 'RESOURCE_NOT_FOUND', 'AUTHORIZER_CONFIGURATION_ERROR'],
      ...['MISSING_AUTHENTICATION_TOKEN', 'BAD_REQUEST_BODY', 'INVALID_SIGNATURE'],
      ...['INVALID_API_KEY', 'BAD_REQUEST_PARAMETERS', 'AUTHORIZER_FAILURE', 'UNAUTHORIZED'],
      ...['INTEGRATION_TIMEOUT', 'ACCESS_DENIED', 'DEFAULT_4XX', 'DEFAULT_5XX', 'WAF_FILTERED'],
      ...['QUOTA_EXCEEDED', 'THROTTLED', 'API_CONFIGURATION_ERROR', 'UNSUPPORTED_MEDIA_TYPE'],
      ...['INTEGRATION_FAILURE', 'EXPIRED_TOKEN'],
    ],
    IntegrationType: ['HTTP', 'MOCK', 'AWS_PROXY', 'HTTP_PROXY', 'AWS'],
    IpAddressType: ['ipv4', 'dualstack'],
    Op: ['add', 'remove', 'move', 'test', 'replace', 'copy'],
  },
  enumMessages: {},
  openEnums: new Set(),
  // AWS documents few of these; 1,024 is what it says of API keys' names and descriptions. Guesses.
  maxLengths: {
    rest: 1024,
    of: {
      // Whole documents, bounded by what a request may hold.
      body: unbounded,
      policy: unbounded,
      properties: unbounded,
      schema: unbounded,
      'PatchOperation.value': unbounded,
      pathWithQueryString: 16_384,
      uri: 16_384,
      selectionPattern: 4096,
      identityValidationExpression: 4096,
      // What ACM takes.
      certificateBody: 32_768,
      certificateChain: 2_097_152,
      certificatePrivateKey: 5120,
      // Handlers have AWS's own words for these.
      'CreateApiKeyRequest.name': unbounded,
      'CreateApiKeyRequest.description': unbounded,
      'CreateApiKeyRequest.value': unbounded,
      basePath: unbounded,
      domainName: unbounded,
      domainNameArn: unbounded,
      domainNameAccessAssociationArn: unbounded,
      stageName: unbounded,
    },
  },
}

export const httpConstraints: Constraints = {
  patterns: {},
  enumOrder: {},
  // Not recorded: other implementations answer so.
  enumMessages: { ProtocolType: 'Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]' },
  openEnums: new Set(),
  maxLengths: { rest: unbounded, of: {} },
}

export const managementConstraints: Constraints = {
  patterns: {},
  enumOrder: {},
  enumMessages: {},
  openEnums: new Set(),
  maxLengths: { rest: unbounded, of: {} },
}

export const lambdaConstraints: Constraints = {
  patterns: {},
  enumOrder: {},
  enumMessages: {},
  // Which runtimes exist depends on what is installed here, not on the SDK's release.
  openEnums: new Set(['Runtime']),
  maxLengths: { rest: unbounded, of: {} },
}

/** IAM and STS: handlers know the patterns and have AWS's words for them. */
export const queryConstraints: Constraints = {
  patterns: {},
  enumOrder: {},
  enumMessages: {},
  openEnums: new Set(),
  maxLengths: {
    rest: unbounded,
    of: {
      UserName: 128,
      NewUserName: 64,
      GroupName: 128,
      NewGroupName: 128,
      RoleName: 64,
      PolicyName: 128,
      Path: 512,
      NewPath: 512,
      PathPrefix: 512,
      Description: 1000,
      AccessKeyId: 128,
      PolicyDocument: 131_072,
      AssumeRolePolicyDocument: 131_072,
      RoleSessionName: 64,
      ExternalId: 1224,
      WebIdentityToken: 20_000,
      Url: 255,
      AccountAlias: 63,
    },
  },
}
