/**
 * Policy documents, read strictly: what is not in the grammar is refused, never ignored.
 *
 *     {"Version": "2012-10-17", "Id": "…", "Statement": [{"Sid": "…", "Effect": "Allow", …}]}
 *
 * Which elements a statement may have depends on what the policy hangs on. The words of the refusals are those of IAM's
 * MalformedPolicyDocument as seen in users' reports, where one is known.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
import { parseStrictObject } from '../../base/strict-json.ts'
import { PolicyError } from './policy-error.ts'

/**
 * `identity`: of a user, role or group, or from an authorizer; it has no principals. `resource`: of an API, a function.
 * `trust`: of a role; it has no resources.
 */
export type PolicyKind = 'identity' | 'resource' | 'trust'

export type Principals =
  | { readonly type: 'everyone' }
  | {
      readonly type: 'listed'
      readonly aws: readonly string[]
      readonly service: readonly string[]
      readonly federated: readonly string[]
      readonly canonicalUser: readonly string[]
    }

/** Operator -> key -> texts, as they are written. */
export type Conditions = readonly (readonly [
  operator: string,
  key: string,
  values: readonly string[],
])[]

export interface PolicyStatement {
  readonly sid: string | null
  readonly effect: 'Allow' | 'Deny'
  readonly principal: { readonly isNegated: boolean; readonly of: Principals } | null
  readonly action: { readonly isNegated: boolean; readonly texts: readonly string[] }
  readonly resource: { readonly isNegated: boolean; readonly texts: readonly string[] } | null
  readonly conditions: Conditions
  /** As it was written. */
  readonly source: unknown
}

export interface PolicyDocument {
  /** Variables exist from 2012-10-17 on. */
  readonly hasVariables: boolean
  readonly statements: readonly PolicyStatement[]
}

const elements = new Set(['Version', 'Id', 'Statement'])
const statementElements = new Set([
  ...['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction'],
  ...['Resource', 'NotResource', 'Condition'],
])
/** IAM's largest documents have 10,240 characters; resource policies of other services up to 20 KB. */
const limitBytes = 65_536

/** Reads a document from its text, in which no member may stand twice. Throws `PolicyError`. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  if (Buffer.byteLength(text) > limitBytes) throw syntaxError()
  const value = parseStrictObject(text)
  if (typeof value === 'string') throw syntaxError()
  return readPolicy(value, kind)
}

/** Reads a document that is parsed already. Throws `PolicyError`. */
export function readPolicy(value: unknown, kind: PolicyKind): PolicyDocument {
  if (!isObject(value)) throw syntaxError()
  refuseOthers(value, elements)
  const { Version: version = '2008-10-17', Id: id = '', Statement: statement } = value
  if (version !== '2012-10-17' && version !== '2008-10-17') throw syntaxError()
  if (typeof id !== 'string') throw syntaxError()
  const statements = Array.isArray(statement) ? statement : [statement]
  const read = statements.map(each => readStatement(each, kind))
  const sids = read.flatMap(({ sid }) => (sid === null ? [] : [sid]))
  if (new Set(sids).size !== sids.length) {
    throw new PolicyError('Statement IDs (SID) in a single policy must be unique.')
  }
  return { hasVariables: version === '2012-10-17', statements: read }
}

function readStatement(value: unknown, kind: PolicyKind): PolicyStatement {
  if (!isObject(value)) throw syntaxError()
  refuseOthers(value, statementElements)
  const { Sid: sid, Effect: effect } = value
  if (sid !== undefined && typeof sid !== 'string') throw syntaxError()
  if (effect === undefined) throw new PolicyError('Missing required field Effect')
  if (effect !== 'Allow' && effect !== 'Deny') throw new PolicyError(`Invalid effect: ${effect}`)
  return {
    sid: sid === undefined || sid === '' ? null : sid,
    effect,
    principal: readPrincipal(value, kind),
    action: readActions(value),
    resource: readResources(value, kind),
    conditions: readConditions(value['Condition']),
    source: value,
  }
}

function readPrincipal(value: JsonObject, kind: PolicyKind): PolicyStatement['principal'] {
  const found = oneOf(value, 'Principal', 'NotPrincipal')
  if (kind === 'identity') {
    if (found === null) return null
    throw new PolicyError(`Policy document should not specify a principal.`)
  }
  if (found === null) throw new PolicyError('Missing required field Principal')
  return { isNegated: found.isNegated, of: readPrincipals(found.value) }
}

function readPrincipals(value: unknown): Principals {
  if (value === '*') return { type: 'everyone' }
  if (!isObject(value) || Object.keys(value).length === 0) throw syntaxError()
  refuseOthers(value, principalKinds)
  const { AWS = [], Service = [], Federated = [], CanonicalUser = [] } = value
  const aws = textsOf(AWS)
  if (aws.includes('*')) return { type: 'everyone' }
  for (const text of aws) {
    if (!isAwsPrincipal(text)) throw new PolicyError(`Invalid principal in policy: "AWS":"${text}"`)
  }
  for (const text of textsOf(Service)) {
    if (!/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(text)) {
      throw new PolicyError(`Invalid principal in policy: "SERVICE":"${text}"`)
    }
  }
  return {
    type: 'listed',
    aws,
    service: textsOf(Service),
    federated: textsOf(Federated),
    canonicalUser: textsOf(CanonicalUser),
  }
}

const principalKinds = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser'])

/**
 * An account, `arn:…:root`, a user, role, session or federated user; or the unique id (`AIDA…`, `AROA…`) that AWS leaves
 * where one was that is gone. Wildcards are not allowed within.
 */
function isAwsPrincipal(text: string): boolean {
  return (
    /^\d{12}$/.test(text) ||
    /^A[A-Z0-9]{15,}$/.test(text) ||
    /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/[\w+=,.@/-]+)$/.test(
      text,
    )
  )
}

function readActions(value: JsonObject): PolicyStatement['action'] {
  const found = oneOf(value, 'Action', 'NotAction')
  const texts = found === null ? [] : textsOf(found.value)
  if (found === null || texts.length === 0) {
    throw new PolicyError('Policy statement must contain actions.')
  }
  for (const text of texts) {
    if (text === '*') continue
    if (!/^[\w*?-]+:[\w*?-]+$/.test(text)) {
      throw new PolicyError(
        'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
      )
    }
  }
  return { isNegated: found.isNegated, texts }
}

function readResources(value: JsonObject, kind: PolicyKind): PolicyStatement['resource'] {
  const found = oneOf(value, 'Resource', 'NotResource')
  if (kind === 'trust') {
    if (found === null) return null
    throw new PolicyError('Has prohibited field Resource')
  }
  const texts = found === null ? [] : textsOf(found.value)
  if (found === null || texts.length === 0) {
    throw new PolicyError('Policy statement must contain resources.')
  }
  for (const text of texts) {
    if (text !== '*' && !text.startsWith('arn:')) {
      throw new PolicyError(`Resource ${text} must be in ARN format or "*".`)
    }
  }
  return { isNegated: found.isNegated, texts }
}

function readConditions(value: unknown): Conditions {
  if (value === undefined) return []
  if (!isObject(value)) throw syntaxError()
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!isObject(keys)) throw syntaxError()
    return Object.entries(keys).map(([key, values]) => [operator, key, scalarsOf(values)] as const)
  })
}

/** Only one of the two may be there. */
function oneOf(
  value: JsonObject,
  name: string,
  negation: string,
): { readonly isNegated: boolean; readonly value: unknown } | null {
  const isNegated = value[negation] !== undefined
  if (isNegated && value[name] !== undefined) throw syntaxError()
  const found = value[isNegated ? negation : name]
  return found === undefined ? null : { isNegated, value: found }
}

/** One text or a list. */
function textsOf(value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map(each => {
    if (typeof each !== 'string') throw syntaxError()
    return each
  })
}

/** Numbers and booleans are as good as their texts. */
function scalarsOf(value: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.map(each => {
    if (!['string', 'number', 'boolean'].includes(typeof each)) throw syntaxError()
    return String(each)
  })
}

function refuseOthers(value: JsonObject, known: ReadonlySet<string>): void {
  if (!Object.keys(value).every(name => known.has(name))) throw syntaxError()
}

type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function syntaxError(): PolicyError {
  return new PolicyError('Syntax errors in policy.')
}
