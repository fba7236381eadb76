/**
 * AssumeRole. The role's trust policy must let the caller in; where it names only the caller's account, and always when
 * the role is another account's, the caller's own policies must allow it too.
 *
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_terms-and-concepts.html (role chaining). The words of the
 * refusals are known from users' reports.
 */
import { ValidationException } from '../../aws/faults.ts'
import { AccessDenied } from '../../aws/iam-faults.ts'
import type { SigningIdentity } from '../../aws/identity.ts'
import type { StsOperations } from '../../aws/operations.sts.ts'
import { compilePolicyText } from '../../aws/policy/compile.ts'
import { weighIdentity } from '../../aws/policy/identity-policies.ts'
import type { ContextValue, PolicyRequest } from '../../aws/policy/verdict.ts'
import { callerKeys, requesterOf } from '../caller-keys.ts'
import { ownerArn, type Realm } from '../iam/names.ts'
import { globalRegion, keyOf, type RoleRecord, roles } from '../iam/records.ts'
import type { StsContext } from './context.ts'
import {
  checkSessionName,
  requestTagKeys,
  type SessionInput,
  sessionPolicies,
  sessionTags,
} from './session-limits.ts'
import { checkDuration, issueCredentials } from './sessions.ts'

const leastSeconds = 900
const mostSeconds = 43_200
const chainedSeconds = 3600

export async function assumeRole(
  ctx: StsContext,
  input: StsOperations['AssumeRole']['input'],
): Promise<StsOperations['AssumeRole']['output']> {
  const { RoleArn, RoleSessionName, DurationSeconds = 3600, ExternalId } = input
  const { identity } = ctx
  if (identity === null) throw denied('anonymous', RoleArn, 'sts:AssumeRole')
  refuseUnbuilt(input)
  checkSessionName(RoleSessionName)
  const tags = sessionTags(input.Tags, input.TransitiveTagKeys)
  const role = await findRole(ctx, RoleArn)
  const own = {
    'sts:externalid': ExternalId,
    'sts:rolesessionname': RoleSessionName,
    ...requestTagKeys(tags),
  }
  const actions = ['sts:AssumeRole', ...(Object.keys(tags).length > 0 ? ['sts:TagSession'] : [])]
  for (const action of actions) {
    if (role === undefined || !mayAssume(ctx, identity, role, { RoleArn, action, own })) {
      throw denied(identity.arn, RoleArn, action)
    }
  }
  // `actions` has at least one, so the role was found.
  const found = role as FoundRole
  checkDuration(DurationSeconds, leastSeconds, mostSeconds)
  if (identity.kind === 'assumed-role' && DurationSeconds > chainedSeconds) {
    throw new ValidationException(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    )
  }
  return startSession(ctx, found, input, DurationSeconds, tags)
}

/** Who has shown that he may: makes the session. Throws `ValidationException` when it would be too long for the role. */
export async function startSession(
  ctx: StsContext,
  { record, realm }: FoundRole,
  input: SessionInput & { readonly RoleArn: string },
  seconds: number,
  tags: Readonly<Record<string, string>>,
) {
  if (seconds > record.maxSessionSeconds) {
    throw new ValidationException(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  }
  const policies = await ctx.store.read(namespaceOf(realm), tx =>
    sessionPolicies({ ...realm, tx }, input),
  )
  const { account, partition } = realm
  const { RoleSessionName } = input
  const arn = `arn:${partition}:sts::${account}:assumed-role/${record.name}/${RoleSessionName}`
  const userId = `${record.id}:${RoleSessionName}`
  const { credentials, packedPercent } = issueCredentials(
    ctx,
    {
      kind: 'assumed-role',
      account,
      arn,
      principal: ownerArn(realm, 'role', record),
      userId,
      sessionTags: tags,
      sessionPolicies: policies,
    },
    seconds,
  )
  return {
    Credentials: credentials,
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    ...(policies.length > 0 || Object.keys(tags).length > 0
      ? { PackedPolicySize: packedPercent }
      : {}),
  }
}

export interface FoundRole {
  readonly record: RoleRecord
  readonly realm: Realm
}

/** The role with this ARN, in whichever account. Throws `ValidationException` when it is no ARN of a role. */
export async function findRole(ctx: StsContext, arn: string): Promise<FoundRole | undefined> {
  const [, partition = '', account = '', name = ''] =
    /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:[\x21-\x7e]{0,510}\/)?([\w+=,.@-]{1,64})$/.exec(
      arn,
    ) ?? []
  if (name === '') throw new ValidationException(`${arn.slice(0, 200)} is invalid`)
  const realm = { account, partition }
  const row = await ctx.store.read(namespaceOf(realm), tx => tx.get(roles, '', keyOf(name)))
  if (!row || ownerArn(realm, 'role', row.record) !== arn) return undefined
  return { record: row.record, realm }
}

export function denied(caller: string, roleArn: string, action: string): AccessDenied {
  return new AccessDenied(
    `User: ${caller} is not authorized to perform: ${action} on resource: ${roleArn}`,
  )
}

function namespaceOf({ account, partition }: Realm) {
  return { account, region: globalRegion(partition) }
}

function mayAssume(
  ctx: StsContext,
  identity: SigningIdentity,
  { record, realm }: FoundRole,
  asked: {
    readonly RoleArn: string
    readonly action: string
    readonly own: Readonly<Record<string, ContextValue>>
  },
): boolean {
  if (identity.kind === 'root' && !ctx.sts.isDevelopment) {
    throw new AccessDenied('Roles may not be assumed by root accounts.')
  }
  const request: PolicyRequest = {
    action: asked.action,
    resource: asked.RoleArn,
    requester: requesterOf(identity),
    service: null,
    valueFor: callerKeys(identity, ctx, asked.own),
  }
  const trust = compilePolicyText(record.trustPolicy, 'trust', `trust policy of ${record.name}`)
  const { decision, reach } = trust.weigh(request)
  if (decision !== 'allow') return false
  const { verdict, isWithinLimits } = weighIdentity(identity, request)
  if (verdict.decision !== 'implicitDeny') return verdict.decision === 'allow'
  // A role that is named is let in within its boundary and the policies of its session.
  const isNamed = reach === 'principal' || (reach === 'role' && isWithinLimits)
  return isNamed && identity.account === realm.account
}

/** Given with AssumeRole and not built: refused, since a session without them would be another. */
function refuseUnbuilt(input: StsOperations['AssumeRole']['input']): void {
  for (const name of ['SerialNumber', 'TokenCode', 'SourceIdentity', 'ProvidedContexts'] as const) {
    if (input[name] === undefined) continue
    throw new ValidationException(`${name} is not built yet in Portcullis.`)
  }
}
