/**
 * Permissions boundaries: the managed policy that a user or role can never exceed.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
 */
import { NoSuchEntity } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { Kind } from '../../store/store.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { findPolicy } from './managed-policies.ts'
import { checkPolicyArn } from './names.ts'
import { ownerKinds, ownerToChange } from './owners.ts'
import { keyOf, type OwnerRecord, type RoleRecord, type UserRecord } from './records.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']

/** Throws when there is no such policy. The words are a guess. */
export async function checkBoundary(ctx: ReadContext, arn: string | undefined): Promise<void> {
  if (arn === undefined) return
  checkPolicyArn(arn)
  if ((await findPolicy(ctx, arn)) !== undefined) return
  throw new NoSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`)
}

/** As answers show it. */
export function boundaryMember(arn: string | undefined) {
  if (arn === undefined) return {}
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
      PermissionsBoundaryArn: arn,
    },
  }
}

export async function putUserPermissionsBoundary(
  ctx: ControlContext,
  { UserName, PermissionsBoundary }: Input<'PutUserPermissionsBoundary'>,
): Promise<void> {
  await put(ctx, 'user', UserName, PermissionsBoundary)
}

export async function deleteUserPermissionsBoundary(
  ctx: ControlContext,
  { UserName }: Input<'DeleteUserPermissionsBoundary'>,
): Promise<void> {
  await remove(ctx, 'user', UserName)
}

export async function putRolePermissionsBoundary(
  ctx: ControlContext,
  { RoleName, PermissionsBoundary }: Input<'PutRolePermissionsBoundary'>,
): Promise<void> {
  await put(ctx, 'role', RoleName, PermissionsBoundary)
}

export async function deleteRolePermissionsBoundary(
  ctx: ControlContext,
  { RoleName }: Input<'DeleteRolePermissionsBoundary'>,
): Promise<void> {
  await remove(ctx, 'role', RoleName)
}

async function put(
  ctx: ControlContext,
  type: 'user' | 'role',
  name: string,
  arn: string,
): Promise<void> {
  const owner: UserRecord | RoleRecord = await ownerToChange(ctx, type, name)
  await checkBoundary(ctx, arn)
  owner.boundary = arn
  await save(ctx, type, owner)
}

async function remove(ctx: ControlContext, type: 'user' | 'role', name: string): Promise<void> {
  const { boundary, ...owner }: UserRecord | RoleRecord = await ownerToChange(ctx, type, name)
  // The words are a guess.
  if (boundary === undefined)
    throw new NoSuchEntity(`Scope ARN of ${type} ${name} cannot be found.`)
  await save(ctx, type, owner)
}

/** The record is one of the type's kind: it was read from there. */
function save({ tx }: ControlContext, type: 'user' | 'role', owner: OwnerRecord): Promise<void> {
  const kind: Kind<OwnerRecord> = ownerKinds[type]
  return tx.update(kind, '', keyOf(owner.name), owner)
}
