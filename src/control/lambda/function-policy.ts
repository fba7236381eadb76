/**
 * A function's resource policy, ready to be asked. Its statements were made by AddPermission and are Allows; one that
 * cannot be compiled allows nothing.
 */
import { compilePolicy } from '../../aws/policy/compile.ts'
import { readPolicy } from '../../aws/policy/document.ts'
import { PolicyError } from '../../aws/policy/policy-error.ts'
import type { Policy } from '../../aws/policy/verdict.ts'
import type { StatementRecord } from './records.ts'

/** Functions that are called keep their policy in memory; so long what it was compiled into is kept too. */
const compiled = new WeakMap<readonly StatementRecord[], readonly Policy[]>()

/** One policy for each statement; ask them for the resource `*`. */
export function compiledPolicy(statements: readonly StatementRecord[]): readonly Policy[] {
  let policies = compiled.get(statements)
  if (policies === undefined) {
    policies = statements.flatMap(compile)
    compiled.set(statements, policies)
  }
  return policies
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
