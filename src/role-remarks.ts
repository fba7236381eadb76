/**
 * The roles that a stage's integrations and authorizers name, seen with what IAM knows now: those that nobody here
 * knows, and those that API Gateway may not take on. For the log, whenever a program is published, and for the doctor.
 * What a role's policies allow is found out by requests, which `explain` shows.
 */
import { type ActingParts, takeRole } from './aws/acting-role.ts'
import { invokeArn } from './aws/arn.ts'
import { actingCredentials } from './program/acting-credentials.ts'
import type { ProgramSource } from './program/program.ts'

export interface RoleRemark {
  /** `unchecked`: every request passes. */
  readonly type: 'unchecked' | 'refused'
  /** `GET /pets`, `authorizer tokens`. */
  readonly where: string
  /** A sentence about it. */
  readonly text: string
}

/** One remark for each method and authorizer whose role is not in order. */
export function roleRemarks(source: ProgramSource, parts: ActingParts): RoleRemark[] {
  const { snapshot, stage } = source
  const { stageName } = stage
  const ofMethods = snapshot.resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.entries(resourceMethods).flatMap(([verb, { methodIntegration }]) => {
      const isAws = methodIntegration?.type === 'AWS' || methodIntegration?.type === 'AWS_PROXY'
      const rest = `${stageName}/${verb === 'ANY' ? '*' : verb}/${path.slice(1)}`
      return isAws
        ? remarksOn(`${verb} ${path}`, methodIntegration.credentials, rest, source, parts)
        : []
    }),
  )
  const ofAuthorizers = snapshot.authorizers.flatMap(({ id, name, authorizerCredentials }) =>
    remarksOn(`authorizer ${name}`, authorizerCredentials, `authorizers/${id}`, source, parts),
  )
  return [...ofMethods, ...ofAuthorizers]
}

function remarksOn(
  where: string,
  credentials: string | undefined,
  rest: string,
  { account, region, apiId, stage }: ProgramSource,
  parts: ActingParts,
): RoleRemark[] {
  const given = readable(credentials, stage.variables ?? {})
  if (given?.type !== 'role') return []
  const sourceArn = invokeArn(region, account, apiId, rest)
  const actor = takeRole(parts, given.arn, { sourceArn, sourceAccount: account, region })
  switch (actor.type) {
    case 'known':
      return []
    case 'unknown': {
      const text = `IAM here does not know the role ${actor.arn}: its rights are not checked (--unknown-roles allow).`
      return [{ type: 'unchecked', where, text }]
    }
    case 'refused':
      return [{ type: 'refused', where, text: `Every request is refused: ${actor.reason}.` }]
    default:
      return actor satisfies never
  }
}

/** What is wrong with the definition itself is an obstacle, and told with the program's other remarks. */
function readable(text: string | undefined, variables: Readonly<Record<string, string>>) {
  try {
    return actingCredentials(text, variables)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
