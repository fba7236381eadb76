/**
 * One environment: a process that loads one function and then answers one invocation at a time, as a Lambda
 * execution environment does.
 *
 *     starting --ready--> idle --run--> busy --answer--> idle
 *         |                |              |
 *         +----------------+--------------+---> dead   (error at start, exit, time out, garbage, kill)
 *
 * The process leads a group of its own, so that killing it takes along whatever it started.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../base/clock.ts'
import { type Answer, exited, notStarted, timedOut, unreadable } from './answers.ts'
import {
  answerFlag,
  FrameReader,
  frameType,
  readAnswer,
  writeFrame,
  writeInvocation,
} from './frames.ts'
import { EnvironmentLog, type OnLog } from './log.ts'
import { runtimeOf } from './runtimes.ts'
import type { FunctionSettings, Invocation } from './settings.ts'
import { logGroupOf, variablesOf } from './variables.ts'
import type { Warden } from './warden.ts'

/** What all environments of a runner share. */
export interface EnvironmentOptions {
  readonly clock: Clock
  readonly warden: Warden
  /** The Node.js that runs functions. */
  readonly nodePath: string
  /** Variables that every function gets. */
  readonly variables: Readonly<Record<string, string>>
  readonly responseLimitBytes: number
  readonly logLimitBytes: number
  readonly onLog: OnLog
}

const bootstrap = fileURLToPath(new URL('./bootstraps/node.mjs', import.meta.url))
/** How long AWS lets a function load before the time of its first invocation begins. */
const initLimitMs = 10_000
// After the exit of a process, somebody else may still hold its output open.
const drainLimitMs = 500

type OnAnswer = (answer: Answer) => void

/** A process for one function. `start`, then `run` whenever it is idle; `onDead` is called once. */
export class Environment {
  readonly log: EnvironmentLog
  isAlive = true
  /** How long loading took; for the first invocation's report. */
  initMs = 0
  /** Invocations answered. */
  uses = 0
  /** A reading of the monotonic clock, set by the pool. */
  idleSince = 0
  readonly #settings: FunctionSettings
  readonly #options: EnvironmentOptions
  readonly #onDead: () => void
  #process: ChildProcess | undefined
  #channel: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #requestId = ''
  #onAnswer: OnAnswer | undefined
  #onReady: (() => void) | undefined

  constructor(settings: FunctionSettings, options: EnvironmentOptions, onDead: () => void) {
    this.#settings = settings
    this.#options = options
    this.#onDead = onDead
    const day = new Date(options.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')
    this.log = new EnvironmentLog({
      arn: settings.arn,
      stream: `${day}/[${settings.version}]${randomBytes(16).toString('hex')}`,
      limitBytes: options.logLimitBytes,
      now: () => options.clock.now(),
      onLog: options.onLog,
    })
  }

  /**
   * Starts the process and loads the function. Calls `onReady`, or `onFailure` with the answer for the
   * invocation `requestId`, for whose sake it is started.
   */
  start(requestId: string, onReady: () => void, onFailure: OnAnswer): void {
    const { clock } = this.#options
    const begun = clock.monotonic()
    this.log.say(`INIT_START Runtime Version: nodejs:${process.versions.node}`)
    this.#requestId = requestId
    this.#onAnswer = onFailure
    this.#onReady = () => {
      this.initMs = clock.monotonic() - begun
      onReady()
    }
    this.#timer = setTimeout(() => this.#timeOut(), initLimitMs + this.#settings.timeoutMs)
    this.#spawn()
    this.#channel?.write(writeFrame(frameType.settings, this.#describe()))
  }

  /** Hands over an invocation. The environment must be idle; `onAnswer` is called once, never at once. */
  run(invocation: Invocation, onAnswer: OnAnswer): void {
    this.#requestId = invocation.requestId
    this.#onAnswer = onAnswer
    this.#timer = setTimeout(() => this.#timeOut(), this.#settings.timeoutMs)
    const { requestId, clientContext, traceId, payload } = invocation
    const head = JSON.stringify({ requestId, clientContext, traceId })
    const [frame, rest] = writeInvocation(head, payload.length === 0 ? emptyEvent : payload)
    if (rest === undefined) this.#channel?.write(frame)
    else {
      this.#channel?.cork()
      this.#channel?.write(frame)
      this.#channel?.write(rest)
      this.#channel?.uncork()
    }
  }

  /** Ends the process and all that it started. An invocation that still runs is answered as if it had exited. */
  kill(): void {
    const id = this.#process?.pid
    if (id === undefined) return
    try {
      process.kill(-id, 'SIGKILL')
    } catch {
      // It is gone already, or the system has no process groups.
      this.#process?.kill('SIGKILL')
    }
  }

  #spawn(): void {
    const { folder, memoryMb } = this.#settings
    const child = spawn(
      this.#options.nodePath,
      [
        // The share of the memory that AWS's own bootstrap gives to the heap is a guess.
        `--max-old-space-size=${Math.max(16, Math.floor(memoryMb * 0.9))}`,
        '--max-http-header-size=81920',
        bootstrap,
      ],
      {
        cwd: folder,
        env: variablesOf(this.#settings, this.log.stream, this.#options.variables),
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        detached: true,
      },
    )
    this.#process = child
    child.once('error', error => this.#die(notStarted(this.#requestId, error)))
    if (child.pid === undefined) return
    const id = child.pid
    this.#options.warden.watch(id)
    child.once('exit', (code, signal) => {
      this.kill()
      this.#options.warden.release(id)
      const die = () => this.#die(exited(this.#requestId, code, signal))
      const timer = setTimeout(die, drainLimitMs)
      child.once('close', () => {
        clearTimeout(timer)
        die()
      })
    })
    this.#listen(child)
  }

  #listen(child: ChildProcess): void {
    // The kind of the fourth entry of `stdio` is ours to know: a pipe is a socket in both directions.
    const channel = child.stdio[3] as Socket
    this.#channel = channel
    const reader = new FrameReader(this.#options.responseLimitBytes, (type, body) =>
      this.#take(type, body),
    )
    channel.on('data', (chunk: Buffer) => {
      if (reader.push(chunk)) return
      channel.destroy()
      this.#giveUp(unreadable(this.#requestId))
    })
    // A process that dies while we write: its exit says all there is to say.
    channel.on('error', () => {})
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => this.log.printPart(String(text)))
      stream?.on('error', () => {})
    }
  }

  #take(type: number, body: Buffer): void {
    switch (type) {
      case frameType.log:
        this.log.print(body.toString())
        break
      case frameType.text:
        this.log.printPart(body.toString())
        break
      case frameType.ready: {
        const onReady = this.#onReady
        this.#onReady = undefined
        clearTimeout(this.#timer)
        if (onReady === undefined) return
        this.#onAnswer = undefined
        onReady()
        break
      }
      default:
        this.#takeAnswer(type, body)
    }
  }

  #takeAnswer(type: number, body: Buffer): void {
    const answer = readAnswer(body)
    // An answer that nobody asked for is dropped, as is a process that sends half of one.
    if (this.#onAnswer === undefined) return
    if (answer === undefined) {
      this.#giveUp(unreadable(this.#requestId))
      return
    }
    const { flags, peakMemoryKb, payload } = answer
    const end: Answer = {
      payload,
      isError: type === frameType.error,
      contentType: contentTypeOf(flags),
      peakMemoryKb,
      isTimeout: false,
    }
    // While the handler is loaded, the only answer is why it cannot be.
    if (this.#onReady !== undefined || (flags & answerFlag.last) !== 0) this.#giveUp(end)
    else this.#answer(end)
  }

  #timeOut(): void {
    const { timeoutMs } = this.#settings
    const time = new Date(this.#options.clock.now()).toISOString()
    const seconds = (timeoutMs / 1000).toFixed(2)
    this.log.say(`${time} ${this.#requestId} Task timed out after ${seconds} seconds`)
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
    clearTimeout(this.#timer)
    this.#onAnswer = undefined
    this.#onReady = undefined
    onAnswer?.(answer)
  }

  #die(answer: Answer): void {
    if (this.#channel === undefined && this.#process === undefined) return
    this.isAlive = false
    this.#channel?.destroy()
    this.#process?.stdout?.destroy()
    this.#process?.stderr?.destroy()
    this.#channel = undefined
    this.#process = undefined
    this.#answer(answer)
    this.#onDead()
  }

  #describe(): string {
    const { arn, name, version, handler, folder, timeoutMs, memoryMb, runtime } = this.#settings
    return JSON.stringify({
      arn,
      name,
      version,
      handler,
      folder,
      timeoutMs,
      memory: String(memoryMb),
      logGroup: logGroupOf(this.#settings),
      logStream: this.log.stream,
      runtimeMajor: runtimeOf(runtime).major,
      responseLimitBytes: this.#options.responseLimitBytes,
    })
  }
}

const emptyEvent = Buffer.from('{}')

function contentTypeOf(flags: number): Answer['contentType'] {
  if ((flags & answerFlag.prelude) !== 0) {
    return 'application/vnd.awslambda.http-integration-response'
  }
  return (flags & answerFlag.streamed) !== 0 ? 'application/octet-stream' : 'application/json'
}
