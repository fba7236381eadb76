/**
 * What an identity may do by its own policies: they allow it, its permissions boundary allows it, and the policies of its
 * session, if it was given any, allow it; and none of them denies it. The root of an account may do everything there.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import type { NamedPolicy, SigningIdentity } from '../aws/identity.ts'
import { compilePolicyText } from '../aws/policy/compile.ts'
import { PolicyError } from '../aws/policy/policy-error.ts'
import {
  implicitDeny,
  type Policy,
  type PolicyRequest,
  type Verdict,
  weighAll,
} from '../aws/policy/verdict.ts'

export type RightsVerdict =
  | { readonly decision: 'allow' }
  | {
      readonly decision: 'explicitDeny' | 'implicitDeny'
      /** As AWS calls it in its refusals. */
      readonly policyType: 'identity-based policy' | 'permissions boundary' | 'session policy'
    }

interface Compiled {
  readonly layers: readonly (readonly [
    policyType: 'identity-based policy' | 'permissions boundary' | 'session policy',
    policies: readonly Policy[],
  ])[]
}

/** Identities are the same object as long as nothing changes; so long they are compiled once. */
const compiled = new WeakMap<SigningIdentity, Compiled>()

export function rightsOf(identity: SigningIdentity, request: PolicyRequest): RightsVerdict {
  let missing: RightsVerdict | null = null
  for (const [policyType, policies] of layersOf(identity).layers) {
    const { decision } = weighLayer(policies, request)
    if (decision === 'explicitDeny') return { decision, policyType }
    if (decision === 'implicitDeny') missing ??= { decision, policyType }
  }
  return missing ?? { decision: 'allow' }
}

function weighLayer(policies: readonly Policy[], request: PolicyRequest): Verdict {
  return policies.length === 0 ? implicitDeny : weighAll(policies, request)
}

function layersOf(identity: SigningIdentity): Compiled {
  const known = compiled.get(identity)
  if (known !== undefined) return known
  const { kind, policies, boundary, sessionPolicies } = identity
  const layers: [Compiled['layers'][number][0], readonly Policy[]][] = []
  if (kind !== 'root') layers.push(['identity-based policy', policies.map(compile)])
  if (boundary !== null) layers.push(['permissions boundary', [compile(boundary)]])
  if (sessionPolicies.length > 0) layers.push(['session policy', sessionPolicies.map(compile)])
  const made = { layers }
  compiled.set(identity, made)
  return made
}

/** Policies were compiled once before they were kept; one that this version cannot read denies everything. */
function compile({ name, document }: NamedPolicy): Policy {
  try {
    return compilePolicyText(document, 'identity', name)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return compilePolicyText(deniesAll, 'identity', name)
  }
}

const deniesAll =
  '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'
