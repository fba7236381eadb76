/** The last part of every request: fills the decision record and passes crashes on to the log. */
import type { HeldReply } from '../messages/messages.ts'
import type { Refusal } from '../messages/refusals.ts'
import type { DecisionRecord, DecisionRing } from '../observe/decision-record.ts'
import type { Program } from '../program/program.ts'
import type { Arrival } from './arrival.ts'
import type { Exchange } from './exchange.ts'
import type { CacheUse } from './stage-cache.ts'

const noSteps: readonly { readonly name: string }[] = Object.freeze([])

export class Observer {
  readonly #ring: DecisionRing
  readonly #logCrash: (requestId: string, error: unknown) => void

  constructor(ring: DecisionRing, logCrash: (requestId: string, error: unknown) => void) {
    this.#ring = ring
    this.#logCrash = logCrash
  }

  /** `responseBytes` of a body; `brokenOff`: why not all of it was sent, '' when it was. */
  finished(x: Exchange, status: number, responseBytes: number, brokenOff: string): void {
    const record = this.#ring.take()
    const { route } = x.loaded
    fillArrival(record, x.arrival)
    fillProgram(record, x.program)
    record.resourcePath = route.resourcePath
    record.routeMethod = route.httpMethod
    record.integrationType = route.integration.type
    record.step = x.step
    record.steps = x.loaded.steps
    record.integrationMs = x.integrationResponse?.latencyMs ?? -1
    record.integrationStatus = x.integrationResponse?.status ?? 0
    record.requestBytes = x.methodRequest.body?.length ?? x.streamedBody?.takenBytes ?? 0
    fillCache(record, x.cacheUse)
    fillAnswer(record, status, responseBytes, x.refusal, x.program)
    record.brokenOff = kept(brokenOff, 4096)
    record.authorizer = x.authorizerUse
    record.signer = x.identity?.arn ?? ''
    record.allowedBy = x.verdict?.decision === 'allow' ? x.verdict.statement : null
    record.checks = x.checks
    record.actor = x.integrationResponse?.actor ?? null
  }

  unmatched(
    arrival: Arrival,
    program: Program,
    refusal: Refusal,
    { status, body }: HeldReply,
  ): void {
    const record = this.#ring.take()
    fillArrival(record, arrival)
    fillProgram(record, program)
    fillNoRoute(record)
    fillAnswer(record, status, body.length, refusal, program)
  }

  unknown(arrival: Arrival, apiId: string, stage: string): void {
    const record = this.#ring.take()
    fillArrival(record, arrival)
    record.apiId = copied(apiId, 63)
    record.apiName = ''
    record.stage = copied(stage, 128)
    record.deploymentId = ''
    record.isCanary = false
    record.deployedAt = 0
    fillNoRoute(record)
    record.status = 403
    record.refusal = 'Forbidden'
    record.reason = 'no API with this id has a stage of this name'
    record.gatewayResponse = ''
    record.responseBytes = 0
    record.brokenOff = ''
  }

  crashed(requestId: string, error: unknown): void {
    this.#logCrash(requestId, error)
  }
}

function fillArrival(record: DecisionRecord, arrival: Arrival): void {
  record.requestId = arrival.requestId
  record.startedAt = arrival.startedAt
  record.durationMs = performance.now() - arrival.startedMonotonic
  record.method = kept(arrival.method, 64)
  const { pathWithStage } = arrival
  // Path and query were one text.
  const isAlone = arrival.rawQuery.length < 1024
  record.path = isAlone ? kept(pathWithStage, 2048) : copied(pathWithStage, 2048)
  record.host = kept(arrival.host, 255)
  record.sourceIp = arrival.sourceIp
}

/** Ten thousand records are kept, so a long text is cut. */
function kept(text: string, limit: number): string {
  return text.length <= limit ? text : `${copied(text, limit)}…`
}

/** A part of a text holds the whole in memory; a copy does not. */
function copied(text: string, limit: number): string {
  return Buffer.from(text.slice(0, limit)).toString()
}

function fillProgram(record: DecisionRecord, program: Program): void {
  record.apiId = program.apiId
  record.apiName = program.apiName
  record.stage = program.stageName
  record.deploymentId = program.deploymentId
  record.isCanary = program.isCanary === true
  record.deployedAt = program.deployedAt
}

function fillNoRoute(record: DecisionRecord): void {
  record.resourcePath = ''
  record.routeMethod = ''
  record.integrationType = ''
  record.step = 'match'
  record.steps = noSteps
  record.integrationMs = -1
  record.integrationStatus = 0
  record.requestBytes = 0
  fillCache(record, null)
  record.authorizer = null
  record.signer = ''
  record.allowedBy = null
  record.checks = null
  record.actor = null
}

function fillCache(record: DecisionRecord, use: CacheUse | null): void {
  record.cache = use?.verdict ?? ''
  record.cacheAgeMs = use?.ageMs ?? 0
  record.cacheRequestId = use?.requestId ?? ''
  record.cacheDemandIgnored = use?.isDemandIgnored ?? false
}

function fillAnswer(
  record: DecisionRecord,
  status: number,
  responseBytes: number,
  refusal: Refusal | null,
  program: Program,
): void {
  record.status = status
  record.refusal = refusal?.type ?? ''
  record.reason = kept(refusal?.detail.reason ?? '', 4096)
  record.gatewayResponse = refusal === null ? '' : program.gatewayResponses.of[refusal.type].origin
  record.responseBytes = responseBytes
  record.brokenOff = ''
}
