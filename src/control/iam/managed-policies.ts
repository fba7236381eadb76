/**
 * Managed policies of the account: up to five versions, one of which holds. Those of AWS itself (`arn:aws:iam::aws:policy/…`)
 * can be read and attached, and are nobody's to change.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
 */
import { AccessDeniedException } from '../../aws/faults.ts'
import {
  DeleteConflict,
  EntityAlreadyExists,
  IamLimitExceeded,
  NoSuchEntity,
} from '../../aws/iam-faults.ts'
import type { IamOperations } from '../../aws/operations.iam.ts'
import type { Reader } from '../../store/store.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, wholeSeconds } from '../draft.ts'
import { type AttachmentCounts, countAttachments } from './attachment-counts.ts'
import { awsPolicies, awsPolicy } from './aws-managed.ts'
import { checkDocument, encoded, sizeOf } from './documents.ts'
import {
  checkedPath,
  checkName,
  checkPolicyArn,
  policyArn,
  policyNameOf,
  type Realm,
  uniqueId,
} from './names.ts'
import { underPath } from './owners.ts'
import { pageOf } from './pages.ts'
import {
  keyOf,
  type ManagedPolicyRecord,
  managedPolicies,
  type PolicyVersionRecord,
} from './records.ts'
import { tagPage, tagsMember, withoutTagKeys, withTagItems } from './tagging.ts'

type Input<N extends keyof IamOperations> = IamOperations[N]['input']
type Output<N extends keyof IamOperations> = IamOperations[N]['output']

const maxVersions = 5
const maxSize = 6144

export async function createPolicy(
  ctx: ControlContext,
  input: Input<'CreatePolicy'>,
): Promise<Output<'CreatePolicy'>> {
  const { PolicyName: name, PolicyDocument: document, Description: description, Tags } = input
  checkName('policyName', name, 128)
  checkManagedDocument(document)
  const now = ctx.clock.now()
  const record: ManagedPolicyRecord = {
    name,
    path: checkedPath(input.Path),
    id: uniqueId(ctx.ids, 'ANPA'),
    ...defined({ description }),
    createdMs: now,
    updatedMs: now,
    versions: [{ id: 'v1', document, createdMs: now }],
    defaultVersion: 'v1',
    newestVersion: 1,
    ...(Tags === undefined ? {} : { tags: withTagItems(undefined, Tags) }),
  }
  if (await ctx.tx.get(managedPolicies, '', keyOf(name))) {
    throw new EntityAlreadyExists(
      `A policy called ${name} already exists. Duplicate names are not allowed.`,
    )
  }
  await ctx.tx.insert(managedPolicies, '', keyOf(name), record)
  return { Policy: { ...present(ctx, record, undefined), ...tagsMember(record.tags) } }
}

export async function getPolicy(
  ctx: ReadContext,
  { PolicyArn }: Input<'GetPolicy'>,
): Promise<Output<'GetPolicy'>> {
  const record = await requirePolicy(ctx, PolicyArn)
  const { description, tags } = record
  const shown = present(ctx, record, await countAttachments(ctx.tx), PolicyArn)
  return { Policy: { ...shown, ...defined({ Description: description }), ...tagsMember(tags) } }
}

export async function listPolicies(
  ctx: ReadContext,
  input: Input<'ListPolicies'>,
): Promise<Output<'ListPolicies'>> {
  const { Scope = 'All', OnlyAttached = false, PathPrefix, PolicyUsageFilter } = input
  const counts = await countAttachments(ctx.tx)
  const local = (await ctx.tx.all(managedPolicies, '')).map(row => row.record)
  const own = local.map(record => present(ctx, record, counts))
  const theirs = awsPolicies(ctx.partition).map(({ arn, record }) =>
    present(ctx, record, counts, arn),
  )
  const scoped = Scope === 'AWS' ? theirs : Scope === 'Local' ? own : [...own, ...theirs]
  const attached = ({ AttachmentCount, PermissionsBoundaryUsageCount }: (typeof scoped)[number]) =>
    PolicyUsageFilter === 'PermissionsBoundary'
      ? PermissionsBoundaryUsageCount > 0
      : AttachmentCount > 0
  const wanted = OnlyAttached || PolicyUsageFilter !== undefined ? scoped.filter(attached) : scoped
  const chosen = underPath(
    wanted.map(policy => ({ policy, path: policy.Path })),
    PathPrefix,
  ).sort((a, b) => (a.policy.Arn < b.policy.Arn ? -1 : 1))
  const { items, rest } = pageOf(chosen, ({ policy }) => policy.Arn, input)
  return { Policies: items.map(({ policy }) => policy), ...rest }
}

export async function deletePolicy(
  ctx: ControlContext,
  { PolicyArn }: Input<'DeletePolicy'>,
): Promise<void> {
  const record = await policyToChange(ctx, 'iam:DeletePolicy', PolicyArn)
  const counts = await countAttachments(ctx.tx)
  if (counts.attached(PolicyArn) > 0 || counts.boundaries(PolicyArn) > 0) {
    throw new DeleteConflict('Cannot delete a policy attached to entities.')
  }
  if (record.versions.length > 1) {
    throw new DeleteConflict(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    )
  }
  await ctx.tx.delete(managedPolicies, '', keyOf(record.name))
}

export async function createPolicyVersion(
  ctx: ControlContext,
  { PolicyArn, PolicyDocument: document, SetAsDefault = false }: Input<'CreatePolicyVersion'>,
): Promise<Output<'CreatePolicyVersion'>> {
  const record = await policyToChange(ctx, 'iam:CreatePolicyVersion', PolicyArn)
  checkManagedDocument(document)
  if (record.versions.length >= maxVersions) {
    throw new IamLimitExceeded(
      `A managed policy can have up to ${maxVersions} versions. Before you create a new version, you must delete an existing version.`,
    )
  }
  record.newestVersion++
  const version = { id: `v${record.newestVersion}`, document, createdMs: ctx.clock.now() }
  record.versions.push(version)
  if (SetAsDefault) record.defaultVersion = version.id
  await save(ctx, record)
  return { PolicyVersion: presentVersion(record, version) }
}

export async function getPolicyVersion(
  ctx: ReadContext,
  { PolicyArn, VersionId }: Input<'GetPolicyVersion'>,
): Promise<Output<'GetPolicyVersion'>> {
  const record = await requirePolicy(ctx, PolicyArn)
  const version = requireVersion(record, PolicyArn, VersionId)
  return {
    PolicyVersion: { ...presentVersion(record, version), Document: encoded(version.document) },
  }
}

export async function listPolicyVersions(
  ctx: ReadContext,
  input: Input<'ListPolicyVersions'>,
): Promise<Output<'ListPolicyVersions'>> {
  const record = await requirePolicy(ctx, input.PolicyArn)
  const newestFirst = record.versions.toReversed()
  // At most five: whatever page is asked for holds them all unless MaxItems is smaller still.
  const numbered = newestFirst.map((version, index) => ({ version, index }))
  const { items, rest } = pageOf(numbered, ({ index }) => String(index), input)
  return { Versions: items.map(({ version }) => presentVersion(record, version)), ...rest }
}

export async function deletePolicyVersion(
  ctx: ControlContext,
  { PolicyArn, VersionId }: Input<'DeletePolicyVersion'>,
): Promise<void> {
  const record = await policyToChange(ctx, 'iam:DeletePolicyVersion', PolicyArn)
  requireVersion(record, PolicyArn, VersionId)
  if (record.defaultVersion === VersionId) {
    throw new DeleteConflict('Cannot delete the default version of a policy.')
  }
  record.versions = record.versions.filter(({ id }) => id !== VersionId)
  await save(ctx, record)
}

export async function setDefaultPolicyVersion(
  ctx: ControlContext,
  { PolicyArn, VersionId }: Input<'SetDefaultPolicyVersion'>,
): Promise<void> {
  const record = await policyToChange(ctx, 'iam:SetDefaultPolicyVersion', PolicyArn)
  record.defaultVersion = requireVersion(record, PolicyArn, VersionId).id
  await save(ctx, record)
}

export async function tagPolicy(
  ctx: ControlContext,
  { PolicyArn, Tags }: Input<'TagPolicy'>,
): Promise<void> {
  const record = await policyToChange(ctx, 'iam:TagPolicy', PolicyArn)
  record.tags = withTagItems(record.tags, Tags)
  await ctx.tx.update(managedPolicies, '', keyOf(record.name), record)
}

export async function untagPolicy(
  ctx: ControlContext,
  { PolicyArn, TagKeys }: Input<'UntagPolicy'>,
): Promise<void> {
  const record = await policyToChange(ctx, 'iam:UntagPolicy', PolicyArn)
  record.tags = withoutTagKeys(record.tags, TagKeys)
  await ctx.tx.update(managedPolicies, '', keyOf(record.name), record)
}

export async function listPolicyTags(
  ctx: ReadContext,
  input: Input<'ListPolicyTags'>,
): Promise<Output<'ListPolicyTags'>> {
  return tagPage((await requirePolicy(ctx, input.PolicyArn)).tags, input)
}

/** The account's policy or AWS's own with this ARN; undefined when there is none. */
export async function findPolicy(
  { tx, ...realm }: Realm & { readonly tx: Reader },
  arn: string,
): Promise<ManagedPolicyRecord | undefined> {
  const name = policyNameOf(realm, arn)
  if (name === undefined) return awsPolicy(realm.partition, arn)
  const record = (await tx.get(managedPolicies, '', keyOf(name)))?.record
  return record && policyArn(realm, record) === arn ? record : undefined
}

/** The document of the version that holds. */
export function defaultDocument({ versions, defaultVersion }: ManagedPolicyRecord): string {
  return versions.find(({ id }) => id === defaultVersion)?.document ?? ''
}

async function requirePolicy(ctx: ReadContext, arn: string): Promise<ManagedPolicyRecord> {
  checkPolicyArn(arn)
  const record = await findPolicy(ctx, arn)
  if (record === undefined) throw policyNotFound(ctx, arn)
  return record
}

/** AWS says only that it was not found; of AWS's own policies not all are known here. */
export function policyNotFound({ partition }: Realm, arn: string): NoSuchEntity {
  const hint = arn.startsWith(`arn:${partition}:iam::aws:`)
    ? ' Portcullis knows the policies of AWS that gateways and functions use; create this one as your own policy.'
    : ''
  return new NoSuchEntity(`Policy ${arn} was not found.${hint}`)
}

async function policyToChange(
  ctx: ControlContext,
  action: string,
  arn: string,
): Promise<ManagedPolicyRecord> {
  const record = await requirePolicy(ctx, arn)
  if (policyNameOf(ctx, arn) !== undefined) return record
  // The words are a guess.
  throw new AccessDeniedException(
    `${action} is not allowed on ${arn}: policies of AWS cannot be changed.`,
  )
}

function checkManagedDocument(document: string): void {
  checkDocument(document, 'identity')
  if (sizeOf(document) > maxSize) {
    throw new IamLimitExceeded(`Cannot exceed quota for PolicySize: ${maxSize}`)
  }
}

async function save(ctx: ControlContext, record: ManagedPolicyRecord): Promise<void> {
  record.updatedMs = ctx.clock.now()
  await ctx.tx.update(managedPolicies, '', keyOf(record.name), record)
}

function requireVersion(
  { versions }: ManagedPolicyRecord,
  arn: string,
  id: string,
): PolicyVersionRecord {
  const found = versions.find(version => version.id === id)
  if (found !== undefined) return found
  throw new NoSuchEntity(`Policy ${arn} version ${id} does not exist or is not attachable.`)
}

function present(
  realm: Realm,
  record: ManagedPolicyRecord,
  counts: AttachmentCounts | undefined,
  arn = policyArn(realm, record),
) {
  return {
    PolicyName: record.name,
    PolicyId: record.id,
    Arn: arn,
    Path: record.path,
    DefaultVersionId: record.defaultVersion,
    AttachmentCount: counts?.attached(arn) ?? 0,
    PermissionsBoundaryUsageCount: counts?.boundaries(arn) ?? 0,
    IsAttachable: true,
    CreateDate: wholeSeconds(record.createdMs),
    UpdateDate: wholeSeconds(record.updatedMs),
  }
}

function presentVersion({ defaultVersion }: ManagedPolicyRecord, version: PolicyVersionRecord) {
  return {
    VersionId: version.id,
    IsDefaultVersion: version.id === defaultVersion,
    CreateDate: wholeSeconds(version.createdMs),
  }
}
