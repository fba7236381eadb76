/**
 * What a Lambda authorizer gave back -> an authorization: "Output from an API Gateway Lambda authorizer" in the developer
 * guide. Only the four documented keys may be there. The sentences about unknown keys and about a policy that cannot be
 * parsed are recorded from AWS; the others are guesses.
 */
import type { Authorization } from '../messages/messages.ts'

const keys = new Set(['principalId', 'policyDocument', 'context', 'usageIdentifierKey'])

/** Documented limit of a policy's Resource. */
const resourceLimit = 512

const unparsable = 'Could not parse policy'

/** Gives a sentence that says what is wrong instead of an authorization. */
export function parseAuthorization(payload: Buffer): Authorization | string {
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8'))
  } catch (error) {
    return `Invalid JSON in response: ${error instanceof Error ? error.message : error}`
  }
  if (value === null) return unparsable
  if (!isObject(value)) return 'Invalid JSON in response: it is not an object'
  const unknown = Object.keys(value).find(key => !keys.has(key))
  if (unknown !== undefined) {
    return `Invalid JSON in response: Unrecognized field "${unknown}" , not marked as ignorable`
  }
  const { principalId, policyDocument, usageIdentifierKey } = value
  if (typeof principalId !== 'string') return 'principalId is not a text'
  if (!isObject(policyDocument) || !isPolicy(policyDocument)) return unparsable
  const context = readContext(value['context'])
  if (typeof context === 'string') return context
  if (usageIdentifierKey != null && typeof usageIdentifierKey !== 'string') {
    return 'usageIdentifierKey is not a text'
  }
  const key = usageIdentifierKey == null ? {} : { usageIdentifierKey }
  return { principalId, policyDocument, context, ...key }
}

function isPolicy({ Statement: statement }: Record<string, unknown>): boolean {
  const statements = Array.isArray(statement) ? statement : [statement]
  return statements.length > 0 && statements.every(isStatement)
}

function isStatement(value: unknown): boolean {
  if (!isObject(value)) return false
  const { Effect: effect, Action: action, NotAction: notAction } = value
  const { Resource: resource, NotResource: notResource } = value
  return (
    (effect === 'Allow' || effect === 'Deny') &&
    textsOf(action ?? notAction).length > 0 &&
    textsOf(resource ?? notResource).length > 0 &&
    textsOf(resource ?? notResource).every(text => text.length <= resourceLimit)
  )
}

/** One text or a list of them; empty when it is neither. */
function textsOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? value : [value]
  return list.every(one => typeof one === 'string') ? list : []
}

/** Values become texts, null is left out (guess); objects and lists are an error (documented). */
function readContext(value: unknown): Record<string, string> | string {
  const context: Record<string, string> = Object.create(null)
  if (value == null) return context
  if (!isObject(value)) return 'context is not an object'
  for (const [name, one] of Object.entries(value)) {
    if (one === null) continue
    if (typeof one === 'object') return `context.${name} is not a text, number or boolean`
    context[name] = String(one)
  }
  return context
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
