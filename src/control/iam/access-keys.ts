/**
 * Access keys of users. The secret is shown once, by CreateAccessKey; afterwards only the verification of signatures reads
 * it. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
 */
import { ValidationException } from '../../aws/faults.ts'
import { IamLimitExceeded, NoSuchEntity } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { wholeSeconds } from '../draft.ts'
import { newAccessKeyId, newSecret } from './names.ts'
import { requireOwner } from './owners.ts'
import { pageOf } from './pages.ts'
import { type AccessKeyRecord, accessKeys, keyOf } from './records.ts'
import { callingUser } from './users.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

const maxKeys = 2

export async function createAccessKey(
  ctx: ControlContext,
  input: Input<'CreateAccessKey'>,
): Promise<Output<'CreateAccessKey'>> {
  const { name } = await requireOwner(ctx, 'user', userOf(ctx, input.UserName))
  if ((await keysOf(ctx, name)).length >= maxKeys) {
    throw new IamLimitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${maxKeys}`)
  }
  const key: AccessKeyRecord = {
    id: newAccessKeyId(ctx.ids, 'AKIA'),
    secret: newSecret(),
    userName: name,
    isActive: true,
    createdMs: ctx.clock.now(),
  }
  await ctx.tx.insert(accessKeys, '', key.id, key)
  return { AccessKey: { ...present(key), SecretAccessKey: key.secret } }
}

export async function listAccessKeys(
  ctx: ReadContext,
  input: Input<'ListAccessKeys'>,
): Promise<Output<'ListAccessKeys'>> {
  const { name } = await requireOwner(ctx, 'user', userOf(ctx, input.UserName))
  const { items, rest } = pageOf(await keysOf(ctx, name), key => key.id, input)
  return { AccessKeyMetadata: items.map(present), ...rest }
}

export async function updateAccessKey(
  ctx: ControlContext,
  { AccessKeyId, Status, UserName }: Input<'UpdateAccessKey'>,
): Promise<void> {
  // The model has a third value, Expired, which is nobody's to set.
  if (Status === 'Expired') {
    throw new ValidationException(
      "1 validation error detected: Value 'Expired' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]",
    )
  }
  const key = await requireKey(ctx, AccessKeyId, UserName)
  await ctx.tx.update(accessKeys, '', key.id, { ...key, isActive: Status === 'Active' })
}

export async function deleteAccessKey(
  ctx: ControlContext,
  { AccessKeyId, UserName }: Input<'DeleteAccessKey'>,
): Promise<void> {
  const { id } = await requireKey(ctx, AccessKeyId, UserName)
  await ctx.tx.delete(accessKeys, '', id)
}

/** The use of keys is not written down: `N/A`, as AWS answers of keys that were never used. */
export async function getAccessKeyLastUsed(
  ctx: ReadContext,
  { AccessKeyId }: Input<'GetAccessKeyLastUsed'>,
): Promise<Output<'GetAccessKeyLastUsed'>> {
  const row = await ctx.tx.get(accessKeys, '', AccessKeyId)
  if (!row) throw noSuchKey(AccessKeyId)
  return {
    UserName: row.record.userName,
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  }
}

async function requireKey(
  ctx: ReadContext,
  id: string,
  userName: string | undefined,
): Promise<AccessKeyRecord> {
  const { name } = await requireOwner(ctx, 'user', userOf(ctx, userName))
  const record = (await ctx.tx.get(accessKeys, '', id))?.record
  if (record === undefined || keyOf(record.userName) !== keyOf(name)) throw noSuchKey(id)
  return record
}

async function keysOf({ tx }: ReadContext, userName: string): Promise<AccessKeyRecord[]> {
  const rows = await tx.all(accessKeys, '')
  return rows.map(row => row.record).filter(key => keyOf(key.userName) === keyOf(userName))
}

/** The user named, or the one who calls. The root has no keys here: its credentials are an option of the gateway. */
function userOf(ctx: ReadContext, given: string | undefined): string {
  const name = given ?? callingUser(ctx)
  if (name !== undefined) return name
  throw new ValidationException('Must specify userName when calling with non-User credentials')
}

function noSuchKey(id: string): NoSuchEntity {
  return new NoSuchEntity(`The Access Key with id ${id} cannot be found.`)
}

function present({ userName, id, isActive, createdMs }: AccessKeyRecord) {
  return {
    UserName: userName,
    AccessKeyId: id,
    Status: isActive ? ('Active' as const) : ('Inactive' as const),
    CreateDate: wholeSeconds(createdMs),
  }
}
