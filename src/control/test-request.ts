/** What the Test operations ask of the data plane, which gateway.ts hands over as functions. */
import type { Authorizer } from '../aws/rest-api.ts'
import type { ProgramSource } from '../program/program.ts'

/** What a test tells of its caller: `$context.identity` is filled with it. */
export interface Tester {
  readonly account: string
  readonly accessKeyId: string
  readonly userAgent: string
}

/** The simulated request; nothing of it was ever on a wire. */
export interface SimulatedRequest {
  readonly requestId: string
  readonly tester: Tester
  readonly pathWithQuery: string
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[]
  /** '' when there is none. */
  readonly body: string
}

export interface TestRequest extends SimulatedRequest {
  /** A program of this one method. */
  readonly source: ProgramSource
  readonly resourceId: string
  /** The verb to act with; a method `ANY` is tried with any. */
  readonly method: string
}

export interface TestAnswer {
  readonly status: number
  /** Flat. */
  readonly headers: readonly string[]
  readonly body: string
  /** In AWS's line format. */
  readonly log: string
  readonly latencyMs: number
}

export interface AuthorizerTestRequest extends SimulatedRequest {
  readonly account: string
  readonly region: string
  readonly apiId: string
  readonly authorizer: Authorizer
  readonly stageVariables: Readonly<Record<string, string>>
  readonly additionalContext: Readonly<Record<string, string>>
}

export interface AuthorizerTestAnswer {
  /** 0: the authorizer gave a valid policy, whatever it says; else what a client would have got. */
  readonly clientStatus: number
  readonly principalId: string | null
  /** JSON text, as the function wrote it. */
  readonly policy: string | null
  /** Of a user pool's token; null: it was not accepted, or the authorizer is another. */
  readonly claims: Readonly<Record<string, string>> | null
  readonly log: string
  readonly latencyMs: number
}

/** The part of the data plane that the Test operations use. Neither rejects for what the API's owner did wrong. */
export interface DataPlaneTests {
  method(request: TestRequest): Promise<TestAnswer>
  authorizer(request: AuthorizerTestRequest): Promise<AuthorizerTestAnswer>
}
