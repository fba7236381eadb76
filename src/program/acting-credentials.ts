/**
 * `credentials` of an integration, `authorizerCredentials`: in whose name API Gateway calls the back end.
 *
 *     arn:aws:iam::111122223333:role/gateway    that role
 *     arn:aws:iam::*:user/*                     the caller of the method, who must have signed
 *     arn:aws:iam::111122223333:user/*          the same, of that account only (a guess)
 *     none                                      API Gateway itself; the function's policy decides
 *
 * "credentials" of PutIntegration in the API reference; stage variables may stand in it ("API Gateway stage variables
 * reference" in the developer guide).
 */
import { fillStageVariables } from './endpoint.ts'
import type { ActingCredentials } from './program.ts'

/** Throws SyntaxError when the text is nothing that can be acted for, or needs a stage variable that is not set. */
export function actingCredentials(
  text: string | undefined,
  stageVariables: Readonly<Record<string, string>>,
): ActingCredentials | null {
  if (text === undefined || text === '') return null
  const filled = fillStageVariables(text, stageVariables)
  if ('missing' in filled) {
    throw new SyntaxError(`the credentials need the stage variable ${filled.missing}`)
  }
  const arn = filled.text
  const [, account] = /^arn:aws[a-z-]*:iam::(\*|\d{12}):user\/\*$/.exec(arn) ?? []
  if (account !== undefined) {
    return Object.freeze({ type: 'caller', account: account === '*' ? null : account })
  }
  if (!/^arn:aws[a-z-]*:iam::[^:]*:role\/./.test(arn)) {
    throw new SyntaxError(`the credentials ${arn} are neither a role nor the caller's`)
  }
  return Object.freeze({ type: 'role', arn })
}
