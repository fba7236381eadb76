/**
 * The errors of the control plane, one class each: what AWS's model names for API Gateway (REST,
 * HTTP/WebSocket, @connections), and what its front door answers before an operation is reached.
 * Lambda's are in lambda-faults.ts. `write.ts` turns them into replies; how a service spells the
 * message (`message`, `Message`, `Type`) is a matter of its table, not of the class.
 *
 * Source of the modelled ones: the SDK clients. Of the others:
 * https://docs.aws.amazon.com/apigateway/latest/api/CommonErrors.html
 */

/** Members of an error beside its message, with the names that the SDK gives them. */
export type FaultDetails = Readonly<Record<string, string | undefined>>

/** An error that is meant for the caller: AWS's code, the HTTP status, the words. */
export class Fault extends Error {
  readonly code: string
  readonly status: number
  readonly details: FaultDetails

  constructor(code: string, status: number, message: string, details: FaultDetails = {}) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
    this.details = details
  }
}

/** The base of one error class: fixes code and status, takes the message and the details. */
export function faultOf(code: string, status: number) {
  return class extends Fault {
    constructor(message: string, details?: FaultDetails) {
      super(code, status, message, details)
    }
  }
}

// Modelled by API Gateway. Details: retryAfterSeconds (v1), ResourceType and LimitType (v2).

/** 400: the request is understood and wrong. */
export class BadRequestException extends faultOf('BadRequestException', 400) {}
/** 401: v1 only. */
export class UnauthorizedException extends faultOf('UnauthorizedException', 401) {}
/** 403: v2 and the front door: known, and not allowed. */
export class AccessDeniedException extends faultOf('AccessDeniedException', 403) {}
/** 404: the resource does not exist. */
export class NotFoundException extends faultOf('NotFoundException', 404) {}
/** 409: exists already, is in use, or was changed meanwhile. */
export class ConflictException extends faultOf('ConflictException', 409) {}
/** 429: a quota of the account is used up. */
export class LimitExceededException extends faultOf('LimitExceededException', 429) {}
/** 429: calls come too fast; SDKs wait and try again. */
export class TooManyRequestsException extends faultOf('TooManyRequestsException', 429) {}
/** 503: v1 only; SDKs wait and try again. */
export class ServiceUnavailableException extends faultOf('ServiceUnavailableException', 503) {}

// Modelled by the management API (@connections).

/** 403: the connection may not be managed by this caller. */
export class ForbiddenException extends faultOf('ForbiddenException', 403) {}
/** 410: the connection is closed or was never there. */
export class GoneException extends faultOf('GoneException', 410) {}
/** 413: the message is longer than a WebSocket message may be. */
export class PayloadTooLargeException extends faultOf('PayloadTooLargeException', 413) {}

// Of the layer in front of every AWS service.

/** 400: a value breaks a constraint of the model. */
export class ValidationException extends faultOf('ValidationException', 400) {}
/** 400: the request cannot be read: broken JSON, or a wrong kind of value. */
export class SerializationException extends faultOf('SerializationException', 400) {}
/** 403: no signature at all. */
export class MissingAuthenticationTokenException extends faultOf(
  'MissingAuthenticationTokenException',
  403,
) {}
/** 403: an Authorization header that is not a whole SigV4 one. */
export class IncompleteSignatureException extends faultOf('IncompleteSignatureException', 403) {}
/** 403: the signature does not match, is too old, or is for something else. */
export class InvalidSignatureException extends faultOf('InvalidSignatureException', 403) {}
/** 403: the access key or the session token is not known. */
export class UnrecognizedClientException extends faultOf('UnrecognizedClientException', 403) {}
/** 403: the session token is past its time. */
export class ExpiredTokenException extends faultOf('ExpiredTokenException', 403) {}
/** 404: no operation has this method and path. */
export class UnknownOperationException extends faultOf('UnknownOperationException', 404) {}
/** 413: the body is longer than the control plane reads. */
export class RequestEntityTooLargeException extends faultOf(
  'RequestEntityTooLargeException',
  413,
) {}
/** 500: ours. Tells the caller nothing. */
export class InternalFailure extends faultOf('InternalFailure', 500) {
  constructor() {
    super('Internal server error')
  }
}

/** 501: the operation exists in AWS and is not built here. Not an AWS error: said loudly. */
export class NotImplementedFault extends Fault {
  constructor(operation: string) {
    super(
      'NotImplementedException',
      501,
      `${operation} is not built yet in Portcullis. See docs/reference/compatibility.md.`,
    )
  }
}
