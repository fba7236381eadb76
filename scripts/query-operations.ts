/**
 * The operations of IAM and STS that are served: generate-operations.ts takes their shapes into the tables, and the handlers
 * do not compile while one of them is missing. What IAM keeps for other purposes (sign-in, MFA, server certificates, SAML,
 * reports) is not part of a gateway.
 */

const ownersOfPolicies = ['User', 'Group', 'Role']

export const servedOfIam: readonly string[] = [
  ...['CreateUser', 'GetUser', 'ListUsers', 'UpdateUser', 'DeleteUser'],
  ...['TagUser', 'UntagUser', 'ListUserTags', 'ListGroupsForUser'],
  ...['CreateAccessKey', 'ListAccessKeys', 'UpdateAccessKey', 'DeleteAccessKey'],
  'GetAccessKeyLastUsed',
  ...['CreateGroup', 'GetGroup', 'ListGroups', 'UpdateGroup', 'DeleteGroup'],
  ...['AddUserToGroup', 'RemoveUserFromGroup'],
  ...['CreateRole', 'GetRole', 'ListRoles', 'UpdateRole', 'UpdateRoleDescription', 'DeleteRole'],
  ...['UpdateAssumeRolePolicy', 'TagRole', 'UntagRole', 'ListRoleTags'],
  ...['CreateServiceLinkedRole', 'DeleteServiceLinkedRole', 'GetServiceLinkedRoleDeletionStatus'],
  ...ownersOfPolicies.flatMap(owner => [
    ...[`Put${owner}Policy`, `Get${owner}Policy`, `Delete${owner}Policy`, `List${owner}Policies`],
    ...[`Attach${owner}Policy`, `Detach${owner}Policy`, `ListAttached${owner}Policies`],
  ]),
  ...['CreatePolicy', 'GetPolicy', 'ListPolicies', 'DeletePolicy', 'ListEntitiesForPolicy'],
  ...['CreatePolicyVersion', 'GetPolicyVersion', 'ListPolicyVersions', 'DeletePolicyVersion'],
  ...['SetDefaultPolicyVersion', 'TagPolicy', 'UntagPolicy', 'ListPolicyTags'],
  ...['PutUserPermissionsBoundary', 'DeleteUserPermissionsBoundary'],
  ...['PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary'],
  ...['CreateOpenIDConnectProvider', 'GetOpenIDConnectProvider', 'ListOpenIDConnectProviders'],
  ...['DeleteOpenIDConnectProvider', 'UpdateOpenIDConnectProviderThumbprint'],
  ...['AddClientIDToOpenIDConnectProvider', 'RemoveClientIDFromOpenIDConnectProvider'],
  ...['GetAccountSummary', 'GetAccountAuthorizationDetails'],
  ...['CreateAccountAlias', 'DeleteAccountAlias', 'ListAccountAliases'],
  // There are none of these, and tools ask before they delete a user or a role.
  ...['ListInstanceProfiles', 'ListInstanceProfilesForRole', 'ListMFADevices'],
  ...['ListSigningCertificates', 'ListSSHPublicKeys', 'ListServiceSpecificCredentials'],
  ...['GetLoginProfile', 'DeleteLoginProfile'],
]

export const servedOfSts: readonly string[] = [
  ...['AssumeRole', 'AssumeRoleWithWebIdentity', 'DecodeAuthorizationMessage'],
  ...['GetAccessKeyInfo', 'GetCallerIdentity', 'GetSessionToken'],
]
