/**
 * How errors look: in the answer to the caller (`describeError`) and in the log (`formatError`), and the
 * errors of the runtime itself, whose names begin with `Runtime.`.
 */
import { isNativeError } from 'node:util/types'

/** What the caller gets: type, message and stack lines. Never throws, whatever was thrown. */
export function describeError(error) {
  try {
    if (isNativeError(error) || looksLikeError(error)) {
      return {
        errorType: escapeDelete(error.name),
        errorMessage: escapeDelete(error.message),
        trace: escapeDelete(error.stack).split('\n'),
      }
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] }
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    }
  }
}

/** The JSON text that goes to the log: also the code, and whatever else hangs on the error. */
export function formatError(thrown) {
  try {
    const error = thrown instanceof Error ? thrown : new Error(thrown)
    return JSON.stringify(error, (_key, value) =>
      value instanceof Error ? withDetails(value) : value,
    )
  } catch {
    return JSON.stringify(describeError(thrown))
  }
}

function withDetails(error) {
  const details = { errorType: error.name, errorMessage: error.message, code: error.code, ...error }
  if (typeof error.stack === 'string') details.stack = error.stack.split('\n')
  return details
}

function looksLikeError(value) {
  return [value?.name, value?.message, value?.stack].every(
    part => typeof part === 'string' && part !== '',
  )
}

// AWS does this too: the error travels in a header there.
function escapeDelete(text) {
  return text?.replaceAll('\x7f', '%7F')
}

class RuntimeError extends Error {
  constructor(type, message) {
    super(message)
    this.name = `Runtime.${type}`
  }
}

export const handlerNotFound = message => new RuntimeError('HandlerNotFound', message)
export const malformedHandlerName = message => new RuntimeError('MalformedHandlerName', message)
export const importModuleError = cause => new RuntimeError('ImportModuleError', String(cause))
export const malformedStreamingHandler = message =>
  new RuntimeError('MalformedStreamingHandler', message)
export const invalidStreamingOperation = message =>
  new RuntimeError('InvalidStreamingOperation', message)
export const callbackHandlerDeprecated = message =>
  new RuntimeError('CallbackHandlerDeprecated', message)
export const stringifyError = () =>
  new RuntimeError('JSONStringifyError', 'Unable to stringify response body')
// The type is AWS's; the wording is the one that users report.
export const nodeJsExit = () =>
  new RuntimeError(
    'NodeJsExit',
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. ' +
      'For more information, see https://nodejs.org/docs/latest/api/process.html#process_exit_codes',
  )

export function userCodeSyntaxError(cause) {
  const error = new RuntimeError('UserCodeSyntaxError', String(cause))
  error.stack = cause.stack
  return error
}

export class UnhandledPromiseRejection extends RuntimeError {
  constructor(reason) {
    super('UnhandledPromiseRejection', describeReason(reason))
    this.reason = reason
    this.promise = {}
  }
}

function describeReason(reason) {
  try {
    return String(reason)
  } catch {
    return 'unknown'
  }
}
