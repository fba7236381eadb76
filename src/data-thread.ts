/**
 * One data-plane thread as the main thread sees it: asked things that it answers in their order, told to listen and to
 * stop. A thread that owes an answer and says nothing for half a minute hangs, and is ended, so that another can take
 * its place.
 */
import { Worker } from 'node:worker_threads'
import type { IdentitySnapshot } from './aws/identity.ts'
import { OutgoingStreams } from './function-streams.ts'
import type { FunctionAnswer, InvokeFunction } from './messages/messages.ts'
import { Outbox } from './outbox.ts'
import type { FromWorker, Publication, ToWorker, WorkerSettings } from './threads.ts'

/** A request as `ToWorker` without the number that pairs it with its answer. */
export type Ask =
  | { readonly type: 'publish'; readonly publication: Publication }
  | { readonly type: 'retract'; readonly apiId: string; readonly stage: string }
  | {
      readonly type: 'flush'
      readonly cache: 'answers' | 'authorizations'
      readonly apiId: string
      readonly stage: string
    }
  | { readonly type: 'identities'; readonly snapshot: IdentitySnapshot }
  | { readonly type: 'explain'; readonly requestId: string }
  | { readonly type: 'latest'; readonly count: number }
  | { readonly type: 'origins' }

export type Answer = Extract<FromWorker, { id: number }>

export interface DataThreadParts {
  readonly settings: WorkerSettings
  readonly invoke: InvokeFunction
  readonly log: (level: 'warn' | 'error', message: string) => void
  /** Called once, unless `stop` was. */
  readonly died: (reason: string) => void
  /** Default worker.js. */
  readonly entry?: URL
  /** How long an answer may be owed in silence. Default 30,000. */
  readonly silenceLimitMs?: number
}

/** Longer than an integration may take by default. */
const stopLimitMs = 30_000
const secondChanceMs = 1000

export class DataThread {
  readonly #parts: DataThreadParts
  readonly #worker: Worker
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  readonly #outbox = new Outbox<ToWorker>(messages =>
    this.#worker.postMessage({ type: 'batch', messages }),
  )
  readonly #streams = new OutgoingStreams(news => this.#send(news))
  #last = 0
  #watch: NodeJS.Timeout | null = null
  #onListening: ((outcome: { port: number } | Error) => void) | null = null
  #isOver = false
  #reason = 'it ended'

  constructor(parts: DataThreadParts) {
    this.#parts = parts
    const { settings: workerData, entry = new URL('./worker.js', import.meta.url) } = parts
    this.#worker = new Worker(entry, { workerData })
    this.#worker.on('message', (message: FromWorker) => this.#take(message))
    this.#worker.on('error', error => {
      this.#reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    this.#worker.on('exit', () => {
      const wasStopped = this.#isOver
      this.#isOver = true
      this.#end()
      if (!wasStopped) parts.died(this.#reason)
    })
  }

  /** Gives the port. Rejects when it cannot listen there, or is gone. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#isOver) {
        reject(new Error(this.#reason))
        return
      }
      this.#onListening = outcome => {
        this.#onListening = null
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome.port)
      }
      this.#send({ type: 'listen', port })
    })
  }

  /** A thread that is gone has nothing against anything: `done` without an error. */
  ask(ask: Ask): Promise<Answer> {
    const id = ++this.#last
    return new Promise(resolve => {
      this.#waiting.set(id, resolve)
      if (this.#isOver) {
        this.#answer({ type: 'done', id, error: null })
      } else {
        this.#watch ??= this.#startWatch()
        this.#send({ ...ask, id })
      }
    })
  }

  /** Requests that run get their answers; after half a minute the thread ends anyway. */
  async stop(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const exited = new Promise<void>(resolve => this.#worker.once('exit', () => resolve()))
    this.#send({ type: 'stop' })
    const timer = setTimeout(() => void this.#worker.terminate(), stopLimitMs)
    await exited
    clearTimeout(timer)
  }

  #startWatch(): NodeJS.Timeout {
    const { silenceLimitMs = 30_000 } = this.#parts
    return setTimeout(() => {
      // It may be the main thread that stood still: what was said meanwhile is heard first.
      this.#watch = setTimeout(() => {
        this.#reason = `it was silent for ${silenceLimitMs} ms`
        void this.#worker.terminate()
      }, secondChanceMs)
    }, silenceLimitMs)
  }

  #take(message: FromWorker): void {
    const { invoke, log } = this.#parts
    switch (message.type) {
      case 'batch':
        for (const one of message.messages) this.#take(one)
        break
      case 'listening':
        this.#onListening?.({ port: message.port })
        break
      case 'listen-failed':
        this.#onListening?.(Object.assign(new Error(message.message), { code: message.code }))
        break
      case 'done':
      case 'explained':
      case 'latest':
      case 'origins':
        this.#answer(message)
        break
      case 'invoke':
        invoke(message.call)
          .catch(error => ({ type: 'failed' as const, reason: String(error) }))
          .then(answer => this.#invoked(message.id, answer))
        break
      case 'taken':
      case 'dropped':
        this.#streams.take(message)
        break
      case 'log':
        log(message.level, message.message)
        break
      case 'stopped':
        break
      default:
        message satisfies never
    }
  }

  #invoked(id: number, answer: FunctionAnswer): void {
    if (answer.type !== 'streaming') {
      this.#outbox.add({ type: 'invoked', id, answer })
      return
    }
    const { body, ...rest } = answer
    this.#send({ type: 'invoked', id, answer: rest })
    this.#streams.open(id, body)
  }

  #answer(answer: Answer): void {
    const resolve = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#watch !== null) clearTimeout(this.#watch)
    this.#watch = this.#waiting.size === 0 ? null : this.#startWatch()
    resolve?.(answer)
  }

  #end(): void {
    this.#streams.abortAll()
    this.#onListening?.(new Error(this.#reason))
    for (const id of [...this.#waiting.keys()]) this.#answer({ type: 'done', id, error: null })
  }

  #send(message: ToWorker): void {
    this.#outbox.flush()
    this.#worker.postMessage(message)
  }
}
