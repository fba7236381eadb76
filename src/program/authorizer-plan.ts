/** What an authorizer is compiled into, by authorizer-plans.ts: who is asked, what identifies the caller, for how long. */
import type { MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'

export interface IdentitySource {
  readonly expression: string
  /** undefined: missing or empty. */
  read(request: MethodRequest, variables: Variables): string | undefined
  /**
   * All values that a function may take for it: of a header sent several times, or in several cases of its name, every
   * one. What is remembered of a caller hangs on all of them, so that nobody's answer is kept under another's name.
   */
  readAll(request: MethodRequest, variables: Variables): readonly string[]
}

export type AuthorizerPlan = LambdaAuthorizerPlan | UserPoolPlan

interface PlanBase {
  readonly id: string
  readonly name: string
}

export interface LambdaAuthorizerPlan extends PlanBase {
  readonly type: 'TOKEN' | 'REQUEST'
  readonly functionArn: string
  /** `arn:aws:execute-api:…:{api}/authorizers/{id}`, for the policies of the function or the role. */
  readonly sourceArn: string
  /** ARN of the role that invokes the function; null: the function's own policy decides. */
  readonly roleArn: string | null
  readonly account: string
  readonly region: string
  /** Not empty for TOKEN, and for REQUEST when answers are kept. */
  readonly sources: readonly IdentitySource[]
  /** Of TOKEN: whether the whole token fits the validation expression; null: there is none. */
  readonly isValid: ((token: string) => boolean) | null
  /** How long an answer is kept; 0: it is not. */
  readonly ttlMs: number
}

export interface UserPoolPlan extends PlanBase {
  readonly type: 'COGNITO_USER_POOLS'
  /** `arn:aws:cognito-idp:{region}:{account}:userpool/{id}`, at least one. */
  readonly pools: readonly string[]
  readonly source: IdentitySource
  /** Of the whole `aud`; null: any will do. */
  readonly isAudience: ((audience: string) => boolean) | null
  /** Of the method; empty: it asks for none, and takes ID tokens only. */
  readonly scopes: readonly string[]
}
