/**
 * What is asked of policies and what they answer.
 *
 *     explicitDeny   a Deny statement fits: nothing can make up for it
 *     allow          an Allow statement fits, and no Deny
 *     implicitDeny   no statement fits
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

export type Decision = 'allow' | 'explicitDeny' | 'implicitDeny'

/** The statement that decided, as the owner knows it. */
export interface DecidingStatement {
  /** Which policy it stands in: `resource policy`, `inline/ReadPets`, the ARN of a managed policy. */
  readonly policy: string
  /** Its Sid, else its place: `#0` is the first. */
  readonly id: string
  /** The statement itself, JSON, cut when it is long. */
  readonly text: string
}

/** Frozen, made when the policy was compiled. */
export interface Verdict {
  readonly decision: Decision
  /** null: no statement fits. */
  readonly statement: DecidingStatement | null
}

/** What a condition key stands for in this request; undefined: the key is not there. */
export type ContextValue = string | readonly string[] | undefined

/** Who asks, as Principal elements see it. */
export interface Requester {
  readonly account: string
  /** As in `SigningIdentity`. */
  readonly arn: string
  readonly roleArn: string | null
  readonly userId: string
}

/** One question: may this requester do this to that? */
export interface PolicyRequest {
  /** `execute-api:Invoke`. */
  readonly action: string
  /** The ARN of what it is done to. */
  readonly resource: string
  /** null: nobody signed, or nobody whom policies know. */
  readonly requester: Requester | null
  /** `apigateway.amazonaws.com` when an AWS service asks by itself; null otherwise. */
  readonly service: string | null
  /** `key` in lower case: `aws:sourceip`, `aws:principaltag/team`. */
  valueOf(key: string): ContextValue
}

/** A policy, ready to be asked. Frozen; takes time linear in its own size times that of the request. */
export interface Policy {
  readonly name: string
  weigh(request: PolicyRequest): Verdict
}

export const implicitDeny: Verdict = Object.freeze({ decision: 'implicitDeny', statement: null })

/** What several policies of one kind say together: a Deny wins, then an Allow. */
export function weighAll(policies: readonly Policy[], request: PolicyRequest): Verdict {
  let verdict = implicitDeny
  for (const policy of policies) {
    const own = policy.weigh(request)
    if (own.decision === 'explicitDeny') return own
    if (own.decision === 'allow' && verdict.decision !== 'allow') verdict = own
  }
  return verdict
}
