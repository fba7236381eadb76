/**
 * What each `$context` variable of a REST API means. Typed by the interface that templates really get, so that a variable
 * without a line here, or a line without a variable, does not compile.
 * Source: "$context variables for data models, authorizers, mapping templates, and CloudWatch access logging".
 */
import type { Context, ContextError, Identity } from '../../src/messages/variables.ts'

type Names = Exclude<keyof Context, 'identity' | 'error' | 'authorizer'>

const general: Readonly<Record<Names, string>> = {
  accountId: 'The account the API belongs to.',
  apiId: "The API's id.",
  awsEndpointRequestId:
    "The AWS service's own id of the call; after it, in response templates and mappings.",
  deploymentId: 'The deployment that answers.',
  domainName: 'The host the client called, without the port.',
  domainPrefix: 'Its first label; for the default endpoint the API id.',
  extendedRequestId: 'The answer header `x-amz-apigw-id`.',
  httpMethod: 'The verb of the request.',
  isCanaryRequest: 'Whether the canary answers; only where the stage has one that gets requests.',
  path: 'The path with the stage: `/dev/pets`.',
  protocol: '`HTTP/1.1`',
  requestId: 'The answer header `x-amzn-RequestId`; `portcullis explain` takes it.',
  requestTime: "The time the request came, in the Common Log Format's form.",
  requestTimeEpoch: 'The same in milliseconds since 1970.',
  resourceId: "The matched resource's id; empty when none matched.",
  resourcePath: 'Its path: `/pets/{petId}`.',
  operationName: "The method's operation name, where it has one.",
  stage: "The stage's name.",
}

const identity: Readonly<Record<keyof Identity, string>> = {
  accessKey: 'Of a signed request. Null without IAM authorization.',
  accountId: "The signer's account. Null without IAM authorization.",
  apiKey: "The request's API key. Not set by this version.",
  apiKeyId: 'Its id. Not set by this version.',
  caller: 'The signing principal. Null without IAM authorization.',
  cognitoAuthenticationProvider: 'Null without Cognito credentials.',
  cognitoAuthenticationType: 'Null without Cognito credentials.',
  cognitoIdentityId: 'Null without Cognito credentials.',
  cognitoIdentityPoolId: 'Null without Cognito credentials.',
  principalOrgId: 'Null without IAM authorization.',
  sourceIp: 'The address of the connection.',
  user: 'The signing principal. Null without IAM authorization.',
  userAgent: 'The header of that name.',
  userArn: "The signer's ARN. Null without IAM authorization.",
  vpcId: 'Of a private API: the VPC whose network (`--vpc`) has the source. Else not there.',
  vpceId:
    'Of a private API: the endpoint that the request came through (`--vpc-endpoint`). Else not there.',
}

const error: Readonly<Record<keyof ContextError, string>> = {
  message: 'The message of the refusal. In gateway responses only, like all of `error`.',
  messageString: 'The same as a JSON string, with its quotes.',
  responseType: 'The gateway response type: `BAD_REQUEST_BODY`.',
  validationErrorString: 'What the request validator found.',
}

/** Every variable with its meaning, in the order of the reference. */
export const contextVariables: readonly (readonly [name: string, meaning: string])[] = [
  ...Object.entries(general).map(([name, meaning]) => [`$context.${name}`, meaning] as const),
  [
    '$context.authorizer.*',
    '`principalId`, `integrationLatency` and the context that a Lambda authorizer gave, all of it text; of a user pool `claims.*`.',
  ],
  ...Object.entries(identity).map(([n, meaning]) => [`$context.identity.${n}`, meaning] as const),
  ...Object.entries(error).map(([name, meaning]) => [`$context.error.${name}`, meaning] as const),
]
