/**
 * Managed policies on users, groups and roles: Attach, Detach, ListAttached (the same for the three), and who has a policy.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
 */
import { IamLimitExceeded, NoSuchEntity } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { findPolicy, policyNotFound } from './managed-policies.ts'
import { checkPolicyArn, type OwnerType } from './names.ts'
import { allOwners, orderOf, ownerKinds, ownerToChange, requireOwner, underPath } from './owners.ts'
import { type PageInput, pageOf } from './pages.ts'
import { keyOf, type OwnerRecord } from './records.ts'

/** AWS's quota for users, groups and roles alike. */
const maxAttached = 10

const quotaNames: Readonly<Record<OwnerType, string>> = {
  user: 'PoliciesPerUser',
  group: 'PoliciesPerGroup',
  role: 'PoliciesPerRole',
}

/** The three operations for owners of a type; `nameOf` finds the owner's name in an input. */
export function attachments<T extends OwnerType, I>(type: T, nameOf: (input: I) => string) {
  const kind = ownerKinds[type]

  async function attach(ctx: ControlContext, input: I & { readonly PolicyArn: string }) {
    const { PolicyArn } = input
    checkPolicyArn(PolicyArn)
    const owner = await ownerToChange(ctx, type, nameOf(input))
    const policy = await findPolicy(ctx, PolicyArn)
    if (policy === undefined) {
      const { message } = policyNotFound(ctx, PolicyArn)
      throw new NoSuchEntity(
        message.replace('was not found.', 'does not exist or is not attachable.'),
      )
    }
    if (owner.attached.includes(PolicyArn)) return
    if (owner.attached.length >= maxAttached) {
      throw new IamLimitExceeded(`Cannot exceed quota for ${quotaNames[type]}: ${maxAttached}`)
    }
    owner.attached.push(PolicyArn)
    await ctx.tx.update(kind, '', keyOf(owner.name), owner)
  }

  async function detach(ctx: ControlContext, input: I & { readonly PolicyArn: string }) {
    const { PolicyArn } = input
    checkPolicyArn(PolicyArn)
    const owner = await ownerToChange(ctx, type, nameOf(input))
    if (!owner.attached.includes(PolicyArn)) {
      throw new NoSuchEntity(`Policy ${PolicyArn} was not found.`)
    }
    owner.attached = owner.attached.filter(arn => arn !== PolicyArn)
    await ctx.tx.update(kind, '', keyOf(owner.name), owner)
  }

  async function listAttached(
    ctx: ReadContext,
    input: I & PageInput & { readonly PathPrefix?: string | undefined },
  ) {
    const { attached } = await requireOwner(ctx, type, nameOf(input))
    const all = attached.map(arn => ({ arn, path: pathOf(arn) }))
    const chosen = underPath(all, input.PathPrefix).sort((a, b) => (a.arn < b.arn ? -1 : 1))
    const { items, rest } = pageOf(chosen, ({ arn }) => arn, input)
    return { AttachedPolicies: items.map(({ arn }) => attachedPolicy(arn)), ...rest }
  }

  return { attach, detach, listAttached }
}

/** As answers show it. */
export function attachedPolicy(arn: string) {
  return { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }
}

/** `/team/` of `…:policy/team/Read`. */
function pathOf(arn: string): string {
  return arn.slice(arn.indexOf(':policy/') + ':policy'.length, arn.lastIndexOf('/') + 1)
}

export async function listEntitiesForPolicy(
  ctx: ReadContext,
  input: IamOperations['ListEntitiesForPolicy']['input'],
): Promise<IamOperations['ListEntitiesForPolicy']['output']> {
  const { PolicyArn, EntityFilter, PathPrefix, PolicyUsageFilter } = input
  checkPolicyArn(PolicyArn)
  if ((await findPolicy(ctx, PolicyArn)) === undefined) throw policyNotFound(ctx, PolicyArn)
  const uses = (owner: OwnerRecord & { boundary?: string }) =>
    PolicyUsageFilter === 'PermissionsBoundary'
      ? owner.boundary === PolicyArn
      : owner.attached.includes(PolicyArn) ||
        (PolicyUsageFilter === undefined && owner.boundary === PolicyArn)
  const found: { type: OwnerType; owner: OwnerRecord }[] = []
  for (const [type, filter] of ownerFilters) {
    if (EntityFilter !== undefined && EntityFilter !== filter) continue
    const owners = underPath<OwnerRecord>(await allOwners(ctx.tx, type), PathPrefix)
    found.push(...owners.filter(uses).map(owner => ({ type, owner })))
  }
  const { items, rest } = pageOf(
    found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)),
    placeOf,
    input,
  )
  const of = (wanted: OwnerType) =>
    items.filter(({ type }) => type === wanted).map(({ owner }) => owner)
  return {
    PolicyGroups: of('group').map(({ name, id }) => ({ GroupName: name, GroupId: id })),
    PolicyUsers: of('user').map(({ name, id }) => ({ UserName: name, UserId: id })),
    PolicyRoles: of('role').map(({ name, id }) => ({ RoleName: name, RoleId: id })),
    ...rest,
  }
}

const ownerFilters: readonly (readonly [OwnerType, string])[] = [
  ['group', 'Group'],
  ['user', 'User'],
  ['role', 'Role'],
]

function placeOf({ type, owner }: { type: OwnerType; owner: OwnerRecord }): string {
  return `${type}/${orderOf(owner)}`
}
