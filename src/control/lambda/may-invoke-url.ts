/**
 * Who may call a function through its URL. Two actions are needed: `lambda:InvokeFunctionUrl`, and since October 2025
 * `lambda:InvokeFunction` through the URL.
 *
 *     NONE       the function's resource policy must allow everybody both
 *     AWS_IAM    the caller's own policies or the resource policy must allow each; both must if he is of another account
 *
 * AWS lets older URLs do with the first action until November 2026; here none is older.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
 */
import type { SigningIdentity } from '../../aws/identity.ts'
import { weighIdentity } from '../../aws/policy/identity-policies.ts'
import { tableA, tableB, withinAccount } from '../../aws/policy/joined-verdict.ts'
import { type ContextValue, weighAll } from '../../aws/policy/verdict.ts'
import { type CallFacts, callerKeys } from '../caller-keys.ts'
import { compiledPolicy } from './function-policy.ts'
import type { StatementRecord } from './records.ts'

const actions = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] as const

/** The sentence that says what is missing; undefined when everybody may. */
export function whyNotPublic(policy: readonly StatementRecord[]): string | undefined {
  const keys = new Map(Object.entries(keysOf('NONE')))
  const missing = actions.filter(action => {
    const request = { action, resource: '*', requester: null, service: null }
    const valueFor = (key: string) => keys.get(key)
    return weighAll(compiledPolicy(policy), { ...request, valueFor }).decision !== 'allow'
  })
  if (missing.length === 0) return undefined
  return (
    `the resource policy of the function does not allow everybody (principal *) ${missing.join(' and ')}; ` +
    'add-permission with --function-url-auth-type NONE allows the first, with --invoked-via-function-url the second'
  )
}

/** The function behind a URL, as policies name it. */
export interface UrlTarget {
  /** With the alias, if the URL is that of one. */
  readonly arn: string
  readonly account: string
  readonly policy: readonly StatementRecord[]
}

/** Why somebody whose signature is right may not call; undefined when he may. */
export function whyNotSigner(
  signer: SigningIdentity,
  { arn, account, policy }: UrlTarget,
  facts: CallFacts,
): string | undefined {
  const valueFor = callerKeys(signer, facts, keysOf('AWS_IAM'))
  const isSameAccount = signer.account === account
  for (const action of actions) {
    const request = { action, requester: signer, service: null, valueFor }
    const own = weighIdentity(signer, { ...request, resource: arn })
    const given = weighAll(compiledPolicy(policy), { ...request, resource: '*' })
    const { decision, statement } = isSameAccount
      ? tableA(own.verdict, withinAccount(given, own.isWithinLimits))
      : tableB(own.verdict, given)
    if (decision === 'explicitDeny') {
      return `${action} on ${arn} is denied to ${signer.arn} by ${statement?.policy} ${statement?.id}`
    }
    if (decision === 'allow') continue
    const ofSigner = own.missing === '' ? '' : `of ${signer.arn} ${own.missing} allows ${action}`
    const ofFunction =
      given.decision === 'allow' ? '' : `the resource policy of the function does not allow it`
    const missing = [ofSigner, ofFunction].filter(Boolean).join(', and ')
    return isSameAccount
      ? `${missing}; one of the two must`
      : `${missing}; the caller is of another account, so both must allow ${action} on ${arn}`
  }
  return undefined
}

function keysOf(authType: 'NONE' | 'AWS_IAM'): Readonly<Record<string, ContextValue>> {
  return {
    'lambda:functionurlauthtype': authType,
    'lambda:invokedviafunctionurl': 'true',
  }
}
