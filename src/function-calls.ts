/**
 * Joins the runner of functions to those who call them: the Lambda API of the control plane, and the data plane's
 * integrations.
 *
 * An integration's function is looked up once, with its resource policy, and remembered until the Lambda API says that it
 * changed: a warm call does not touch the store. What was found is also kept on disk, for a start without a store.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { functionArn } from './aws/arn.ts'
import { Fault } from './aws/faults.ts'
import type { AwsCalls } from './aws-call.ts'
import type { Clock } from './base/clock.ts'
import { CoarseTimeout, coarseTimers } from './base/coarse-timer.ts'
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
import { mayInvoke } from './control/lambda/may-invoke.ts'
import { lambdaControl } from './control/lambda/operations.ts'
import { provisions } from './control/lambda/records.ts'
import { chosen, type ResolvedFunction, resolveFunction } from './control/lambda/resolve.ts'
import type { ControlService } from './control/transactions.ts'
import { tellOutcome } from './event-destinations.ts'
import { KeptEvents } from './kept-events.ts'
import { KeptFunctions } from './kept-functions.ts'
import { isAnswerStream, openAnswer } from './lambda/answer-stream.ts'
import { findCode, unpackCode } from './lambda/code.ts'
import type { FunctionRunner } from './lambda/runner.ts'
import type { FunctionAnswer, FunctionCall } from './messages/messages.ts'
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
  readonly #kept: KeptFunctions
  readonly #log: Log
  readonly #remote: RemoteFunctions
  readonly #queue: AsyncInvocations
  readonly #listeners: (() => void)[] = []
  /** ARN as an integration names it -> what was found; the promise is shared by those who ask at once. */
  readonly #found = new Map<string, Promise<ResolvedFunction | undefined>>()

  constructor(parts: FunctionCallParts) {
    const { store, runner, dataDir, masterKey, clock, log, remote, aws, deadLetters } = parts
    this.#store = store
    this.#runner = runner
    this.#codeFolder = join(dataDir, 'code')
    this.#kept = new KeptFunctions(join(dataDir, 'functions'), masterKey)
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
      find: arn => this.#resolve(arn),
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
    return this.#resolve(arn)
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
      found = await this.#resolve(call.functionArn)
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
    const invocation: RunInvocation & { traceId: string } = {
      payload: Buffer.from(call.payload),
      requestId: randomUUID(),
      traceId: call.traceId,
    }
    if (call.callerRequestId !== undefined) {
      const { functionArn, callerRequestId } = call
      this.ledger.add(callerRequestId, { functionArn, invocationId: invocation.requestId })
    }
    if (call.streamed) return within(call.timeoutMs, this.#stream(found, invocation))
    if (!call.asynchronous) return within(call.timeoutMs, this.#run(found, invocation))
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
    const found = await this.#resolve(functionArn)
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
    for (const arn of this.#namesOf(functionArn)) {
      this.#found.delete(arn)
      // Looked up again at once, so that what lies on disk is what holds now.
      this.#resolve(arn)
        .then(found => found?.provisionedConcurrency && this.#runner.provision(found))
        .catch(error => this.report(error))
    }
  }

  forget(functionArn: string): void {
    for (const listener of this.#listeners) listener()
    for (const arn of this.#namesOf(functionArn)) {
      this.#found.delete(arn)
      this.#kept.remove(arn).catch(error => this.report(error))
      this.#runner.forget(arn)
    }
    this.#runner.forget(functionArn)
  }

  provision(arn: string): void {
    this.#resolve(arn)
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
    const isHere = (await this.#resolve(functionArn)) !== undefined
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

  /** The function's ARN and those with a version or alias behind it, as far as they were asked for. */
  #namesOf(functionArn: string): string[] {
    return [...this.#found.keys()].filter(
      arn => arn === functionArn || arn.startsWith(`${functionArn}:`),
    )
  }

  #resolve(arn: string): Promise<ResolvedFunction | undefined> {
    const known = this.#found.get(arn)
    if (known !== undefined) return known
    const found = this.#lookUp(arn)
    this.#found.set(arn, found)
    // A failed look-up is not remembered, nor that nothing is there: it may come.
    const forget = (): void => {
      if (this.#found.get(arn) === found) this.#found.delete(arn)
    }
    found.then(result => result ?? forget(), forget)
    return found
  }

  async #lookUp(arn: string): Promise<ResolvedFunction | undefined> {
    if (this.#store === null) return this.#kept.get(arn)
    const found = await resolveFunction(this.#store, this, arn)
    try {
      if (found === undefined) await this.#kept.remove(arn)
      else await this.#kept.put(arn, found)
    } catch (error) {
      // A full disk keeps nobody from calling the function.
      this.#log.error(`the function ${arn} cannot be kept for a start without the store: ${error}`)
    }
    return found
  }

  #isAllowed(found: ResolvedFunction, sourceArn: string, sourceAccount: string): boolean {
    return mayInvoke(found.policy, { principal: gatewayPrincipal, sourceArn, sourceAccount })
  }

  async #run(
    settings: ResolvedFunction,
    invocation: RunInvocation & { readonly traceId: string },
  ): Promise<FunctionAnswer> {
    try {
      const { payload, functionError } = await this.#runner.invoke(
        chosen(settings, this.random),
        invocation,
      )
      const invocationId = invocation.requestId
      return { type: 'answered', payload, functionError: functionError ?? null, invocationId }
    } catch (error) {
      return refused(error)
    }
  }

  async #stream(
    settings: ResolvedFunction,
    invocation: RunInvocation & { readonly traceId: string },
  ): Promise<FunctionAnswer> {
    try {
      const given = await openAnswer(this.#runner, chosen(settings, this.random), invocation)
      const invocationId = invocation.requestId
      if (isAnswerStream(given)) return { type: 'streaming', body: given.body, invocationId }
      const { payload, functionError = null } = given
      return { type: 'answered', payload, functionError, invocationId }
    } catch (error) {
      return refused(error)
    }
  }
}

function refused(error: unknown): FunctionAnswer {
  if (!(error instanceof Error)) return { type: 'failed', reason: String(error) }
  if (error.name === 'TooManyInvocations') return { type: 'throttled', reason: error.message }
  if (error.name === 'InvocationTooLarge') return { type: 'too-large', reason: error.message }
  return { type: 'failed', reason: error.message }
}

function forbiddenReason({ name }: ResolvedFunction, sourceArn: string): string {
  return `the resource policy of ${name} does not let ${gatewayPrincipal} invoke it for ${sourceArn}`
}

class Deadline extends CoarseTimeout {
  readonly #expire: () => void

  constructor(expire: () => void) {
    super()
    this.#expire = expire
  }

  override onTimeout(): void {
    this.#expire()
  }
}

/** The integration's time-out. The function runs on to its own, as on AWS; nobody waits for it any more. */
function within(timeoutMs: number, answer: Promise<FunctionAnswer>): Promise<FunctionAnswer> {
  return new Promise(resolve => {
    let isLate = false
    const deadline = new Deadline(() => {
      isLate = true
      resolve({ type: 'timeout', reason: `the function did not answer within ${timeoutMs} ms` })
    })
    coarseTimers.arm(deadline, timeoutMs)
    answer.then(given => {
      coarseTimers.cancel(deadline)
      if (isLate && given.type === 'streaming') given.body.abort()
      resolve(given)
    })
  })
}
