/**
 * Who else may use a version of a layer: other accounts, all of them or those of an organization.
 * https://docs.aws.amazon.com/lambda/latest/api/API_AddLayerVersionPermission.html
 */
import { ResourceConflictException, ResourceNotFoundException } from '../../aws/lambda-faults.ts'
import type { LambdaOperations } from '../../aws/operations.lambda.ts'
import { checkRevision } from './change.ts'
import { matching, refuseBroken } from './constraints.ts'
import type { LambdaContext } from './context.ts'
import { layerArn, layerNameOf } from './layer-names.ts'
import { layerVersionOf } from './layers.ts'
import { type LayerVersionRecord, layerVersions, type StatementRecord } from './records.ts'

type Input<N extends keyof LambdaOperations> = LambdaOperations[N]['input']
type Output<N extends keyof LambdaOperations> = LambdaOperations[N]['output']

export async function addLayerVersionPermission(
  ctx: LambdaContext,
  input: Input<'AddLayerVersionPermission'>,
): Promise<Output<'AddLayerVersionPermission'>> {
  const name = layerNameOf(ctx, input.LayerName)
  checkStatement(input)
  const record = await layerVersionOf(ctx.tx, name, input.VersionNumber)
  if (input.RevisionId !== undefined) {
    checkRevision(input.RevisionId, record.policy?.revisionId ?? '')
  }
  const statements = record.policy?.statements ?? []
  if (statements.some(({ Sid }) => Sid === input.StatementId)) {
    throw new ResourceConflictException(
      `The statement id (${input.StatementId}) provided already exists. ` +
        'Please provide a new statement id, or remove the existing statement.',
    )
  }
  const statement: StatementRecord = {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(input.Principal),
    Action: input.Action,
    Resource: layerArn(ctx, name, record.version),
    ...(input.OrganizationId !== undefined && {
      Condition: { StringEquals: { 'aws:PrincipalOrgID': input.OrganizationId } },
    }),
  }
  const revisionId = ctx.ids.uuid()
  await save(ctx, { ...record, policy: { statements: [...statements, statement], revisionId } })
  return { Statement: JSON.stringify(statement), RevisionId: revisionId }
}

export async function getLayerVersionPolicy(
  ctx: LambdaContext,
  input: Input<'GetLayerVersionPolicy'>,
): Promise<Output<'GetLayerVersionPolicy'>> {
  const name = layerNameOf(ctx, input.LayerName)
  const { policy } = await layerVersionOf(ctx.tx, name, input.VersionNumber)
  if (policy === undefined) throw noPolicy()
  const document = { Version: '2012-10-17', Id: 'default', Statement: policy.statements }
  return { Policy: JSON.stringify(document), RevisionId: policy.revisionId }
}

export async function removeLayerVersionPermission(
  ctx: LambdaContext,
  input: Input<'RemoveLayerVersionPermission'>,
): Promise<void> {
  const name = layerNameOf(ctx, input.LayerName)
  const { policy, ...record } = await layerVersionOf(ctx.tx, name, input.VersionNumber)
  if (policy === undefined) throw noPolicy()
  checkRevision(input.RevisionId, policy.revisionId)
  const statements = policy.statements.filter(({ Sid }) => Sid !== input.StatementId)
  if (statements.length === policy.statements.length) {
    throw new ResourceNotFoundException(
      `Statement ${input.StatementId} is not found in resource policy.`,
    )
  }
  const rest = statements.length > 0 && { policy: { statements, revisionId: ctx.ids.uuid() } }
  await save(ctx, { ...record, ...rest })
}

/** Whether an account other than the layer's own may use it. Organizations are not known here: none is fulfilled. */
export function mayUse({ policy }: LayerVersionRecord, account: string): boolean {
  return (policy?.statements ?? []).some(({ Principal, Condition }) => {
    if (Condition !== undefined) return false
    if (Principal === '*') return true
    return /^arn:aws[a-z-]*:iam::(\d{12}):root$/.exec(Principal['AWS'] ?? '')?.[1] === account
  })
}

async function save(ctx: LambdaContext, record: LayerVersionRecord): Promise<void> {
  await ctx.tx.update(layerVersions, record.name, String(record.version), record)
}

function checkStatement(input: Input<'AddLayerVersionPermission'>): void {
  const { StatementId, Action, Principal, OrganizationId } = input
  refuseBroken([
    matching(StatementId, 'statementId', /^[a-zA-Z0-9-_]{1,100}$/, '([a-zA-Z0-9-_]+)'),
    matching(Action, 'action', /^lambda:GetLayerVersion$/, 'lambda:GetLayerVersion'),
    matching(
      Principal,
      'principal',
      /^(?:\d{12}|\*|arn:aws[a-zA-Z-]*:iam::\d{12}:root)$/,
      '\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root',
    ),
    matching(OrganizationId, 'organizationId', /^o-[a-z0-9]{10,32}$/, 'o-[a-z0-9]{10,32}'),
  ])
}

function principalOf(principal: string): StatementRecord['Principal'] {
  if (principal === '*') return '*'
  return { AWS: /^\d/.test(principal) ? `arn:aws:iam::${principal}:root` : principal }
}

function noPolicy(): ResourceNotFoundException {
  return new ResourceNotFoundException('No policy is associated with the given resource.')
}
