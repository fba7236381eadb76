/**
 * The account as a whole: what it has, its alias, and everything about its identities at once.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
import { ValidationException } from '../../aws/faults.ts'
import { EntityAlreadyExists, NoSuchEntity } from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, wholeSeconds } from '../draft.ts'
import { attachedPolicy } from './attachments.ts'
import { awsPolicies } from './aws-managed.ts'
import { boundaryMember } from './boundaries.ts'
import { encoded } from './documents.ts'
import { presentGroup } from './groups.ts'
import { policyArn } from './names.ts'
import { allOwners } from './owners.ts'
import { pageOf } from './pages.ts'
import {
  iamAccount,
  type ManagedPolicyRecord,
  managedPolicies,
  type OwnerRecord,
  oidcProviders,
} from './records.ts'
import { presentRole } from './roles.ts'
import { tagsMember } from './tagging.ts'
import { presentUser } from './users.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

export async function getAccountSummary({ tx }: ReadContext): Promise<Output<'GetAccountSummary'>> {
  const [users, groups, roles] = [
    await allOwners(tx, 'user'),
    await allOwners(tx, 'group'),
    await allOwners(tx, 'role'),
  ]
  return {
    SummaryMap: {
      Users: users.length,
      UsersQuota: 5000,
      Groups: groups.length,
      GroupsQuota: 300,
      Roles: roles.length,
      RolesQuota: 1000,
      Policies: await tx.count(managedPolicies, ''),
      PoliciesQuota: 1500,
      Providers: await tx.count(oidcProviders, ''),
      VersionsPerPolicyQuota: 5,
      AccessKeysPerUserQuota: 2,
      GroupsPerUserQuota: 10,
      AttachedPoliciesPerUserQuota: 10,
      AttachedPoliciesPerGroupQuota: 10,
      AttachedPoliciesPerRoleQuota: 10,
      PolicySizeQuota: 6144,
      UserPolicySizeQuota: 2048,
      GroupPolicySizeQuota: 5120,
      InstanceProfiles: 0,
      MFADevices: 0,
      ServerCertificates: 0,
      AccountMFAEnabled: 0,
      AccountAccessKeysPresent: 0,
    },
  }
}

export async function createAccountAlias(
  { tx }: ControlContext,
  { AccountAlias: alias }: Input<'CreateAccountAlias'>,
): Promise<void> {
  if (!/^[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]$/.test(alias)) {
    throw new ValidationException(
      `1 validation error detected: Value '${alias}' at 'accountAlias' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`,
    )
  }
  const found = await tx.find(iamAccount, alias)
  if (found) throw new EntityAlreadyExists(`The account alias ${alias} already exists.`)
  await tx.put(iamAccount, '', iamAccount.name, { alias })
}

export async function deleteAccountAlias(
  { tx }: ControlContext,
  { AccountAlias: alias }: Input<'DeleteAccountAlias'>,
): Promise<void> {
  const row = await tx.get(iamAccount, '', iamAccount.name)
  if (row?.record.alias !== alias) {
    throw new NoSuchEntity(`The Account Alias ${alias} cannot be found.`)
  }
  await tx.put(iamAccount, '', iamAccount.name, {})
}

export async function listAccountAliases({
  tx,
}: ReadContext): Promise<Output<'ListAccountAliases'>> {
  const alias = (await tx.get(iamAccount, '', iamAccount.name))?.record.alias
  return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false }
}

/** A page holds users, groups, roles and policies alike; each entity is told with all that hangs on it. */
export async function getAccountAuthorizationDetails(
  ctx: ReadContext,
  input: Input<'GetAccountAuthorizationDetails'>,
): Promise<Output<'GetAccountAuthorizationDetails'>> {
  const { tx } = ctx
  const [users, groups, roles] = [
    await allOwners(tx, 'user'),
    await allOwners(tx, 'group'),
    await allOwners(tx, 'role'),
  ]
  const own = (await tx.all(managedPolicies, '')).map(row => row.record)
  const attached = new Set([...users, ...groups, ...roles].flatMap(owner => owner.attached))
  const theirs = awsPolicies(ctx.partition).filter(({ arn }) => attached.has(arn))
  const policies = [...own.map(record => ({ arn: policyArn(ctx, record), record })), ...theirs]
  const all: { place: string; put(to: Details): void }[] = [
    ...users.map(user => ({
      place: `User/${user.name}`,
      put: (to: Details) =>
        to.UserDetailList.push({
          ...presentUser(ctx, user),
          ...boundaryMember(user.boundary),
          ...tagsMember(user.tags),
          GroupList: user.groups,
          UserPolicyList: inlineOf(user),
          AttachedManagedPolicies: user.attached.map(attachedPolicy),
        }),
    })),
    ...groups.map(group => ({
      place: `Group/${group.name}`,
      put: (to: Details) =>
        to.GroupDetailList.push({
          ...presentGroup(ctx, group),
          GroupPolicyList: inlineOf(group),
          AttachedManagedPolicies: group.attached.map(attachedPolicy),
        }),
    })),
    ...roles.map(role => ({
      place: `Role/${role.name}`,
      put: (to: Details) => {
        const { MaxSessionDuration: _, Description: __, ...shown } = presentRole(ctx, role)
        to.RoleDetailList.push({
          ...shown,
          ...boundaryMember(role.boundary),
          ...tagsMember(role.tags),
          InstanceProfileList: [],
          RolePolicyList: inlineOf(role),
          AttachedManagedPolicies: role.attached.map(attachedPolicy),
        })
      },
    })),
    ...policies.map(({ arn, record }) => ({
      place: `${arn.includes(':iam::aws:') ? 'AWSManagedPolicy' : 'LocalManagedPolicy'}/${arn}`,
      put: (to: Details) => to.Policies.push(policyDetail(arn, record)),
    })),
  ]
  const filter = input.Filter
  const chosen = all
    .filter(
      ({ place }) => filter === undefined || filter.some(type => place.startsWith(`${type}/`)),
    )
    .sort((a, b) => (a.place < b.place ? -1 : 1))
  const { items, rest } = pageOf(chosen, ({ place }) => place, input)
  const details: Details = {
    UserDetailList: [],
    GroupDetailList: [],
    RoleDetailList: [],
    Policies: [],
  }
  for (const item of items) item.put(details)
  return { ...details, ...rest }
}

type Lists = Output<'GetAccountAuthorizationDetails'>
type Details = {
  [N in 'UserDetailList' | 'GroupDetailList' | 'RoleDetailList' | 'Policies']: NonNullable<Lists[N]>
}

function inlineOf({ inline }: OwnerRecord) {
  return Object.entries(inline).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encoded(document),
  }))
}

function policyDetail(arn: string, record: ManagedPolicyRecord) {
  return {
    PolicyName: record.name,
    PolicyId: record.id,
    Arn: arn,
    Path: record.path,
    ...defined({ Description: record.description }),
    DefaultVersionId: record.defaultVersion,
    IsAttachable: true,
    CreateDate: wholeSeconds(record.createdMs),
    UpdateDate: wholeSeconds(record.updatedMs),
    PolicyVersionList: record.versions.map(({ id, document, createdMs }) => ({
      VersionId: id,
      Document: encoded(document),
      IsDefaultVersion: id === record.defaultVersion,
      CreateDate: wholeSeconds(createdMs),
    })),
  }
}
