/** Users. https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html */
import { DeleteConflict, EntityAlreadyExists, NoSuchEntity } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, wholeSeconds } from '../draft.ts'
import { boundaryMember, checkBoundary } from './boundaries.ts'
import { checkedPath, checkName, iamArn, ownerArn, type Realm, uniqueId } from './names.ts'
import { allOwners, orderOf, requireOwner, underPath } from './owners.ts'
import { pageOf } from './pages.ts'
import { accessKeys, keyOf, type UserRecord, users } from './records.ts'
import { tagPage, tagsMember, withoutTagKeys, withTagItems } from './tagging.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

export async function createUser(
  ctx: ControlContext,
  input: Input<'CreateUser'>,
): Promise<Output<'CreateUser'>> {
  const { UserName: name, PermissionsBoundary: boundary, Tags } = input
  checkName('userName', name, 64)
  await checkBoundary(ctx, boundary)
  const record: UserRecord = {
    name,
    path: checkedPath(input.Path),
    id: uniqueId(ctx.ids, 'AIDA'),
    createdMs: ctx.clock.now(),
    inline: {},
    attached: [],
    groups: [],
    ...defined({ boundary }),
    ...(Tags === undefined ? {} : { tags: withTagItems(undefined, Tags) }),
  }
  await refuseTaken(ctx, name)
  await ctx.tx.insert(users, '', keyOf(name), record)
  return { User: { ...presentUser(ctx, record), ...details(record) } }
}

/** Without a name: the user who calls. */
export async function getUser(
  ctx: ReadContext,
  { UserName }: Input<'GetUser'>,
): Promise<Output<'GetUser'>> {
  const name = UserName ?? callingUser(ctx)
  if (name === undefined) {
    // As for the root: only what every account has.
    const { account } = ctx
    const arn = iamArn(ctx, 'root')
    const created = wholeSeconds(0)
    return {
      User: { Path: '/', UserName: 'root', UserId: account, Arn: arn, CreateDate: created },
    }
  }
  const record = await requireOwner(ctx, 'user', name)
  return { User: { ...presentUser(ctx, record), ...details(record) } }
}

export async function listUsers(
  ctx: ReadContext,
  input: Input<'ListUsers'>,
): Promise<Output<'ListUsers'>> {
  const chosen = underPath(await allOwners(ctx.tx, 'user'), input.PathPrefix)
  const { items, rest } = pageOf(chosen, orderOf, input)
  return { Users: items.map(record => presentUser(ctx, record)), ...rest }
}

export async function updateUser(
  ctx: ControlContext,
  { UserName, NewUserName, NewPath }: Input<'UpdateUser'>,
): Promise<void> {
  const record = await requireOwner(ctx, 'user', UserName)
  if (NewPath !== undefined) record.path = checkedPath(NewPath)
  if (NewUserName === undefined || keyOf(NewUserName) === keyOf(UserName)) {
    record.name = NewUserName ?? record.name
    await ctx.tx.update(users, '', keyOf(UserName), record)
    return
  }
  checkName('newUserName', NewUserName, 64)
  await refuseTaken(ctx, NewUserName)
  await ctx.tx.delete(users, '', keyOf(UserName))
  await ctx.tx.insert(users, '', keyOf(NewUserName), { ...record, name: NewUserName })
  for (const { id, record: key } of await ctx.tx.all(accessKeys, '')) {
    if (keyOf(key.userName) !== keyOf(UserName)) continue
    await ctx.tx.update(accessKeys, '', id, { ...key, userName: NewUserName })
  }
}

export async function deleteUser(
  ctx: ControlContext,
  { UserName }: Input<'DeleteUser'>,
): Promise<void> {
  const record = await requireOwner(ctx, 'user', UserName)
  const keys = await ctx.tx.all(accessKeys, '')
  if (keys.some(row => keyOf(row.record.userName) === keyOf(UserName))) {
    throw new DeleteConflict('Cannot delete entity, must delete access keys first.')
  }
  if (record.attached.length > 0) {
    throw new DeleteConflict('Cannot delete entity, must detach all policies first.')
  }
  if (Object.keys(record.inline).length > 0) {
    throw new DeleteConflict('Cannot delete entity, must delete policies first.')
  }
  if (record.groups.length > 0) {
    throw new DeleteConflict('Cannot delete entity, must remove users from group first.')
  }
  await ctx.tx.delete(users, '', keyOf(UserName))
}

export async function tagUser(
  ctx: ControlContext,
  { UserName, Tags }: Input<'TagUser'>,
): Promise<void> {
  const record = await requireOwner(ctx, 'user', UserName)
  record.tags = withTagItems(record.tags, Tags)
  await ctx.tx.update(users, '', keyOf(UserName), record)
}

export async function untagUser(
  ctx: ControlContext,
  { UserName, TagKeys }: Input<'UntagUser'>,
): Promise<void> {
  const record = await requireOwner(ctx, 'user', UserName)
  record.tags = withoutTagKeys(record.tags, TagKeys)
  await ctx.tx.update(users, '', keyOf(UserName), record)
}

export async function listUserTags(
  ctx: ReadContext,
  input: Input<'ListUserTags'>,
): Promise<Output<'ListUserTags'>> {
  return tagPage((await requireOwner(ctx, 'user', input.UserName)).tags, input)
}

/** Passwords are not kept: nobody has one. */
export async function noLoginProfile(
  ctx: ReadContext,
  { UserName }: { readonly UserName?: string | undefined },
): Promise<never> {
  const name = UserName ?? callingUser(ctx) ?? 'root'
  await requireOwner(ctx, 'user', name)
  throw new NoSuchEntity(`Login Profile for User ${name} cannot be found.`)
}

export function presentUser(realm: Realm, record: UserRecord) {
  return {
    Path: record.path,
    UserName: record.name,
    UserId: record.id,
    Arn: ownerArn(realm, 'user', record),
    CreateDate: wholeSeconds(record.createdMs),
  }
}

/** The name of the user whose key signed the call; undefined: somebody else's did. */
export function callingUser({ identity }: ReadContext): string | undefined {
  if (identity?.kind !== 'user') return undefined
  return identity.arn.slice(identity.arn.lastIndexOf('/') + 1)
}

// Lists leave these out, as on AWS.
function details({ boundary, tags }: UserRecord) {
  return { ...boundaryMember(boundary), ...tagsMember(tags) }
}

async function refuseTaken({ tx }: ReadContext, name: string): Promise<void> {
  if (await tx.get(users, '', keyOf(name))) {
    throw new EntityAlreadyExists(`User with name ${name} already exists.`)
  }
}
