/**
 * The entry of a data-plane thread: listens on the public port together with its siblings, compiles the programs it is
 * sent, runs them, and asks the main thread to invoke functions.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { AuthorizationCaches } from './authorizers/authorization-cache.ts'
import { Identities } from './aws/identity-finder.ts'
import { openSession } from './aws/session-token.ts'
import { systemClock } from './base/clock.ts'
import { methodKey, type Places } from './bucket-places.ts'
import { joinCacheDemands } from './cache-demands.ts'
import { IncomingStreams, type SentAnswer } from './function-streams.ts'
import { createDataServer } from './http/data-server.ts'
import { ControlForwarder } from './http/forward.ts'
import { integrationTools } from './integration-tools.ts'
import { prepareIntegration } from './integrations/prepare.ts'
import { TokenBuckets } from './limits/token-bucket.ts'
import type { FunctionAnswer, FunctionCall } from './messages/messages.ts'
import { DecisionRing } from './observe/decision-record.ts'
import { Outbox } from './outbox.ts'
import type { Gate } from './pipeline/exchange.ts'
import { loadProgram } from './pipeline/load.ts'
import { Observer } from './pipeline/observe.ts'
import { Programs } from './pipeline/programs.ts'
import { networkFinder } from './pipeline/source-network.ts'
import { StageCaches } from './pipeline/stage-caches.ts'
import type { ProgramSource, Route } from './program/program.ts'
import { compileRest } from './program/rest.ts'
import {
  type Explained,
  type FromWorker,
  type Publication,
  type ToWorker,
  toNearest,
  toPlain,
  type WorkerSettings,
} from './threads.ts'
import { tokenTools } from './token-tools.ts'

const settings = workerData as WorkerSettings
if (parentPort === null) throw new Error('worker.ts is the entry of a worker thread')
const port = parentPort

const programs = new Programs()
const buckets = new TokenBuckets(settings.buckets)
const caches = new StageCaches(
  settings.cacheBytes,
  systemClock,
  joinCacheDemands(settings.cacheChannel, demand => caches.forget(demand)),
)
const authorizations = new AuthorizationCaches(settings.authorizerBytes, systemClock)
const ring = new DecisionRing(settings.recordsKept)
const identities = new Identities({
  clock: systemClock,
  developmentAccount: settings.developmentAccount,
  openSession,
})
const networkOf = networkFinder(settings.sourceNetworks)
const waiting = new Map<number, (answer: FunctionAnswer) => void>()
const streams = new IncomingStreams(reply => send(reply))
let lastCall = 0
let isStopping = false
const farewellMs = 100

const tools = integrationTools(settings, invoke, identities)
const authorizers = {
  invoke,
  acting: tools.acting,
  tokens: tokenTools(settings, tools.client),
  caches: authorizations,
}
const forwarder = new ControlForwarder(settings.controlSocket)
const { server, closeIdle } = createDataServer({
  programs,
  observer: new Observer(ring, (requestId, error) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    send({ type: 'log', level: 'error', message: `request ${requestId}: ${text}` })
  }),
  control: (request, response, client) => forwarder.forward(request, response, client),
  bodyLimitBytes: settings.bodyLimitBytes,
  headTimeoutMs: settings.headTimeoutMs,
  requestTimeoutMs: settings.requestTimeoutMs,
  isStopping: () => isStopping,
  random: Math.random,
})

const outbox = new Outbox<FromWorker>(messages => port.postMessage({ type: 'batch', messages }))

function send(message: FromWorker): void {
  outbox.flush()
  port.postMessage(message)
}

function invoke(call: FunctionCall): Promise<FunctionAnswer> {
  return new Promise(resolve => {
    const id = ++lastCall
    waiting.set(id, resolve)
    outbox.add({ type: 'invoke', id, call: { ...call, payload: ownMemory(call.payload) } })
  })
}

/** Cloning takes along all the memory behind a buffer, so that it must not be a part of a larger one. */
function ownMemory(payload: string | Buffer): string | Buffer {
  if (typeof payload === 'string' || payload.length === payload.buffer.byteLength) return payload
  const copy = Buffer.allocUnsafeSlow(payload.length)
  payload.copy(copy)
  return copy
}

port.on('message', take)

function take(message: ToWorker): void {
  switch (message.type) {
    case 'batch':
      for (const one of message.messages) take(one)
      break
    case 'listen':
      listen(message.port)
      break
    case 'publish':
      send({ type: 'done', id: message.id, error: publish(message.publication) })
      break
    case 'retract':
      programs.remove(message.apiId, message.stage)
      caches.remove(message.apiId, message.stage)
      authorizations.remove(message.apiId, message.stage)
      send({ type: 'done', id: message.id, error: null })
      break
    case 'flush': {
      const { apiId, stage, cache } = message
      if (cache === 'answers') caches.flush(apiId, stage)
      else authorizations.flush(apiId, stage)
      send({ type: 'done', id: message.id, error: null })
      break
    }
    case 'identities':
      identities.replace(message.snapshot)
      send({ type: 'done', id: message.id, error: null })
      break
    case 'explain':
      send({ type: 'explained', id: message.id, found: explain(message.requestId) })
      break
    case 'origins':
      send({ type: 'origins', id: message.id, origins: tools.client.metrics() })
      break
    case 'latest':
      send({ type: 'latest', id: message.id, records: ring.latest(message.count).map(toPlain) })
      break
    case 'invoked': {
      const resolve = waiting.get(message.id)
      waiting.delete(message.id)
      resolve?.(received(message.id, message.answer))
      break
    }
    case 'piece':
    case 'ended':
      streams.take(message)
      break
    case 'stop':
      stop()
      break
    default:
      message satisfies never
  }
}

/** Structured cloning turns a Buffer into a plain Uint8Array; the same bytes are viewed as a Buffer again. */
function received(id: number, answer: SentAnswer): FunctionAnswer {
  if (answer.type === 'streaming') return { ...answer, body: streams.open(id) }
  if (answer.type !== 'answered') return answer
  const { payload } = answer
  return {
    ...answer,
    payload: Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength),
  }
}

function publish({ source, buckets: places }: Publication): string | null {
  try {
    const program = compileRest(JSON.parse(source) as ProgramSource)
    programs.put(
      loadProgram(program, {
        prepareSend: (plan, of, route) => prepareIntegration(plan, of, route, tools),
        prepareGate: route => gateFor(route, places),
        cacheOf: of => caches.of(of),
        identities,
        authorizers,
        networkOf,
        bodyLimitBytes: settings.bodyLimitBytes,
        answerLimitBytes: settings.answerLimitBytes,
        streamRate: settings.streamRate,
      }),
    )
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function gateFor({ throttle, httpMethod, resourcePath }: Route, places: Places): Gate | null {
  if (throttle === null) return null
  const bucket = places[methodKey(httpMethod, resourcePath)]
  if (bucket === undefined) throw new Error(`No bucket for ${httpMethod} ${resourcePath}`)
  const { rateLimit, burstLimit } = throttle
  const limits = { rate: rateLimit, burst: burstLimit }
  buckets.open(bucket, limits, Date.now())
  return { rateLimit, burstLimit, take: nowMs => buckets.take(bucket, limits, nowMs) }
}

function explain(requestId: string): Explained | null {
  const record = ring.find(requestId)
  if (record === undefined) return null
  const stage = programs.get(record.apiId, record.stage)?.program
  const program = record.isCanary ? stage?.canary?.program : stage
  const isMiss = record.resourcePath === '' && program !== undefined
  return {
    record: toPlain(record),
    nearest: isMiss ? toNearest(program.routes.nearest(record.method, pathOf(record.path), 3)) : [],
  }
}

/** The record's path has the stage in front. */
function pathOf(pathWithStage: string): string {
  const slash = pathWithStage.indexOf('/', 1)
  return slash < 0 ? '/' : pathWithStage.slice(slash)
}

function listen(onPort: number): void {
  server.once('error', (error: NodeJS.ErrnoException) => {
    send({ type: 'listen-failed', message: error.message, code: error.code ?? '' })
  })
  server.listen(
    { host: settings.host, port: onPort, reusePort: settings.reusePort, backlog: 4096 },
    () => {
      const address = server.address()
      send({ type: 'listening', port: typeof address === 'object' ? (address?.port ?? 0) : 0 })
    },
  )
}

/**
 * Requests that run get their answers. Clients that ask now are still answered, and told to close the connection; closing
 * it at once would meet the requests that are on their way.
 */
function stop(): void {
  isStopping = true
  server.getConnections((_, count) => setTimeout(stopListening, count === 0 ? 0 : farewellMs))
}

function stopListening(): void {
  const closing = setInterval(closeIdle, 50)
  server.close(() => {
    clearInterval(closing)
    forwarder.close()
    void tools.client.close().then(() => {
      send({ type: 'stopped' })
      port.close()
    })
  })
}
