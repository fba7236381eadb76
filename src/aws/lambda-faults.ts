/**
 * The errors that AWS's model names for Lambda, one class each. `Type` ("User" or "Service") is
 * filled in by the writer; TooManyRequestsException may carry `Reason` and `retryAfterSeconds`.
 *
 * Source: the errors of the AWS SDK's Lambda client.
 * https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
 */
import { faultOf } from './faults.ts'

export class AliasLimitExceededException extends faultOf('AliasLimitExceededException', 400) {}
export class CallbackTimeoutException extends faultOf('CallbackTimeoutException', 400) {}
export class CapacityProviderLimitExceededException extends faultOf(
  'CapacityProviderLimitExceededException',
  400,
) {}
export class CodeArtifactUserDeletedException extends faultOf(
  'CodeArtifactUserDeletedException',
  409,
) {}
export class CodeArtifactUserFailedException extends faultOf(
  'CodeArtifactUserFailedException',
  409,
) {}
export class CodeArtifactUserPendingException extends faultOf(
  'CodeArtifactUserPendingException',
  409,
) {}
export class CodeSigningConfigNotFoundException extends faultOf(
  'CodeSigningConfigNotFoundException',
  404,
) {}
export class CodeStorageExceededException extends faultOf('CodeStorageExceededException', 400) {}
export class CodeVerificationFailedException extends faultOf(
  'CodeVerificationFailedException',
  400,
) {}
export class DurableExecutionAlreadyStartedException extends faultOf(
  'DurableExecutionAlreadyStartedException',
  409,
) {}
export class EC2AccessDeniedException extends faultOf('EC2AccessDeniedException', 502) {}
export class EC2ThrottledException extends faultOf('EC2ThrottledException', 502) {}
export class EC2UnexpectedException extends faultOf('EC2UnexpectedException', 502) {}
export class EFSIOException extends faultOf('EFSIOException', 410) {}
export class EFSMountConnectivityException extends faultOf('EFSMountConnectivityException', 408) {}
export class EFSMountFailureException extends faultOf('EFSMountFailureException', 403) {}
export class EFSMountTimeoutException extends faultOf('EFSMountTimeoutException', 408) {}
export class ENILimitReachedException extends faultOf('ENILimitReachedException', 502) {}
export class ENINotReadyException extends faultOf('ENINotReadyException', 502) {}
export class FunctionVersionsPerCapacityProviderLimitExceededException extends faultOf(
  'FunctionVersionsPerCapacityProviderLimitExceededException',
  400,
) {}
export class InvalidCodeSignatureException extends faultOf('InvalidCodeSignatureException', 400) {}
export class InvalidParameterValueException extends faultOf(
  'InvalidParameterValueException',
  400,
) {}
export class InvalidRequestContentException extends faultOf(
  'InvalidRequestContentException',
  400,
) {}
export class InvalidRuntimeException extends faultOf('InvalidRuntimeException', 502) {}
export class InvalidSecurityGroupIDException extends faultOf(
  'InvalidSecurityGroupIDException',
  502,
) {}
export class InvalidSubnetIDException extends faultOf('InvalidSubnetIDException', 502) {}
export class InvalidZipFileException extends faultOf('InvalidZipFileException', 502) {}
export class KMSAccessDeniedException extends faultOf('KMSAccessDeniedException', 502) {}
export class KMSDisabledException extends faultOf('KMSDisabledException', 502) {}
export class KMSInvalidStateException extends faultOf('KMSInvalidStateException', 502) {}
export class KMSNotFoundException extends faultOf('KMSNotFoundException', 502) {}
export class ModeNotSupportedException extends faultOf('ModeNotSupportedException', 400) {}
export class NoPublishedVersionException extends faultOf('NoPublishedVersionException', 400) {}
export class PolicyLengthExceededException extends faultOf('PolicyLengthExceededException', 400) {}
export class PreconditionFailedException extends faultOf('PreconditionFailedException', 412) {}
export class ProvisionedConcurrencyConfigNotFoundException extends faultOf(
  'ProvisionedConcurrencyConfigNotFoundException',
  404,
) {}
export class PublicPolicyException extends faultOf('PublicPolicyException', 400) {}
export class RecursiveInvocationException extends faultOf('RecursiveInvocationException', 400) {}
export class RequestTooLargeException extends faultOf('RequestTooLargeException', 413) {}
export class ResourceConflictException extends faultOf('ResourceConflictException', 409) {}
export class ResourceInUseException extends faultOf('ResourceInUseException', 400) {}
export class ResourceNotFoundException extends faultOf('ResourceNotFoundException', 404) {}
export class ResourceNotReadyException extends faultOf('ResourceNotReadyException', 502) {}
export class S3FilesMountConnectivityException extends faultOf(
  'S3FilesMountConnectivityException',
  408,
) {}
export class S3FilesMountFailureException extends faultOf('S3FilesMountFailureException', 403) {}
export class S3FilesMountTimeoutException extends faultOf('S3FilesMountTimeoutException', 408) {}
export class SerializedRequestEntityTooLargeException extends faultOf(
  'SerializedRequestEntityTooLargeException',
  413,
) {}
export class ServiceException extends faultOf('ServiceException', 500) {}
export class ServiceQuotaExceededException extends faultOf('ServiceQuotaExceededException', 402) {}
export class SnapStartException extends faultOf('SnapStartException', 400) {}
export class SnapStartNotReadyException extends faultOf('SnapStartNotReadyException', 409) {}
export class SnapStartRegenerationFailureException extends faultOf(
  'SnapStartRegenerationFailureException',
  409,
) {}
export class SnapStartTimeoutException extends faultOf('SnapStartTimeoutException', 408) {}
export class SubnetIPAddressLimitReachedException extends faultOf(
  'SubnetIPAddressLimitReachedException',
  502,
) {}
export class UnsupportedMediaTypeException extends faultOf('UnsupportedMediaTypeException', 415) {}
