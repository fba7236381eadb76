/**
 * What a Lambda authorizer of an HTTP API gave back: a policy, as for REST APIs, or with "simple responses" (format 2.0 only)
 * yes or no. "Authorizer Lambda function response" in "Control access to HTTP APIs with AWS Lambda authorizers" in the
 * developer guide.
 *
 *     {"isAuthorized": true, "context": {"team": {"id": 7}}}
 *
 * In format 2.0 the context keeps its types, objects and lists with them. What AWS makes of other members, and of an
 * `isAuthorized` that is no boolean, is a guess: nobody is let in.
 */
import { parseAuthorization } from './output.ts'

export type HttpAuthorization =
  | { readonly type: 'simple'; readonly isAuthorized: boolean; readonly context: AnyContext }
  | {
      readonly type: 'policy'
      readonly principalId: string
      readonly policyDocument: Readonly<Record<string, unknown>>
      readonly context: AnyContext
    }

/** No prototype. */
export type AnyContext = Readonly<Record<string, unknown>>

/** Gives a sentence that says what is wrong instead of an authorization. */
export function parseSimpleAnswer(payload: Buffer): HttpAuthorization | string {
  const value = parsed(payload)
  if (typeof value === 'string') return value
  const { isAuthorized, context } = value
  if (typeof isAuthorized !== 'boolean') return 'isAuthorized is not true or false'
  const own = contextOf(context)
  return typeof own === 'string' ? own : { type: 'simple', isAuthorized, context: own }
}

/** A policy in format 2.0. Gives a sentence that says what is wrong instead of an authorization. */
export function parsePolicyAnswer(payload: Buffer): HttpAuthorization | string {
  const value = parsed(payload)
  if (typeof value === 'string') return value
  const { context, ...rest } = value
  const authorization = parseAuthorization(Buffer.from(JSON.stringify(rest)))
  if (typeof authorization === 'string') return authorization
  const own = contextOf(context)
  if (typeof own === 'string') return own
  const { principalId, policyDocument } = authorization
  return { type: 'policy', principalId, policyDocument, context: own }
}

function parsed(payload: Buffer): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    if (isObject(value)) return value
  } catch (error) {
    return `Invalid JSON in response: ${error instanceof Error ? error.message : error}`
  }
  return 'Invalid JSON in response: it is not an object'
}

function contextOf(value: unknown): AnyContext | string {
  if (value == null) return Object.create(null)
  if (!isObject(value)) return 'context is not an object'
  return Object.assign(Object.create(null), value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
