import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as Iam from '@aws-sdk/client-iam'
import {
  allowing,
  type IdentityGateway,
  refusedWith,
  startIdentities,
  trusting,
} from './identity-harness.ts'

let g: IdentityGateway
before(async () => {
  g = await startIdentities()
})
after(() => g[Symbol.asyncDispose]())

const gatewayTrust = trusting({ Service: 'apigateway.amazonaws.com' })
const basicExecution = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

test('a role goes through what Terraform does with it, from creation to deletion', async () => {
  const { iam } = g
  const RoleName = 'tf-role'
  const { Role } = await iam.send(
    new Iam.CreateRoleCommand({
      RoleName,
      Path: '/service/',
      AssumeRolePolicyDocument: gatewayTrust,
      Description: 'a & b <c>',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'team', Value: 'a+b c' }],
    }),
  )
  assert.equal(Role?.Arn, 'arn:aws:iam::000000000000:role/service/tf-role')
  assert.match(Role?.RoleId ?? '', /^AROA[A-Z0-9]{17}$/)
  const read = await iam.send(new Iam.GetRoleCommand({ RoleName }))
  assert.equal(decodeURIComponent(read.Role?.AssumeRolePolicyDocument ?? ''), gatewayTrust)
  assert.equal(read.Role?.Description, 'a & b <c>')
  assert.deepEqual(read.Role?.Tags, [{ Key: 'team', Value: 'a+b c' }])
  assert.equal(read.Role?.MaxSessionDuration, 7200)

  await iam.send(new Iam.AttachRolePolicyCommand({ RoleName, PolicyArn: basicExecution }))
  const policy = allowing('execute-api:Invoke')
  await iam.send(
    new Iam.PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument: policy }),
  )
  const inline = await iam.send(new Iam.GetRolePolicyCommand({ RoleName, PolicyName: 'inline' }))
  assert.equal(decodeURIComponent(inline.PolicyDocument ?? ''), policy)
  const names = await iam.send(new Iam.ListRolePoliciesCommand({ RoleName }))
  assert.deepEqual(names.PolicyNames, ['inline'])
  const attached = await iam.send(new Iam.ListAttachedRolePoliciesCommand({ RoleName }))
  assert.deepEqual(attached.AttachedPolicies, [
    { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: basicExecution },
  ])

  await refusedWith(
    iam.send(new Iam.DeleteRoleCommand({ RoleName })),
    'DeleteConflict',
    409,
    'Cannot delete entity, must detach all policies first.',
  )
  const profiles = await iam.send(new Iam.ListInstanceProfilesForRoleCommand({ RoleName }))
  assert.deepEqual(profiles.InstanceProfiles, [])
  await iam.send(new Iam.DetachRolePolicyCommand({ RoleName, PolicyArn: basicExecution }))
  await refusedWith(
    iam.send(new Iam.DeleteRoleCommand({ RoleName })),
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete policies first.',
  )
  await iam.send(new Iam.DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }))
  await iam.send(new Iam.DeleteRoleCommand({ RoleName }))
  await refusedWith(
    iam.send(new Iam.GetRoleCommand({ RoleName })),
    'NoSuchEntity',
    404,
    'The role with name tf-role cannot be found.',
  )
})

test('a user has keys, whose secret is shown once', async () => {
  const { iam } = g
  const UserName = 'Ann'
  const { User } = await iam.send(new Iam.CreateUserCommand({ UserName, Path: '/team/' }))
  assert.equal(User?.Arn, 'arn:aws:iam::000000000000:user/team/Ann')
  await refusedWith(
    iam.send(new Iam.CreateUserCommand({ UserName: 'ann' })),
    'EntityAlreadyExists',
    409,
    'User with name ann already exists.',
  )
  const { AccessKey } = await iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
  assert.match(AccessKey?.AccessKeyId ?? '', /^AKIA[A-Z0-9]{16}$/)
  assert.equal(AccessKey?.SecretAccessKey?.length, 40)
  await iam.send(new Iam.CreateAccessKeyCommand({ UserName }))
  await refusedWith(
    iam.send(new Iam.CreateAccessKeyCommand({ UserName })),
    'LimitExceeded',
    409,
    'Cannot exceed quota for AccessKeysPerUser: 2',
  )
  const listed = await iam.send(new Iam.ListAccessKeysCommand({ UserName }))
  assert.equal(listed.AccessKeyMetadata?.length, 2)
  assert.ok(!JSON.stringify(listed).includes(AccessKey?.SecretAccessKey ?? '?'))
  const AccessKeyId = AccessKey?.AccessKeyId ?? ''
  await iam.send(new Iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }))
  const used = await iam.send(new Iam.GetAccessKeyLastUsedCommand({ AccessKeyId }))
  assert.equal(used.UserName, 'Ann')
  await refusedWith(
    iam.send(new Iam.DeleteUserCommand({ UserName })),
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete access keys first.',
  )
  await iam.send(new Iam.UpdateUserCommand({ UserName, NewUserName: 'Bob', NewPath: '/' }))
  for (const key of listed.AccessKeyMetadata ?? []) {
    const id = key.AccessKeyId
    await iam.send(new Iam.DeleteAccessKeyCommand({ UserName: 'Bob', AccessKeyId: id }))
  }
  await iam.send(new Iam.DeleteUserCommand({ UserName: 'Bob' }))
})

test('a managed policy has up to five versions, of which one holds', async () => {
  const { iam } = g
  const made = await iam.send(
    new Iam.CreatePolicyCommand({
      PolicyName: 'Read',
      Path: '/team/',
      PolicyDocument: allowing('execute-api:Invoke'),
    }),
  )
  const PolicyArn = made.Policy?.Arn ?? ''
  assert.equal(PolicyArn, 'arn:aws:iam::000000000000:policy/team/Read')
  const next = (action: string, SetAsDefault: boolean) =>
    iam.send(
      new Iam.CreatePolicyVersionCommand({
        PolicyArn,
        PolicyDocument: allowing(action),
        SetAsDefault,
      }),
    )
  const second = await next('execute-api:ManageConnections', true)
  assert.deepEqual(
    [second.PolicyVersion?.VersionId, second.PolicyVersion?.IsDefaultVersion],
    ['v2', true],
  )
  for (const _ of [3, 4, 5]) await next('s3:GetObject', false)
  await refusedWith(
    next('s3:PutObject', false),
    'LimitExceeded',
    409,
    /^A managed policy can have up to 5 versions\./,
  )
  await refusedWith(
    iam.send(new Iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' })),
    'DeleteConflict',
    409,
    'Cannot delete the default version of a policy.',
  )
  const { Versions = [] } = await iam.send(new Iam.ListPolicyVersionsCommand({ PolicyArn }))
  assert.deepEqual(
    Versions.map(version => version.VersionId),
    ['v5', 'v4', 'v3', 'v2', 'v1'],
  )
  const { PolicyVersion } = await iam.send(
    new Iam.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }),
  )
  assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), allowing('execute-api:Invoke'))
  await iam.send(new Iam.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))

  await iam.send(new Iam.CreateGroupCommand({ GroupName: 'readers' }))
  await iam.send(new Iam.AttachGroupPolicyCommand({ GroupName: 'readers', PolicyArn }))
  await refusedWith(
    iam.send(new Iam.DeletePolicyCommand({ PolicyArn })),
    'DeleteConflict',
    409,
    'Cannot delete a policy attached to entities.',
  )
  const entities = await iam.send(new Iam.ListEntitiesForPolicyCommand({ PolicyArn }))
  assert.deepEqual(
    entities.PolicyGroups?.map(group => group.GroupName),
    ['readers'],
  )
  const shown = await iam.send(new Iam.GetPolicyCommand({ PolicyArn }))
  assert.equal(shown.Policy?.AttachmentCount, 1)
  await iam.send(new Iam.DetachGroupPolicyCommand({ GroupName: 'readers', PolicyArn }))
  await iam.send(new Iam.DeleteGroupCommand({ GroupName: 'readers' }))
  for (const version of ['v2', 'v3', 'v4', 'v5']) {
    await iam.send(new Iam.DeletePolicyVersionCommand({ PolicyArn, VersionId: version }))
  }
  await iam.send(new Iam.DeletePolicyCommand({ PolicyArn }))
})

test('groups have members, and boundaries must exist', async () => {
  const { iam } = g
  const UserName = 'member'
  await iam.send(new Iam.CreateUserCommand({ UserName }))
  await iam.send(new Iam.CreateGroupCommand({ GroupName: 'team' }))
  await iam.send(new Iam.AddUserToGroupCommand({ GroupName: 'team', UserName }))
  const group = await iam.send(new Iam.GetGroupCommand({ GroupName: 'team' }))
  assert.deepEqual(
    group.Users?.map(user => user.UserName),
    ['member'],
  )
  await iam.send(new Iam.UpdateGroupCommand({ GroupName: 'team', NewGroupName: 'crew' }))
  const of = await iam.send(new Iam.ListGroupsForUserCommand({ UserName }))
  assert.deepEqual(
    of.Groups?.map(each => each.GroupName),
    ['crew'],
  )
  const boundary = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await iam.send(
    new Iam.PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: boundary }),
  )
  const user = await iam.send(new Iam.GetUserCommand({ UserName }))
  assert.equal(user.User?.PermissionsBoundary?.PermissionsBoundaryArn, boundary)
  await iam.send(new Iam.DeleteUserPermissionsBoundaryCommand({ UserName }))
  const details = await iam.send(
    new Iam.GetAccountAuthorizationDetailsCommand({ Filter: ['User'] }),
  )
  assert.ok(details.UserDetailList?.some(each => each.GroupList?.[0] === 'crew'))
  const summary = await iam.send(new Iam.GetAccountSummaryCommand({}))
  assert.equal(summary.SummaryMap?.['Users'], 1)
})

test('lists come in pages', async () => {
  const { iam } = g
  const names = ['page-a', 'page-b', 'page-c']
  for (const UserName of names) await iam.send(new Iam.CreateUserCommand({ UserName, Path: '/p/' }))
  const found: (string | undefined)[] = []
  const pages = Iam.paginateListUsers({ client: iam, pageSize: 2 }, { PathPrefix: '/p/' })
  let count = 0
  for await (const page of pages) {
    count++
    found.push(...(page.Users ?? []).map(user => user.UserName))
  }
  assert.deepEqual([found, count], [names, 2])
})

const cases: {
  name: string
  send: (iam: Iam.IAMClient) => Promise<unknown>
  want: [code: string, status: number, message?: string | RegExp]
}[] = [
  {
    name: 'a name with a blank',
    send: iam => iam.send(new Iam.CreateUserCommand({ UserName: 'a b' })),
    want: ['ValidationError', 400, /^The specified value for userName is invalid\./],
  },
  {
    name: 'a path without its end',
    send: iam => iam.send(new Iam.CreateUserCommand({ UserName: 'p', Path: '/a' })),
    want: ['ValidationError', 400, /^The specified value for path is invalid\./],
  },
  {
    name: 'a policy that is no JSON',
    send: iam =>
      iam.send(new Iam.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: '{"a":' })),
    want: ['MalformedPolicyDocument', 400, 'Syntax errors in policy.'],
  },
  {
    name: 'an identity policy with a principal',
    send: iam =>
      iam.send(new Iam.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument: gatewayTrust })),
    want: ['MalformedPolicyDocument', 400, 'Policy document should not specify a principal.'],
  },
  {
    name: 'a trust policy with a resource',
    send: iam =>
      iam.send(
        new Iam.CreateRoleCommand({
          RoleName: 'r',
          AssumeRolePolicyDocument: trusting({ AWS: '*' }, { Resource: '*' }),
        }),
      ),
    want: ['MalformedPolicyDocument', 400, 'Has prohibited field Resource'],
  },
  {
    name: 'a policy of AWS that is not known here',
    send: iam =>
      iam.send(new Iam.GetPolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/NoSuchThing' })),
    want: ['NoSuchEntity', 404, /was not found\. Portcullis knows/],
  },
  {
    name: 'a change of a policy of AWS',
    send: iam => iam.send(new Iam.DeletePolicyCommand({ PolicyArn: basicExecution })),
    want: ['AccessDenied', 403],
  },
  {
    name: 'a missing member',
    send: iam => iam.send(new Iam.CreateUserCommand({ UserName: undefined })),
    want: ['ValidationError', 400, /Value null at 'userName'/],
  },
  {
    name: 'an operation that is not built',
    send: iam => iam.send(new Iam.ListVirtualMFADevicesCommand({})),
    want: ['NotImplementedException', 501, /^ListVirtualMFADevices is not built/],
  },
  {
    name: 'tags that differ in case alone',
    send: iam =>
      iam.send(
        new Iam.CreateUserCommand({
          UserName: 'tagged',
          Tags: [
            { Key: 'a', Value: '1' },
            { Key: 'A', Value: '2' },
          ],
        }),
      ),
    want: ['InvalidInput', 400, /^Duplicate tag keys found/],
  },
]

for (const { name, send, want } of cases) {
  test(`refused: ${name}`, async () => {
    await refusedWith(send(g.iam), ...want)
  })
}

test('a trust policy may ask for claims of a provider by its address', async () => {
  const provider = 'token.actions.githubusercontent.com'
  const arn = `arn:aws:iam::000000000000:oidc-provider/${provider}`
  const AssumeRolePolicyDocument = trusting(
    { Federated: arn },
    {
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { [`${provider}:sub`]: 'repo:me/*' } },
    },
  )
  const RoleName = 'of-github'
  await g.iam.send(new Iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  await g.iam.send(new Iam.DeleteRoleCommand({ RoleName }))
})

test('a change of a role that belongs to a service is refused', async () => {
  const { iam } = g
  const { Role } = await iam.send(
    new Iam.CreateServiceLinkedRoleCommand({ AWSServiceName: 'ops.apigateway.amazonaws.com' }),
  )
  const RoleName = Role?.RoleName ?? ''
  assert.equal(RoleName, 'AWSServiceRoleForAPIGateway')
  await refusedWith(iam.send(new Iam.DeleteRoleCommand({ RoleName })), 'UnmodifiableEntity', 400)
  const { DeletionTaskId } = await iam.send(new Iam.DeleteServiceLinkedRoleCommand({ RoleName }))
  const { Status } = await iam.send(
    new Iam.GetServiceLinkedRoleDeletionStatusCommand({ DeletionTaskId }),
  )
  assert.equal(Status, 'SUCCEEDED')
})
