/**
 * Methods that always fail, seen from the program that a stage runs: functions that cannot be called, integrations without
 * any answer to choose, API keys that no usage plan can hold.
 */
import { methodSourceArn } from '../../program/method-arn.ts'
import type { Program, Route } from '../../program/program.ts'
import type { Finding } from './finding.ts'
import type { PolicyCheck } from './policies.ts'

/** Why a function cannot be called for a method; undefined when it can. `sourceArn` null: a role decides. */
export type WhyNotCallable = (
  functionArn: string,
  sourceArn: string | null,
  account: string,
) => Promise<string | undefined>

export async function methodFindings(
  program: Program,
  isInUsagePlan: boolean,
  whyNotCallable: WhyNotCallable,
  checkPolicy: PolicyCheck,
): Promise<Finding[]> {
  const findings: Finding[] = []
  const routes = [...program.routes.all].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  for (const route of routes) {
    const where = `${route.httpMethod} ${route.resourcePath}`
    const found = [
      obstacleOf(route),
      checkPolicy(route),
      await silentAuthorizer(route, whyNotCallable),
      await uncallable(program, route, whyNotCallable),
      unanswered(route),
      route.apiKeyRequired && !isInUsagePlan ? noUsagePlan : undefined,
    ]
    for (const each of found) if (each !== undefined) findings.push({ where, ...each })
  }
  return findings
}

function nameOf({ resourcePath, httpMethod }: Route): string {
  return `${resourcePath} ${httpMethod}`
}

type FoundThere = Omit<Finding, 'where'>

const noUsagePlan: FoundThere = Object.freeze({
  severity: 'refused',
  problem: 'It requires an API key, and the stage is in no usage plan: every key is refused.',
  advice:
    'Add the stage to a usage plan and the keys to the plan (create-usage-plan, create-usage-plan-key).',
})

function obstacleOf({ obstacle }: Route): FoundThere | undefined {
  return obstacle === null ? undefined : { severity: 'refused', problem: obstacle.reason }
}

async function silentAuthorizer(
  { authorizer }: Route,
  whyNotCallable: WhyNotCallable,
): Promise<FoundThere | undefined> {
  if (authorizer === null || authorizer.type === 'COGNITO_USER_POOLS') return undefined
  const { name, functionArn, sourceArn, account } = authorizer
  const reason = await whyNotCallable(functionArn, sourceArn, account)
  return reason === undefined
    ? undefined
    : { severity: 'refused', problem: `Its authorizer ${name} cannot be asked: ${reason}.` }
}

async function uncallable(
  program: Program,
  route: Route,
  whyNotCallable: WhyNotCallable,
): Promise<FoundThere | undefined> {
  const { integration } = route
  if (integration.type !== 'AWS_PROXY' && integration.type !== 'AWS') return undefined
  const { functionArn, credentials } = integration
  const sourceArn = credentials === null ? methodSourceArn(program, route) : null
  const reason = await whyNotCallable(functionArn, sourceArn, program.account)
  return reason === undefined
    ? undefined
    : { severity: 'refused', problem: `Its function cannot be called: ${reason}.` }
}

function unanswered({ integration }: Route): FoundThere | undefined {
  if (!('responses' in integration) || integration.responses.all.length > 0) return undefined
  return {
    severity: 'refused',
    problem: 'Its integration has no responses, so that no answer of the back end can be mapped.',
    advice: 'Add a default one (put-integration-response) and its method response.',
  }
}
