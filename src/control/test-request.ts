/** What TestInvokeMethod asks of the data plane, which gateway.ts hands over as a function. */
import type { ProgramSource } from '../program/program.ts'

export interface TestRequest {
  readonly requestId: string
  /** A program of this one method. */
  readonly source: ProgramSource
  readonly resourceId: string
  /** The verb to act with; a method `ANY` is tried with any. */
  readonly method: string
  readonly pathWithQuery: string
  /** Flat: name, value, name, value. */
  readonly headers: readonly string[]
  /** '' when there is none. */
  readonly body: string
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

/** Rejects with `ProgramError` when the method cannot be compiled. */
export type TestInvoke = (request: TestRequest) => Promise<TestAnswer>
