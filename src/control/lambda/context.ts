/**
 * What the Lambda API needs beside the store: something that keeps code on disk and runs functions. The
 * types repeat the shape of those in src/lambda, which the control plane does not import; gateway.ts joins them.
 */
import type { ControlContext } from '../context.ts'

/** What a runner must know of a function; see `FunctionSettings` in src/lambda/settings.ts. */
export interface RunSettings {
  readonly arn: string
  readonly name: string
  readonly version: string
  readonly handler: string
  readonly runtime: string
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly memoryMb: number
  readonly account: string
  readonly region: string
  readonly revision: string
  readonly hotReload: boolean
  readonly logGroup: string
  /** The ARN of its execution role. */
  readonly role: string
  /** The unpacked folders of its layers, in the order in which they are laid over one another at `/opt`. */
  readonly layers: readonly string[]
  /** Those of them in which somebody works. */
  readonly hotLayers: readonly string[]
  /** Shared by all versions: so many run at once, no more; undefined: what the account has is for all. */
  readonly reservedConcurrency?: number
  /** Environments of this version or alias that are kept started. */
  readonly provisionedConcurrency?: number
  /** Of an alias over two versions: this is the other one. */
  readonly isAdditional?: boolean
  readonly storageMb: number
  readonly logFormat: 'Text' | 'JSON'
  /** With `JSON`: the least level of what the function prints, `TRACE` to `FATAL`. */
  readonly applicationLogLevel?: string
  /** With `JSON`: the least level of what the platform says, `DEBUG`, `INFO` or `WARN`. */
  readonly systemLogLevel?: string
}

export interface RunInvocation {
  readonly payload: Buffer
  readonly requestId: string
  readonly clientContext?: string
  readonly traceId?: string
}

export interface RunResult {
  readonly payload: Buffer
  readonly functionError: undefined | 'Unhandled' | 'Handled'
  readonly logTail: string
}

/** An answer that is handed on while the function writes it. */
export interface RunStream {
  /** `application/vnd.awslambda.http-integration-response`: JSON, eight NULs, body; else the body. */
  readonly contentType: string
  /** Ends when the function is done or failed; whoever stops reading lets the function run on. */
  readonly body: AsyncIterable<Uint8Array>
  /** Settles behind the last byte; never rejects. */
  readonly end: Promise<RunStreamEnd>
}

export interface RunStreamEnd {
  readonly logTail: string
  /** What broke the answer off, as JSON with `errorType` and `errorMessage`; undefined: it is whole. */
  readonly error: Buffer | undefined
}

/** Handed over by gateway.ts. */
export interface FunctionHost {
  /** Rejects with errors named `TooManyInvocations`, `InvocationTooLarge`, `RuntimeUnsupported`, `FunctionGone`. */
  invoke(settings: RunSettings, invocation: RunInvocation): Promise<RunResult>
  /**
   * Undefined when functions of the runtime can be run, else a sentence that says why not. `folders`: with the code, then
   * with its layers; without them only the runtime is looked at.
   */
  whyNotRunnable(runtime: string, folders?: readonly string[]): string | undefined
  /** Unpacks a zip. Rejects with an error named `CodeRejected` whose `reason` is `unreadable` or `too-large`. */
  unpackCode(zip: Uint8Array): Promise<{ readonly folder: string; readonly sha256: string }>
  /** The folder of code that was unpacked on this machine before. */
  findCode(sha256: string): Promise<string | undefined>
  /** The function, named by its ARN without qualifier, is not what it was, or may be invoked by others. */
  changed(functionArn: string): void
  /** The function is deleted. */
  forget(functionArn: string): void
  /** The answer of the function while it is written. Rejects as `invoke` does. */
  invokeStreaming(settings: RunSettings, invocation: RunInvocation): Promise<RunStream>
  /** Takes an event for later; resolves when it is kept. Rejects with `TooManyRequestsException`. */
  takeEvent(functionArn: string, invocation: RunInvocation): Promise<void>
  /** Starts or ends environments of the version or alias, as its provisioned concurrency says now. */
  provision(arn: string): void
  /** How many environments of the version or alias stand ready. */
  provisioned(arn: string): number
  /** From 0 to below 1: which version of an alias runs. */
  random(): number
  /** Takes what an asynchronous invocation ran into, which nobody waits for. */
  report(error: unknown): void
}

/** What the handlers of the Lambda API are given. */
export interface LambdaContext extends ControlContext {
  readonly functions: FunctionHost
}
