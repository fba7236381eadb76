/**
 * How a function is changed: one transaction, then the runner and the data plane hear of it. The Lambda API opens its
 * own transactions, because code is unpacked before one and functions are told after it.
 */
import { PreconditionFailedException, ResourceConflictException } from '../../aws/lambda-faults.ts'
import { RecordExists, RecordMissing, StaleRecord } from '../../store/errors.ts'
import type { Writer } from '../../store/store.ts'
import type { LambdaContext } from './context.ts'
import { arnOf } from './lookup.ts'

/** Runs `work` in one transaction; when it is on disk, whoever has the function `name` in memory is told. */
export async function change<T>(
  ctx: LambdaContext,
  name: string,
  work: (tx: Writer) => Promise<T>,
): Promise<T> {
  const output = await ctx.store.write(ctx.namespace, work).catch(explainConflict)
  ctx.functions.changed(arnOf(ctx, { name, qualifier: undefined }))
  return output
}

/** Runs `work` in one transaction of a layer, which no function hears of: those have copies. */
export function changeLayer<T>(ctx: LambdaContext, work: (tx: Writer) => Promise<T>): Promise<T> {
  return ctx.store.write(ctx.namespace, work).catch(explainConflict)
}

/** Throws when the caller wants to change another revision than there is. */
export function checkRevision(wanted: string | undefined, revisionId: string): void {
  if (wanted === undefined || wanted === revisionId) return
  throw new PreconditionFailedException(
    'The RevisionId provided does not match the latest RevisionId. ' +
      'Call the GetFunction/GetAlias API to retrieve the latest RevisionId',
  )
}

function explainConflict(error: unknown): never {
  const isConflict =
    error instanceof RecordExists || error instanceof RecordMissing || error instanceof StaleRecord
  if (!isConflict) throw error
  throw new ResourceConflictException(
    'The operation cannot be performed at this time. An update is in progress for resource.',
  )
}
