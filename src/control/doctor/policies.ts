/**
 * Resource policies by which a method refuses everybody, whatever the request: no Allow reaches it, or a Deny without
 * conditions does. Conditions are taken to hold for an Allow, so that only what can never pass is told.
 *
 * Methods of AWS_IAM and of Lambda authorizers may be allowed by the caller's own policy as well: of them only a Deny is told.
 */
import { compilePolicy } from '../../aws/policy/compile.ts'
import { type PolicyDocument, parsePolicy } from '../../aws/policy/document.ts'
import { PolicyError } from '../../aws/policy/policy-error.ts'
import type { Policy, PolicyRequest } from '../../aws/policy/verdict.ts'
import type { Program, Route } from '../../program/program.ts'
import type { Finding } from './finding.ts'

/** Why the policy keeps everybody from a method; undefined when it may let somebody pass. */
export type PolicyCheck = (route: Route) => Omit<Finding, 'where'> | undefined

const needsAllow: ReadonlySet<string> = new Set(['NONE', 'COGNITO_USER_POOLS'])

/** A policy that cannot be read is an obstacle of the whole stage already, and gives no findings here. */
export function policyCheck(program: Program, text: string | undefined): PolicyCheck {
  const policy = split(text)
  if (policy === undefined) return () => undefined
  return route => {
    // A value for the parameters is not known, so that a statement for one of them cannot be told from none.
    if (route.resourcePath.includes('{')) return undefined
    const request = anonymousRequest(program, route)
    const denial = policy.deniesAlways.weigh(request).statement
    if (denial !== null) {
      return {
        severity: 'refused',
        problem: `The resource policy denies it to everybody: ${denial.text}`,
      }
    }
    const { authorizationType } = route
    if (!needsAllow.has(authorizationType)) return undefined
    if (policy.mayAllow.weigh(request).decision === 'allow') return undefined
    return {
      severity: 'refused',
      problem: `No statement of the resource policy allows ${request.resource} to callers who have not signed.`,
      advice: 'Add an Allow for execute-api:Invoke on it, and deploy the API again.',
    }
  }
}

function split(text: string | undefined): { mayAllow: Policy; deniesAlways: Policy } | undefined {
  if (text === undefined || text.trim() === '') return undefined
  let document: PolicyDocument
  try {
    document = parsePolicy(text, 'resource')
  } catch (error) {
    if (error instanceof PolicyError) return undefined
    throw error
  }
  const { statements } = document
  const allows = statements.filter(({ effect }) => effect === 'Allow')
  const unconditional = allows.map(statement => ({ ...statement, conditions: [] }))
  const denials = statements.filter(
    ({ effect, conditions, principal }) =>
      effect === 'Deny' && conditions.length === 0 && principal?.of.type === 'everyone',
  )
  const name = 'the resource policy'
  return {
    mayAllow: compilePolicy({ ...document, statements: unconditional }, name),
    deniesAlways: compilePolicy({ ...document, statements: denials }, name),
  }
}

/** Resources with variables, which no request could fill here, are left to the data plane. */
function anonymousRequest(
  { region, account, apiId, stageName }: Program,
  { httpMethod, resourcePath }: Route,
): PolicyRequest {
  const verb = httpMethod === 'ANY' ? 'GET' : httpMethod
  return {
    action: 'execute-api:Invoke',
    resource: `arn:aws:execute-api:${region}:${account}:${apiId}/${stageName}/${verb}${resourcePath}`,
    requester: null,
    service: null,
    valueFor: () => '',
  }
}
