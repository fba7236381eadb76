/**
 * The text of a resource policy, on its way in and out. In: JSON, or JSON whose quotes are escaped
 * once more; short resources (`execute-api:/prod/GET/pets`) become whole ARNs of this API. Out: AWS
 * escapes quotes and slashes of the text, although it is already a JSON string; SDK users and Terraform
 * undo it, so it has to be there.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
 */
import { BadRequestException } from '../../aws/faults.ts'
import { compilePolicyText } from '../../aws/policy/compile.ts'
import { PolicyError } from '../../aws/policy/policy-error.ts'
import { type JsonObject, parseStrictObject } from '../../base/strict-json.ts'
import type { ReadContext } from '../context.ts'

/** Longer policies are refused; AWS's own limit is 8,192 bytes. */
const limitBytes = 8192

/** The policy as the record keeps it: plain JSON, whole ARNs. Throws `BadRequestException`. */
export function readPolicy(
  text: string,
  apiId: string,
  { partition, region, account }: Pick<ReadContext, 'partition' | 'region' | 'account'>,
): string {
  const prefix = `arn:${partition}:execute-api:${region}:${account}:${apiId}`
  return normalPolicy(text, path => `${prefix}${path}`)
}

/**
 * As `readPolicy`, for policies of other things: `nameOf` gives the ARN for what stands behind `execute-api:`,
 * and begins with a slash.
 */
export function normalPolicy(text: string, nameOf: (path: string) => string): string {
  if (Buffer.byteLength(text) > limitBytes * 2) throw invalidPolicy()
  const policy = parse(text)
  for (const statement of listOf(policy['Statement'])) {
    if (!isObject(statement)) throw invalidPolicy()
    for (const member of ['Resource', 'NotResource']) {
      if (statement[member] !== undefined) statement[member] = expand(statement[member], nameOf)
    }
  }
  const normal = JSON.stringify(policy)
  if (Buffer.byteLength(normal) > limitBytes) throw invalidPolicy()
  checkGrammar(normal)
  return normal
}

/** What cannot be compiled later is not taken. */
function checkGrammar(text: string): void {
  try {
    compilePolicyText(text, 'resource', '')
  } catch (error) {
    if (error instanceof PolicyError) throw invalidPolicy()
    throw error
  }
}

/** The policy as AWS answers it: the text of a JSON string, without the quotes around it. */
export function writePolicy(policy: string): string {
  return JSON.stringify(policy).slice(1, -1).replaceAll('/', '\\/')
}

/** No member may stand twice: which of them holds would be anybody's guess. */
function parse(text: string): JsonObject {
  for (const candidate of [text, unquote(text)]) {
    const value = candidate === undefined ? '' : parseStrictObject(candidate)
    if (typeof value !== 'string') return value
  }
  throw invalidPolicy()
}

function unquote(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${text}"`)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function expand(value: unknown, nameOf: (path: string) => string): unknown {
  if (Array.isArray(value)) return value.map(each => expand(each, nameOf))
  const isShort = typeof value === 'string' && value.startsWith('execute-api:/')
  return isShort ? nameOf(value.slice('execute-api:'.length)) : value
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value]
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// The words are known from users' reports.
function invalidPolicy(): BadRequestException {
  return new BadRequestException(
    'Invalid policy document. Please check the policy syntax and ensure that Principals are valid.',
  )
}
