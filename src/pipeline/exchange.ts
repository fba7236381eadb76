/**
 * Everything one request carries from step to step. One class whose constructor sets every field, so that its
 * shape never changes (test/shape.test.ts pins it).
 *
 * Steps read one message and write the next (`methodRequest` -> `integrationRequest` -> `integrationResponse` ->
 * reply). Integrations and authorizers never see the Exchange: they get a message and `variables`.
 */
import type { SigningIdentity } from '../aws/identity.ts'
import type { Finder } from '../aws/identity-finder.ts'
import type { Verdict } from '../aws/policy/verdict.ts'
import type { Later } from '../base/later.ts'
import type { BodyStream } from '../messages/body-stream.ts'
import type {
  Cancel,
  IntegrationRequest,
  IntegrationResponse,
  Reply,
  Send,
} from '../messages/messages.ts'
import type { Refusal } from '../messages/refusals.ts'
import type { Context, Variables } from '../messages/variables.ts'
import type { AuthorizerUse, PolicyChecks } from '../observe/decision-record.ts'
import type { Program, Route } from '../program/program.ts'
import { newOverrides, type Overrides } from '../vtl/overrides.ts'
import type { Arrival } from './arrival.ts'
import type { AuthOutcome } from './auth-outcome.ts'
import type { ClientRequest } from './client-request.ts'
import { buildContext } from './context.ts'
import { type FindNetwork, noNetwork, type SourceNetwork } from './source-network.ts'
import type { CacheUse, Piloted, RouteCache } from './stage-cache.ts'

export interface Step {
  readonly name: string
  readonly run: (x: Exchange) => Reply | undefined | Pending
}

/** What a step waits for: a promise, or what is handed on without one. */
export type Pending = Promise<Reply | undefined> | Later<undefined>

/** Asks the authorizer of one method; made when its program is loaded. */
export type RunAuthorizer = (x: Exchange) => undefined | Promise<undefined>

/** A token bucket of one method, shared by all threads. */
export interface Gate {
  readonly rateLimit: number
  readonly burstLimit: number
  /** false: no token is left. */
  take(nowMs: number): boolean
}

/** A client's body on its way. */
export interface RequestBody extends BodyStream {
  /** How much of it has come. */
  readonly takenBytes: number
}

/** A route with the steps and the integration that were picked for it when its program was loaded. */
export interface LoadedRoute {
  readonly route: Route
  readonly steps: readonly Step[]
  readonly send: Send
  /** null: no throttle is set for the method. */
  readonly gate: Gate | null
  /** null: the method's answers are not cached. */
  readonly cache: RouteCache | null
  /** Of a body after it was decompressed. */
  readonly bodyLimitBytes: number
  /** Who signs requests; always the newest. */
  readonly identities: Finder
  /** Long bodies of requests need not be held. */
  readonly streamsBodies: boolean
  readonly networkOf: FindNetwork
  readonly answerLimitBytes: number
  /** Bytes per second of a streamed answer after its first 10 MB; 0: unlimited. */
  readonly streamRate: number
  /** A cache, compression or a test needs every answer of a buffered method whole. */
  readonly holdsAnswers: boolean
  /** Asks the method's authorizer; null: it has none. */
  readonly authorize: RunAuthorizer | null
}

export class Exchange implements Variables {
  readonly arrival: Arrival
  readonly program: Program
  readonly loaded: LoadedRoute
  /** Replaced once when the body arrived in a content coding. */
  methodRequest: ClientRequest
  /** A body that is not held; `methodRequest.body` is null then. null: there is none. */
  streamedBody: RequestBody | null
  /** That of several clients when they wait for the same answer. */
  cancel: Cancel
  readonly stageVariables: Readonly<Record<string, string>>
  /** `Root=1-…`; the client's own when it sent one. */
  readonly traceId: string
  /** null: no cache was asked. */
  cacheUse: CacheUse | null
  /** Set while others may wait for the reply. */
  piloted: Piloted | null
  integrationRequest: IntegrationRequest | null
  integrationResponse: IntegrationResponse | null
  overrides: Overrides | null
  refusal: Refusal | null
  /** `$context.authorizer`; filled by authorizers. */
  authorizer: Readonly<Record<string, unknown>> | null
  /** What the authorize step found out; null: the method has none. */
  authOutcome: AuthOutcome | null
  /** What the authorizer did; for the decision record. */
  authorizerUse: AuthorizerUse | null
  /** The API key that a Lambda authorizer gave; null: none. */
  usageIdentifierKey: string | null
  /** Who signed, once the signature was verified; null: nobody. Fills `$context.identity`. */
  identity: SigningIdentity | null
  /** Of private APIs: the VPC and its endpoint. */
  source: SourceNetwork
  /** What the policies said when they let the request pass; null: none was asked. */
  verdict: Verdict | null
  /** What each policy said by itself; for the decision record. */
  checks: PolicyChecks | null
  /** Where the request stands, by step name; for the decision record. */
  step: string
  #context: Context | null

  constructor(
    arrival: Arrival,
    program: Program,
    loaded: LoadedRoute,
    methodRequest: ClientRequest,
    cancel: Cancel,
    traceId: string,
  ) {
    this.arrival = arrival
    this.program = program
    this.loaded = loaded
    this.methodRequest = methodRequest
    this.streamedBody = null
    this.cancel = cancel
    this.stageVariables = program.stageVariables
    this.traceId = traceId
    this.cacheUse = null
    this.piloted = null
    this.integrationRequest = null
    this.integrationResponse = null
    this.overrides = null
    this.refusal = null
    this.authorizer = null
    this.authOutcome = null
    this.authorizerUse = null
    this.usageIdentifierKey = null
    this.identity = null
    this.source = noNetwork
    this.verdict = null
    this.checks = null
    this.step = 'match'
    this.#context = null
  }

  /** `$context`, built when first asked for. */
  get context(): Context {
    this.#context ??= buildContext(
      this.arrival,
      this.program,
      this.loaded.route,
      this.methodRequest.method,
      this.authorizer,
      this.identity,
      this.source,
    )
    return this.#context
  }

  /** The AWS service behind the integration has answered: what reads `$context` from now on sees its request id. */
  noteEndpointRequest(id: string): void {
    this.#context = { ...this.context, awsEndpointRequestId: id }
  }

  /** The authorizer knows the caller: `authorizer` becomes `$context.authorizer`, which it may have been asked without. */
  admit(outcome: AuthOutcome, authorizer: Readonly<Record<string, unknown>>): undefined {
    this.authOutcome = outcome
    this.authorizer = authorizer
    this.#context = null
  }

  /** The signature is right: `$context.identity` is the signer's from now on. */
  admitSigner(identity: SigningIdentity): void {
    this.identity = identity
    this.authOutcome = { type: 'iam', identity }
    this.#context = null
  }

  admitSource(source: SourceNetwork): void {
    this.source = source
    this.#context = null
  }

  /** The overrides a request template made, kept for the response template. */
  takeOverrides(): Overrides {
    this.overrides ??= newOverrides()
    return this.overrides
  }
}
