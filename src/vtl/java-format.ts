/**
 * java.util.Formatter, as far as `String.format` in templates goes: %s %S %d %f %e %x %X %o %c %b
 * %n %%, with flags `-0+, (`, width, precision and argument indexes (`%2$s`).
 * https://docs.oracle.com/javase/8/docs/api/java/util/Formatter.html
 */
import { type Budget, maxTextLength } from './budget.ts'
import { isNumber } from './numbers.ts'
import { textOf } from './values.ts'

const specifier = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g

/**
 * Fills `values` into `pattern`; throws RangeError where Java throws (a missing value, the wrong
 * kind of value).
 */
export function formatText(pattern: string, values: readonly unknown[], budget: Budget): string {
  let next = 0
  return pattern.replace(
    specifier,
    (whole, index, flags: string, width, precision, kind: string) => {
      if (kind === '%') return '%'
      if (kind === 'n') return '\n'
      const at = index === undefined ? next++ : Number(index) - 1
      if (at >= values.length) throw new RangeError(`No value for format ${whole}`)
      const digits = precision === undefined ? undefined : Number(precision)
      const text = convert(kind, values[at], flags, digits, budget)
      return pad(text, flags, Number(width ?? 0))
    },
  )
}

function convert(
  kind: string,
  value: unknown,
  flags: string,
  precision: number | undefined,
  budget: Budget,
): string {
  switch (kind) {
    case 's':
    case 'S': {
      const text = textOf(value, budget).slice(0, precision)
      return kind === 'S' ? text.toUpperCase() : text
    }
    case 'b':
      return String(typeof value === 'boolean' ? value : value !== null)
    case 'c':
      return typeof value === 'number' ? String.fromCodePoint(value) : textOf(value, budget)
    case 'd':
      return signed(whole(value).toString(), flags)
    case 'x':
      return whole(value).toString(16)
    case 'X':
      return whole(value).toString(16).toUpperCase()
    case 'o':
      return whole(value).toString(8)
    case 'f':
      return signed(decimal(value).toFixed(Math.min(precision ?? 6, 100)), flags)
    case 'e':
      return signed(
        decimal(value)
          .toExponential(Math.min(precision ?? 6, 100))
          .replace(/e([+-])(\d)$/, 'e$10$2'),
        flags,
      )
    default:
      throw new RangeError(`Unknown format %${kind}`)
  }
}

function whole(value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  throw new RangeError('Format needs a whole number')
}

function decimal(value: unknown): number {
  if (isNumber(value)) return Number(value)
  throw new RangeError('Format needs a number')
}

function signed(text: string, flags: string): string {
  const isNegative = text.startsWith('-')
  let digits = isNegative ? text.slice(1) : text
  if (flags.includes(',')) {
    const [integer = '', ...rest] = digits.split('.')
    digits = [integer.replace(/\B(?=(?:\d{3})+$)/g, ','), ...rest].join('.')
  }
  if (isNegative) return flags.includes('(') ? `(${digits})` : `-${digits}`
  if (flags.includes('+')) return `+${digits}`
  return flags.includes(' ') ? ` ${digits}` : digits
}

function pad(text: string, flags: string, width: number): string {
  if (width > maxTextLength) throw new RangeError('Format is too wide')
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || text.length >= width) return text.padStart(width)
  const sign = /^[-+ (]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}
