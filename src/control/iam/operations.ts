/**
 * The table of IAM's operations. Operations that are not in it (sign-in, MFA, certificates, SAML, reports) answer 501; the
 * few that list such things answer that there are none, because tools ask before they delete a user or a role.
 */
import type { Handlers } from '../../aws/handlers.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import { iamService } from '../../aws/services.ts'
import type { ControlContext } from '../context.ts'
import type { ControlService } from '../transactions.ts'
import * as keys from './access-keys.ts'
import * as account from './account.ts'
import { attachments, listEntitiesForPolicy } from './attachments.ts'
import * as boundaries from './boundaries.ts'
import * as groups from './groups.ts'
import { inlinePolicies } from './inline-policies.ts'
import * as policies from './managed-policies.ts'
import type { OwnerType } from './names.ts'
import * as providers from './oidc-providers.ts'
import { requireOwner } from './owners.ts'
import * as roles from './roles.ts'
import * as linked from './service-linked-roles.ts'
import * as users from './users.ts'

interface OfUser {
  readonly UserName: string
}
interface OfGroup {
  readonly GroupName: string
}
interface OfRole {
  readonly RoleName: string
}

const userName = ({ UserName }: OfUser) => UserName
const groupName = ({ GroupName }: OfGroup) => GroupName
const roleName = ({ RoleName }: OfRole) => RoleName

const inline = {
  user: inlinePolicies('user', userName),
  group: inlinePolicies('group', groupName),
  role: inlinePolicies('role', roleName),
}
const attached = {
  user: attachments('user', userName),
  group: attachments('group', groupName),
  role: attachments('role', roleName),
}

/** Answers with an empty list: of things that nobody can have. Whose list it is must exist. */
function none<M extends string>(member: M, type: OwnerType) {
  return async (ctx: ControlContext, input: object) => {
    const { RoleName, UserName } = input as Partial<OfRole & OfUser> // whichever the operation has
    const name = type === 'role' ? RoleName : UserName
    if (name !== undefined) await requireOwner(ctx, type, name)
    // The one member that the key names.
    return { [member]: [], IsTruncated: false } as Record<M, []> & { IsTruncated: boolean }
  }
}

export const iamHandlers = {
  AddClientIDToOpenIDConnectProvider: providers.addClientIDToOpenIDConnectProvider,
  AddUserToGroup: groups.addUserToGroup,
  AttachGroupPolicy: attached.group.attach,
  AttachRolePolicy: attached.role.attach,
  AttachUserPolicy: attached.user.attach,
  CreateAccessKey: keys.createAccessKey,
  CreateAccountAlias: account.createAccountAlias,
  CreateGroup: groups.createGroup,
  CreateOpenIDConnectProvider: providers.createOpenIDConnectProvider,
  CreatePolicy: policies.createPolicy,
  CreatePolicyVersion: policies.createPolicyVersion,
  CreateRole: roles.createRole,
  CreateServiceLinkedRole: linked.createServiceLinkedRole,
  CreateUser: users.createUser,
  DeleteAccessKey: keys.deleteAccessKey,
  DeleteAccountAlias: account.deleteAccountAlias,
  DeleteGroup: groups.deleteGroup,
  DeleteGroupPolicy: inline.group.remove,
  DeleteLoginProfile: users.noLoginProfile,
  DeleteOpenIDConnectProvider: providers.deleteOpenIDConnectProvider,
  DeletePolicy: policies.deletePolicy,
  DeletePolicyVersion: policies.deletePolicyVersion,
  DeleteRole: roles.deleteRole,
  DeleteRolePermissionsBoundary: boundaries.deleteRolePermissionsBoundary,
  DeleteRolePolicy: inline.role.remove,
  DeleteServiceLinkedRole: linked.deleteServiceLinkedRole,
  DeleteUser: users.deleteUser,
  DeleteUserPermissionsBoundary: boundaries.deleteUserPermissionsBoundary,
  DeleteUserPolicy: inline.user.remove,
  DetachGroupPolicy: attached.group.detach,
  DetachRolePolicy: attached.role.detach,
  DetachUserPolicy: attached.user.detach,
  GetAccessKeyLastUsed: keys.getAccessKeyLastUsed,
  GetAccountAuthorizationDetails: account.getAccountAuthorizationDetails,
  GetAccountSummary: account.getAccountSummary,
  GetGroup: groups.getGroup,
  GetGroupPolicy: async (ctx, input) => {
    const { owner, ...policy } = await inline.group.get(ctx, input)
    return { GroupName: owner.name, ...policy }
  },
  GetLoginProfile: users.noLoginProfile,
  GetOpenIDConnectProvider: providers.getOpenIDConnectProvider,
  GetPolicy: policies.getPolicy,
  GetPolicyVersion: policies.getPolicyVersion,
  GetRole: roles.getRole,
  GetRolePolicy: async (ctx, input) => {
    const { owner, ...policy } = await inline.role.get(ctx, input)
    return { RoleName: owner.name, ...policy }
  },
  GetServiceLinkedRoleDeletionStatus: linked.getServiceLinkedRoleDeletionStatus,
  GetUser: users.getUser,
  GetUserPolicy: async (ctx, input) => {
    const { owner, ...policy } = await inline.user.get(ctx, input)
    return { UserName: owner.name, ...policy }
  },
  ListAccessKeys: keys.listAccessKeys,
  ListAccountAliases: account.listAccountAliases,
  ListAttachedGroupPolicies: attached.group.listAttached,
  ListAttachedRolePolicies: attached.role.listAttached,
  ListAttachedUserPolicies: attached.user.listAttached,
  ListEntitiesForPolicy: listEntitiesForPolicy,
  ListGroupPolicies: inline.group.list,
  ListGroups: groups.listGroups,
  ListGroupsForUser: groups.listGroupsForUser,
  ListInstanceProfiles: none('InstanceProfiles', 'role'),
  ListInstanceProfilesForRole: none('InstanceProfiles', 'role'),
  ListMFADevices: none('MFADevices', 'user'),
  ListOpenIDConnectProviders: providers.listOpenIDConnectProviders,
  ListPolicies: policies.listPolicies,
  ListPolicyTags: policies.listPolicyTags,
  ListPolicyVersions: policies.listPolicyVersions,
  ListRolePolicies: inline.role.list,
  ListRoleTags: roles.listRoleTags,
  ListRoles: roles.listRoles,
  ListSSHPublicKeys: none('SSHPublicKeys', 'user'),
  ListServiceSpecificCredentials: none('ServiceSpecificCredentials', 'user'),
  ListSigningCertificates: none('Certificates', 'user'),
  ListUserPolicies: inline.user.list,
  ListUserTags: users.listUserTags,
  ListUsers: users.listUsers,
  PutGroupPolicy: inline.group.put,
  PutRolePermissionsBoundary: boundaries.putRolePermissionsBoundary,
  PutRolePolicy: inline.role.put,
  PutUserPermissionsBoundary: boundaries.putUserPermissionsBoundary,
  PutUserPolicy: inline.user.put,
  RemoveClientIDFromOpenIDConnectProvider: providers.removeClientIDFromOpenIDConnectProvider,
  RemoveUserFromGroup: groups.removeUserFromGroup,
  SetDefaultPolicyVersion: policies.setDefaultPolicyVersion,
  TagPolicy: policies.tagPolicy,
  TagRole: roles.tagRole,
  TagUser: users.tagUser,
  UntagPolicy: policies.untagPolicy,
  UntagRole: roles.untagRole,
  UntagUser: users.untagUser,
  UpdateAccessKey: keys.updateAccessKey,
  UpdateAssumeRolePolicy: roles.updateAssumeRolePolicy,
  UpdateGroup: groups.updateGroup,
  UpdateOpenIDConnectProviderThumbprint: providers.updateOpenIDConnectProviderThumbprint,
  UpdateRole: roles.updateRole,
  UpdateRoleDescription: roles.updateRoleDescription,
  UpdateUser: users.updateUser,
} satisfies Handlers<IamOperations, ControlContext>

/** IAM, each of whose changes reaches the data plane before it is answered. */
export const iamControl: ControlService = {
  service: iamService,
  handlers: iamHandlers,
  changesIdentities: true,
}
