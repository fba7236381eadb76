/**
 * What the tables of Java methods are made of. A template can call exactly what stands in a table:
 * no JavaScript property is ever looked up by a name from a template.
 */
import type { Budget } from '../budget.ts'

/**
 * A Java method. Gives undefined when it has no overload for these arguments, which to a template
 * is the same as no such method; '' for void (Velocity prints nothing); throws RangeError where
 * Java throws.
 */
export type Method<T> = (target: T, args: readonly unknown[], budget: Budget) => unknown

export type MethodTable<T> = ReadonlyMap<string, Method<T>>

// The two names that every JavaScript object has must be told apart from those that it inherits.
type Methods<T> = Readonly<Record<string, Method<T>>> & {
  readonly toString: Method<T>
  readonly valueOf?: Method<T>
}

export function methodTable<T>(methods: Methods<T>): MethodTable<T> {
  return new Map(Object.entries(methods))
}

/** True for what Java takes where it wants an int. */
export function isInt(value: unknown): value is number {
  return typeof value === 'number' && value >= -2147483648 && value <= 2147483647
}
