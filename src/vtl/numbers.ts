/**
 * Numbers as Velocity 1.7 counts. Whole numbers are exact: Integer grows into Long and BigInteger,
 * which here is number and bigint. Anything with a fraction is a double (JavaDouble), and one
 * double makes the result a double.
 */
import { JavaDouble } from '../base/json-path/java-double.ts'

/** A value that Java would hold as a `java.lang.Number`; a bigint only beyond 2^53. */
export type JavaNumber = number | bigint | JavaDouble

export function isNumber(value: unknown): value is JavaNumber {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof JavaDouble
}

/** Reads digits with an optional sign; throws RangeError for more than a thousand. */
export function integerOf(text: string): number | bigint {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : shrink(BigInt(text.slice(0, 1002)))
}

/** `left operator right`; undefined for a division by zero, which Velocity answers with null. */
export function calculate(
  operator: '+' | '-' | '*' | '/' | '%',
  left: JavaNumber,
  right: JavaNumber,
): JavaNumber | undefined {
  if ((operator === '/' || operator === '%') && Number(right) === 0) return undefined
  if (left instanceof JavaDouble || right instanceof JavaDouble) {
    return new JavaDouble(onNumbers(operator, Number(left), Number(right)))
  }
  if (typeof left === 'number' && typeof right === 'number') {
    const result = onNumbers(operator, left, right)
    const whole = operator === '/' ? Math.trunc(result) : result
    // Adding zero turns -0, which no integer is, into 0.
    if (Number.isSafeInteger(whole)) return whole + 0
  }
  return shrink(onBigInts(operator, BigInt(left), BigInt(right)))
}

function onNumbers(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    default:
      return left % right
  }
}

function onBigInts(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    default:
      return left % right
  }
}

const maxBigInt = 10n ** 1000n

function shrink(value: bigint): number | bigint {
  if (value > maxBigInt || value < -maxBigInt) throw new RangeError('Number has too many digits')
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}

/** Below, at or above zero as `left` is less than, equal to or greater than `right`. */
export function compareNumbers(left: JavaNumber, right: JavaNumber): number {
  const a = left instanceof JavaDouble ? left.value : left
  const b = right instanceof JavaDouble ? right.value : right
  return a < b ? -1 : a > b ? 1 : 0
}
