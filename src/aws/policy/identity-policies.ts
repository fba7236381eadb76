/**
 * What an identity's own policies say: those of the user or role, within its permissions boundary, within the policies of
 * the session. All that are there must allow; a Deny in any of them wins.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
 */
import type { NamedPolicy, SigningIdentity } from '../identity.ts'
import { compilePolicyText } from './compile.ts'
import { PolicyError } from './policy-error.ts'
import { implicitDeny, type Policy, type PolicyRequest, type Verdict, weighAll } from './verdict.ts'

export interface OwnVerdict {
  /** All together. */
  readonly verdict: Verdict
  /** Boundary and session policies let it pass, or there are none. */
  readonly isWithinLimits: boolean
  /** What does not allow it, in words; '' when all do. */
  readonly missing: string
  /** Each by itself, as `explain` shows them; null: there are none. */
  readonly layers: {
    readonly identity: Verdict
    readonly boundary: Verdict | null
    readonly session: Verdict | null
  }
}

interface Compiled {
  readonly own: readonly Policy[]
  readonly boundary: readonly Policy[] | null
  readonly session: readonly Policy[] | null
}

/** Whoever has policies: users, sessions and roles. */
export type Holder = Pick<SigningIdentity, 'policies' | 'boundary'> &
  Partial<Pick<SigningIdentity, 'kind' | 'account' | 'sessionPolicies'>>

/** Identities are the same objects as long as their snapshot lasts. */
const compiled = new WeakMap<Holder, Compiled>()

export function weighIdentity(identity: Holder, request: PolicyRequest): OwnVerdict {
  const { own, boundary, session } = compiledOf(identity)
  const verdict = identity.kind === 'root' ? rootAllows : weighAll(own, request)
  const limits = [boundary, session].map(each => (each === null ? null : weighAll(each, request)))
  const [ofBoundary = null, ofSession = null] = limits
  const layers = { identity: verdict, boundary: ofBoundary, session: ofSession }
  const denial = [verdict, ...limits].find(each => each?.decision === 'explicitDeny')
  if (denial) return { verdict: denial, isWithinLimits: false, missing: '', layers }
  const isWithinLimits = limits.every(each => each === null || each?.decision === 'allow')
  if (verdict.decision === 'allow' && isWithinLimits) {
    return { verdict, isWithinLimits, missing: '', layers }
  }
  const missing = [
    ...(verdict.decision === 'allow' ? [] : [`none of its policies${namesOf(identity.policies)}`]),
    ...(ofBoundary?.decision === 'implicitDeny'
      ? [`its permissions boundary ${identity.boundary?.name} does not`]
      : []),
    ...(ofSession?.decision === 'implicitDeny' ? ['the policies of its session do not'] : []),
  ]
  return { verdict: implicitDeny, isWithinLimits, missing: missing.join(', and '), layers }
}

/** The root may do everything in its account. */
const rootAllows: Verdict = Object.freeze({
  decision: 'allow',
  statement: null,
  reach: 'principal',
})

function compiledOf(identity: Holder): Compiled {
  let found = compiled.get(identity)
  if (found === undefined) {
    const { policies, boundary, sessionPolicies = [] } = identity
    found = {
      own: policies.map(compileOwn),
      boundary: boundary === null ? null : [compileOwn(boundary)],
      session: sessionPolicies.length === 0 ? null : sessionPolicies.map(compileOwn),
    }
    compiled.set(identity, found)
  }
  return found
}

/** One that cannot be compiled denies everything: nobody can say what it would have denied. */
function compileOwn({ name, document }: NamedPolicy): Policy {
  try {
    return compilePolicyText(document, 'identity', name)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const statement = Object.freeze({ policy: name, id: 'unusable', text: error.message })
    const verdict = Object.freeze({
      decision: 'explicitDeny',
      statement,
      reach: 'everyone',
    } as const)
    return Object.freeze({ name, weigh: () => verdict })
  }
}

function namesOf(policies: readonly NamedPolicy[]): string {
  return policies.length === 0 ? ', for it has none' : ` (${policies.map(p => p.name).join(', ')})`
}
