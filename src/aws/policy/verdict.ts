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

/**
 * How closely the Allow names the requester. An account is only permitted to let its own users and roles: their policies
 * must allow as well. A role is let within its permissions boundary and the policies of the session.
 */
export type Reach = 'everyone' | 'account' | 'role' | 'principal'

/** Frozen, made when the policy was compiled. */
export interface Verdict {
  readonly decision: Decision
  /** null: no statement fits. */
  readonly statement: DecidingStatement | null
  /** Of an Allow. */
  readonly reach: Reach
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
  /** The permissions boundary; null: there is none. */
  readonly boundary: object | null
}

/**
 * `resource`: `resource` is not read. `action`: neither is what stands behind the colon of `action`, which says only whose
 * action it is.
 */
export type UnknownPart = 'resource' | 'action'

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
  /** What nobody here can tell; absent: all is known. See `unknown-parts.ts`. */
  readonly unknown?: UnknownPart
  /** `key` in lower case: `aws:sourceip`, `aws:principaltag/team`. */
  valueFor(key: string): ContextValue
}

/** A policy, ready to be asked. Frozen; takes time linear in its own size times that of the request. */
export interface Policy {
  readonly name: string
  weigh(request: PolicyRequest): Verdict
}

export const implicitDeny: Verdict = Object.freeze({
  decision: 'implicitDeny',
  statement: null,
  reach: 'everyone',
})

/** Of two Allows the one that goes further. */
const rank: Readonly<Record<Reach, number>> = { account: 1, role: 2, everyone: 3, principal: 4 }

/** What two statements or policies say together: a Deny wins, then an Allow. */
export function stronger(one: Verdict, other: Verdict): Verdict {
  if (one.decision === 'explicitDeny' || other.decision === 'implicitDeny') return one
  if (other.decision === 'explicitDeny' || one.decision === 'implicitDeny') return other
  return rank[other.reach] > rank[one.reach] ? other : one
}

/** What several policies of one kind say together: a Deny wins, then an Allow. */
export function weighAll(policies: readonly Policy[], request: PolicyRequest): Verdict {
  let verdict = implicitDeny
  for (const policy of policies) {
    verdict = stronger(verdict, policy.weigh(request))
    if (verdict.decision === 'explicitDeny') break
  }
  return verdict
}
