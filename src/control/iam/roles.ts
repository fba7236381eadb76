/**
 * Roles, with their trust policies. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html
 */
import { ValidationException } from '../../aws/faults.ts'
import { DeleteConflict, EntityAlreadyExists } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, wholeSeconds } from '../draft.ts'
import { boundaryMember, checkBoundary } from './boundaries.ts'
import { checkDocument, encoded, sizeOf } from './documents.ts'
import { checkedPath, checkName, ownerArn, type Realm, uniqueId } from './names.ts'
import { allOwners, orderOf, ownerToChange, requireOwner, underPath } from './owners.ts'
import { pageOf } from './pages.ts'
import { keyOf, type RoleRecord, roles } from './records.ts'
import { tagPage, tagsMember, withoutTagKeys, withTagItems } from './tagging.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

const leastSessionSeconds = 3600
const mostSessionSeconds = 43_200
/** What AWS allows at most; the default quota is 2,048, which can be raised there. */
const maxTrustSize = 4096

export async function createRole(
  ctx: ControlContext,
  input: Input<'CreateRole'>,
): Promise<Output<'CreateRole'>> {
  const { RoleName: name, AssumeRolePolicyDocument: trustPolicy, Path, Tags } = input
  const { Description: description, PermissionsBoundary: boundary } = input
  checkName('roleName', name, 64)
  checkTrust(trustPolicy)
  await checkBoundary(ctx, boundary)
  const record: RoleRecord = {
    name,
    path: checkedPath(Path),
    id: uniqueId(ctx.ids, 'AROA'),
    createdMs: ctx.clock.now(),
    inline: {},
    attached: [],
    trustPolicy,
    maxSessionSeconds: checkedSeconds(input.MaxSessionDuration),
    ...defined({ description, boundary }),
    ...(Tags === undefined ? {} : { tags: withTagItems(undefined, Tags) }),
  }
  await insertRole(ctx, record)
  return { Role: { ...presentRole(ctx, record), ...details(record) } }
}

/** Throws `EntityAlreadyExists`. */
export async function insertRole({ tx }: ControlContext, record: RoleRecord): Promise<void> {
  if (await tx.get(roles, '', keyOf(record.name))) {
    throw new EntityAlreadyExists(`Role with name ${record.name} already exists.`)
  }
  await tx.insert(roles, '', keyOf(record.name), record)
}

export async function getRole(
  ctx: ReadContext,
  { RoleName }: Input<'GetRole'>,
): Promise<Output<'GetRole'>> {
  const record = await requireOwner(ctx, 'role', RoleName)
  // When a role was used is not written down: an empty RoleLastUsed is AWS's answer for "never".
  return { Role: { ...presentRole(ctx, record), ...details(record), RoleLastUsed: {} } }
}

export async function listRoles(
  ctx: ReadContext,
  input: Input<'ListRoles'>,
): Promise<Output<'ListRoles'>> {
  const chosen = underPath(await allOwners(ctx.tx, 'role'), input.PathPrefix)
  const { items, rest } = pageOf(chosen, orderOf, input)
  return { Roles: items.map(record => presentRole(ctx, record)), ...rest }
}

export async function updateRole(
  ctx: ControlContext,
  { RoleName, Description, MaxSessionDuration }: Input<'UpdateRole'>,
): Promise<Output<'UpdateRole'>> {
  const record = await ownerToChange(ctx, 'role', RoleName)
  if (Description !== undefined) record.description = Description
  // Without a duration AWS sets it back to an hour (documented nowhere, seen by users): here it stays.
  if (MaxSessionDuration !== undefined) {
    record.maxSessionSeconds = checkedSeconds(MaxSessionDuration)
  }
  await ctx.tx.update(roles, '', keyOf(RoleName), record)
  return {}
}

export async function updateRoleDescription(
  ctx: ControlContext,
  { RoleName, Description }: Input<'UpdateRoleDescription'>,
): Promise<Output<'UpdateRoleDescription'>> {
  const record = await ownerToChange(ctx, 'role', RoleName)
  record.description = Description
  await ctx.tx.update(roles, '', keyOf(RoleName), record)
  return { Role: { ...presentRole(ctx, record), ...details(record) } }
}

export async function deleteRole(
  ctx: ControlContext,
  { RoleName }: Input<'DeleteRole'>,
): Promise<void> {
  const record = await ownerToChange(ctx, 'role', RoleName)
  if (record.attached.length > 0) {
    throw new DeleteConflict('Cannot delete entity, must detach all policies first.')
  }
  if (Object.keys(record.inline).length > 0) {
    throw new DeleteConflict('Cannot delete entity, must delete policies first.')
  }
  await ctx.tx.delete(roles, '', keyOf(RoleName))
}

export async function updateAssumeRolePolicy(
  ctx: ControlContext,
  { RoleName, PolicyDocument }: Input<'UpdateAssumeRolePolicy'>,
): Promise<void> {
  const record = await ownerToChange(ctx, 'role', RoleName)
  checkTrust(PolicyDocument)
  record.trustPolicy = PolicyDocument
  await ctx.tx.update(roles, '', keyOf(RoleName), record)
}

export async function tagRole(
  ctx: ControlContext,
  { RoleName, Tags }: Input<'TagRole'>,
): Promise<void> {
  const record = await ownerToChange(ctx, 'role', RoleName)
  record.tags = withTagItems(record.tags, Tags)
  await ctx.tx.update(roles, '', keyOf(RoleName), record)
}

export async function untagRole(
  ctx: ControlContext,
  { RoleName, TagKeys }: Input<'UntagRole'>,
): Promise<void> {
  const record = await ownerToChange(ctx, 'role', RoleName)
  record.tags = withoutTagKeys(record.tags, TagKeys)
  await ctx.tx.update(roles, '', keyOf(RoleName), record)
}

export async function listRoleTags(
  ctx: ReadContext,
  input: Input<'ListRoleTags'>,
): Promise<Output<'ListRoleTags'>> {
  return tagPage((await requireOwner(ctx, 'role', input.RoleName)).tags, input)
}

export function presentRole(realm: Realm, record: RoleRecord) {
  return {
    Path: record.path,
    RoleName: record.name,
    RoleId: record.id,
    Arn: ownerArn(realm, 'role', record),
    CreateDate: wholeSeconds(record.createdMs),
    AssumeRolePolicyDocument: encoded(record.trustPolicy),
    ...defined({ Description: record.description }),
    MaxSessionDuration: record.maxSessionSeconds,
  }
}

// Lists leave these out, as on AWS.
function details({ boundary, tags }: RoleRecord) {
  return { ...boundaryMember(boundary), ...tagsMember(tags) }
}

function checkTrust(document: string): void {
  checkDocument(document, 'trust')
  if (sizeOf(document) > maxTrustSize) {
    throw new ValidationException(`Cannot exceed quota for ACLSizePerRole: ${maxTrustSize}`)
  }
}

function checkedSeconds(seconds = leastSessionSeconds): number {
  const bound =
    seconds < leastSessionSeconds
      ? `greater than or equal to ${leastSessionSeconds}`
      : seconds > mostSessionSeconds
        ? `less than or equal to ${mostSessionSeconds}`
        : undefined
  if (bound === undefined) return seconds
  throw new ValidationException(
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${bound}`,
  )
}
