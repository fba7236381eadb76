/**
 * `portcullis doctor`: looks at every stage for what will always be refused, what is not live and what has no effect, as
 * the data plane would see it. It reads and changes nothing.
 */

import type { Program, ProgramSource } from '../../program/program.ts'
import { ProgramError } from '../../program/program-error.ts'
import { compileRest } from '../../program/rest.ts'
import type { Namespace, Reader, Store } from '../../store/store.ts'
import { usagePlans } from '../key-records.ts'
import { sourceOf } from '../publication.ts'
import { restApis, type StageRecord, stages } from '../records.ts'
import { takeSnapshot } from '../v1/deployments.ts'
import type { Finding, StageReport } from './finding.ts'
import { methodFindings, type WhyNotCallable } from './methods.ts'
import { policyCheck } from './policies.ts'
import { undeployedChanges } from './redeployment.ts'

export interface DoctorParts {
  readonly store: Store
  readonly whyNotCallable: WhyNotCallable
  /** What only the gateway's options and its identities tell. */
  readonly findingsOn: (source: ProgramSource) => readonly Finding[]
}

/** A report for every stage of every account and region, in the order of APIs and stages. */
export async function examine(parts: DoctorParts): Promise<StageReport[]> {
  const reports: StageReport[] = []
  for (const { parent: apiId, record, namespace } of await parts.store.scan(stages)) {
    reports.push(await examineStage(parts, namespace, apiId, record))
  }
  const nameOf = ({ account, region, apiName, apiId, stage }: StageReport): string =>
    [account, region, apiName, apiId, stage].join('\0')
  return reports.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

async function examineStage(
  parts: DoctorParts,
  namespace: Namespace,
  apiId: string,
  stage: StageRecord,
): Promise<StageReport> {
  const { source, undeployed, isInUsagePlan } = await parts.store.read(namespace, tx =>
    readStage(tx, namespace, apiId, stage),
  )
  const report = {
    apiId,
    apiName: source?.snapshot.api.name ?? '',
    ...namespace,
    stage: stage.stageName,
  }
  if (source === undefined) return { ...report, findings: [noDeployment] }
  const program = compiled(source)
  if (typeof program === 'string') {
    return { ...report, findings: [{ severity: 'refused', where: '', problem: program }] }
  }
  const findings = [
    ...stageFindings(program),
    ...(await methodFindings(
      program,
      isInUsagePlan,
      parts.whyNotCallable,
      policyCheck(program, source.snapshot.api.policy),
    )),
    ...parts.findingsOn(source),
    ...(undeployed === undefined ? [] : [undeployed]),
    ...program.notices.map(noEffectFinding),
  ]
  return { ...report, findings }
}

const noDeployment: Finding = Object.freeze({
  severity: 'refused',
  where: '',
  problem: "The stage's deployment is not there.",
  advice: 'Deploy the API to the stage (create-deployment).',
})

async function readStage(tx: Reader, namespace: Namespace, apiId: string, stage: StageRecord) {
  const source = await sourceOf(tx, namespace, apiId, stage)
  const api = await tx.get(restApis, '', apiId)
  const plans = await tx.all(usagePlans, '')
  return {
    source,
    undeployed:
      source && api && undeployedChanges(source.snapshot, await takeSnapshot({ tx }, api.record)),
    isInUsagePlan: plans.some(({ record }) =>
      record.apiStages.some(each => each.apiId === apiId && each.stage === stage.stageName),
    ),
  }
}

function compiled(source: ProgramSource): Program | string {
  try {
    return compileRest(source)
  } catch (error) {
    if (error instanceof ProgramError) return error.message
    throw error
  }
}

function stageFindings({ obstacle }: Program): Finding[] {
  return obstacle === null ? [] : [refusedFinding(obstacle.reason)]
}

function refusedFinding(problem: string): Finding {
  return { severity: 'refused', where: '', problem }
}

function noEffectFinding(problem: string): Finding {
  return { severity: 'no-effect', where: '', problem }
}
