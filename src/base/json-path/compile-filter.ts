/**
 * Filter conditions to closures, with the comparisons of Jayway JsonPath: texts and numbers are
 * compared across types (the type of the left side decides how), undefined equals nothing, and a
 * comparison that makes no sense is false.
 */
import { RE2JS } from 're2js'
import { deepEquals, isJsonNumber, isJsonObject, keysOf } from './model.ts'
import { type CompiledPath, NOT_FOUND, type Run } from './run.ts'
import type { Condition, Operand, Operator, Selector } from './selector.ts'

type Test = (item: unknown, run: Run) => boolean

/**
 * A filter's condition as a test; `compilePath` is handed over so that the two compilers need no
 * import ring.
 */
export function compileCondition(
  condition: Condition,
  compilePath: (path: Selector) => CompiledPath,
): Test {
  switch (condition.type) {
    case 'or':
    case 'and': {
      const tests = condition.conditions.map(inner => compileCondition(inner, compilePath))
      return condition.type === 'or'
        ? (item, run) => tests.some(test => test(item, run))
        : (item, run) => tests.every(test => test(item, run))
    }
    case 'not': {
      const test = compileCondition(condition.condition, compilePath)
      return (item, run) => !test(item, run)
    }
    case 'exists': {
      const path = compilePath(condition.path)
      return (item, run) => path.exists(item, run) === condition.wanted
    }
    case 'compare': {
      const compare = comparisons[condition.operator]
      const left = compileOperand(condition.left, compilePath)
      const right = compileOperand(condition.right, compilePath)
      return (item, run) => compare(left(item, run), right(item, run))
    }
  }
}

function compileOperand(
  operand: Operand,
  compilePath: (path: Selector) => CompiledPath,
): (item: unknown, run: Run) => unknown {
  if (operand.type === 'literal') return () => operand.value
  const path = compilePath(operand.path)
  return (item, run) => path.read(item, run)
}

type Comparison = (left: unknown, right: unknown) => boolean

const comparisons: Readonly<Record<Operator, Comparison>> = {
  '==': equals,
  '!=': (left, right) => !equals(left, right),
  '===': (left, right) => kindOf(left) === kindOf(right) && equals(left, right),
  '!==': (left, right) => kindOf(left) !== kindOf(right) || !equals(left, right),
  '<': ordering(order => order < 0),
  '<=': ordering(order => order <= 0),
  '>': ordering(order => order > 0),
  '>=': ordering(order => order >= 0),
  '=~': matches,
  in: (left, right) => Array.isArray(right) && includes(right, left),
  // Against what is no list, `nin` is true for objects and undefined for the rest, which counts as
  // false.
  nin: (left, right) => (Array.isArray(right) ? !includes(right, left) : isJsonObject(right)),
  subsetof: lists((left, right) => left.every(item => includes(right, item))),
  anyof: lists((left, right) => left.some(item => includes(right, item))),
  noneof: lists((left, right) => !left.some(item => includes(right, item))),
  size: (left, right) => isJsonNumber(right) && sizeOf(left) === Math.trunc(Number(right)),
  empty: (left, right) => typeof right === 'boolean' && isEmpty(left) === right,
  contains,
  all: (left, right) =>
    Array.isArray(left)
      ? Array.isArray(right) && right.every(item => includes(left, item))
      : isJsonObject(left),
}

/** A text on the left makes it a comparison of texts, a number on the left one of numbers. */
function equals(left: unknown, right: unknown): boolean {
  if (left === NOT_FOUND || right === NOT_FOUND) return false
  if (typeof left === 'string') return isScalar(right) && left === String(right)
  if (isJsonNumber(left)) {
    if (typeof right === 'string') return right.trim() !== '' && Number(left) === Number(right)
    return isJsonNumber(right) && Number(left) === Number(right)
  }
  return deepEquals(left, right)
}

function isScalar(side: unknown): boolean {
  return typeof side === 'string' || isJsonNumber(side)
}

function kindOf(side: unknown): string {
  if (isJsonNumber(side)) return 'number'
  return side === null ? 'null' : typeof side
}

function ordering(accepts: (order: number) => boolean): Comparison {
  return (left, right) => {
    if (!isScalar(left) || !isScalar(right)) return false
    if (isJsonNumber(left) && isJsonNumber(right)) return accepts(Number(left) - Number(right))
    const [a, b] = [String(left), String(right)]
    return accepts(a < b ? -1 : a > b ? 1 : 0)
  }
}

/**
 * The regex may stand on either side; it must match the whole text, or that of any item of a list.
 */
function matches(left: unknown, right: unknown): boolean {
  const [regex, subject] = left instanceof RE2JS ? [left, right] : [right, left]
  if (!(regex instanceof RE2JS) || subject instanceof RE2JS) return false
  const subjects: readonly unknown[] = Array.isArray(subject) ? subject : [subject]
  return subjects.some(item => regex.matches(subjectText(item)))
}

function subjectText(item: unknown): string {
  return isScalar(item) || typeof item === 'boolean' ? String(item) : ''
}

function includes(list: readonly unknown[], wanted: unknown): boolean {
  return list.some(item => equals(item, wanted))
}

function lists(holds: (left: unknown[], right: unknown[]) => boolean): Comparison {
  return (left, right) => Array.isArray(left) && Array.isArray(right) && holds(left, right)
}

/** Objects have no size here: Jayway gives -1. */
function sizeOf(side: unknown): number {
  return typeof side === 'string' || Array.isArray(side) ? side.length : -1
}

function isEmpty(side: unknown): boolean | undefined {
  if (typeof side === 'string' || Array.isArray(side)) return side.length === 0
  return isJsonObject(side) ? keysOf(side).length === 0 : undefined
}

function contains(left: unknown, right: unknown): boolean {
  if (typeof left === 'string') return typeof right === 'string' && left.includes(right)
  return Array.isArray(left) && includes(left, right)
}
