/**
 * Weighs all policies that speak of a request, once it is known who calls. Which count, and how they are joined, depends on the
 * method ("How API Gateway resource policies affect authorization workflow" in the developer guide):
 *
 *     NONE      the resource policy must allow
 *     AWS_IAM   the caller's own policies and the resource policy: table A, or table B for another account
 *     CUSTOM    the authorizer's policy and the resource policy: table A. What the resource policy denies whoever
 *               calls was refused before the authorizer was asked (`resource-policy`)
 *     COGNITO   the resource policy must allow
 *
 * A private API needs a resource policy, and lets nobody pass without one.
 */
import { weighIdentity } from '../aws/policy/identity-policies.ts'
import { tableA, tableB, withinAccount } from '../aws/policy/joined-verdict.ts'
import { implicitDeny, type Verdict } from '../aws/policy/verdict.ts'
import type { PolicyChecks } from '../observe/decision-record.ts'
import { type DenialSource, denied } from './denial.ts'
import type { Exchange } from './exchange.ts'
import { methodArn } from './method-arn.ts'
import { PolicyQuestion } from './policy-question.ts'

const invoke = 'execute-api:Invoke'
const noChecks: PolicyChecks = Object.freeze({
  resource: null,
  authorizer: null,
  identity: null,
  boundary: null,
  session: null,
})

/** What all policies together say of one action. */
export interface Weighed {
  readonly verdict: Verdict
  /** Of an explicit deny. */
  readonly source: DenialSource
  readonly needed: string
  readonly checks: PolicyChecks
}

/** Before an authorizer is asked: what the resource policy denies, it denies whoever calls. */
export function denyEarly(x: Exchange): undefined {
  const resource = methodArn(x)
  const verdict = x.program.resourcePolicy?.weigh(new PolicyQuestion(x, invoke, resource))
  if (verdict?.decision !== 'explicitDeny') return
  x.checks = { ...noChecks, resource: verdict }
  throw denied(x, { action: invoke, resource, verdict, source: 'resource', needed: '' })
}

export function weighPolicies(x: Exchange): undefined {
  const resource = methodArn(x)
  const { verdict, source, needed, checks } = weigh(x, new PolicyQuestion(x, invoke, resource))
  x.verdict = verdict
  x.checks = checks
  if (verdict.decision === 'allow') return
  throw denied(x, { action: invoke, resource, verdict, source, needed })
}

/** Also for `execute-api:InvalidateCache`. */
export function weigh(x: Exchange, question: PolicyQuestion): Weighed {
  const { resourcePolicy } = x.program
  if (x.program.isPrivate && resourcePolicy === null) return withoutPolicy
  const ofApi = resourcePolicy === null ? implicitDeny : resourcePolicy.weigh(question)
  const shown = resourcePolicy === null ? null : ofApi
  const outcome = x.authOutcome
  switch (outcome?.type) {
    case 'iam':
      return weighSigner(x, question, ofApi, shown)
    case 'lambda': {
      const own = outcome.policy.weigh(question)
      return {
        verdict: tableA(own, ofApi),
        source: own.decision === 'explicitDeny' ? 'authorizer' : 'resource',
        needed: `no statement of the authorizer's policy${orOf(x)} allows`,
        checks: { ...noChecks, resource: shown, authorizer: own },
      }
    }
    default: {
      const needed = 'no statement of the resource policy allows'
      const checks = { ...noChecks, resource: shown }
      return { verdict: ofApi, source: 'resource', needed, checks }
    }
  }
}

/** Of a private API, whatever the caller's own policies say. */
const withoutPolicy: Weighed = Object.freeze({
  verdict: implicitDeny,
  source: 'resource',
  needed: 'a private API needs a resource policy that allows',
  checks: noChecks,
})

function weighSigner(
  x: Exchange,
  question: PolicyQuestion,
  ofApi: Verdict,
  shown: Verdict | null,
): Weighed {
  const { requester } = question
  if (requester === null) throw new Error('It is not known who signed')
  const own = weighIdentity(requester, question)
  const { identity, boundary, session } = own.layers
  const checks = { resource: shown, authorizer: null, identity, boundary, session }
  const isSameAccount = requester.account === x.program.account
  const source = own.verdict.decision === 'explicitDeny' ? 'identity' : 'resource'
  if (!isSameAccount) {
    const missing = [
      ...(own.missing === '' ? [] : [`of ${requester.arn} ${own.missing} allows`]),
      ...(ofApi.decision === 'allow' ? [] : ['the resource policy does not allow']),
    ]
    return {
      verdict: tableB(own.verdict, ofApi),
      source,
      needed: `the caller is of another account, so both must allow; ${missing.join(', and ')}`,
      checks,
    }
  }
  return {
    verdict: tableA(own.verdict, withinAccount(ofApi, own.isWithinLimits)),
    source,
    needed: `of ${requester.arn} ${own.missing}${orOf(x)} allows`,
    checks,
  }
}

function orOf({ program }: Exchange): string {
  return program.resourcePolicy === null ? '' : ' nor of the resource policy'
}
