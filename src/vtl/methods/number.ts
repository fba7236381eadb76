/**
 * java.lang.Integer, Long, Double and Boolean, with the static methods that templates reach through
 * an instance: `#set($Integer = 0) $Integer.parseInt('42')`.
 * https://docs.oracle.com/javase/8/docs/api/java/lang/Integer.html
 */
import { JavaDouble } from '../../base/json-path/java-double.ts'
import { compareNumbers, integerOf, isNumber, type JavaNumber } from '../numbers.ts'
import { javaEquals, textOf } from '../values.ts'
import { isInt, type Method, type MethodTable, methodTable } from './method.ts'

type Whole = number | bigint

/**
 * The methods of a number's Java class: Double, Integer, or Long for what an Integer cannot hold.
 */
export function numberMethods(n: JavaNumber): MethodTable<JavaNumber> {
  if (n instanceof JavaDouble) return doubleMethods
  return isInt(n) ? integerMethods : longMethods
}

const shared = {
  byteValue: (n: JavaNumber) => (saturated(n) << 24) >> 24,
  compareTo: (n: JavaNumber, [other]: readonly unknown[]) => {
    if (!isNumber(other)) return undefined
    if (numberMethods(n) !== numberMethods(other)) throw new RangeError('Numbers of two classes')
    return compareNumbers(n, other)
  },
  doubleValue: (n: JavaNumber) => new JavaDouble(Number(n)),
  equals: ((n, [other], budget) => javaEquals(n, other, budget)) satisfies Method<JavaNumber>,
  floatValue: (n: JavaNumber) => new JavaDouble(Math.fround(Number(n))),
  intValue: saturated,
  longValue: (n: JavaNumber) => (typeof n === 'bigint' ? n : Math.trunc(Number(n)) || 0),
  shortValue: (n: JavaNumber) => (saturated(n) << 16) >> 16,
}

const whole = {
  ...shared,
  compare: twoWholes((a, b) => compareNumbers(a, b)),
  hashCode: (n: JavaNumber) => Number(n) | 0,
  max: twoWholes((a, b) => (a > b ? a : b)),
  min: twoWholes((a, b) => (a < b ? a : b)),
  signum: (_: unknown, [value]: readonly unknown[]) =>
    isInt(value) ? Math.sign(value) : undefined,
  sum: twoWholes((a, b) => (isInt(a) && isInt(b) ? a + b : undefined)),
  toBinaryString: inRadix(2),
  toHexString: inRadix(16),
  toOctalString: inRadix(8),
  toString: ((n, args, budget) =>
    textOf(args.length === 0 ? n : args[0], budget)) as Method<JavaNumber>,
  valueOf: (_: unknown, [value]: readonly unknown[]) =>
    isNumber(value) && !(value instanceof JavaDouble) ? value : parseWhole(_, [value]),
}

const integerMethods = methodTable<JavaNumber>({ ...whole, parseInt: parseWhole })
const longMethods = methodTable<JavaNumber>({ ...whole, parseLong: parseWhole })

const doubleMethods = methodTable<JavaNumber>({
  ...shared,
  compare: twoDoubles(compareNumbers),
  isInfinite: n => Math.abs(Number(n)) === Infinity,
  isNaN: n => Number.isNaN(Number(n)),
  max: twoDoubles((a, b) => new JavaDouble(Math.max(a, b))),
  min: twoDoubles((a, b) => new JavaDouble(Math.min(a, b))),
  parseDouble: (_, [text]) => (typeof text === 'string' ? parseDouble(text) : undefined),
  sum: twoDoubles((a, b) => new JavaDouble(a + b)),
  toString: (n, args, budget) => textOf(args.length === 0 ? n : asDouble(args[0]), budget),
  valueOf: (_, [value]) => (typeof value === 'string' ? parseDouble(value) : asDouble(value)),
})

export const booleanMethods = methodTable<boolean>({
  booleanValue: b => b,
  compareTo: (b, [other]) => (typeof other === 'boolean' ? Number(b) - Number(other) : undefined),
  equals: (b, [other]) => b === other,
  hashCode: b => (b ? 1231 : 1237),
  parseBoolean: (_, [text]) => isTrue(text),
  toString: b => String(b),
  valueOf: (_, [value]) => (typeof value === 'boolean' ? value : isTrue(value)),
})

function isTrue(text: unknown): boolean | undefined {
  return typeof text === 'string' ? text.toLowerCase() === 'true' : undefined
}

/**
 * As Java's narrowing: a whole number loses its high bits, a fraction is cut off and stays within
 * an int.
 */
function saturated(n: JavaNumber): number {
  if (!(n instanceof JavaDouble)) return Number(BigInt.asIntN(32, BigInt(n)))
  return Math.max(-2147483648, Math.min(2147483647, Math.trunc(n.value))) || 0
}

function asDouble(value: unknown): JavaDouble | undefined {
  return isNumber(value) ? new JavaDouble(Number(value)) : undefined
}

function twoDoubles(method: (a: number, b: number) => unknown): Method<JavaNumber> {
  return (_, [a, b]) => (isNumber(a) && isNumber(b) ? method(Number(a), Number(b)) : undefined)
}

function twoWholes(method: (a: Whole, b: Whole) => unknown): Method<JavaNumber> {
  return (_, [a, b]) => (isWhole(a) && isWhole(b) ? method(a, b) : undefined)
}

function isWhole(value: unknown): value is Whole {
  return typeof value === 'number' || typeof value === 'bigint'
}

function inRadix(radix: number): Method<JavaNumber> {
  return (_, [value]) => (isInt(value) ? (value >>> 0).toString(radix) : undefined)
}

function parseWhole(_: unknown, [text, radix = 10]: readonly unknown[]): unknown {
  if (typeof text !== 'string' || !isInt(radix)) return undefined
  const digits = /^[+-]?([0-9a-z]{1,40})$/i.exec(text)?.[1]
  const isValid =
    radix >= 2 && radix <= 36 && [...(digits ?? '')].every(c => Number.parseInt(c, 36) < radix)
  if (!digits || !isValid) throw new RangeError(`For input string: "${text.slice(0, 100)}"`)
  return radix === 10 ? integerOf(text.replace('+', '')) : Number.parseInt(text, radix)
}

function parseDouble(text: string): JavaDouble {
  const trimmed = text.trim()
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) {
    throw new RangeError(`For input string: "${text.slice(0, 100)}"`)
  }
  return new JavaDouble(Number(trimmed.replace(/[dDfF]$/, '')))
}
