/**
 * Whether a function's resource policy lets a service invoke it. API Gateway answers 500 when it does not.
 *
 * Statements were made by AddPermission and are Allows; one that cannot be compiled allows nothing.
 */
import { compileArn } from '../../aws/policy/arn-pattern.ts'
import { compilePolicy } from '../../aws/policy/compile.ts'
import { readPolicy } from '../../aws/policy/document.ts'
import { PolicyError } from '../../aws/policy/policy-error.ts'
import { type Policy, type PolicyRequest, weighAll } from '../../aws/policy/verdict.ts'
import { readPattern } from '../../aws/policy/wildcard.ts'
import type { StatementRecord } from './records.ts'

/** Who wants to invoke, and for whom. */
export interface Invoker {
  /** For example `apigateway.amazonaws.com`. */
  readonly principal: string
  /** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}` */
  readonly sourceArn: string
  readonly sourceAccount: string
}

/** Functions that are called keep their policy in memory; so long what it was compiled into is kept too. */
const compiled = new WeakMap<readonly StatementRecord[], readonly Policy[]>()

/** True if one of the statements allows it. */
export function mayInvoke(policy: readonly StatementRecord[], invoker: Invoker): boolean {
  let policies = compiled.get(policy)
  if (policies === undefined) {
    policies = policy.flatMap(compile)
    compiled.set(policy, policies)
  }
  return weighAll(policies, requestOf(invoker)).decision === 'allow'
}

function compile(statement: StatementRecord): Policy[] {
  try {
    // The policy hangs on what it names: a function, or one version or alias of it.
    const whole = { Version: '2012-10-17', Statement: { ...statement, Resource: '*' } }
    return [compilePolicy(readPolicy(whole, 'resource'), "the function's policy")]
  } catch (error) {
    if (error instanceof PolicyError) return []
    throw error
  }
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
