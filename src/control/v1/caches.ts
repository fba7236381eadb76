/**
 * FlushStageCache and FlushStageAuthorizersCache: when they are answered, no thread has anything from before.
 */
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext } from '../context.ts'
import { requireStage } from './lookup.ts'

export async function flushStageCache(
  ctx: ControlContext,
  { restApiId, stageName }: RestOperations['FlushStageCache']['input'],
): Promise<undefined> {
  await requireStage(ctx, restApiId, stageName)
  ctx.flushCache(restApiId, stageName, 'answers')
}

export async function flushStageAuthorizersCache(
  ctx: ControlContext,
  { restApiId, stageName }: RestOperations['FlushStageAuthorizersCache']['input'],
): Promise<undefined> {
  await requireStage(ctx, restApiId, stageName)
  ctx.flushCache(restApiId, stageName, 'authorizations')
}
