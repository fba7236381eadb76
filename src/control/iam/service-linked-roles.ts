/**
 * Roles that belong to an AWS service. They can be made, seen and deleted, so that tools that expect them go on; nobody
 * else may change them. What they allow on AWS does not exist here: they have no policies.
 *
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
 */
import { InvalidInput, NoSuchEntity } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined } from '../draft.ts'
import { uniqueId } from './names.ts'
import { requireOwner } from './owners.ts'
import { keyOf, type RoleRecord, roles } from './records.ts'
import { insertRole, presentRole } from './roles.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

const principal = /^(?:[a-z0-9-]{1,40}\.){1,3}amazonaws\.com$/

export async function createServiceLinkedRole(
  ctx: ControlContext,
  input: Input<'CreateServiceLinkedRole'>,
): Promise<Output<'CreateServiceLinkedRole'>> {
  const { AWSServiceName: service, CustomSuffix, Description: description } = input
  if (!principal.test(service) || !/^[\w+=,.@-]{0,40}$/.test(CustomSuffix ?? '')) {
    throw new InvalidInput(`Service name ${service.slice(0, 128)} is not valid.`) // a guess
  }
  const suffix = CustomSuffix === undefined ? '' : `_${CustomSuffix}`
  const record: RoleRecord = {
    name: `AWSServiceRoleFor${shortName(service)}${suffix}`,
    path: `/aws-service-role/${service}/`,
    id: uniqueId(ctx.ids, 'AROA'),
    createdMs: ctx.clock.now(),
    inline: {},
    attached: [],
    trustPolicy: trustOf(service),
    maxSessionSeconds: 3600,
    linkedService: service,
    ...defined({ description }),
  }
  if (await ctx.tx.get(roles, '', keyOf(record.name))) {
    throw new InvalidInput(
      `Service role name ${record.name} has been taken in this account, please try a different suffix.`,
    )
  }
  await insertRole(ctx, record)
  return { Role: presentRole(ctx, record) }
}

/** Nothing uses the role, so it is gone at once. */
export async function deleteServiceLinkedRole(
  ctx: ControlContext,
  { RoleName }: Input<'DeleteServiceLinkedRole'>,
): Promise<Output<'DeleteServiceLinkedRole'>> {
  const { name, linkedService, path } = await requireOwner(ctx, 'role', RoleName)
  if (linkedService === undefined) {
    throw new InvalidInput(`Role ${name} is not a service-linked role.`) // a guess
  }
  await ctx.tx.delete(roles, '', keyOf(name))
  return { DeletionTaskId: `task${path}${name}/${ctx.ids.uuid()}` }
}

/** A task that is known by its form has succeeded: deletion waits for nothing. */
export async function getServiceLinkedRoleDeletionStatus(
  _: ReadContext,
  { DeletionTaskId: id }: Input<'GetServiceLinkedRoleDeletionStatus'>,
): Promise<Output<'GetServiceLinkedRoleDeletionStatus'>> {
  if (/^task\/aws-service-role\/[\w.-]+\/[\w+=,.@-]+\/[\w-]{36}$/.test(id)) {
    return { Status: 'SUCCEEDED' }
  }
  throw new NoSuchEntity(`Deletion task ${id.slice(0, 200)} cannot be found.`) // a guess
}

// AWS has a name for each service that cannot be derived; those of gateways are known.
const knownNames: Readonly<Record<string, string>> = {
  'ops.apigateway.amazonaws.com': 'APIGateway',
  'replicator.lambda.amazonaws.com': 'LambdaReplicator',
}

function shortName(service: string): string {
  const known = knownNames[service]
  if (known !== undefined) return known
  const [first = ''] = service.split('.')
  return first.charAt(0).toUpperCase() + first.slice(1)
}

function trustOf(service: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  })
}
