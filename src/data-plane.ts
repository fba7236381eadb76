/**
 * The main thread's side of the data plane: starts the threads, keeps them on the same programs, starts a new one when one
 * dies, and carries their function calls to the runner.
 *
 * Publishing is one queue: programs reach every thread in the order in which they were committed, and `publish` resolves
 * when each thread has swapped, so that who deployed can call at once.
 */
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import { BucketPlaces, methodKey } from './bucket-places.ts'
import { TokenBuckets } from './limits/token-bucket.ts'
import type { InvokeFunction } from './messages/messages.ts'
import type { ProgramSource } from './program/program.ts'
import type {
  Explained,
  FromWorker,
  PlainRecord,
  Publication,
  ToWorker,
  WorkerSettings,
} from './threads.ts'

export interface DataPlaneParts {
  readonly threads: number
  readonly settings: Omit<WorkerSettings, 'reusePort' | 'buckets'>
  readonly invoke: InvokeFunction
  readonly log: (level: 'warn' | 'error', message: string) => void
}

/** A request as `ToWorker` without the number that pairs it with its answer. */
type Ask =
  | { readonly type: 'publish'; readonly publication: Publication }
  | { readonly type: 'retract'; readonly apiId: string; readonly stage: string }
  | { readonly type: 'flush'; readonly apiId: string; readonly stage: string }
  | { readonly type: 'explain'; readonly requestId: string }
  | { readonly type: 'latest'; readonly count: number }

type Answer = Extract<FromWorker, { id: number }>

const answerLimitMs = 30_000
/** Half a megabyte of shared memory: throttles for so many methods. */
const bucketCount = 65_536

export class DataPlane {
  readonly #parts: DataPlaneParts
  readonly #threads = new Set<Thread>()
  /** What every thread runs, by `api/stage`. A thread that starts later gets them all. */
  readonly #current = new Map<string, Publication>()
  readonly #bucketMemory = TokenBuckets.allocate(bucketCount)
  readonly #places = new BucketPlaces(new TokenBuckets(this.#bucketMemory), bucketCount)
  #port = 0
  #isClosing = false
  #queue: Promise<unknown> = Promise.resolve()

  constructor(parts: DataPlaneParts) {
    this.#parts = parts
  }

  /** Listens; gives the port. Throws with `code` EADDRINUSE when somebody else has it. */
  async start(): Promise<number> {
    const { host, port } = this.#parts.settings
    // With SO_REUSEPORT a second gateway of the same user could bind the port too; this asks without it first.
    if (port !== 0) await probe(host, port)
    const first = await this.#startThread(port)
    this.#port = first
    const others = Array.from({ length: this.#parts.threads - 1 }, () => this.#startThread(first))
    await Promise.all(others)
    return first
  }

  /**
   * Every thread runs this program from now on; `text` is the source as JSON. Rejects when one cannot compile it; that
   * thread keeps the old one.
   */
  publish(source: ProgramSource, text: string): Promise<void> {
    return this.#enqueue(async () => {
      const key = keyOf(source.apiId, source.stage.stageName)
      const previous = this.#current.get(key)
      const publication = { source: text, buckets: this.#places.place(key, methodsOf(source)) }
      this.#current.set(key, publication)
      const answers = await this.#askAll({ type: 'publish', publication })
      const failed = answers.find(answer => answer.type === 'done' && answer.error !== null)
      if (failed?.type !== 'done' || failed.error === null) return
      if (previous === undefined) this.#current.delete(key)
      else this.#current.set(key, previous)
      throw new Error(failed.error)
    })
  }

  retract(apiId: string, stage: string): Promise<void> {
    return this.#enqueue(async () => {
      const key = keyOf(apiId, stage)
      this.#current.delete(key)
      await this.#askAll({ type: 'retract', apiId, stage })
      this.#places.release(key)
    })
  }

  /** Resolves when no thread has anything in the stage's cache that was there before. */
  flush(apiId: string, stage: string): Promise<void> {
    return this.#enqueue(async () => {
      await this.#askAll({ type: 'flush', apiId, stage })
    })
  }

  async explain(requestId: string): Promise<Explained | null> {
    const answers = await this.#askAll({ type: 'explain', requestId })
    for (const answer of answers)
      if (answer.type === 'explained' && answer.found) return answer.found
    return null
  }

  /** The newest `count` records of all threads, newest first. */
  async latest(count: number): Promise<PlainRecord[]> {
    const answers = await this.#askAll({ type: 'latest', count })
    const records = answers.flatMap(answer => (answer.type === 'latest' ? answer.records : []))
    return records.sort((a, b) => b.startedAt - a.startedAt).slice(0, count)
  }

  async close(): Promise<void> {
    this.#isClosing = true
    await Promise.all([...this.#threads].map(thread => thread.stop()))
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }

  #askAll(ask: Ask): Promise<Answer[]> {
    return Promise.all([...this.#threads].map(thread => thread.ask(ask)))
  }

  async #startThread(port: number): Promise<number> {
    const { settings, threads, invoke, log } = this.#parts
    const thread = new Thread(
      { ...settings, reusePort: threads > 1, buckets: this.#bucketMemory },
      invoke,
      log,
      error => {
        this.#threads.delete(thread)
        if (this.#isClosing) return
        log('error', `a data-plane thread died and is started again: ${error}`)
        this.#startThread(this.#port).catch(cause =>
          log('error', `it could not be started: ${cause}`),
        )
      },
    )
    // Programs first: a thread that listens answers.
    const publications = [...this.#current.values()]
    await Promise.all(publications.map(publication => thread.ask({ type: 'publish', publication })))
    const listening = await thread.listen(port)
    this.#threads.add(thread)
    return listening
  }
}

class Thread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #last = 0
  #onListening: ((outcome: { port: number } | Error) => void) | null = null
  #isOver = false

  constructor(
    settings: WorkerSettings,
    invoke: InvokeFunction,
    log: DataPlaneParts['log'],
    died: (reason: string) => void,
  ) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: settings })
    this.#worker.on('message', (message: FromWorker) => this.#take(message, invoke, log))
    let reason = 'it ended'
    this.#worker.on('error', error => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
    })
    this.#worker.on('exit', () => {
      const wasStopped = this.#isOver
      this.#isOver = true
      this.#failAll(reason)
      if (!wasStopped) died(reason)
    })
  }

  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#onListening = outcome => {
        this.#onListening = null
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome.port)
      }
      this.#send({ type: 'listen', port })
    })
  }

  /** Resolves with an error answer when the thread is gone or silent; one thread never holds up the others for long. */
  ask(ask: Ask): Promise<Answer> {
    const id = ++this.#last
    return new Promise(resolve => {
      const timer = setTimeout(
        () => this.#answer({ type: 'done', id, error: 'no answer' }),
        answerLimitMs,
      )
      this.#waiting.set(id, answer => {
        clearTimeout(timer)
        resolve(answer)
      })
      if (this.#isOver) this.#answer({ type: 'done', id, error: null })
      else this.#send({ ...ask, id })
    })
  }

  /** Requests that run end; after five seconds the thread ends anyway. */
  async stop(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const exited = new Promise<void>(resolve => this.#worker.once('exit', () => resolve()))
    this.#send({ type: 'stop' })
    const timer = setTimeout(() => void this.#worker.terminate(), 5_000)
    await exited
    clearTimeout(timer)
  }

  #take(message: FromWorker, invoke: InvokeFunction, log: DataPlaneParts['log']): void {
    switch (message.type) {
      case 'listening':
        this.#onListening?.({ port: message.port })
        break
      case 'listen-failed':
        this.#onListening?.(Object.assign(new Error(message.message), { code: message.code }))
        break
      case 'done':
      case 'explained':
      case 'latest':
        this.#answer(message)
        break
      case 'invoke':
        invoke(message.call)
          .catch(error => ({ type: 'failed' as const, reason: String(error) }))
          .then(answer => this.#send({ type: 'invoked', id: message.id, answer }))
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

  #answer(answer: Answer): void {
    const resolve = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    resolve?.(answer)
  }

  #failAll(reason: string): void {
    this.#onListening?.(new Error(reason))
    for (const id of [...this.#waiting.keys()]) this.#answer({ type: 'done', id, error: reason })
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message)
  }
}

/** Rejects with EADDRINUSE when the port is taken. */
function probe(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  })
}

function keyOf(apiId: string, stage: string): string {
  return `${apiId}/${stage}`
}

function methodsOf(source: ProgramSource): string[] {
  const all = [...source.snapshot.resources, ...(source.canary?.snapshot.resources ?? [])]
  return all.flatMap(({ path, resourceMethods = {} }) =>
    Object.keys(resourceMethods).map(verb => methodKey(verb, path)),
  )
}
