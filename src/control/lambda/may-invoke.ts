/**
 * Whether a function's resource policy lets a service, a user or a role invoke it. API Gateway answers 500 when it does not.
 */
import { compileArn } from '../../aws/policy/arn-pattern.ts'
import { type PolicyRequest, type Requester, weighAll } from '../../aws/policy/verdict.ts'
import { readPattern } from '../../aws/policy/wildcard.ts'
import { compiledPolicy } from './function-policy.ts'
import type { StatementRecord } from './records.ts'

/** A service that wants to invoke, and for whom. */
export interface Invoker {
  /** For example `apigateway.amazonaws.com`. */
  readonly principal: string
  /** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}` */
  readonly sourceArn: string
  readonly sourceAccount: string
}

/** True if one of the statements allows it. */
export function mayInvoke(policy: readonly StatementRecord[], invoker: Invoker): boolean {
  return weighAll(compiledPolicy(policy), requestOf(invoker)).decision === 'allow'
}

/**
 * Whether the policy lets a user, or a session of a role, invoke. `ownAccount` is the function's: there a statement for the
 * whole account leaves the decision to the policies of whoever invokes, which did not allow it.
 */
export function letsInvoke(
  policy: readonly StatementRecord[],
  requester: Requester,
  ownAccount: string,
): boolean {
  const { decision, reach } = weighAll(compiledPolicy(policy), {
    ...requestOf(nobody),
    requester,
    service: null,
    valueFor: key =>
      key === 'aws:principalarn' ? (requester.roleArn ?? requester.arn) : undefined,
  })
  if (decision !== 'allow') return false
  return requester.account !== ownAccount || reach !== 'account'
}

function requestOf({ principal, sourceArn, sourceAccount }: Invoker): PolicyRequest {
  return {
    action: 'lambda:InvokeFunction',
    resource: '*',
    requester: null,
    service: principal,
    valueFor(key) {
      switch (key) {
        case 'aws:sourcearn':
          return sourceArn
        case 'aws:sourceaccount':
          return sourceAccount
        default:
          return undefined
      }
    },
  }
}

/** As the condition ArnLike: each of the six parts by itself, and `*` alone is any. */
export function isArnLike(pattern: string, arn: string): boolean {
  return compileArn(readPattern(pattern), false)(arn, requestOf(nobody))
}

const nobody: Invoker = Object.freeze({ principal: '', sourceArn: '', sourceAccount: '' })
