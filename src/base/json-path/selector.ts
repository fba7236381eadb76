/**
 * The parsed form of a JSONPath selector: what `parse-path.ts` and `parse-filter.ts` make and
 * `compile.ts` turns into closures. Words are Jayway JsonPath's, the library that AWS's
 * documentation names for JSONPath.
 */

/** A whole path; `$` starts at the document, `@` at the item that a filter looks at. */
export interface Selector {
  readonly start: '$' | '@'
  readonly steps: readonly Step[]
}

export type Step =
  | { readonly type: 'property'; readonly names: readonly string[] }
  | { readonly type: 'wildcard' }
  | { readonly type: 'index'; readonly indexes: readonly number[] }
  | { readonly type: 'slice'; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly type: 'filter'; readonly condition: Condition }
  | { readonly type: 'scan' }
  | { readonly type: 'function'; readonly name: string; readonly args: readonly Argument[] }

/** An argument of a function: a path read from the document, or a JSON value. */
export type Argument =
  | { readonly type: 'path'; readonly path: Selector }
  | { readonly type: 'value'; readonly value: unknown }

export type Condition =
  | { readonly type: 'or' | 'and'; readonly conditions: readonly Condition[] }
  | { readonly type: 'not'; readonly condition: Condition }
  | { readonly type: 'exists'; readonly path: Selector; readonly wanted: boolean }
  | {
      readonly type: 'compare'
      readonly operator: Operator
      readonly left: Operand
      readonly right: Operand
    }

/**
 * A literal is a JSON value, a JavaDouble that keeps the text of a number, or an RE2JS for
 * `/regex/`.
 */
export type Operand =
  | { readonly type: 'path'; readonly path: Selector }
  | { readonly type: 'literal'; readonly value: unknown }

/** Operators as written, words in lower case. */
export type Operator = (typeof operators)[number]

export const operators = [
  '==',
  '===',
  '!=',
  '!==',
  '<',
  '<=',
  '>',
  '>=',
  '=~',
  'in',
  'nin',
  'subsetof',
  'anyof',
  'noneof',
  'size',
  'empty',
  'contains',
  'all',
] as const

/**
 * False where a path may lead to several values; a definite path gives its value, others an array.
 */
export function isDefinite(selector: Selector): boolean {
  const last = selector.steps.length - 1
  return selector.steps.every((step, i) => isDefiniteStep(step, i === last))
}

/**
 * Several names at the end of a path are merged into one object, so there they count as one value.
 */
export function isDefiniteStep(step: Step, isLast: boolean): boolean {
  if (step.type === 'property') return step.names.length === 1 || isLast
  if (step.type === 'index') return step.indexes.length === 1
  return step.type === 'function'
}
