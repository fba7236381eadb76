/**
 * The main thread's side of the data plane: starts the threads, keeps them on the same programs, starts a new one when one
 * dies or falls silent, and carries their function calls to the runner (data-thread.ts).
 *
 * Publishing is one queue: programs reach every thread in the order in which they were committed, and `publish` resolves
 * when each thread has swapped, so that who deployed can call at once.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type IdentitySnapshot, noIdentities } from './aws/identity.ts'
import { BucketPlaces, methodKey } from './bucket-places.ts'
import { type Answer, type Ask, DataThread } from './data-thread.ts'
import { type OriginMetrics, sumOrigins } from './integrations/http/origin-counters.ts'
import { TokenBuckets } from './limits/token-bucket.ts'
import type { InvokeFunction } from './messages/messages.ts'
import type { ProgramSource } from './program/program.ts'
import { methodSettings, throttleOf } from './program/stage.ts'
import type { Explained, PlainRecord, Publication, WorkerSettings } from './threads.ts'

export interface DataPlaneParts {
  readonly threads: number
  readonly settings: Omit<WorkerSettings, 'reusePort' | 'cacheChannel' | 'buckets'>
  readonly invoke: InvokeFunction
  readonly log: (level: 'warn' | 'error', message: string) => void
  /** What the threads run. Default worker.js. */
  readonly entry?: URL
}

/** Half a megabyte of shared memory: so many methods may have throttles. */
const bucketCount = 65_536
/** A thread that lived for less is not replaced at once: what ended it may end the next one too. */
const shortLifeMs = 5000
const pauseMs = 1000
const heartbeatMs = 10_000

/** What the threads run for one stage. */
interface Running {
  readonly publication: Publication
  readonly throttled: readonly string[]
}

export class DataPlane {
  readonly #parts: DataPlaneParts
  readonly #threads = new Set<DataThread>()
  /** What every thread runs, by `api/stage`. A thread that starts later gets them all. */
  readonly #current = new Map<string, Running>()
  #identities: IdentitySnapshot = noIdentities
  readonly #bucketMemory = TokenBuckets.allocate(bucketCount)
  readonly #cacheChannel = randomUUID()
  readonly #places = new BucketPlaces(new TokenBuckets(this.#bucketMemory), bucketCount)
  /** Whoever owes an answer and is silent is ended; so each is asked something now and then. */
  #heartbeat: NodeJS.Timeout | undefined
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
    this.#heartbeat = setInterval(() => void this.latest(0), heartbeatMs).unref()
    return first
  }

  /**
   * Every thread runs this program from now on; `text` is the source as JSON. Rejects when one cannot compile it; then all
   * keep the old one. A thread that dies meanwhile is no reason: the one that takes its place gets the new program.
   */
  publish(source: ProgramSource, text: string): Promise<void> {
    return this.#enqueue(async () => {
      const { apiId, stage } = source
      const key = keyOf(apiId, stage.stageName)
      const previous = this.#current.get(key)
      const refusal = await this.#run(key, text, throttledMethods(source))
      if (refusal === null) return
      if (previous === undefined) await this.#end(apiId, stage.stageName)
      else await this.#run(key, previous.publication.source, previous.throttled)
      throw new Error(refusal)
    })
  }

  /** Gives the first thread's reason not to. */
  async #run(key: string, source: string, throttled: readonly string[]): Promise<string | null> {
    const publication = { source, buckets: this.#places.place(key, throttled) }
    this.#current.set(key, { publication, throttled })
    const answers = await this.#askAll({ type: 'publish', publication })
    for (const answer of answers) {
      if (answer.type === 'done' && answer.error !== null) return answer.error
    }
    return null
  }

  retract(apiId: string, stage: string): Promise<void> {
    return this.#enqueue(() => this.#end(apiId, stage))
  }

  async #end(apiId: string, stage: string): Promise<void> {
    const key = keyOf(apiId, stage)
    this.#current.delete(key)
    await this.#askAll({ type: 'retract', apiId, stage })
    this.#places.release(key)
  }

  /** Resolves when no thread has anything in the stage's cache that was there before. */
  flush(apiId: string, stage: string, cache: 'answers' | 'authorizations'): Promise<void> {
    return this.#enqueue(async () => {
      await this.#askAll({ type: 'flush', cache, apiId, stage })
    })
  }

  /** Resolves when every thread knows these identities and no others; those that start later get them too. */
  setIdentities(snapshot: IdentitySnapshot): Promise<void> {
    return this.#enqueue(async () => {
      this.#identities = snapshot
      await this.#askAll({ type: 'identities', snapshot })
    })
  }

  async explain(requestId: string): Promise<Explained | null> {
    const answers = await this.#askAll({ type: 'explain', requestId })
    for (const answer of answers)
      if (answer.type === 'explained' && answer.found) return answer.found
    return null
  }

  /** What the threads' HTTP clients did, by origin. */
  async origins(): Promise<OriginMetrics[]> {
    const answers = await this.#askAll({ type: 'origins' })
    return sumOrigins(answers.flatMap(answer => (answer.type === 'origins' ? answer.origins : [])))
  }

  /** The newest `count` records of all threads, newest first. */
  async latest(count: number): Promise<PlainRecord[]> {
    const answers = await this.#askAll({ type: 'latest', count })
    const records = answers.flatMap(answer => (answer.type === 'latest' ? answer.records : []))
    return records.sort((a, b) => b.startedAt - a.startedAt).slice(0, count)
  }

  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#heartbeat)
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
    const { settings, threads, invoke, log, entry } = this.#parts
    const startedAt = performance.now()
    let isListening = false
    const thread: DataThread = new DataThread({
      settings: {
        ...settings,
        reusePort: threads > 1,
        cacheChannel: this.#cacheChannel,
        buckets: this.#bucketMemory,
      },
      invoke,
      log,
      ...(entry === undefined ? {} : { entry }),
      died: reason => {
        this.#threads.delete(thread)
        // One that dies before it listens fails the call below.
        if (isListening) void this.#replace(reason, performance.now() - startedAt)
      },
    })
    // One of all from the start: what is published while it loads reaches it in its turn.
    this.#threads.add(thread)
    // Identities and programs first: a thread that listens answers.
    if (this.#identities !== noIdentities) {
      void thread.ask({ type: 'identities', snapshot: this.#identities })
    }
    const loading = [...this.#current].map(async ([key, { publication }]) => {
      const answer = await thread.ask({ type: 'publish', publication })
      if (answer.type === 'done' && answer.error !== null) {
        log('error', `${key} cannot be served: ${answer.error}`)
      }
    })
    await Promise.all(loading)
    try {
      const listening = await thread.listen(port)
      isListening = true
      return listening
    } catch (error) {
      this.#threads.delete(thread)
      await thread.stop()
      throw error
    }
  }

  async #replace(reason: string, livedMs: number): Promise<void> {
    const { log } = this.#parts
    let waitMs = livedMs < shortLifeMs ? pauseMs : 0
    if (!this.#isClosing) log('error', `a data-plane thread died and is started again: ${reason}`)
    while (!this.#isClosing) {
      await sleep(waitMs, undefined, { ref: false })
      if (this.#isClosing) return
      try {
        await this.#startThread(this.#port)
        return
      } catch (error) {
        log('error', `a data-plane thread could not be started: ${error}`)
        waitMs = pauseMs
      }
    }
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

/** The methods that need a token bucket, those of the canary with them. */
function throttledMethods({ snapshot, canary, stage }: ProgramSource): string[] {
  const settingsOf = methodSettings(stage)
  const resources = [...snapshot.resources, ...(canary?.snapshot.resources ?? [])]
  const throttled = resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.keys(resourceMethods)
      .filter(verb => throttleOf(settingsOf(path, verb)) !== null)
      .map(verb => methodKey(verb, path)),
  )
  return [...new Set(throttled)]
}
