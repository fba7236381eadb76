/**
 * A number that Java holds as a `java.lang.Double`, for the places where AWS's text differs from
 * JavaScript's: `2.0` stays `2.0`, ten million is `1.0E7`. Whole numbers need no wrapper: they are
 * plain numbers, or bigints beyond 2^53. The text follows `Double.toString` of the Java SE 19 and
 * later documentation.
 */

/** A double with Java's text; behaves as a number in arithmetic and in `JSON.stringify`. */
export class JavaDouble {
  readonly value: number
  readonly #text: string | undefined

  /**
   * `text` is what `toString` gives when it must not be derived, as for a decimal of more digits
   * than a double has.
   */
  constructor(value: number, text?: string) {
    this.value = value
    this.#text = text
  }

  valueOf(): number {
    return this.value
  }

  toJSON(): number {
    return this.value
  }

  toString(): string {
    return this.#text ?? formatDouble(this.value)
  }
}

/**
 * The text of `Double.toString(value)`: at least one digit after the point, `E` notation outside
 * 10^-3 to 10^7.
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const magnitude = Math.abs(value)
  if (magnitude === Infinity) return value < 0 ? '-Infinity' : 'Infinity'
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e')
  const point = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return `${point}E${exponent.replace('+', '')}`
}
