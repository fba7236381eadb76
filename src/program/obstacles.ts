/**
 * Fail closed: what a deployment configures and this version cannot carry out. A guard that is not enforced would
 * let requests through that AWS refuses, so such a route (or the whole API) refuses every request, and says why in
 * the decision record and at deployment. What merely has no effect here becomes a notice.
 */
import type { Method, Stage } from '../aws/rest-api.ts'
import type { RefusalType } from '../messages/refusals.ts'
import type { IntegrationPlan, Obstacle, ProgramSource } from './program.ts'

/** An obstacle with its reason, a sentence for the owner of the API. */
export function obstacle(refusal: RefusalType, reason: string): Obstacle {
  return Object.freeze({ refusal, reason })
}

/** What stands in the way of every request to the stage. */
export function stageObstacle({ stage, clientCertificate }: ProgramSource): Obstacle | null {
  if (isSet(stage.webAclArn)) {
    return obstacle('WAF_FILTERED', 'The stage has a web ACL, which this version cannot enforce.')
  }
  if (isSet(stage.clientCertificateId) && clientCertificate === undefined) {
    return obstacle(
      'API_CONFIGURATION_ERROR',
      `The stage's client certificate ${stage.clientCertificateId} is not here: certificates of ACM cannot be presented, only generated ones.`,
    )
  }
  return null
}

/** What stands in the way of one method, integration aside. */
export function methodObstacle(method: Method): Obstacle | null {
  if (method.authorizationType !== 'NONE' && method.authorizationType !== 'AWS_IAM') {
    return obstacle(
      'AUTHORIZER_CONFIGURATION_ERROR',
      `The method's authorization type is ${method.authorizationType}, which this version cannot enforce.`,
    )
  }
  return null
}

/** What stands in the way of an integration that acts in the caller's name. */
export function callerObstacle(
  { authorizationType }: Method,
  plan: IntegrationPlan,
): Obstacle | null {
  const takesCaller = 'credentials' in plan && plan.credentials?.type === 'caller'
  if (!takesCaller || authorizationType === 'AWS_IAM') return null
  return obstacle(
    'API_CONFIGURATION_ERROR',
    "The integration takes the caller's own credentials, for which the method's authorization type must be AWS_IAM.",
  )
}

/** What is configured for the stage and has no effect here, one sentence each. */
export function stageNotices(stage: Stage): string[] {
  const notices: string[] = []
  if (stage.tracingEnabled === true) {
    notices.push('tracingEnabled has no effect: traces are not sent to X-Ray.')
  }
  if (isSet(stage.accessLogSettings?.destinationArn)) {
    notices.push('accessLogSettings has no effect: access logs are not written to its destination.')
  }
  const settings = Object.values(stage.methodSettings ?? {})
  if (settings.some(setting => setting.metricsEnabled === true)) {
    notices.push('metricsEnabled has no effect: metrics are not sent to CloudWatch.')
  }
  const isLogged = settings.some(
    setting =>
      setting.dataTraceEnabled === true || (setting.loggingLevel ?? 'OFF').toUpperCase() !== 'OFF',
  )
  if (isLogged) {
    notices.push(
      'loggingLevel and dataTraceEnabled have no effect: logs are not sent to CloudWatch.',
    )
  }
  return notices
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== ''
}
