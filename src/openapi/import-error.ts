/**
 * The one error that reading and converting a document may throw. Its message is AWS's where AWS's is
 * known, so that the control plane can answer with it as it is (BadRequestException).
 */

/** A document that cannot be imported; `reason` says more for logs and consoles than AWS's message does. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly reason: string

  constructor(message: string, reason: string = message) {
    super(message)
    this.reason = reason
  }
}

/** AWS's answer to anything that is not an OpenAPI document (recorded: a broken YAML file). */
export function invalidDocument(reason: string): ImportError {
  return new ImportError('Invalid OpenAPI input.', reason)
}
