/**
 * The keywords of JSON Schema draft-04 that judge one value by itself, as closures: limits, types, enumerations.
 * The texts are those of the Java validator that AWS's messages come from; where no answer of AWS was recorded,
 * they are guesses.
 */
import { formats } from './json-schema-formats.ts'
import { compileEcmaPattern } from './json-schema-patterns.ts'
import { type Check, canonical, fail, quote, show, spend } from './json-schema-run.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** Compiles a keyword's value; undefined: it asks for nothing. Throws SyntaxError when the value is malformed. */
export type Keyword = (value: unknown, schema: JsonObject) => Check | undefined

export const keywords: Readonly<Record<string, Keyword>> = Object.freeze({
  additionalItems(value, { items }) {
    if (value !== false || !Array.isArray(items)) return undefined
    const most = items.length
    return onArray((array, run) => {
      if (array.length <= most) return
      fail(
        run,
        () =>
          `schema only allows ${most} elements in array but instance has ${array.length} elements`,
      )
    })
  },
  enum(value) {
    const allowed = arrayOf(value, 'enum')
    const shown = show(allowed)
    return (instance, run) => {
      if (!spend(run, allowed.length)) return
      if (allowed.some(one => isEqual(one, instance))) return
      fail(
        run,
        () => `instance value (${show(instance)}) not found in enum (possible values: ${shown})`,
      )
    }
  },
  format(value) {
    const format = typeof value === 'string' ? formats.get(value) : undefined
    if (format === undefined) return undefined
    return onString((text, run) => {
      if (!spend(run, text.length >> 1)) return
      if (!format.has(text)) fail(run, () => format.complain(text))
    })
  },
  maxItems: length(
    'maxItems',
    onArray,
    items => items.length,
    (count, limit) =>
      count <= limit
        ? undefined
        : `array is too long: must have at most ${limit} elements but instance has ${count} elements`,
  ),
  minItems: length(
    'minItems',
    onArray,
    items => items.length,
    (count, limit) =>
      count >= limit
        ? undefined
        : `array is too short: must have at least ${limit} elements but instance has ${count} elements`,
  ),
  maxLength: length('maxLength', onString, codePoints, (count, limit, text) =>
    count <= limit
      ? undefined
      : `string ${quote(text)} is too long (length: ${count}, maximum allowed: ${limit})`,
  ),
  minLength: length('minLength', onString, codePoints, (count, limit, text) =>
    count >= limit
      ? undefined
      : `string ${quote(text)} is too short (length: ${count}, required minimum: ${limit})`,
  ),
  maxProperties: length('maxProperties', onObject, countMembers, (count, limit) =>
    count <= limit
      ? undefined
      : `object has too many properties (found ${count} but schema requires at most ${limit})`,
  ),
  minProperties: length('minProperties', onObject, countMembers, (count, limit) =>
    count >= limit
      ? undefined
      : `object has too few properties (found ${count} but schema requires at least ${limit})`,
  ),
  maximum(value, schema) {
    const limit = numberOf(value, 'maximum')
    const isExclusive = flagOf(schema['exclusiveMaximum'], 'exclusiveMaximum')
    return onNumber((number, run) => {
      if (number > limit) {
        fail(
          run,
          () =>
            `numeric instance is greater than the required maximum (maximum: ${limit}, found: ${number})`,
        )
      } else if (isExclusive && number === limit) {
        fail(run, () => `numeric instance is not strictly lower than the required maximum ${limit}`)
      }
    })
  },
  minimum(value, schema) {
    const limit = numberOf(value, 'minimum')
    const isExclusive = flagOf(schema['exclusiveMinimum'], 'exclusiveMinimum')
    return onNumber((number, run) => {
      if (number < limit) {
        fail(
          run,
          () =>
            `numeric instance is lower than the required minimum (minimum: ${limit}, found: ${number})`,
        )
      } else if (isExclusive && number === limit) {
        fail(
          run,
          () => `numeric instance is not strictly greater than the required minimum ${limit}`,
        )
      }
    })
  },
  multipleOf(value) {
    const divisor = numberOf(value, 'multipleOf')
    if (divisor <= 0) throw new SyntaxError('multipleOf must be greater than 0')
    return onNumber((number, run) => {
      if (isMultiple(number, divisor)) return
      fail(run, () => `remainder of division is not zero (${number} / ${divisor})`)
    })
  },
  pattern(value) {
    if (typeof value !== 'string') throw new SyntaxError('pattern must be a string')
    const matches = compileEcmaPattern(value)
    return onString((text, run) => {
      // Half a step per character is what re2js costs beside the other keywords.
      if (!spend(run, text.length >> 1) || matches(text)) return
      fail(run, () => `ECMA 262 regex ${quote(value)} does not match input string ${quote(text)}`)
    })
  },
  required(value) {
    const names = arrayOf(value, 'required').map(name => {
      if (typeof name !== 'string') throw new SyntaxError('required must list strings')
      return name
    })
    return onObject((object, run) => {
      if (!spend(run, names.length) || names.every(name => Object.hasOwn(object, name))) return
      fail(run, () => {
        const missing = names.filter(name => !Object.hasOwn(object, name)).sort()
        return `object has missing required properties (${show([...new Set(missing)])})`
      })
    })
  },
  type(value) {
    const names = typeof value === 'string' ? [value] : arrayOf(value, 'type')
    const allowed = new Set<unknown>(names)
    for (const name of allowed) {
      if (!types.has(name)) throw new SyntaxError(`${show(name)} is not a type`)
    }
    if (allowed.has('number')) allowed.add('integer')
    const shown = show([...allowed].sort())
    return (instance, run) => {
      const found = typeOf(instance)
      if (allowed.has(found)) return
      fail(
        run,
        () =>
          `instance type (${found}) does not match any allowed primitive type (allowed: ${shown})`,
      )
    }
  },
  uniqueItems(value) {
    if (!flagOf(value, 'uniqueItems')) return undefined
    return onArray((array, run) => {
      const seen = new Set<string>()
      for (const item of array) {
        const text = canonical(item, run)
        if (text === undefined) return
        if (seen.has(text)) {
          fail(run, () => 'array must not contain duplicate elements')
          return
        }
        seen.add(text)
      }
    })
  },
} satisfies Record<string, Keyword>)

const types: ReadonlySet<unknown> = new Set([
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
])

export function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

type On<T> = (judge: (value: T, run: Parameters<Check>[1]) => void) => Check

/** A keyword that compares a size with a limit; `judge` gives the complaint. */
function length<T>(
  name: string,
  on: On<T>,
  sizeOf: (value: T) => number,
  judge: (size: number, limit: number, value: T) => string | undefined,
): Keyword {
  return value => {
    if (!Number.isInteger(value) || (value as number) < 0) {
      throw new SyntaxError(`${name} must be an integer from 0 up`)
    }
    const limit = value as number
    return on((instance, run) => {
      const complaint = judge(sizeOf(instance), limit, instance)
      if (complaint !== undefined) fail(run, () => complaint)
    })
  }
}

function onArray(judge: Parameters<On<readonly unknown[]>>[0]): Check {
  return (value, run) => {
    if (Array.isArray(value)) judge(value, run)
  }
}

export function onObject(judge: Parameters<On<JsonObject>>[0]): Check {
  return (value, run) => {
    if (isObject(value)) judge(value, run)
  }
}

function onString(judge: Parameters<On<string>>[0]): Check {
  return (value, run) => {
    if (typeof value === 'string') judge(value, run)
  }
}

function onNumber(judge: Parameters<On<number>>[0]): Check {
  return (value, run) => {
    if (typeof value === 'number') judge(value, run)
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Lengths are counted in code points (draft-04 validation §5.2). */
function codePoints(text: string): number {
  let count = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--
      i++
    }
  }
  return count
}

function countMembers(object: JsonObject): number {
  return Object.keys(object).length
}

/** Exact for decimals as they are written: 0.3 is a multiple of 0.1. */
function isMultiple(number: number, divisor: number): boolean {
  if (Number.isSafeInteger(number) && Number.isSafeInteger(divisor)) return number % divisor === 0
  if (!Number.isFinite(number)) return false
  const [digits, exponent] = decimal(number)
  const [otherDigits, otherExponent] = decimal(divisor)
  const lowest = Math.min(exponent, otherExponent)
  const scaled = digits * 10n ** BigInt(exponent - lowest)
  return scaled % (otherDigits * 10n ** BigInt(otherExponent - lowest)) === 0n
}

/** 0.25 -> 25 × 10^-2. */
function decimal(number: number): readonly [bigint, number] {
  const [mantissa = '0', power = '0'] = String(number).split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return [BigInt(whole + fraction), Number(power) - fraction.length]
}

/** Goes only as deep as `wanted`, which is part of the schema. */
function isEqual(wanted: unknown, value: unknown): boolean {
  if (wanted === value) return true
  if (Array.isArray(wanted)) {
    if (!Array.isArray(value) || value.length !== wanted.length) return false
    return wanted.every((item, i) => isEqual(item, value[i]))
  }
  if (!isObject(wanted) || !isObject(value)) return false
  const keys = Object.keys(wanted)
  if (Object.keys(value).length !== keys.length) return false
  return keys.every(key => Object.hasOwn(value, key) && isEqual(wanted[key], value[key]))
}

function arrayOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new SyntaxError(`${name} must be an array`)
  return value
}

function numberOf(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new SyntaxError(`${name} must be a number`)
  return value
}

function flagOf(value: unknown, name: string): boolean {
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw new SyntaxError(`${name} must be true or false`)
  return value
}
