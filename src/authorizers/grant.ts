/** An authorizer's answer -> what requests are served with: its policy compiled, `$context.authorizer` put together. */
import { compilePolicy } from '../aws/policy/compile.ts'
import { readPolicy } from '../aws/policy/document.ts'
import { PolicyError } from '../aws/policy/policy-error.ts'
import type { Authorization } from '../messages/messages.ts'
import { Refusal } from '../messages/refusals.ts'
import type { Grant } from './authorization-cache.ts'

/** Throws `Refusal` when the policy cannot be carried out. `latencyMs`: what the function took. */
export function grantOf(authorization: Authorization, latencyMs: number): Grant {
  const { principalId, policyDocument, context, usageIdentifierKey = null } = authorization
  const integrationLatency = Math.round(latencyMs)
  return Object.freeze({
    principalId,
    policy: compiled(policyDocument),
    fresh: Object.freeze({ ...context, principalId, integrationLatency }),
    // A guess: nothing was waited for.
    cached: Object.freeze({ ...context, principalId, integrationLatency: 0 }),
    usageIdentifierKey,
    latencyMs,
    bytes: JSON.stringify(authorization).length,
  })
}

function compiled(document: Authorization['policyDocument']) {
  try {
    return compilePolicy(readPolicy(document, 'identity'), 'authorizer policy')
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause
    const reason = `Could not parse policy: ${cause.message}`
    throw new Refusal('AUTHORIZER_CONFIGURATION_ERROR', { reason, cause })
  }
}
