/**
 * From records to the data plane. A stage with its deployment's snapshot is a `ProgramSource`; publishing it
 * compiles it first, so that who deploys hears what is wrong while the old program goes on running.
 */
import { BadRequestException } from '../aws/faults.ts'
import type { ProgramSource } from '../program/program.ts'
import { ProgramError } from '../program/program-error.ts'
import { remarksOn } from '../program/remarks.ts'
import { compileRest } from '../program/rest.ts'
import type { Store } from '../store/store.ts'
import type { Change, ControlContext } from './context.ts'
import type { DeploymentRecord, StageRecord } from './records.ts'
import { deployments, snapshots, stages } from './records.ts'

/** Makes a stage live as it now stands in the store. Throws `BadRequestException` when it does not compile. */
export async function publishStage(
  ctx: ControlContext,
  apiId: string,
  stage: StageRecord,
): Promise<void> {
  const deployment = await ctx.tx.get(deployments, apiId, stage.deploymentId)
  const snapshot = await ctx.tx.get(snapshots, apiId, stage.deploymentId)
  if (!deployment || !snapshot) throw new BadRequestException('Deployment id does not exist')
  ctx.publish(sourceOf(ctx, apiId, stage, deployment.record, snapshot.record))
}

/** The changes of one transaction: collected while it runs, sent when it is on disk. */
export class Changes {
  readonly list: Change[] = []

  /** Compiles at once and throws `BadRequestException` with the reason. */
  publish(source: ProgramSource): void {
    try {
      const remarks = remarksOn(compileRest(source))
      this.list.push({ type: 'publish', source, remarks })
    } catch (error) {
      if (error instanceof ProgramError) throw new BadRequestException(error.message, {})
      throw error
    }
  }

  retract(apiId: string, stageName: string): void {
    this.list.push({ type: 'retract', apiId, stageName })
  }
}

/** Every stage of every account and region as it is to run: for the start of the data plane. */
export async function publishedSources(store: Store): Promise<ProgramSource[]> {
  const sources: ProgramSource[] = []
  for (const { parent, record, namespace } of await store.scan(stages)) {
    const source = await store.read(namespace, async tx => {
      const deployment = await tx.get(deployments, parent, record.deploymentId)
      const snapshot = await tx.get(snapshots, parent, record.deploymentId)
      if (!deployment || !snapshot) return undefined
      return sourceOf(namespace, parent, record, deployment.record, snapshot.record)
    })
    if (source) sources.push(source)
  }
  return sources
}

function sourceOf(
  { account, region }: { account: string; region: string },
  apiId: string,
  stage: StageRecord,
  { id, createdDate }: DeploymentRecord,
  snapshot: ProgramSource['snapshot'],
): ProgramSource {
  const deployment = { id, createdDate }
  return { format: 1, type: 'rest', account, region, apiId, stage, deployment, snapshot }
}
