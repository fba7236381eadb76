/**
 * Joins the runner of functions to those who call them: the Lambda API of the control plane, and the data plane's
 * integrations.
 *
 * An integration's function is looked up once, with its resource policy, and remembered until the Lambda API says that it
 * changed: a warm call does not touch the store. What was found is also kept on disk, for a start without a store.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { CoarseTimeout, coarseTimers } from './base/coarse-timer.ts'
import { AsyncInvocations } from './control/lambda/async-invocations.ts'
import type {
  FunctionHost,
  RunInvocation,
  RunResult,
  RunSettings,
} from './control/lambda/context.ts'
import { mayInvoke } from './control/lambda/may-invoke.ts'
import { lambdaControl } from './control/lambda/operations.ts'
import { chosen, type ResolvedFunction, resolveFunction } from './control/lambda/resolve.ts'
import type { ControlService } from './control/transactions.ts'
import { KeptFunctions } from './kept-functions.ts'
import { isAnswerStream, openAnswer } from './lambda/answer-stream.ts'
import { findCode, unpackCode } from './lambda/code.ts'
import type { FunctionRunner } from './lambda/runner.ts'
import type { FunctionAnswer, FunctionCall } from './messages/messages.ts'
import type { Log } from './observe/log.ts'
import type { Store } from './store/store.ts'

const gatewayPrincipal = 'apigateway.amazonaws.com'

export class FunctionCalls implements FunctionHost {
  /** The Lambda API on top of this. */
  readonly control: ControlService
  readonly #store: Store | null
  readonly #runner: FunctionRunner
  readonly #codeFolder: string
  readonly #kept: KeptFunctions
  readonly #log: Log
  readonly #queue = new AsyncInvocations()
  /** ARN as an integration names it -> what was found; the promise is shared by those who ask at once. */
  readonly #found = new Map<string, Promise<ResolvedFunction | undefined>>()

  /** `store` is null when it cannot be opened. */
  constructor(store: Store | null, runner: FunctionRunner, dataDir: string, log: Log) {
    this.#store = store
    this.#runner = runner
    this.#codeFolder = join(dataDir, 'code')
    this.#kept = new KeptFunctions(join(dataDir, 'functions'))
    this.#log = log
    this.control = lambdaControl(this, this.#queue)
  }

  /** What integrations call. Never rejects: what goes wrong is an answer. */
  async call(call: FunctionCall): Promise<FunctionAnswer> {
    let found: ResolvedFunction | undefined
    try {
      found = await this.#resolve(call.functionArn)
    } catch (error) {
      return { type: 'failed', reason: `the function cannot be looked up: ${error}` }
    }
    if (found === undefined) {
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
    if (call.streamed) return within(call.timeoutMs, this.#stream(found, invocation))
    if (!call.asynchronous) return within(call.timeoutMs, this.#run(found, invocation))
    try {
      this.#queue.add(this, chosen(found, this.random), invocation)
    } catch (error) {
      return { type: 'throttled', reason: String(error) }
    }
    return { type: 'answered', payload: Buffer.alloc(0), functionError: null }
  }

  /** For the doctor: why integrations cannot call a function; `sourceArn` null: its own policy is not asked. */
  async whyNotCallable(
    functionArn: string,
    sourceArn: string | null,
    sourceAccount: string,
  ): Promise<string | undefined> {
    const found = await this.#resolve(functionArn)
    if (found === undefined) return `there is no function ${functionArn}`
    if (sourceArn === null || this.#isAllowed(found, sourceArn, sourceAccount)) return undefined
    return forbiddenReason(found, sourceArn)
  }

  invoke(settings: RunSettings, invocation: RunInvocation): Promise<RunResult> {
    return this.#runner.invoke(settings, invocation)
  }

  whyNotRunnable(runtime: string): string | undefined {
    return this.#runner.whyNotRunnable(runtime)
  }

  unpackCode(zip: Uint8Array): Promise<{ readonly folder: string; readonly sha256: string }> {
    return unpackCode(this.#codeFolder, zip)
  }

  findCode(sha256: string): Promise<string | undefined> {
    return findCode(this.#codeFolder, sha256)
  }

  changed(functionArn: string): void {
    for (const arn of this.#namesOf(functionArn)) {
      this.#found.delete(arn)
      // Looked up again at once, so that what lies on disk is what holds now.
      this.#resolve(arn).catch(error => this.report(error))
    }
  }

  forget(functionArn: string): void {
    for (const arn of this.#namesOf(functionArn)) {
      this.#found.delete(arn)
      this.#kept.remove(arn).catch(error => this.report(error))
      this.#runner.forget(arn)
    }
    this.#runner.forget(functionArn)
  }

  provision(arn: string): void {
    // The runner starts what is missing when it hears of the settings.
    this.#resolve(arn).catch(error => this.report(error))
  }

  provisioned(_arn: string): number {
    return 0
  }

  random(): number {
    return Math.random()
  }

  report(error: unknown): void {
    this.#log.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
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
