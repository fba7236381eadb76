/** Groups and who is in them. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_groups.html */
import { DeleteConflict, EntityAlreadyExists, IamLimitExceeded } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { wholeSeconds } from '../draft.ts'
import { checkedPath, checkName, ownerArn, type Realm, uniqueId } from './names.ts'
import { allOwners, orderOf, requireOwner, underPath } from './owners.ts'
import { pageOf } from './pages.ts'
import { type GroupRecord, groups, keyOf, type UserRecord, users } from './records.ts'
import { presentUser } from './users.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

const maxGroups = 10

export async function createGroup(
  ctx: ControlContext,
  { GroupName: name, Path }: Input<'CreateGroup'>,
): Promise<Output<'CreateGroup'>> {
  checkName('groupName', name, 128)
  const record: GroupRecord = {
    name,
    path: checkedPath(Path),
    id: uniqueId(ctx.ids, 'AGPA'),
    createdMs: ctx.clock.now(),
    inline: {},
    attached: [],
  }
  await refuseTaken(ctx, name)
  await ctx.tx.insert(groups, '', keyOf(name), record)
  return { Group: presentGroup(ctx, record) }
}

export async function getGroup(
  ctx: ReadContext,
  input: Input<'GetGroup'>,
): Promise<Output<'GetGroup'>> {
  const record = await requireOwner(ctx, 'group', input.GroupName)
  const { items, rest } = pageOf(await membersOf(ctx, record.name), orderOf, input)
  return {
    Group: presentGroup(ctx, record),
    Users: items.map(user => presentUser(ctx, user)),
    ...rest,
  }
}

export async function listGroups(
  ctx: ReadContext,
  input: Input<'ListGroups'>,
): Promise<Output<'ListGroups'>> {
  const chosen = underPath(await allOwners(ctx.tx, 'group'), input.PathPrefix)
  const { items, rest } = pageOf(chosen, orderOf, input)
  return { Groups: items.map(record => presentGroup(ctx, record)), ...rest }
}

export async function listGroupsForUser(
  ctx: ReadContext,
  input: Input<'ListGroupsForUser'>,
): Promise<Output<'ListGroupsForUser'>> {
  const user = await requireOwner(ctx, 'user', input.UserName)
  const names = new Set(user.groups.map(keyOf))
  const chosen = (await allOwners(ctx.tx, 'group')).filter(group => names.has(orderOf(group)))
  const { items, rest } = pageOf(chosen, orderOf, input)
  return { Groups: items.map(record => presentGroup(ctx, record)), ...rest }
}

export async function updateGroup(
  ctx: ControlContext,
  { GroupName, NewGroupName, NewPath }: Input<'UpdateGroup'>,
): Promise<void> {
  const record = await requireOwner(ctx, 'group', GroupName)
  if (NewPath !== undefined) record.path = checkedPath(NewPath)
  if (NewGroupName === undefined) {
    await ctx.tx.update(groups, '', keyOf(GroupName), record)
    return
  }
  checkName('newGroupName', NewGroupName, 128)
  const members = await membersOf(ctx, GroupName)
  if (keyOf(NewGroupName) !== keyOf(GroupName)) await refuseTaken(ctx, NewGroupName)
  await ctx.tx.delete(groups, '', keyOf(GroupName))
  await ctx.tx.insert(groups, '', keyOf(NewGroupName), { ...record, name: NewGroupName })
  for (const user of members) {
    const others = withoutGroup(user, GroupName)
    await ctx.tx.update(users, '', keyOf(user.name), { ...user, groups: [...others, NewGroupName] })
  }
}

export async function deleteGroup(
  ctx: ControlContext,
  { GroupName }: Input<'DeleteGroup'>,
): Promise<void> {
  const { attached, inline } = await requireOwner(ctx, 'group', GroupName)
  if ((await membersOf(ctx, GroupName)).length > 0) {
    throw new DeleteConflict('Cannot delete entity, must remove users from group first.')
  }
  if (attached.length > 0) {
    throw new DeleteConflict('Cannot delete entity, must detach all policies first.')
  }
  if (Object.keys(inline).length > 0) {
    throw new DeleteConflict('Cannot delete entity, must delete policies first.')
  }
  await ctx.tx.delete(groups, '', keyOf(GroupName))
}

export async function addUserToGroup(
  ctx: ControlContext,
  { GroupName, UserName }: Input<'AddUserToGroup'>,
): Promise<void> {
  const group = await requireOwner(ctx, 'group', GroupName)
  const user = await requireOwner(ctx, 'user', UserName)
  const others = withoutGroup(user, group.name)
  if (others.length >= maxGroups) {
    throw new IamLimitExceeded(`Cannot exceed quota for GroupsPerUser: ${maxGroups}`)
  }
  await ctx.tx.update(users, '', keyOf(UserName), { ...user, groups: [...others, group.name] })
}

export async function removeUserFromGroup(
  ctx: ControlContext,
  { GroupName, UserName }: Input<'RemoveUserFromGroup'>,
): Promise<void> {
  await requireOwner(ctx, 'group', GroupName)
  const user = await requireOwner(ctx, 'user', UserName)
  const others = withoutGroup(user, GroupName)
  await ctx.tx.update(users, '', keyOf(UserName), { ...user, groups: others })
}

export function presentGroup(realm: Realm, record: GroupRecord) {
  return {
    Path: record.path,
    GroupName: record.name,
    GroupId: record.id,
    Arn: ownerArn(realm, 'group', record),
    CreateDate: wholeSeconds(record.createdMs),
  }
}

async function membersOf({ tx }: ReadContext, groupName: string): Promise<UserRecord[]> {
  const all = await allOwners(tx, 'user')
  return all.filter(user => user.groups.some(name => keyOf(name) === keyOf(groupName)))
}

function withoutGroup({ groups: names }: UserRecord, groupName: string): string[] {
  return names.filter(name => keyOf(name) !== keyOf(groupName))
}

async function refuseTaken({ tx }: ReadContext, name: string): Promise<void> {
  if (await tx.get(groups, '', keyOf(name))) {
    throw new EntityAlreadyExists(`Group with name ${name} already exists.`)
  }
}
