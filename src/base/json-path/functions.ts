/**
 * Jayway's path functions: `$.numbers.sum()`, `$.concat($.a, $.b)`. Aggregations count numbers only
 * and give a double, as Java does. A function that cannot answer returns undefined, which ends the
 * reading.
 */
import { JavaDouble } from './java-double.ts'
import { isJsonNumber, isJsonObject, keysOf } from './model.ts'

type PathFunction = (value: unknown, args: readonly unknown[]) => unknown

const functions: Readonly<Record<string, PathFunction>> = {
  avg: aggregation(numbers => sum(numbers) / numbers.length),
  // Jayway begins with Double.MIN_VALUE, the smallest number above zero, so its maximum of negative
  // numbers is that.
  max: aggregation(numbers => numbers.reduce((a, b) => (a < b ? b : a), Number.MIN_VALUE)),
  min: aggregation(numbers => numbers.reduce((a, b) => (a > b ? b : a))),
  stddev: aggregation(deviation),
  sum: aggregation(sum),
  length,
  size: length,
  concat: (value, args) => [value, ...args].map(textOf).join(''),
  append: (value, args) => (Array.isArray(value) ? [...value, ...args] : value),
  keys: value => (isJsonObject(value) ? keysOf(value) : null),
  first: value => itemAt(value, 0),
  last: value => itemAt(value, -1),
  index: (value, args) => itemAt(value, Number(args.find(isJsonNumber))),
}

export const functionNames: ReadonlySet<string> = new Set(Object.keys(functions))

/**
 * Calls the function called `name`, which must be one of `functionNames`; undefined where it fails.
 */
export function callFunction(name: string, value: unknown, args: readonly unknown[]): unknown {
  return functions[name]?.(value, args)
}

function aggregation(calculate: (numbers: number[]) => number): PathFunction {
  return (value, args) => {
    const numbers: number[] = []
    for (const source of [Array.isArray(value) ? value : [], ...args]) {
      const items: readonly unknown[] = Array.isArray(source) ? source : [source]
      for (const item of items) if (isJsonNumber(item)) numbers.push(Number(item))
    }
    return numbers.length > 0 ? new JavaDouble(calculate(numbers)) : undefined
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

function deviation(numbers: readonly number[]): number {
  const squares = sum(numbers.map(n => n * n))
  const total = sum(numbers)
  return Math.sqrt(squares / numbers.length - (total * total) / numbers.length / numbers.length)
}

function length(value: unknown, args: readonly unknown[]): unknown {
  if (Array.isArray(args[0])) return args[0].length
  if (Array.isArray(value)) return value.length
  return isJsonObject(value) ? keysOf(value).length : null
}

function textOf(value: unknown): string {
  if (Array.isArray(value))
    return value
      .filter(item => item !== null)
      .map(scalarText)
      .join('')
  return isJsonObject(value) || value === null ? '' : scalarText(value)
}

function scalarText(value: unknown): string {
  return typeof value === 'string' || isJsonNumber(value) || typeof value === 'boolean'
    ? String(value)
    : ''
}

function itemAt(value: unknown, index: number): unknown {
  if (!Array.isArray(value) || value.length === 0) return undefined
  // A negative index must leave something before it: Jayway refuses to reach the first item from
  // the end.
  const i = index < 0 ? value.length + index : index
  return index < 0 && i <= 0 ? undefined : value[i]
}
