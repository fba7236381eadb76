/**
 * The decision record: why a request got its answer. Each data-plane thread keeps its last `size` records in a ring of
 * objects that are made once and overwritten, so that recording is a score of assignments and no allocation;
 * bench/http has what it costs. Everything that can be told later (which routes came near, what a refusal means) is
 * worked out when somebody asks, by `explain.ts`.
 */
import type { DecidingStatement, Verdict } from '../aws/policy/verdict.ts'
import type { ActorUse } from '../messages/messages.ts'

/** What an authorizer did for a request. */
export interface AuthorizerUse {
  readonly id: string
  readonly name: string
  readonly type: 'TOKEN' | 'REQUEST' | 'COGNITO_USER_POOLS'
  /** `hit`: an answer that was kept. `joined`: that of another request, which was asking. `verified`: a token. */
  readonly verdict: 'called' | 'hit' | 'joined' | 'verified' | 'refused'
  /** Digest of the identity, which answers are kept under; '' when none is kept. */
  readonly key: string
  /** Of a kept answer. */
  readonly ageMs: number
  /** The request that the function was called for; '' when it was this one. */
  readonly requestId: string
  /** Milliseconds that the function took for this request. */
  readonly latencyMs: number
  /** `principalId`, or a token's `sub`; '' when nobody was let in. */
  readonly principal: string
}

/** What each policy said by itself; null: there is none of this kind, or it was not asked. */
export interface PolicyChecks {
  readonly resource: Verdict | null
  readonly authorizer: Verdict | null
  readonly identity: Verdict | null
  readonly boundary: Verdict | null
  readonly session: Verdict | null
}

export interface DecisionRecord {
  requestId: string
  /** Milliseconds since 1970. */
  startedAt: number
  /** Whole time in the gateway, milliseconds. */
  durationMs: number
  /** Of it, waiting for the back end; -1: it was not called. */
  integrationMs: number
  method: string
  path: string
  host: string
  sourceIp: string
  apiId: string
  apiName: string
  stage: string
  deploymentId: string
  /** The deployment is the stage's canary. */
  isCanary: boolean
  deployedAt: number
  /** '' when none matched. */
  resourcePath: string
  routeMethod: string
  integrationType: string
  /** The last step that ran. */
  step: string
  /** Names of the steps that the route has. */
  steps: readonly { readonly name: string }[]
  status: number
  /** '' when the request was not refused. */
  refusal: string
  reason: string
  /** Which gateway response made the answer. */
  gatewayResponse: string
  /** What the stage's cache did: `hit`, `miss`, `joined` or `refreshed`; '' when it was not asked. */
  cache: string
  /** Of a cached answer. */
  cacheAgeMs: number
  /** The request that called the back end for the answer; '' when it was this one. */
  cacheRequestId: string
  /** The client demanded a fresh answer and may not. */
  cacheDemandIgnored: boolean
  /** null: the route has no authorizer, or the request did not get there. */
  authorizer: AuthorizerUse | null
  /** ARN of who signed; '' when nobody did. */
  signer: string
  /** The statement that let the request pass; null: none had to, or the root asked. */
  allowedBy: DecidingStatement | null
  /** null: no policy was asked. */
  checks: PolicyChecks | null
  /** In whose name the back end was called; null: the gateway's own, or it did not get there. */
  actor: ActorUse | null
  requestBytes: number
  integrationStatus: number
  responseBytes: number
  /** Why the answer broke off before its end; '' when it did not. */
  brokenOff: string
}

const noSteps: readonly { readonly name: string }[] = Object.freeze([])

export class DecisionRing {
  readonly #records: DecisionRecord[]
  #next = 0

  constructor(size: number) {
    this.#records = Array.from({ length: size }, emptyRecord)
  }

  /** The oldest record, to be overwritten in full. */
  take(): DecisionRecord {
    const record = this.#records[this.#next] as DecisionRecord
    this.#next = (this.#next + 1) % this.#records.length
    return record
  }

  find(requestId: string): DecisionRecord | undefined {
    if (requestId === '') return undefined
    return this.#records.find(record => record.requestId === requestId)
  }

  /** The newest `count`, newest first. */
  latest(count: number): DecisionRecord[] {
    const found: DecisionRecord[] = []
    const size = this.#records.length
    for (let back = 1; back <= size && found.length < count; back++) {
      const record = this.#records[(this.#next - back + size) % size] as DecisionRecord
      if (record.requestId !== '') found.push(record)
    }
    return found
  }
}

function emptyRecord(): DecisionRecord {
  return {
    requestId: '',
    startedAt: 0,
    durationMs: 0,
    integrationMs: -1,
    method: '',
    path: '',
    host: '',
    sourceIp: '',
    apiId: '',
    apiName: '',
    stage: '',
    deploymentId: '',
    isCanary: false,
    deployedAt: 0,
    resourcePath: '',
    routeMethod: '',
    integrationType: '',
    step: '',
    steps: noSteps,
    status: 0,
    refusal: '',
    reason: '',
    gatewayResponse: '',
    cache: '',
    cacheAgeMs: 0,
    cacheRequestId: '',
    cacheDemandIgnored: false,
    authorizer: null,
    signer: '',
    allowedBy: null,
    checks: null,
    actor: null,
    requestBytes: 0,
    integrationStatus: 0,
    responseBytes: 0,
    brokenOff: '',
  }
}
