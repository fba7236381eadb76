/**
 * How an invocation ended, and the JSON with which AWS describes each end that is not the function's own doing.
 */
import { constants } from 'node:os'
import type { ResultContentType } from './settings.ts'

/** The end of one invocation, or of the start of an environment. */
export interface Answer {
  readonly payload: Buffer
  readonly isError: boolean
  readonly contentType: ResultContentType
  /** The largest resident size of the process so far; 0 when unknown. */
  readonly peakMemoryKb: number
  /** Whether the environment ran out of time. */
  readonly isTimeout: boolean
}

/** The environment was killed because `timeoutMs` passed. */
export function timedOut(requestId: string, timeoutMs: number): Answer {
  const message = `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`
  return { ...platformError('Sandbox.Timedout', requestId, message), isTimeout: true }
}

/** The signal behind an exit code of a program that ran another: 128 and its number; null: it is no such code. */
export function signalOf(code: number): NodeJS.Signals | null {
  const names = Object.entries(constants.signals)
  // Names of signals are what the system says they are.
  return (names.find(([, number]) => number === code - 128)?.[0] as NodeJS.Signals) ?? null
}

/** The process ended by itself. */
export function exited(
  requestId: string,
  code: number | null,
  signal: NodeJS.Signals | null,
): Answer {
  return platformError('Runtime.ExitError', requestId, describeExit(code, signal))
}

/** The process sent what is no frame. AWS has no such case; the sentence is ours. */
export function unreadable(requestId: string): Answer {
  return platformError('Runtime.ExitError', requestId, 'Runtime sent an unreadable answer')
}

/** The answer is larger than `limitBytes`. */
export function answeredTooMuch(limitBytes: number, answer: Answer): Answer {
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${limitBytes} bytes).`
  const description = { errorType: 'Function.ResponseSizeTooLarge', errorMessage }
  return {
    ...answer,
    isError: true,
    contentType: 'application/json',
    payload: Buffer.from(JSON.stringify(description)),
  }
}

/** The processes of the environment took more memory than the function has. That the message is this one is a guess. */
export function outOfMemory(requestId: string): Answer {
  const message = 'Runtime exited with error: signal: killed'
  return platformError('Runtime.OutOfMemory', requestId, message)
}

/** The environment had more processes than Lambda lets it have; AWS makes `fork` fail instead. */
export function tooManyProcesses(requestId: string, limit: number): Answer {
  const message = `Runtime exited with error: more than ${limit} processes`
  return platformError('Runtime.ExitError', requestId, message)
}

/** The environment's temporary folder holds more than the function may store; AWS lets writing fail instead. */
export function outOfStorage(requestId: string, limitMb: number): Answer {
  const message = `Runtime exited with error: more than ${limitMb} MB in its temporary folder`
  return platformError('Runtime.ExitError', requestId, message)
}

/** The code has nothing that could be started; `places` is where it would have to be. */
export function noBootstrap(requestId: string, places: readonly string[]): Answer {
  const message = `Couldn't find valid bootstrap(s): [${places.join(' ')}]`
  return platformError('Runtime.InvalidEntrypoint', requestId, message)
}

/** The process could not be started at all. */
export function notStarted(requestId: string, cause: Error): Answer {
  return platformError('Runtime.InvalidEntrypoint', requestId, cause.message)
}

/** The `errorType` within a payload that describes an error. */
export function errorTypeOf(payload: Buffer): string {
  try {
    const { errorType } = JSON.parse(payload.toString()) as { errorType?: unknown }
    return typeof errorType === 'string' ? errorType : 'Unknown'
  } catch {
    return 'Unknown'
  }
}

function platformError(errorType: string, requestId: string, message: string): Answer {
  const errorMessage = `RequestId: ${requestId} Error: ${message}`
  return {
    payload: Buffer.from(JSON.stringify({ errorType, errorMessage })),
    isError: true,
    contentType: 'application/json',
    peakMemoryKb: 0,
    isTimeout: false,
  }
}

// The words of Go's os.ProcessState, in which Lambda's supervisor is written.
const signalWords: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal !== null) {
    const word = signalWords[signal] ?? `signal ${constants.signals[signal]}`
    return `Runtime exited with error: signal: ${word}`
  }
  if (code === 0) return 'Runtime exited without providing a reason'
  return `Runtime exited with error: exit status ${code}`
}
