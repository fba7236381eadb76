/**
 * Why an SDK cannot be made. The control plane answers it as BadRequestException, with this message.
 */

/** A request for an SDK that the caller got wrong, or that this gateway cannot serve. */
export class SdkError extends Error {
  override readonly name = 'SdkError'
}
