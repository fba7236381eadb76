/** What `portcullis doctor` says: one thing that its owner would want to know about a stage. */

/**
 * `refused`: requests are always refused, or always fail. `undeployed`: what was changed is not live. `no-effect`: it is
 * configured and does nothing here. `unchecked`: a guard that AWS has lets everything pass here.
 */
export type Severity = 'refused' | 'undeployed' | 'no-effect' | 'unchecked'

export interface Finding {
  readonly severity: Severity
  /** `GET /pets`; '' for the stage as a whole. */
  readonly where: string
  /** What is wrong, a sentence. */
  readonly problem: string
  /** What to do about it, a sentence or a command; absent when nothing can be done. */
  readonly advice?: string
}

/** The findings on one stage; none when all is well. */
export interface StageReport {
  readonly apiId: string
  readonly apiName: string
  readonly account: string
  readonly region: string
  readonly stage: string
  readonly findings: readonly Finding[]
}
