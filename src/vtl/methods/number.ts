/**
 * java.lang.Integer, Long, Double and Boolean, with the static methods that templates reach through an instance:
 * `#set($Integer = 0) $Integer.parseInt('42')`. https://docs.oracle.com/javase/8/docs/api/java/lang/Integer.html
 */
import { JavaDouble } from '../../base/json-path/java-double.ts'
import { compareNumbers, integerOf, isNumber, type JavaNumber } from '../numbers.ts'
import { javaEquals, textOf } from '../values.ts'
import { type Method, methodTable } from './method.ts'

export const numberMethods = methodTable<JavaNumber>({
  byteValue: n => (toInteger(n) << 24) >> 24,
  compare: (_, [a, b]) => (isNumber(a) && isNumber(b) ? compareNumbers(a, b) : undefined),
  compareTo: (n, [other]) => (isNumber(other) ? compareNumbers(n, other) : undefined),
  doubleValue: n => new JavaDouble(Number(n)),
  equals: (n, [other], budget) => javaEquals(n, other, budget),
  floatValue: n => new JavaDouble(Math.fround(Number(n))),
  hashCode: n => toInteger(n) | 0,
  intValue: n => toInteger(n) | 0,
  isInfinite: n => (n instanceof JavaDouble ? Math.abs(n.value) === Infinity : undefined),
  isNaN: n => (n instanceof JavaDouble ? Number.isNaN(n.value) : undefined),
  longValue: n => toInteger(n),
  max: (_, [a, b]) => (isNumber(a) && isNumber(b) ? (compareNumbers(a, b) < 0 ? b : a) : undefined),
  min: (_, [a, b]) => (isNumber(a) && isNumber(b) ? (compareNumbers(a, b) > 0 ? b : a) : undefined),
  parseDouble: (_, [text]) => (typeof text === 'string' ? parseDouble(text) : undefined),
  parseInt: parseWhole,
  parseLong: parseWhole,
  shortValue: n => (toInteger(n) << 16) >> 16,
  signum: (_, [value]) => (isNumber(value) ? Math.sign(Number(value)) : undefined),
  toBinaryString: inRadix(2),
  toHexString: inRadix(16),
  toOctalString: inRadix(8),
  toString: (n, args, budget) => textOf(args.length === 0 ? n : args[0], budget),
  valueOf: (n, [value]) => {
    if (isNumber(value)) return value
    if (typeof value !== 'string') return undefined
    return n instanceof JavaDouble ? parseDouble(value) : parseWhole(n, [value])
  },
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

/** Cuts a fraction off, as Java's narrowing does; not a number becomes 0. */
function toInteger(n: JavaNumber): number {
  if (typeof n === 'bigint') return Number(BigInt.asIntN(64, n))
  return Math.trunc(Number(n)) || 0
}

function parseWhole(_: unknown, [text, radix = 10]: readonly unknown[]): unknown {
  if (typeof text !== 'string' || typeof radix !== 'number') return undefined
  if (radix === 10 && /^[+-]?\d{1,40}$/.test(text)) return integerOf(text.replace('+', ''))
  const value = radix === 10 ? Number.NaN : Number.parseInt(text, radix)
  if (
    !/^[+-]?[0-9a-z]+$/i.test(text) ||
    value.toString(radix) !== text.toLowerCase().replace(/^(-?)\+?0+(?=.)/, '$1')
  ) {
    throw new RangeError(`For input string: "${text.slice(0, 100)}"`)
  }
  return value
}

function parseDouble(text: string): JavaDouble {
  const trimmed = text.trim()
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) {
    throw new RangeError(`For input string: "${text.slice(0, 100)}"`)
  }
  return new JavaDouble(Number(trimmed.replace(/[dDfF]$/, '')))
}

function inRadix(radix: number): Method<JavaNumber> {
  return (_, [value]) => (typeof value === 'number' ? (value >>> 0).toString(radix) : undefined)
}
