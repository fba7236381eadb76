/**
 * The errors of IAM and STS, one class each; their codes are those of the query protocol, which have no `Exception` behind
 * them. Source: the errors of the AWS SDK's IAM and STS clients, and
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
import { faultOf } from './faults.ts'

export class AccessDenied extends faultOf('AccessDenied', 403) {}
export class DeleteConflict extends faultOf('DeleteConflict', 409) {}
export class EntityAlreadyExists extends faultOf('EntityAlreadyExists', 409) {}
/** Of a token from another issuer; that of our own sessions is `ExpiredTokenException` in faults.ts. */
export class ExpiredWebToken extends faultOf('ExpiredTokenException', 400) {}
export class IDPCommunicationError extends faultOf('IDPCommunicationError', 400) {}
export class IDPRejectedClaim extends faultOf('IDPRejectedClaim', 403) {}
export class InvalidAuthorizationMessage extends faultOf(
  'InvalidAuthorizationMessageException',
  400,
) {}
export class InvalidIdentityToken extends faultOf('InvalidIdentityToken', 400) {}
export class InvalidInput extends faultOf('InvalidInput', 400) {}
export class IamLimitExceeded extends faultOf('LimitExceeded', 409) {}
export class MalformedPolicyDocument extends faultOf('MalformedPolicyDocument', 400) {}
export class NoSuchEntity extends faultOf('NoSuchEntity', 404) {}
export class PackedPolicyTooLarge extends faultOf('PackedPolicyTooLarge', 400) {}
export class UnmodifiableEntity extends faultOf('UnmodifiableEntity', 400) {}
