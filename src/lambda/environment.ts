/**
 * One environment: a process that loads one function and then answers one invocation at a time, as a Lambda
 * execution environment does.
 *
 *     starting --ready--> idle --run--> busy --answer--> idle
 *         |                |              |
 *         +----------------+--------------+---> dead   (error at start, exit, time out, garbage, kill)
 *
 * Loading that takes longer than ten seconds begins again, once, with the function's own time limit, as on AWS.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import {
  type Answer,
  errorTypeOf,
  exited,
  noBootstrap,
  notStarted,
  outOfMemory,
  outOfStorage,
  signalOf,
  timedOut,
  tooManyProcesses,
  unreadable,
} from './answers.ts'
import type { Conversation, Listener } from './conversation.ts'
import type { Delivery } from './delivery.ts'
import { descriptionOf } from './description.ts'
import { FrameConversation } from './frame-conversation.ts'
import { type Exit, FunctionProcess } from './function-process.ts'
import { realPython } from './interpreters.ts'
import { type LaunchOptions, launchOf } from './launch.ts'
import { EnvironmentLog, logFormOf, type OnLog } from './log.ts'
import type { Failure, Initialization } from './platform-events.ts'
import { RuntimeApi } from './runtime-api.ts'
import { hasBootstrap, type Runtime, runtimeOf, versionOf } from './runtimes.ts'
import { socketOf } from './sandbox.ts'
import {
  type FunctionSettings,
  foldersOf,
  type Invocation,
  type ResultContentType,
} from './settings.ts'
import type { StorageWatch, Stored } from './storage-watch.ts'
import type { Stragglers } from './stragglers.ts'
import type { Warden } from './warden.ts'
import type { Watchdog, Watched } from './watchdog.ts'

/** What all environments of a runner share. */
export interface EnvironmentOptions {
  readonly clock: Clock
  readonly warden: Warden
  readonly stragglers: Stragglers
  readonly watchdog: Watchdog
  readonly storageWatch: StorageWatch
  readonly launch: LaunchOptions
  /** Where each environment gets a folder of its own. */
  readonly temporaryRoot: string
  readonly responseLimitBytes: number
  readonly logLimitBytes: number
  /** How long a function may load before it begins again. */
  readonly initLimitMs: number
  readonly onLog: OnLog
}

type OnAnswer = (answer: Answer) => void

/** A process for one function. `start`, then `run` whenever it is idle; `onDead` is called once. */
export class Environment implements Listener, Watched, Stored {
  readonly log: EnvironmentLog
  readonly memoryLimitKb: number
  readonly storageLimitBytes: number
  isAlive = true
  /** How long loading took; for the first invocation's report. */
  initMs = 0
  /** Invocations answered. */
  uses = 0
  /** A reading of the monotonic clock, set by the pool. */
  idleSince = 0
  readonly #settings: FunctionSettings
  readonly #runtime: Runtime
  readonly #options: EnvironmentOptions
  readonly #onDead: () => void
  #temporary: string
  readonly #initialization: Initialization
  #process: FunctionProcess | undefined
  #conversation: Conversation | undefined
  #timer: NodeJS.Timeout | undefined
  #requestId = ''
  #onAnswer: OnAnswer | undefined
  #onReady: (() => void) | undefined
  #delivery: Delivery | undefined
  #isRestarting = false
  #isKilled = false

  constructor(
    settings: FunctionSettings,
    options: EnvironmentOptions,
    initialization: Initialization,
    onDead: () => void,
  ) {
    this.#settings = settings
    this.#runtime = runtimeOf(settings.runtime, foldersOf(settings))
    this.#options = options
    this.#initialization = initialization
    this.#onDead = onDead
    this.memoryLimitKb = settings.memoryMb * 1024
    this.storageLimitBytes = (settings.storageMb ?? 512) * 1024 * 1024
    const id = randomBytes(16).toString('hex')
    this.#temporary = join(options.temporaryRoot, id)
    const day = new Date(options.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')
    this.log = new EnvironmentLog({
      arn: settings.arn,
      stream: `${day}/[${settings.version}]${id}`,
      limitBytes: options.logLimitBytes,
      form: logFormOf(settings),
      now: () => options.clock.now(),
      onLog: options.onLog,
    })
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Its own folder, as it is outside of a sandbox. */
  get temporary(): string {
    return this.#temporary
  }

  get isBusy(): boolean {
    return this.#onAnswer !== undefined
  }

  /**
   * Starts the process and loads the function. Calls `onReady`, or `onFailure` with the answer for the
   * invocation `requestId`, for whose sake it is started.
   */
  start(requestId: string, onReady: () => void, onFailure: OnAnswer): void {
    const { clock } = this.#options
    const begun = clock.monotonic()
    this.log.platform({
      type: 'initStart',
      timeMs: clock.now(),
      initialization: this.#initialization,
      runtimeVersion: versionOf(this.#runtime, this.#settings.runtime),
      functionName: this.#settings.name,
      functionVersion: this.#settings.version,
    })
    this.#requestId = requestId
    this.#onReady = () => {
      this.initMs = clock.monotonic() - begun
      this.#reportInit(undefined)
      onReady()
    }
    this.#onAnswer = answer => {
      this.initMs = clock.monotonic() - begun
      this.#reportInit(answer.isTimeout ? 'timeout' : { errorType: errorTypeOf(answer.payload) })
      onFailure(answer)
    }
    this.#timer = setTimeout(() => this.#startAgain(), this.#options.initLimitMs)
    void this.#boot()
  }

  /** Hands over an invocation. The environment must be idle; `onAnswer` is called once, never at once. */
  run(invocation: Invocation, delivery: Delivery, onAnswer: OnAnswer): void {
    const { timeoutMs } = this.#settings
    this.#requestId = invocation.requestId
    this.#onAnswer = onAnswer
    this.#delivery = delivery
    delivery.onResume = () => this.#conversation?.resume()
    this.#timer = setTimeout(() => this.#timeOut(), timeoutMs)
    this.#watch()
    this.#conversation?.begin(invocation, this.#options.clock.now() + timeoutMs)
  }

  /** Ends the process and all that it started. An invocation that still runs is answered as if it had exited. */
  kill(): void {
    this.#isKilled = true
    this.#process?.kill()
  }

  onReady(): void {
    const onReady = this.#onReady
    this.#onReady = undefined
    clearTimeout(this.#timer)
    this.#options.watchdog.release(this)
    if (onReady === undefined || !this.isAlive) return
    this.#onAnswer = undefined
    onReady()
  }

  onEvent(text: string): void {
    this.log.print(text)
  }

  onText(text: string): void {
    this.log.printPart(text)
  }

  onStart(contentType: ResultContentType): void {
    if (this.isAlive) this.#delivery?.start(contentType)
  }

  onChunk(bytes: Buffer): boolean {
    return !this.isAlive || (this.#delivery?.write(bytes) ?? true)
  }

  onAnswer(answer: Answer, isLast: boolean): void {
    if (isLast) this.#giveUp(answer)
    else this.#answer(answer)
  }

  onBroken(): void {
    this.#giveUp(unreadable(this.#requestId))
  }

  onExceeded(what: 'memory' | 'processes'): void {
    const id = this.#requestId
    this.#giveUp(
      what === 'memory'
        ? outOfMemory(id)
        : tooManyProcesses(id, this.#options.watchdog.processLimit),
    )
  }

  onStorageExceeded(): void {
    const limitMb = this.storageLimitBytes / 1024 / 1024
    this.log.print(`The temporary folder holds more than ${limitMb} MB: the environment is ended.`)
    this.#giveUp(outOfStorage(this.#requestId, limitMb))
  }

  /** From now on the function may do too much. */
  #watch(): void {
    const { watchdog, storageWatch, launch } = this.#options
    watchdog.watch(this)
    // In a sandbox the folder is a file system of that size.
    if (launch.sandbox === undefined) storageWatch.use(this)
  }

  async #boot(): Promise<void> {
    const isCustom = this.#runtime.type === 'custom'
    let api: RuntimeApi | undefined
    try {
      if (isCustom && !foldersOf(this.#settings).some(hasBootstrap)) {
        const places = ['/var/task/bootstrap', '/opt/bootstrap']
        this.#die(noBootstrap(this.#requestId, places))
        return
      }
      if (isCustom) api = await RuntimeApi.open(this, this.#describeForApi(), this.#socketPath())
      const { pythonPath: command } = this.#options.launch
      const pythonPath = this.#runtime.type === 'python' ? await realPython(command) : command
      if (this.#isKilled) {
        api?.close()
        this.#die(exited(this.#requestId, null, 'SIGKILL'))
        return
      }
      this.#spawn(api, pythonPath)
    } catch (error) {
      // No port for the Runtime API, no folder for temporary files: nothing was started.
      api?.close()
      this.#die(notStarted(this.#requestId, error as Error))
    }
  }

  #spawn(api: RuntimeApi | undefined, pythonPath: string): void {
    const { launch, warden, stragglers, responseLimitBytes } = this.#options
    const temporary = this.#temporary
    const plan = launchOf(
      this.#runtime,
      this.#settings,
      {
        temporary,
        logStream: this.log.stream,
        api: api?.address,
        initialization: this.#initialization,
      },
      { ...launch, pythonPath },
    )
    const started = new FunctionProcess(plan, {
      warden,
      stragglers,
      temporary,
      onText: text => this.log.printPart(text),
      onExit: exit => this.#exited(started, exit),
    })
    this.#process = started
    this.#watch()
    if (api !== undefined) this.#conversation = api
    else if (started.channel !== undefined) {
      const settings = descriptionOf(this.#runtime, this.#settings, {
        task: plan.places.task,
        logStream: this.log.stream,
        responseLimitBytes,
      })
      this.#conversation = new FrameConversation(
        started.channel,
        settings,
        responseLimitBytes,
        this,
      )
    }
  }

  #exited(process: FunctionProcess, exit: Exit): void {
    if (process !== this.#process) return
    this.#conversation?.close()
    this.#conversation = undefined
    this.#process = undefined
    if (this.#isRestarting && !this.#isKilled) {
      this.#isRestarting = false
      // What is left of the first one is still being cleared away from the old folder.
      this.#temporary += '-2'
      void this.#boot()
      return
    }
    const id = this.#requestId
    if (exit.type === 'not-started') {
      this.#die(notStarted(id, exit.error))
      return
    }
    const isSandboxed = this.#options.launch.sandbox !== undefined
    const signal = isSandboxed && exit.code !== null ? signalOf(exit.code) : exit.signal
    this.#die(exited(id, exit.code, signal))
  }

  /** Loading took too long. */
  #startAgain(): void {
    const { timeoutMs } = this.#settings
    this.initMs = this.#options.initLimitMs
    this.#reportInit('timeout')
    this.#isRestarting = true
    this.#timer = setTimeout(() => this.#timeOut(), timeoutMs)
    this.#process?.kill()
  }

  #reportInit(failure: Failure | undefined): void {
    this.log.platform({
      type: 'initReport',
      timeMs: this.#options.clock.now(),
      initialization: this.#initialization,
      durationMs: this.initMs,
      failure,
    })
  }

  #timeOut(): void {
    const { timeoutMs } = this.#settings
    const time = new Date(this.#options.clock.now()).toISOString()
    const seconds = (timeoutMs / 1000).toFixed(2)
    this.log.timeOut(`${time} ${this.#requestId} Task timed out after ${seconds} seconds`)
    this.#giveUp(timedOut(this.#requestId, timeoutMs))
  }

  /** Answers, then ends the process. */
  #giveUp(answer: Answer): void {
    this.isAlive = false
    this.kill()
    this.#answer(answer)
  }

  #answer(answer: Answer): void {
    const onAnswer = this.#onAnswer
    const delivery = this.#delivery
    clearTimeout(this.#timer)
    this.#options.watchdog.release(this)
    this.#onAnswer = undefined
    this.#onReady = undefined
    this.#delivery = undefined
    if (delivery !== undefined) delivery.onResume = undefined
    onAnswer?.(delivery === undefined ? answer : delivery.end(answer))
  }

  /** Nothing of it is left. */
  #die(answer: Answer): void {
    this.isAlive = false
    this.#options.storageWatch.forget(this)
    this.#answer(answer)
    this.#onDead()
  }

  /** Undefined: the Runtime API has a port. */
  #socketPath(): string | undefined {
    const { sandbox } = this.#options.launch
    if (sandbox === undefined || sandbox.network) return undefined
    mkdirSync(this.#temporary, { recursive: true, mode: 0o700 })
    return socketOf(this.#temporary)
  }

  #describeForApi(): { arn: string; responseLimitBytes: number; pid: () => number | undefined } {
    const { responseLimitBytes } = this.#options
    return { arn: this.#settings.arn, responseLimitBytes, pid: () => this.pid }
  }
}
