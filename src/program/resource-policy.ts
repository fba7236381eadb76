/**
 * The API's resource policy, as the deployment has it: a change takes effect with the next one. One that cannot be read
 * lets nobody pass.
 */
import { compilePolicyText } from '../aws/policy/compile.ts'
import { PolicyError } from '../aws/policy/policy-error.ts'
import type { Policy } from '../aws/policy/verdict.ts'
import { obstacle } from './obstacles.ts'
import type { Obstacle } from './program.ts'

export interface PolicyGuard {
  /** null: the API has none. */
  readonly policy: Policy | null
  readonly obstacle: Obstacle | null
}

const none: PolicyGuard = Object.freeze({ policy: null, obstacle: null })

export function compileResourcePolicy(text: string | undefined): PolicyGuard {
  if (text === undefined || text.trim() === '') return none
  try {
    return { policy: compilePolicyText(text, 'resource', 'the resource policy'), obstacle: null }
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    const reason = `The API's resource policy cannot be read: ${error.message}`
    return { policy: null, obstacle: obstacle('ACCESS_DENIED', reason) }
  }
}
