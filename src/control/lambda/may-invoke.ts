/**
 * Whether a function's resource policy lets a service invoke it. API Gateway answers 500 when it does not.
 *
 * Fails closed: a condition that is not known here is not fulfilled.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import type { StatementRecord } from './records.ts'

/** Who wants to invoke, and for whom. */
export interface Invoker {
  /** For example `apigateway.amazonaws.com`. */
  readonly principal: string
  /** `arn:aws:execute-api:{region}:{account}:{api}/{stage}/{method}/{path}` */
  readonly sourceArn: string
  readonly sourceAccount: string
}

const invokeActions: ReadonlySet<string> = new Set([
  'lambda:invokefunction',
  'lambda:invoke*',
  'lambda:*',
  '*',
])

/** True if one of the statements allows it. */
export function mayInvoke(policy: readonly StatementRecord[], invoker: Invoker): boolean {
  return policy.some(statement => allows(statement, invoker))
}

function allows({ Principal, Action, Condition }: StatementRecord, invoker: Invoker): boolean {
  if (!invokeActions.has(Action.toLowerCase())) return false
  if (Principal !== '*' && Principal['Service'] !== invoker.principal) return false
  for (const [operator, keys] of Object.entries(Condition ?? {})) {
    for (const [key, wanted] of Object.entries(keys)) {
      if (!isFulfilled(operator, key.toLowerCase(), wanted, invoker)) return false
    }
  }
  return true
}

function isFulfilled(operator: string, key: string, wanted: string, invoker: Invoker): boolean {
  if (operator === 'ArnLike' && key === 'aws:sourcearn') return isArnLike(wanted, invoker.sourceArn)
  if (operator === 'StringEquals' && key === 'aws:sourceaccount') {
    return wanted === invoker.sourceAccount
  }
  return false
}

/** Each of the six parts of an ARN by itself: `*` is any text, `?` one character, and neither crosses parts. */
export function isArnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true
  const wanted = partsOf(pattern)
  const given = partsOf(arn)
  if (wanted.length !== 6 || given.length !== 6) return false
  return wanted.every((part, i) => isLike(part, given[i] as string))
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

/** Wildcards without a regular expression: goes back to the last `*` only, so the time is bounded. */
function isLike(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let mark = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      mark = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
