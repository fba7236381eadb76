/**
 * From records to the data plane. A stage with its deployment's snapshot is a `ProgramSource`; publishing it
 * compiles it first, so that who deploys hears what is wrong while the old program goes on running.
 */
import { BadRequestException } from '../aws/faults.ts'
import type { ProgramSource } from '../program/program.ts'
import { ProgramError } from '../program/program-error.ts'
import { remarksOn } from '../program/remarks.ts'
import { compileRest } from '../program/rest.ts'
import type { Namespace, Reader, Store } from '../store/store.ts'
import { readClientCertificate } from './certificate-records.ts'
import type { Change, ControlContext, StageCacheName } from './context.ts'
import type { StageRecord } from './records.ts'
import { deployments, snapshots, stages } from './records.ts'

/** Makes a stage live as it now stands in the store. Throws `BadRequestException` when it does not compile. */
export async function publishStage(
  ctx: ControlContext,
  apiId: string,
  stage: StageRecord,
): Promise<void> {
  const source = await sourceOf(ctx.tx, ctx, apiId, stage)
  if (!source) throw new BadRequestException('Deployment id does not exist')
  ctx.publish(source)
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

  identities(): void {
    this.list.push({ type: 'identities' })
  }

  flush(apiId: string, stageName: string, cache: StageCacheName): void {
    this.list.push({ type: 'flush', cache, apiId, stageName })
  }
}

/** Every stage of every account and region as it is to run: for the start of the data plane. */
export async function publishedSources(store: Store): Promise<ProgramSource[]> {
  const sources: ProgramSource[] = []
  for (const { parent, record, namespace } of await store.scan(stages)) {
    const source = await store.read(namespace, tx => sourceOf(tx, namespace, parent, record))
    if (source) sources.push(source)
  }
  return sources
}

/** What a stage runs; undefined: a deployment that the stage names is not there. */
export async function sourceOf(
  tx: Reader,
  { account, region }: Namespace,
  apiId: string,
  stage: StageRecord,
): Promise<ProgramSource | undefined> {
  const main = await deployed(tx, apiId, stage.deploymentId)
  if (!main) return undefined
  const certificate = await readClientCertificate(tx, stage.clientCertificateId)
  const source = {
    ...({ format: 1, type: 'rest', account, region, apiId, stage } as const),
    ...main,
    ...certificate,
  }
  const { deploymentId, percentTraffic = 0 } = stage.canarySettings ?? {}
  if (deploymentId === undefined || !(percentTraffic > 0)) return source
  const canary = await deployed(tx, apiId, deploymentId)
  return canary && { ...source, canary }
}

async function deployed(
  tx: Reader,
  apiId: string,
  deploymentId: string,
): Promise<Pick<ProgramSource, 'deployment' | 'snapshot'> | undefined> {
  const deployment = await tx.get(deployments, apiId, deploymentId)
  const snapshot = await tx.get(snapshots, apiId, deploymentId)
  if (!deployment || !snapshot) return undefined
  const { id, createdDate } = deployment.record
  return { deployment: { id, createdDate }, snapshot: snapshot.record }
}
