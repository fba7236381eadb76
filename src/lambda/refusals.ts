/**
 * Why the runner did not run a function at all. Errors of the function itself are results, not these.
 * The control plane and the data plane turn each into the answer that AWS gives (429, 400, 413).
 */

/** Too many invocations of the function at once, or no environment came free in time. */
export class TooManyInvocations extends Error {
  override readonly name = 'TooManyInvocations'
  /** The `Reason` in AWS's answer. */
  readonly reason: string

  constructor(message: string, reason = 'ConcurrentInvocationLimitExceeded') {
    super(message)
    this.reason = reason
  }
}

/** The runtime of the function does not exist, or is not built yet; the message is for the user. */
export class RuntimeUnsupported extends Error {
  override readonly name = 'RuntimeUnsupported'
}

/** The event is larger than `limitBytes`. */
export class InvocationTooLarge extends Error {
  override readonly name = 'InvocationTooLarge'
  readonly limitBytes: number

  constructor(limitBytes: number) {
    super(`Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`)
    this.limitBytes = limitBytes
  }
}

/** The function was forgotten or the runner closed while the invocation waited for an environment. */
export class FunctionGone extends Error {
  override readonly name = 'FunctionGone'
}
