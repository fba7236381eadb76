/**
 * The condition operators: what makes a value of the request fit the values of the policy. A negated operator is the same
 * row, turned round by conditions.ts.
 *
 * A value of the request that cannot be read (a number that is none) fits nothing; one of the policy is refused when
 * the policy is compiled.
 */
import { parseIpRange } from '../../base/ip-range.ts'
import { compileArn } from './arn-pattern.ts'
import { PolicyError } from './policy-error.ts'
import { compileTemplate, isVariable, type TemplatePart } from './text-template.ts'
import type { PolicyRequest } from './verdict.ts'

type Template = readonly TemplatePart[]

/** Whether one value of the request fits one of those of the policy. */
export type Fits = (value: string, request: PolicyRequest) => boolean

export interface OperatorRow {
  readonly isNegated: boolean
  readonly takesVariables: boolean
  readonly takesWildcards: boolean
  /** Throws `PolicyError`. */
  compile(templates: readonly Template[]): Fits
}

interface Kind {
  readonly takesVariables: boolean
  readonly takesWildcards: boolean
  compile(templates: readonly Template[]): Fits
}

const texts: Kind = {
  takesVariables: true,
  takesWildcards: false,
  compile(templates) {
    const literals = templates.filter(parts => !parts.some(isVariable)).map(literalOf)
    const filled = templates.filter(parts => parts.some(isVariable)).map(compileTemplate)
    const known = new Set(literals)
    if (filled.length === 0) return value => known.has(value)
    return (value, request) => known.has(value) || filled.some(fits => fits(value, request))
  },
}

const textsIgnoringCase: Kind = {
  ...texts,
  compile(templates) {
    const lower = templates.map(parts =>
      parts.map(part => (typeof part === 'string' ? part.toLowerCase() : part)),
    )
    const fits = texts.compile(lower)
    return (value, request) => fits(value.toLowerCase(), lowerCased(request))
  },
}

const patterns: Kind = {
  takesVariables: true,
  takesWildcards: true,
  compile: templates => oneOf(templates.map(compileTemplate)),
}

const arns: Kind = {
  ...patterns,
  compile: list => oneOf(list.map(each => compileArn(each, false))),
}

const booleans: Kind = {
  takesVariables: true,
  takesWildcards: false,
  compile: textsIgnoringCase.compile,
}

const binaries: Kind = {
  takesVariables: false,
  takesWildcards: false,
  compile(templates) {
    const known = new Set(templates.map(parts => canonicalBase64(literalOf(parts))))
    return value => known.has(canonicalBase64(value))
  },
}

const addresses: Kind = {
  takesVariables: false,
  takesWildcards: false,
  compile: templates =>
    oneOf(
      templates.map(parts => {
        const range = parseIpRange(literalOf(parts))
        if (range === undefined) {
          throw new PolicyError(`The value is not an IP address or range: ${literalOf(parts)}`)
        }
        return range
      }),
    ),
}

/** Numbers and times are compared alike, once read. */
function ordered(
  read: (text: string) => number | undefined,
  isRight: (value: number, wanted: number) => boolean,
): Kind {
  return {
    takesVariables: false,
    takesWildcards: false,
    compile(templates) {
      const wanted = templates.map(parts => {
        const number = read(literalOf(parts))
        if (number === undefined) throw new PolicyError('Syntax errors in policy.')
        return number
      })
      return text => {
        const value = read(text)
        return value !== undefined && wanted.some(each => isRight(value, each))
      }
    },
  }
}

const comparisons = {
  Equals: (value: number, wanted: number) => value === wanted,
  LessThan: (value: number, wanted: number) => value < wanted,
  LessThanEquals: (value: number, wanted: number) => value <= wanted,
  GreaterThan: (value: number, wanted: number) => value > wanted,
  GreaterThanEquals: (value: number, wanted: number) => value >= wanted,
}

const rows: (readonly [name: string, row: OperatorRow])[] = [
  ...both('StringEquals', 'StringNotEquals', texts),
  ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', textsIgnoringCase),
  ...both('StringLike', 'StringNotLike', patterns),
  // The two pairs are the same (documented).
  ...both('ArnEquals', 'ArnNotEquals', arns),
  ...both('ArnLike', 'ArnNotLike', arns),
  ...both('IpAddress', 'NotIpAddress', addresses),
  ['Bool', { isNegated: false, ...booleans }],
  ['BinaryEquals', { isNegated: false, ...binaries }],
  ...[['Numeric', readNumber] as const, ['Date', readTime] as const].flatMap(([prefix, read]) => [
    ...Object.entries(comparisons).map(
      ([name, isRight]) =>
        [`${prefix}${name}`, { isNegated: false, ...ordered(read, isRight) }] as const,
    ),
    [`${prefix}NotEquals`, { isNegated: true, ...ordered(read, comparisons.Equals) }] as const,
  ]),
]

/** By name; `Null` is not among them. */
export const operators: ReadonlyMap<string, OperatorRow> = new Map(rows)

function both(
  name: string,
  negation: string,
  kind: Kind,
): (readonly [name: string, row: OperatorRow])[] {
  return [
    [name, { isNegated: false, ...kind }],
    [negation, { isNegated: true, ...kind }],
  ]
}

function oneOf(list: readonly Fits[]): Fits {
  const [only] = list
  if (list.length === 1 && only !== undefined) return only
  return (value, request) => list.some(fits => fits(value, request))
}

/** Of a kind that takes neither variables nor wildcards there is one text at most. */
function literalOf(parts: Template): string {
  return parts.filter(part => typeof part === 'string').join('')
}

function lowerCased(request: PolicyRequest): PolicyRequest {
  return {
    ...request,
    valueFor(key) {
      const value = request.valueFor(key)
      return typeof value === 'string' ? value.toLowerCase() : value
    },
  }
}

function readNumber(text: string): number | undefined {
  return /^[+-]?\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,2})?$/i.test(text) ? Number(text) : undefined
}

/** ISO 8601 as the W3C profiles it, or seconds since 1970. Milliseconds since 1970. */
function readTime(text: string): number | undefined {
  if (/^\d{1,12}(?:\.\d{1,9})?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1000
  const isDate =
    /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d))?)?)?$/.test(
      text,
    )
  const ms = isDate ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function canonicalBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('base64')
}
