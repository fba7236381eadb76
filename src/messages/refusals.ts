/**
 * Every gateway response type of a REST API: default status, message and `x-amzn-ErrorType`.
 * A step that says no throws a `Refusal` with one of these types; `pipeline/respond.ts` turns it into
 * the answer, through the API's own gateway responses where it has some.
 *
 * Source: "Gateway response types" in the API Gateway developer guide; messages and error types as seen
 * in AWS's answers. docs/reference/refusals.md is made from this table.
 */

export type RefusalType =
  | 'ACCESS_DENIED'
  | 'API_CONFIGURATION_ERROR'
  | 'AUTHORIZER_CONFIGURATION_ERROR'
  | 'AUTHORIZER_FAILURE'
  | 'BAD_REQUEST_PARAMETERS'
  | 'BAD_REQUEST_BODY'
  | 'EXPIRED_TOKEN'
  | 'INTEGRATION_FAILURE'
  | 'INTEGRATION_TIMEOUT'
  | 'INVALID_API_KEY'
  | 'INVALID_SIGNATURE'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'QUOTA_EXCEEDED'
  | 'REQUEST_TOO_LARGE'
  | 'RESOURCE_NOT_FOUND'
  | 'THROTTLED'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'WAF_FILTERED'

export interface RefusalRow {
  readonly status: number
  /** null: AWS answers `{"message":null}`. */
  readonly message: string | null
  readonly errorType: string
  /** The body's key: AWS writes `Message` for ACCESS_DENIED although the stored template says `message`. */
  readonly messageKey: 'message' | 'Message'
  /** `text`: the message alone, as `text/plain`. */
  readonly form: 'json' | 'text'
  /**
   * AWS writes `{"message": "…"}` for what goes wrong while a method is carried out, and no blank for what is refused
   * before (recorded, by the lengths of the answers).
   */
  readonly hasBlank: boolean
  /** What the type means, for docs/reference/refusals.md. */
  readonly when: string
}

function row(
  status: number,
  message: string | null,
  errorType: string,
  when: string,
  { messageKey = 'message', form = 'json', hasBlank = false }: Partial<RefusalRow> = {},
): RefusalRow {
  return Object.freeze({ status, message, errorType, when, messageKey, form, hasBlank })
}

export const refusals: Readonly<Record<RefusalType, RefusalRow>> = Object.freeze({
  ACCESS_DENIED: row(
    403,
    'User is not authorized to access this resource',
    'AccessDeniedException',
    'A policy or an authorizer denies the caller.',
    { messageKey: 'Message' },
  ),
  API_CONFIGURATION_ERROR: row(
    500,
    'Internal server error',
    'InternalServerErrorException',
    'The API is configured so that the request cannot be carried out, a template fails, or no integration response matches.',
    { hasBlank: true },
  ),
  AUTHORIZER_CONFIGURATION_ERROR: row(
    500,
    null,
    'AuthorizerConfigurationException',
    'The authorizer cannot be used as it is configured.',
  ),
  AUTHORIZER_FAILURE: row(
    500,
    null,
    'AuthorizerFailureException',
    'The authorizer failed while it ran.',
  ),
  BAD_REQUEST_PARAMETERS: row(
    400,
    'Invalid request parameters',
    'BadRequestException',
    'A required parameter is missing or blank.',
    { hasBlank: true },
  ),
  BAD_REQUEST_BODY: row(
    400,
    'Invalid request body',
    'BadRequestException',
    'The body does not match the model for its content type.',
    { hasBlank: true },
  ),
  EXPIRED_TOKEN: row(
    403,
    'The security token included in the request is expired',
    'ExpiredTokenException',
    'The token or signature is too old.',
  ),
  INTEGRATION_FAILURE: row(
    504,
    'Internal server error',
    'InternalServerErrorException',
    'The back end cannot be reached or its answer cannot be used.',
    { hasBlank: true },
  ),
  INTEGRATION_TIMEOUT: row(
    504,
    'Endpoint request timed out',
    'InternalServerErrorException',
    'The back end did not answer within the time-out.',
    { hasBlank: true },
  ),
  INVALID_API_KEY: row(
    403,
    'Forbidden',
    'ForbiddenException',
    'The method needs an API key and the request has no valid one.',
  ),
  INVALID_SIGNATURE: row(
    403,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    'InvalidSignatureException',
    'The SigV4 signature is wrong.',
  ),
  MISSING_AUTHENTICATION_TOKEN: row(
    403,
    'Missing Authentication Token',
    'MissingAuthenticationTokenException',
    'No resource and method match the request, or the signature is missing.',
  ),
  QUOTA_EXCEEDED: row(
    429,
    'Limit Exceeded',
    'LimitExceededException',
    'The usage plan has no requests left in this period.',
  ),
  REQUEST_TOO_LARGE: row(
    413,
    'HTTP content length exceeded 10485760 bytes.',
    'RequestEntityTooLargeException',
    'The body is larger than the limit.',
    // Recorded by users, who test for it.
    { form: 'text', hasBlank: true },
  ),
  RESOURCE_NOT_FOUND: row(
    404,
    'Not Found',
    'NotFoundException',
    'The resource is not there, found out after authorization.',
  ),
  THROTTLED: row(
    429,
    'Too Many Requests',
    'TooManyRequestsException',
    'A throttle of the plan, method, stage or account is exhausted.',
  ),
  UNAUTHORIZED: row(
    401,
    'Unauthorized',
    'UnauthorizedException',
    'The authorizer did not accept the caller.',
  ),
  UNSUPPORTED_MEDIA_TYPE: row(
    415,
    'Unsupported Media Type',
    'BadRequestException',
    'No mapping template fits the content type and passing through is not allowed.',
    { hasBlank: true },
  ),
  WAF_FILTERED: row(403, 'Forbidden', 'ForbiddenException', 'A web ACL blocks the request.'),
})

/** The body of an answer that nobody customised. */
export function refusalBody(
  { messageKey, form, hasBlank }: Pick<RefusalRow, 'messageKey' | 'form' | 'hasBlank'>,
  message: string | null,
): string {
  if (form === 'text') return message ?? ''
  return `{"${messageKey}":${hasBlank ? ' ' : ''}${JSON.stringify(message)}}`
}

/** What differs from the row of the type, and what only the decision record may say. */
export interface RefusalDetail {
  readonly status?: number
  readonly message?: string
  readonly errorType?: string
  readonly form?: 'json'
  /** `$context.error.validationErrorString`. */
  readonly validationError?: string
  /** Why, for the owner of the API; never sent to the client. */
  readonly reason?: string
  readonly cause?: unknown
}

/** The gateway says no. Thrown by steps; without a stack, because it is an answer and not a fault of ours. */
export class Refusal extends Error {
  readonly type: RefusalType
  readonly detail: RefusalDetail

  constructor(type: RefusalType, detail: RefusalDetail = {}) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(detail.message ?? refusals[type].message ?? type)
    Error.stackTraceLimit = limit
    this.type = type
    this.detail = detail
  }
}
