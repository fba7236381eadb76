/**
 * Users, groups and roles as owners of policies: what is the same for the three. Which record is meant, what AWS calls it,
 * and what of it may be changed.
 */
import { UnmodifiableEntity } from '../../aws/iam-faults.ts'
import type { Kind, Reader } from '../../store/store.ts'
import type { ReadContext } from '../context.ts'
import { noSuch, type OwnerType } from './names.ts'
import {
  type GroupRecord,
  groups,
  keyOf,
  type OwnerRecord,
  type RoleRecord,
  roles,
  type UserRecord,
  users,
} from './records.ts'

interface RecordOf {
  readonly user: UserRecord
  readonly group: GroupRecord
  readonly role: RoleRecord
}

export const ownerKinds: { readonly [T in OwnerType]: Kind<RecordOf[T]> } = {
  user: users,
  group: groups,
  role: roles,
}

/** The owner's record. Throws `NoSuchEntity`. */
export async function requireOwner<T extends OwnerType>(
  { tx }: Pick<ReadContext, 'tx'>,
  type: T,
  name: string,
): Promise<RecordOf[T]> {
  const row = await tx.get(ownerKinds[type], '', keyOf(name))
  if (!row) throw noSuch(type, name)
  return row.record
}

/** As `requireOwner`, for a change. Throws `UnmodifiableEntity` of a service's own role too. */
export async function ownerToChange<T extends OwnerType>(
  ctx: Pick<ReadContext, 'tx'>,
  type: T,
  name: string,
): Promise<RecordOf[T]> {
  const record = await requireOwner(ctx, type, name)
  const { linkedService } = record as Partial<RoleRecord>
  if (linkedService === undefined) return record
  throw new UnmodifiableEntity(
    `Cannot perform the operation on the protected role '${record.name}' - this role is only modifiable by AWS`,
  )
}

/** Every owner of a type, in the order of their names. */
export async function allOwners<T extends OwnerType>(tx: Reader, type: T): Promise<RecordOf[T][]> {
  const rows = await tx.all(ownerKinds[type], '')
  return rows.map(row => row.record)
}

/** For lists: the name that decides the order and stands in markers. */
export function orderOf({ name }: Pick<OwnerRecord, 'name'>): string {
  return keyOf(name)
}

/** What has the path prefix; all when none is given. */
export function underPath<T extends { path: string }>(items: T[], prefix = '/'): T[] {
  return items.filter(({ path }) => path.startsWith(prefix))
}
