/**
 * Condition blocks. All operators and all keys of a block must hold; of the values of one key one must fit, or, with a
 * negated operator, none.
 *
 *     the request has            no key    one value     several values
 *     StringEquals               false     fits          one fits
 *     StringNotEquals            true      fits none     none fits any
 *     …IfExists                  true      as above
 *     ForAnyValue:StringEquals   false     fits          one fits
 *     ForAllValues:StringEquals  true      fits          all fit       (an empty list is no key)
 *     Null                       whether the key is there, nothing else
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and, for sets,
 * …/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
import { operators } from './condition-operators.ts'
import { PolicyError } from './policy-error.ts'
import { neededKeys, readTemplate } from './text-template.ts'
import type { ContextValue, PolicyRequest } from './verdict.ts'

export interface Condition {
  readonly holds: (request: PolicyRequest) => boolean
  /** What its variables need. */
  readonly needs: readonly string[]
}

interface Operator {
  readonly name: string
  readonly over: 'one' | 'any' | 'all'
  readonly ifExists: boolean
}

/** Compiles one key of one operator. Throws `PolicyError`. */
export function compileCondition(
  operatorText: string,
  keyText: string,
  values: readonly string[],
  hasVariables: boolean,
): Condition {
  const operator = readOperator(operatorText)
  const key = keyText.toLowerCase()
  // Keys of identity providers begin with their address: `oidc.example.org/id/x:sub`.
  if (!/^[a-z0-9][a-z0-9._/:-]*:./.test(key)) throw prefixMissing()
  if (operator.name === 'Null') return { holds: compileNull(operator, key, values), needs: [] }
  const row = operators.get(operator.name)
  if (row === undefined) throw new PolicyError(`Invalid Condition type : ${operatorText}.`)
  const rules = {
    hasVariables: hasVariables && row.takesVariables,
    hasWildcards: row.takesWildcards,
  }
  const templates = values.map(value => readTemplate(value, rules))
  const fitsOne = row.compile(templates)
  const fits = row.isNegated
    ? (value: string, request: PolicyRequest) => !fitsOne(value, request)
    : fitsOne
  return {
    holds: compileOver(operator, key, fits, row.isNegated),
    needs: templates.flatMap(neededKeys),
  }
}

function compileOver(
  { over, ifExists }: Operator,
  key: string,
  fits: (value: string, request: PolicyRequest) => boolean,
  isNegated: boolean,
): Condition['holds'] {
  // Only ForAnyValue asks for a value even where the operator is negated.
  const withoutKey = ifExists || over === 'all' || (over === 'one' && isNegated)
  const isEvery = over === 'all' || (over === 'one' && isNegated)
  return request => {
    const value = request.valueFor(key)
    if (typeof value === 'string') return fits(value, request)
    if (value === undefined || value.length === 0) return withoutKey
    return isEvery
      ? value.every(each => fits(each, request))
      : value.some(each => fits(each, request))
  }
}

function compileNull(
  { over, ifExists }: Operator,
  key: string,
  values: readonly string[],
): Condition['holds'] {
  const wanted = values[0]?.toLowerCase()
  if (over !== 'one' || ifExists || values.length !== 1) {
    throw new PolicyError('Syntax errors in policy.')
  }
  if (wanted !== 'true' && wanted !== 'false') throw new PolicyError('Syntax errors in policy.')
  const isWanted = wanted === 'true'
  return request => isAbsent(request.valueFor(key)) === isWanted
}

function isAbsent(value: ContextValue): boolean {
  return value === undefined || value.length === 0
}

function readOperator(text: string): Operator {
  const [, set, name = '', suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text) ?? []
  return {
    name,
    over: set === undefined ? 'one' : set === 'ForAllValues' ? 'all' : 'any',
    ifExists: suffix !== undefined,
  }
}

function prefixMissing(): PolicyError {
  return new PolicyError(
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  )
}
