/**
 * Whether somebody may invoke a function: the caller of a method, or a role that API Gateway has taken on.
 *
 *     same account      its policies or the function's must allow, and none may deny
 *     another account   both must allow
 *
 * The function's own policy lies with the function, in the main thread: where it is needed, the call carries who invokes.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
import { type ActingParts, type Actor, weighDeed, whyForbidden } from './acting-role.ts'
import { parseArn } from './arn.ts'
import type { DecidingStatement, Requester } from './policy/verdict.ts'

const someBoundary = Object.freeze({})

export const invokeFunction = 'lambda:InvokeFunction'

export type FunctionRight =
  | { readonly type: 'allowed'; readonly by: DecidingStatement | null }
  /** The function's policy decides. */
  | { readonly type: 'ask'; readonly invoker: Requester; readonly by: DecidingStatement | null }
  | { readonly type: 'refused'; readonly reason: string }

/** The same for answers that are streamed: InvokeWithResponseStream in the Lambda API reference asks for no other action. */
export function functionRight(
  actor: Actor,
  functionArn: string,
  { clock }: Pick<ActingParts, 'clock'>,
): FunctionRight {
  if (actor.type === 'refused') return actor
  if (actor.type === 'unknown') return { type: 'allowed', by: null }
  const { identity } = actor
  const { account, region = '' } = parseArn(functionArn) ?? {}
  const deed = { action: invokeFunction, resource: functionArn }
  const own = weighDeed(identity, deed, { region }, clock)
  const { decision, statement } = own.verdict
  const invoker: Requester = {
    account: identity.account,
    arn: identity.arn,
    roleArn: identity.roleArn,
    userId: identity.userId,
    // That there is one is all that policies of others look at.
    boundary: identity.boundary === null ? null : someBoundary,
  }
  if (decision === 'allow') {
    return identity.account === account
      ? { type: 'allowed', by: statement }
      : { type: 'ask', invoker, by: statement }
  }
  // A boundary, or the policies of a session, hold whatever the function's own policy says.
  if (decision === 'implicitDeny' && own.isWithinLimits && identity.account === account) {
    return { type: 'ask', invoker, by: null }
  }
  return { type: 'refused', reason: whyForbidden(identity, deed, own) }
}
