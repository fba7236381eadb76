/**
 * Whether a function's resource policy lets everybody call it through its URL, where that asks for no signature. Two
 * actions are needed: `lambda:InvokeFunctionUrl`, and since October 2025 `lambda:InvokeFunction` through the URL.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
import { compilePolicy } from '../../aws/policy/compile.ts'
import { readPolicy } from '../../aws/policy/document.ts'
import { PolicyError } from '../../aws/policy/policy-error.ts'
import { type Policy, weighAll } from '../../aws/policy/verdict.ts'
import type { StatementRecord } from './records.ts'

const actions = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] as const

/** The sentence that says what is missing; undefined when everybody may. */
export function whyNotPublic(policy: readonly StatementRecord[]): string | undefined {
  const policies = policy.flatMap(compile)
  const missing = actions.filter(action => {
    const request = { action, resource: '*', requester: null, service: null, valueFor }
    return weighAll(policies, request).decision !== 'allow'
  })
  if (missing.length === 0) return undefined
  return (
    `the resource policy of the function does not allow everybody (principal *) ${missing.join(' and ')}; ` +
    'add-permission with --function-url-auth-type NONE allows the first, with --invoked-via-function-url the second'
  )
}

function valueFor(key: string): string | undefined {
  switch (key) {
    case 'lambda:functionurlauthtype':
      return 'NONE'
    case 'lambda:invokedviafunctionurl':
      return 'true'
    default:
      return undefined
  }
}

/** A statement that cannot be compiled allows nothing. */
function compile(statement: StatementRecord): Policy[] {
  try {
    const whole = { Version: '2012-10-17', Statement: { ...statement, Resource: '*' } }
    return [compilePolicy(readPolicy(whole, 'resource'), "the function's policy")]
  } catch (error) {
    if (error instanceof PolicyError) return []
    throw error
  }
}
