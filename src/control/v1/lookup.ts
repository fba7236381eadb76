/**
 * Finds the things that a call names, or refuses with AWS's words for what is missing. The order is AWS's:
 * API, resource, method, integration, response.
 */
import { BadRequestException, NotFoundException } from '../../aws/faults.ts'
import type { Reader } from '../../store/store.ts'
import type { ReadContext } from '../context.ts'
import { entryOf } from '../draft.ts'
import {
  type DeploymentRecord,
  deployments,
  type IntegrationRecord,
  type MethodRecord,
  type ResourceRecord,
  type RestApiRecord,
  resources,
  restApis,
  type StageRecord,
  stages,
} from '../records.ts'

/** The API with this id. Throws `NotFoundException` [R]. */
export async function requireApi(ctx: ReadContext, restApiId: string): Promise<RestApiRecord> {
  const row = await ctx.tx.get(restApis, '', restApiId)
  if (!row) throw unknownApi(ctx, restApiId)
  return row.record
}

/** What most operations say about an API that does not exist [R]. */
export function unknownApi(ctx: ReadContext, restApiId: string): NotFoundException {
  return new NotFoundException(`Invalid API identifier specified ${ctx.account}:${restApiId}`)
}

/** Whether the API exists, for the operations that have words of their own for it. */
export async function hasApi(tx: Reader, restApiId: string): Promise<boolean> {
  return (await tx.get(restApis, '', restApiId)) !== undefined
}

/** The resource, after its API. Throws `NotFoundException` [R]. */
export async function requireResource(
  ctx: ReadContext,
  restApiId: string,
  resourceId: string,
): Promise<ResourceRecord> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(resources, restApiId, resourceId)
  if (!row) throw new NotFoundException('Invalid Resource identifier specified')
  return row.record
}

/** Names a method in the operations' inputs. */
export interface MethodName {
  readonly restApiId: string
  readonly resourceId: string
  readonly httpMethod: string
}

/** The method with the resource that holds it: change the method, store the resource. */
export async function requireMethod(
  ctx: ReadContext,
  { restApiId, resourceId, httpMethod }: MethodName,
): Promise<{ resource: ResourceRecord; method: MethodRecord }> {
  const resource = await requireResource(ctx, restApiId, resourceId)
  const method = entryOf(resource.resourceMethods, httpMethod)
  if (!method) throw new NotFoundException('Invalid Method identifier specified')
  return { resource, method }
}

/** As `requireMethod`, with the method's integration. */
export async function requireIntegration(
  ctx: ReadContext,
  name: MethodName,
): Promise<{ resource: ResourceRecord; method: MethodRecord; integration: IntegrationRecord }> {
  const { resource, method } = await requireMethod(ctx, name)
  if (!method.methodIntegration) {
    throw new NotFoundException('Invalid Integration identifier specified')
  }
  return { resource, method, integration: method.methodIntegration }
}

/** The stage, after its API. The words are known from other programs' copies of them. */
export async function requireStage(
  ctx: ReadContext,
  restApiId: string,
  stageName: string,
): Promise<StageRecord> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(stages, restApiId, stageName)
  if (!row) throw new NotFoundException('Invalid stage identifier specified')
  return row.record
}

/** The deployment, after its API. The words are known from other programs' copies of them. */
export async function requireDeployment(
  ctx: ReadContext,
  restApiId: string,
  deploymentId: string,
): Promise<DeploymentRecord> {
  await requireApi(ctx, restApiId)
  const row = await ctx.tx.get(deployments, restApiId, deploymentId)
  if (!row) throw new NotFoundException('Invalid Deployment identifier specified')
  return row.record
}

/** The deployment that a stage is to point to. Throws `BadRequestException` [R]. */
export async function checkDeployment(
  ctx: ReadContext,
  restApiId: string,
  deploymentId: string,
): Promise<void> {
  if (!(await ctx.tx.get(deployments, restApiId, deploymentId))) {
    throw new BadRequestException('Deployment id does not exist')
  }
}
