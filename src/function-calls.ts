/**
 * Joins the runner of functions to those who call them: the Lambda API of the control plane, and the data plane's
 * integrations.
 *
 *     call -> elsewhere? -> look it up (function-lookups.ts) -> may he? -> run it (function-answers.ts), or take the event
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { functionArn } from './aws/arn.ts'
import { Fault } from './aws/faults.ts'
import type { AwsCalls } from './aws-call.ts'
import type { Clock } from './base/clock.ts'
import type { MasterKey } from './base/master-key.ts'
import { CallLedger } from './call-ledger.ts'
import { AsyncInvocations } from './control/lambda/async-invocations.ts'
import type {
  FunctionHost,
  RunInvocation,
  RunResult,
  RunSettings,
  RunStream,
} from './control/lambda/context.ts'
import { letsInvoke, mayInvoke } from './control/lambda/may-invoke.ts'
import { lambdaControl } from './control/lambda/operations.ts'
import { provisions } from './control/lambda/records.ts'
import { chosen, type ResolvedFunction } from './control/lambda/resolve.ts'
import type { ControlService } from './control/transactions.ts'
import { tellOutcome } from './event-destinations.ts'
import { runForAnswer, streamForAnswer, type TracedInvocation, within } from './function-answers.ts'
import { FunctionLookups } from './function-lookups.ts'
import { KeptEvents } from './kept-events.ts'
import { KeptFunctions } from './kept-functions.ts'
import { findCode, unpackCode } from './lambda/code.ts'
import type { FunctionRunner } from './lambda/runner.ts'
import type { FunctionAnswer, FunctionCall, FunctionInvoker } from './messages/messages.ts'
import type { Log } from './observe/log.ts'
import type { RemoteFunctions } from './remote-functions.ts'
import type { RotatingFile } from './rotating-file.ts'
import type { Store } from './store/store.ts'
import { readStream } from './stream-reader.ts'

const gatewayPrincipal = 'apigateway.amazonaws.com'

export interface FunctionCallParts {
  /** Null when it cannot be opened. */
  readonly store: Store | null
  readonly runner: FunctionRunner
  readonly dataDir: string
  /** What is kept on disk is sealed with it: environment variables are in it. */
  readonly masterKey: MasterKey
  readonly clock: Clock
  readonly log: Log
  /** Functions that run elsewhere. */
  readonly remote: RemoteFunctions
  readonly aws: AwsCalls
  /** Where events go that failed and could not be delivered to anybody. */
  readonly deadLetters: RotatingFile
}

export class FunctionCalls implements FunctionHost {
  /** The Lambda API on top of this. */
  readonly control: ControlService
  /** Which invocations the last requests made. */
  readonly ledger: CallLedger = new CallLedger()
  readonly #store: Store | null
  readonly #runner: FunctionRunner
  readonly #codeFolder: string
  readonly #lookups: FunctionLookups
  readonly #log: Log
  readonly #remote: RemoteFunctions
  readonly #queue: AsyncInvocations
  readonly #listeners: (() => void)[] = []

  constructor(parts: FunctionCallParts) {
    const { store, runner, dataDir, masterKey, clock, log, remote, aws, deadLetters } = parts
    this.#store = store
    this.#runner = runner
    this.#codeFolder = join(dataDir, 'code')
    this.#lookups = new FunctionLookups({
      store,
      kept: new KeptFunctions(join(dataDir, 'functions'), masterKey),
      host: this,
      logError: message => log.error(message),
    })
    this.#log = log
    this.#remote = remote
    const destinations = {
      aws,
      clock,
      file: deadLetters,
      invokeEvent: (arn: string, payload: Buffer) => this.#invokeEvent(arn, payload),
      log: (message: string) => log.warn(message),
    }
    this.#queue = new AsyncInvocations({
      shelf: new KeptEvents(join(dataDir, 'events'), error => this.report(error)),
      clock,
      host: this,
      find: arn => this.#lookups.find(arn),
      tell: outcome => tellOutcome(destinations, outcome),
    })
    this.control = lambdaControl(this)
  }

  /** Starts what is to stand ready, and runs the events that were acknowledged before the last stop. */
  async resume(): Promise<void> {
    for (const row of (await this.#store?.scan(provisions)) ?? []) {
      const { account, region } = row.namespace
      this.provision(functionArn(region, account, row.parent, row.id))
    }
    await this.#queue.resume()
  }

  /** `listener` hears that a function is not what it was. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** What the ARN leads to, as it was found before or is now; undefined when it leads nowhere. */
  find(arn: string): Promise<ResolvedFunction | undefined> {
    return this.#lookups.find(arn)
  }

  /** Takes nothing from the shelf of events any more; call it before the runner is closed. */
  close(): void {
    this.#queue.close()
  }

  /** What integrations call. Never rejects: what goes wrong is an answer. */
  async call(call: FunctionCall): Promise<FunctionAnswer> {
    if (this.#remote.isNamed(call.functionArn)) return this.#callRemote(call)
    let found: ResolvedFunction | undefined
    try {
      found = await this.#lookups.find(call.functionArn)
    } catch (error) {
      return { type: 'failed', reason: `the function cannot be looked up: ${error}` }
    }
    if (found === undefined) {
      if (this.#remote.mayExist(call.functionArn)) return this.#callRemote(call)
      return { type: 'not-found', reason: `there is no function ${call.functionArn}` }
    }
    if (call.sourceArn !== null && !this.#isAllowed(found, call.sourceArn, call.sourceAccount)) {
      return { type: 'forbidden', reason: forbiddenReason(found, call.sourceArn) }
    }
    const { invoker } = call
    if (invoker !== undefined && !letsInvoke(found.policy, invoker, found.account)) {
      return { type: 'forbidden', reason: unauthorizedReason(found, invoker) }
    }
    const invocation: TracedInvocation = {
      payload: Buffer.from(call.payload),
      requestId: randomUUID(),
      traceId: call.traceId,
    }
    if (call.callerRequestId !== undefined) {
      const { functionArn, callerRequestId } = call
      this.ledger.add(callerRequestId, { functionArn, invocationId: invocation.requestId })
    }
    if (call.streamed || !call.asynchronous) {
      const run = call.streamed ? streamForAnswer : runForAnswer
      return within(call.timeoutMs, run(this.#runner, chosen(found, this.random), invocation))
    }
    try {
      await this.takeEvent(call.functionArn, invocation)
    } catch (error) {
      const isThrottled = error instanceof Fault && error.status === 429
      return { type: isThrottled ? 'throttled' : 'failed', reason: String(error) }
    }
    return { type: 'answered', payload: Buffer.alloc(0), functionError: null }
  }

  /** For the doctor: why integrations cannot call a function; `sourceArn` null: its own policy is not asked. */
  async whyNotCallable(
    functionArn: string,
    sourceArn: string | null,
    sourceAccount: string,
  ): Promise<string | undefined> {
    if (this.#remote.isNamed(functionArn)) return undefined
    const found = await this.#lookups.find(functionArn)
    if (found === undefined) {
      return this.#remote.mayExist(functionArn) ? undefined : `there is no function ${functionArn}`
    }
    if (sourceArn === null || this.#isAllowed(found, sourceArn, sourceAccount)) return undefined
    return forbiddenReason(found, sourceArn)
  }

  invoke(settings: RunSettings, invocation: RunInvocation): Promise<RunResult> {
    return this.#runner.invoke(settings, invocation)
  }

  invokeStreaming(settings: RunSettings, invocation: RunInvocation): Promise<RunStream> {
    return readStream(sink => this.#runner.invokeStreaming(settings, invocation, sink))
  }

  takeEvent(functionArn: string, invocation: RunInvocation): Promise<void> {
    const { requestId: id, payload, clientContext, traceId } = invocation
    return this.#queue.take({
      id,
      functionArn,
      payload,
      ...(clientContext !== undefined && { clientContext }),
      ...(traceId !== undefined && { traceId }),
    })
  }

  whyNotRunnable(runtime: string, folders?: readonly string[]): string | undefined {
    return this.#runner.whyNotRunnable(runtime, folders)
  }

  unpackCode(zip: Uint8Array): Promise<{ readonly folder: string; readonly sha256: string }> {
    return unpackCode(this.#codeFolder, zip)
  }

  findCode(sha256: string): Promise<string | undefined> {
    return findCode(this.#codeFolder, sha256)
  }

  changed(functionArn: string): void {
    for (const listener of this.#listeners) listener()
    for (const again of this.#lookups.again(functionArn)) {
      again
        .then(found => found?.provisionedConcurrency && this.#runner.provision(found))
        .catch(error => this.report(error))
    }
  }

  forget(functionArn: string): void {
    for (const listener of this.#listeners) listener()
    for (const arn of this.#lookups.forget(functionArn)) this.#runner.forget(arn)
    this.#runner.forget(functionArn)
  }

  provision(arn: string): void {
    this.#lookups
      .find(arn)
      .then(found => found && this.#runner.provision(found))
      .catch(error => this.report(error))
  }

  provisioned(arn: string): number {
    return this.#runner.readyOf(arn)
  }

  random(): number {
    return Math.random()
  }

  report(error: unknown): void {
    this.#log.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  }

  #callRemote({ payload, ...call }: FunctionCall): Promise<FunctionAnswer> {
    return this.#remote.invoke({ ...call, payload: Buffer.from(payload) })
  }

  /** For destinations that are functions. */
  async #invokeEvent(functionArn: string, payload: Buffer): Promise<void> {
    const isHere = (await this.#lookups.find(functionArn)) !== undefined
    if (isHere) return this.takeEvent(functionArn, { payload, requestId: randomUUID() })
    if (!this.#remote.isNamed(functionArn) && !this.#remote.mayExist(functionArn)) {
      throw new Error(`there is no function ${functionArn}`)
    }
    const answer = await this.#remote.invoke({
      functionArn,
      payload,
      asynchronous: true,
      timeoutMs: 30_000,
      traceId: '',
    })
    if ('reason' in answer) throw new Error(answer.reason)
  }

  #isAllowed(found: ResolvedFunction, sourceArn: string, sourceAccount: string): boolean {
    return mayInvoke(found.policy, { principal: gatewayPrincipal, sourceArn, sourceAccount })
  }
}

function forbiddenReason({ name }: ResolvedFunction, sourceArn: string): string {
  return `the resource policy of ${name} does not let ${gatewayPrincipal} invoke it for ${sourceArn}`
}

function unauthorizedReason(
  { name, arn, account }: ResolvedFunction,
  invoker: FunctionInvoker,
): string {
  const missing =
    invoker.account === account
      ? `neither its own policies nor the resource policy of ${name} allow it`
      : `it is of another account, and the resource policy of ${name} does not allow it`
  return `User: ${invoker.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${arn}: ${missing}`
}
