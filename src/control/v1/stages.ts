/**
 * Stages: named places where one deployment is live, with settings of their own. Every change of a stage is
 * published at once.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html
 */
import { BadRequestException, ConflictException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import { account } from '../account-record.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { defined, isFilled, wholeSeconds } from '../draft.ts'
import { publishStage } from '../publication.ts'
import { type StageRecord, stages } from '../records.ts'
import { checkTags } from '../tags.ts'
import { checkIsUnmapped } from './base-path-mappings.ts'
import { checkClientCertificate } from './client-certificates.ts'
import { checkDeployment, requireApi, requireStage } from './lookup.ts'
import { patchStage } from './stage-patch.ts'
import { checkStage, newStage, readCanary } from './stage-rules.ts'
import { leavePlans } from './usage-plan-lookup.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Stage = RestOperations['GetStage']['output']

export async function createStage(
  ctx: ControlContext,
  input: Input<'CreateStage'>,
): Promise<Stage> {
  const { restApiId, stageName, deploymentId, canarySettings, tags } = input
  await requireApi(ctx, restApiId)
  checkTags(tags)
  const stage: StageRecord = {
    ...newStage(stageName, deploymentId, ctx.clock.now()),
    ...defined({
      description: input.description,
      cacheClusterEnabled: input.cacheClusterEnabled,
      cacheClusterSize: input.cacheClusterSize,
      variables: input.variables,
      documentationVersion: input.documentationVersion,
      tracingEnabled: input.tracingEnabled,
      canarySettings: canarySettings && readCanary(canarySettings),
      tags: isFilled(tags) ? tags : undefined,
    }),
  }
  checkStage(stage)
  if (await ctx.tx.get(stages, restApiId, stageName)) {
    throw new ConflictException('Stage already exists')
  }
  await checkDeployments(ctx, restApiId, stage)
  await ctx.tx.insert(stages, restApiId, stageName, stage)
  await publishStage(ctx, restApiId, stage)
  return present(stage)
}

export async function getStage(
  ctx: ReadContext,
  { restApiId, stageName }: Input<'GetStage'>,
): Promise<Stage> {
  return present(await requireStage(ctx, restApiId, stageName))
}

/** All at once: GetStages has no pages. */
export async function getStages(ctx: ReadContext, { restApiId, deploymentId }: Input<'GetStages'>) {
  await requireApi(ctx, restApiId)
  const all = (await ctx.tx.all(stages, restApiId)).map(row => row.record)
  const chosen = all.filter(stage => !deploymentId || stage.deploymentId === deploymentId)
  return { item: chosen.map(present) }
}

export async function updateStage(
  ctx: ControlContext,
  { restApiId, stageName, patchOperations }: Input<'UpdateStage'>,
): Promise<Stage> {
  const stage = await requireStage(ctx, restApiId, stageName)
  const wasLogged = isLogged(stage)
  const certificateBefore = stage.clientCertificateId
  patchStage(stage, patchOperations)
  checkStage(stage)
  await checkDeployments(ctx, restApiId, stage)
  if (isLogged(stage) && !wasLogged) await checkLogRole(ctx)
  const { clientCertificateId } = stage
  if (clientCertificateId !== undefined && clientCertificateId !== certificateBefore) {
    await checkClientCertificate(ctx, clientCertificateId)
  }
  stage.lastUpdatedDate = ctx.clock.now()
  await ctx.tx.update(stages, restApiId, stageName, stage)
  await publishStage(ctx, restApiId, stage)
  return present(stage)
}

export async function deleteStage(
  ctx: ControlContext,
  { restApiId, stageName }: Input<'DeleteStage'>,
): Promise<undefined> {
  await requireStage(ctx, restApiId, stageName)
  await checkIsUnmapped(ctx, stageName, { restApiId, stageName })
  await ctx.tx.delete(stages, restApiId, stageName)
  await leavePlans(ctx.tx, restApiId, stageName)
  ctx.retract(restApiId, stageName)
}

async function checkDeployments(
  ctx: ReadContext,
  restApiId: string,
  { deploymentId, canarySettings }: StageRecord,
): Promise<void> {
  await checkDeployment(ctx, restApiId, deploymentId)
  if (canarySettings?.deploymentId !== undefined) {
    await checkDeployment(ctx, restApiId, canarySettings.deploymentId)
  }
}

function isLogged({ methodSettings = {} }: StageRecord): boolean {
  return Object.values(methodSettings).some(
    each => each.loggingLevel !== undefined && each.loggingLevel !== 'OFF',
  )
}

// Known from users' reports.
async function checkLogRole({ tx }: ReadContext): Promise<void> {
  const row = await tx.get(account, '', account.name)
  if (!row?.record.cloudwatchRoleArn) {
    throw new BadRequestException(
      'CloudWatch Logs role ARN must be set in account settings to enable logging',
    )
  }
}

/** What AWS answers for a stage. */
function present(stage: StageRecord): Stage {
  return {
    ...stage,
    createdDate: wholeSeconds(stage.createdDate),
    lastUpdatedDate: wholeSeconds(stage.lastUpdatedDate),
    // The stage's own checks keep the enumerations to the SDK's values.
  } as Stage
}
