/**
 * FlushStageCache and FlushStageAuthorizersCache. The gateway keeps no authorizations yet, so an empty cache is all there is
 * of those: what can be wrong is the API or the stage.
 */
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext } from '../context.ts'
import { requireStage } from './lookup.ts'

export async function flushStageCache(
  ctx: ControlContext,
  { restApiId, stageName }: RestOperations['FlushStageCache']['input'],
): Promise<undefined> {
  await requireStage(ctx, restApiId, stageName)
  ctx.flushCache(restApiId, stageName)
}

export async function flushStageAuthorizersCache(
  ctx: ControlContext,
  { restApiId, stageName }: RestOperations['FlushStageAuthorizersCache']['input'],
): Promise<undefined> {
  await requireStage(ctx, restApiId, stageName)
}
