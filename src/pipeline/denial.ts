/**
 * The answers of policies that do not let a request pass: 403 ACCESS_DENIED, in AWS's words (recorded).
 *
 *     an authorizer's policy   User is not authorized to access this resource[ with an explicit deny]
 *     who signed               User: arn:… is not authorized to perform: execute-api:Invoke on resource: arn:…:********1234:…
 *     nobody signed            User: anonymous is not authorized to perform: …[ with an explicit deny]
 *
 * The account id shows its last four digits only.
 */
import type { Verdict } from '../aws/policy/verdict.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Exchange } from './exchange.ts'

/** Which policy the verdict comes from. */
export type DenialSource = 'identity' | 'resource' | 'authorizer'

export interface Denial {
  readonly action: string
  /** The method's ARN. */
  readonly resource: string
  readonly verdict: Verdict
  readonly source: DenialSource
  /** After an implicit deny: what would have had to allow it, for the decision record. */
  readonly needed: string
}

export function denied(x: Exchange, denial: Denial): Refusal {
  const { action, resource, verdict, needed } = denial
  const { statement } = verdict
  const what = `${action} on ${resource}`
  return new Refusal('ACCESS_DENIED', {
    message: x.authOutcome?.type === 'lambda' ? authorizerText(verdict) : callerText(x, denial),
    reason:
      statement === null
        ? `${needed}: ${what}`
        : `statement ${statement.id} of ${statement.policy} denies ${what}: ${statement.text}`,
  })
}

function authorizerText({ decision }: Verdict): string {
  const text = 'User is not authorized to access this resource'
  return decision === 'explicitDeny' ? `${text} with an explicit deny` : text
}

/** Where an explicit deny of a signer stands is said since 2025; for a resource policy the words are a guess. */
function callerText(x: Exchange, { action, resource, verdict, source }: Denial): string {
  const who = x.identity?.arn ?? 'anonymous'
  const text = `User: ${who} is not authorized to perform: ${action} on resource: ${masked(resource)}`
  if (verdict.decision !== 'explicitDeny') return text
  if (x.identity === null) return `${text} with an explicit deny`
  const kind = source === 'resource' ? 'a resource-based' : 'an identity-based'
  return `${text} with an explicit deny in ${kind} policy`
}

/** `arn:aws:execute-api:eu-west-1:111122223333:…` -> `…:********3333:…` */
function masked(arn: string): string {
  return arn.replace(/^((?:[^:]*:){4})\d{8}(\d{4}:)/, '$1********$2')
}
