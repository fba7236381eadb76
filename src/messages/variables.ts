/**
 * `$context` and the stage variables: all that templates, mappings, gateway responses, authorizers and logs may
 * see of a request's surroundings. Names are AWS's ("$context variables for data models, authorizers, mapping
 * templates, and CloudWatch access logging" in the developer guide). Built once per request and only when
 * somebody asks.
 */

export interface Identity {
  readonly accessKey: string | null
  readonly accountId: string | null
  readonly apiKey?: string
  readonly apiKeyId?: string
  readonly caller: string | null
  readonly cognitoAuthenticationProvider: string | null
  readonly cognitoAuthenticationType: string | null
  readonly cognitoIdentityId: string | null
  readonly cognitoIdentityPoolId: string | null
  readonly principalOrgId: string | null
  readonly sourceIp: string
  readonly user: string | null
  readonly userAgent: string | null
  readonly userArn: string | null
  /** Of private APIs only. */
  readonly vpcId?: string
  readonly vpceId?: string
}

export interface ContextError {
  readonly message: string
  /** The message as a JSON string, with its quotes. */
  readonly messageString: string
  readonly responseType: string
  readonly validationErrorString?: string
}

export interface Context {
  readonly accountId: string
  readonly apiId: string
  readonly authorizer?: Readonly<Record<string, unknown>>
  /** The service's own id of the call; only after it, and only of AWS services. */
  readonly awsEndpointRequestId?: string
  readonly deploymentId: string
  readonly domainName: string
  readonly domainPrefix: string
  readonly error?: ContextError
  readonly extendedRequestId: string
  readonly httpMethod: string
  readonly identity: Identity
  readonly isCanaryRequest?: boolean
  /** With the stage: `/dev/pets`. */
  readonly path: string
  readonly protocol: string
  readonly requestId: string
  /** `dd/MMM/yyyy:HH:mm:ss +0000`. */
  readonly requestTime: string
  /** Milliseconds since 1970. */
  readonly requestTimeEpoch: number
  readonly resourceId: string
  readonly resourcePath: string
  readonly operationName?: string
  readonly stage: string
}

export interface Variables {
  readonly context: Context
  readonly stageVariables: Readonly<Record<string, string>>
}
