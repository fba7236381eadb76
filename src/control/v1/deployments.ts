/**
 * Deployments: immutable snapshots of an API. With a stage name, CreateDeployment also makes that stage
 * or moves it here; with canary settings it leaves the stage where it is and hangs the new one beside it.
 *
 * https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDeployment.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ApiSnapshot } from '../../aws/rest-api.ts'
import type { ControlContext, ReadContext } from '../context.ts'
import { type Draft, defined, wholeSeconds } from '../draft.ts'
import { listPage } from '../paging.ts'
import { patcher, plainDialect, setText } from '../patch.ts'
import { publishStage } from '../publication.ts'
import {
  authorizers,
  type DeploymentRecord,
  deployments,
  gatewayResponses,
  models,
  type RestApiRecord,
  requestValidators,
  resources,
  snapshots,
  stages,
} from '../records.ts'
import { requireApi, requireDeployment } from './lookup.ts'
import { checkStage, newStage } from './stage-rules.ts'

type Input<N extends keyof RestOperations> = RestOperations[N]['input']
type Deployment = RestOperations['GetDeployment']['output']

export async function createDeployment(
  ctx: ControlContext,
  input: Input<'CreateDeployment'>,
): Promise<Deployment> {
  const { restApiId, description } = input
  const api = await requireApi(ctx, restApiId)
  if (input.canarySettings) await checkCanaryStage(ctx, input)
  const snapshot = await takeSnapshot(ctx, api)
  checkDeployable(snapshot)
  const deployment = defined({ id: ctx.ids.short(6), description, createdDate: ctx.clock.now() })
  await ctx.tx.insert(deployments, restApiId, deployment.id, deployment)
  await ctx.tx.insert(snapshots, restApiId, deployment.id, snapshot)
  if (input.stageName) await moveStage(ctx, input, input.stageName, deployment.id)
  return present(deployment)
}

export async function getDeployment(
  ctx: ReadContext,
  { restApiId, deploymentId, embed }: Input<'GetDeployment'>,
): Promise<Deployment> {
  const deployment = await requireDeployment(ctx, restApiId, deploymentId)
  if (!embed?.includes('apisummary')) return present(deployment)
  const snapshot = await ctx.tx.get(snapshots, restApiId, deploymentId)
  return { ...present(deployment), apiSummary: summaryOf(snapshot?.record.resources ?? []) }
}

export async function getDeployments(ctx: ReadContext, input: Input<'GetDeployments'>) {
  await requireApi(ctx, input.restApiId)
  return listPage(ctx.tx, deployments, input.restApiId, input, present)
}

const patch = patcher<DeploymentRecord>(plainDialect, {
  '/description': { replace: setText('description') },
})

export async function updateDeployment(
  ctx: ControlContext,
  { restApiId, deploymentId, patchOperations }: Input<'UpdateDeployment'>,
): Promise<Deployment> {
  const deployment = await requireDeployment(ctx, restApiId, deploymentId)
  patch(deployment, patchOperations)
  await ctx.tx.update(deployments, restApiId, deploymentId, deployment)
  return present(deployment)
}

export async function deleteDeployment(
  ctx: ControlContext,
  { restApiId, deploymentId }: Input<'DeleteDeployment'>,
): Promise<undefined> {
  await requireDeployment(ctx, restApiId, deploymentId)
  for (const { record } of await ctx.tx.all(stages, restApiId)) {
    const isUsed =
      record.deploymentId === deploymentId || record.canarySettings?.deploymentId === deploymentId
    if (isUsed) {
      throw new BadRequestException(
        'Active stages pointing to this deployment must be moved or deleted',
      )
    }
  }
  await ctx.tx.delete(deployments, restApiId, deploymentId)
  await ctx.tx.delete(snapshots, restApiId, deploymentId)
}

/** The API as it stands now. */
export async function takeSnapshot(
  { tx }: Pick<ReadContext, 'tx'>,
  api: RestApiRecord,
): Promise<Draft<ApiSnapshot>> {
  return {
    api,
    resources: (await tx.all(resources, api.id)).map(row => row.record),
    models: (await tx.all(models, api.id)).map(row => row.record),
    requestValidators: (await tx.all(requestValidators, api.id)).map(row => row.record),
    gatewayResponses: (await tx.all(gatewayResponses, api.id)).map(row => row.record),
    authorizers: (await tx.all(authorizers, api.id)).map(row => row.record),
  }
}

// The words are known from other programs' copies of them.
function checkDeployable(snapshot: ApiSnapshot): void {
  const methods = snapshot.resources.flatMap(each => Object.values(each.resourceMethods ?? {}))
  if (methods.length === 0) {
    throw new BadRequestException("The REST API doesn't contain any methods")
  }
  if (methods.some(method => method.methodIntegration === undefined)) {
    throw new BadRequestException('No integration defined for method')
  }
}

async function checkCanaryStage(
  { tx }: ReadContext,
  { restApiId, stageName }: Input<'CreateDeployment'>,
): Promise<void> {
  const prefix = 'Invalid deployment content specified.'
  if (!stageName) {
    throw new BadRequestException(
      `${prefix}Non null and non empty stageName must be provided for canary deployment. ` +
        `Provided value is ${stageName ?? 'null'}`,
    )
  }
  if (!(await tx.get(stages, restApiId, stageName))) {
    throw new BadRequestException(
      `${prefix}Stage ${stageName} must already be created before making a canary release deployment`,
    )
  }
}

/** Makes the stage or moves it to the deployment, and applies what CreateDeployment says about it. */
async function moveStage(
  ctx: ControlContext,
  input: Input<'CreateDeployment'>,
  stageName: string,
  deploymentId: string,
): Promise<void> {
  const { restApiId, canarySettings, stageDescription } = input
  const { cacheClusterEnabled, cacheClusterSize, variables, tracingEnabled } = input
  const row = await ctx.tx.get(stages, restApiId, stageName)
  const now = ctx.clock.now()
  const stage = {
    ...(row?.record ?? newStage(stageName, deploymentId, now)),
    ...defined({
      description: stageDescription,
      cacheClusterEnabled,
      cacheClusterSize,
      variables,
      tracingEnabled,
    }),
    lastUpdatedDate: now,
  }
  if (canarySettings) {
    stage.canarySettings = {
      deploymentId,
      percentTraffic: canarySettings.percentTraffic ?? 0,
      ...defined({ stageVariableOverrides: canarySettings.stageVariableOverrides }),
      useStageCache: canarySettings.useStageCache ?? false,
    }
  } else {
    stage.deploymentId = deploymentId
  }
  checkStage(stage)
  await ctx.tx.put(stages, restApiId, stageName, stage)
  await publishStage(ctx, restApiId, stage)
}

function summaryOf(all: ApiSnapshot['resources']): Deployment['apiSummary'] {
  const filled = all.filter(each => Object.keys(each.resourceMethods ?? {}).length > 0)
  return Object.fromEntries(
    filled.map(({ path, resourceMethods = {} }) => [
      path,
      Object.fromEntries(
        Object.entries(resourceMethods).map(([verb, method]) => [
          verb,
          {
            authorizationType: method.authorizationType,
            apiKeyRequired: method.apiKeyRequired,
          },
        ]),
      ),
    ]),
  )
}

function present(deployment: DeploymentRecord): Deployment {
  return { ...deployment, createdDate: wholeSeconds(deployment.createdDate) }
}
