/**
 * JSON text to Java values and back, for `$input` and `$util.parseJson`. Unlike `JSON.parse` it
 * keeps what AWS keeps: the order of keys that look like numbers (objects become Maps), `1.0` apart
 * from `1`, and whole numbers of any length. RFC 8259; nesting is bounded.
 */
import { JavaDouble } from '../base/json-path/java-double.ts'
import { type Budget, spend } from './budget.ts'
import { integerOf } from './numbers.ts'

const maxDepth = 512

interface Reader {
  readonly text: string
  at: number
}

/** Reads a whole JSON text; throws SyntaxError. */
export function readJson(text: string): unknown {
  const reader: Reader = { text, at: 0 }
  const value = readValue(reader, 0)
  if (!Number.isNaN(next(reader))) fail(reader)
  return value
}

function fail(reader: Reader): never {
  throw new SyntaxError(`Unexpected character in JSON at ${reader.at}`)
}

/** The code of the next character that is no blank; NaN at the end. */
function next(reader: Reader): number {
  const { text } = reader
  let code = text.charCodeAt(reader.at)
  while (code === 32 || code === 10 || code === 13 || code === 9) {
    code = text.charCodeAt(++reader.at)
  }
  return code
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const zero = 0x30
const nine = 0x39

function readValue(reader: Reader, depth: number): unknown {
  switch (next(reader)) {
    case 0x7b: // {
      return readObject(reader, depth + 1)
    case 0x5b: // [
      return readArray(reader, depth + 1)
    case quote:
      return readString(reader)
    case 0x74: // t
      return readWord(reader, 'true', true)
    case 0x66: // f
      return readWord(reader, 'false', false)
    case 0x6e: // n
      return readWord(reader, 'null', null)
    default:
      return readNumber(reader)
  }
}

function readWord(reader: Reader, word: string, value: boolean | null): boolean | null {
  if (!reader.text.startsWith(word, reader.at)) fail(reader)
  reader.at += word.length
  return value
}

function readObject(reader: Reader, depth: number): Map<string, unknown> {
  if (depth > maxDepth) fail(reader)
  const object = new Map<string, unknown>()
  reader.at++
  if (takes(reader, 0x7d)) return object
  do {
    if (next(reader) !== quote) fail(reader)
    const key = readString(reader)
    if (!takes(reader, colon)) fail(reader)
    object.set(key, readValue(reader, depth))
  } while (takes(reader, comma))
  if (!takes(reader, 0x7d)) fail(reader)
  return object
}

function readArray(reader: Reader, depth: number): unknown[] {
  if (depth > maxDepth) fail(reader)
  const array: unknown[] = []
  reader.at++
  if (takes(reader, 0x5d)) return array
  do array.push(readValue(reader, depth))
  while (takes(reader, comma))
  if (!takes(reader, 0x5d)) fail(reader)
  return array
}

function takes(reader: Reader, code: number): boolean {
  if (next(reader) !== code) return false
  reader.at++
  return true
}

/** Most texts have no escapes and are one slice; bench/micro/vtl.ts. */
function readString(reader: Reader): string {
  const { text } = reader
  const begin = reader.at + 1
  for (let i = begin; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) {
      reader.at = i + 1
      return text.slice(begin, i)
    }
    if (c < 32) break
    if (c === 92) return readEscaped(reader)
  }
  return fail(reader)
}

/** JSON.parse refuses the control characters that this lets through. */
const quotedText = /"(?:[^"\\]|\\.)*"/y

function readEscaped(reader: Reader): string {
  quotedText.lastIndex = reader.at
  const token = quotedText.exec(reader.text)?.[0]
  if (token === undefined) return fail(reader)
  reader.at += token.length
  return JSON.parse(token) as string // JSON.parse of a quoted text gives a text, or throws.
}

const number = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

function readNumber(reader: Reader): unknown {
  return readShortInteger(reader) ?? readAnyNumber(reader)
}

/** Most numbers are such; undefined, with nothing read, for any other. */
function readShortInteger(reader: Reader): number | undefined {
  const { text, at } = reader
  let value = 0
  let end = at
  let code = text.charCodeAt(end)
  while (code >= zero && code <= nine) {
    value = value * 10 + code - zero
    code = text.charCodeAt(++end)
  }
  const length = end - at
  const isOther = code === 0x2e || code === 0x65 || code === 0x45 // . e E
  if (length === 0 || length > 15 || isOther) return undefined
  if (length > 1 && text.charCodeAt(at) === zero) return undefined
  reader.at = end
  return value
}

function readAnyNumber(reader: Reader): unknown {
  number.lastIndex = reader.at
  const match = number.exec(reader.text)
  if (!match) return fail(reader)
  reader.at += match[0].length
  if (match[1] === undefined && match[2] === undefined) return integerOf(match[0])
  // json-smart keeps more than 18 characters as a BigDecimal, digit by digit.
  return new JavaDouble(Number(match[0]), match[0].length > 18 ? match[0] : undefined)
}

/**
 * Compact JSON. With 'protect slashes' it writes texts as json-smart's `JSONArray.toString` does:
 * `/` as `\/`, and some blocks of Unicode as `\uXXXX`. Throws RangeError for values nested too
 * deeply.
 */
export function writeJson(
  value: unknown,
  budget: Budget,
  texts?: 'protect slashes',
  depth = 0,
): string {
  if (typeof value === 'string') return texts ? protectedText(value) : quoted(value)
  if (typeof value !== 'object' || value === null) return String(value ?? null)
  if (depth > maxDepth) throw new RangeError('Value is nested too deeply for JSON')
  if (Array.isArray(value)) {
    spend(budget, 1 + (value.length >> 3))
    let json = '['
    for (let i = 0; i < value.length; i++) {
      if (i > 0) json += ','
      json += writeJson(value[i], budget, texts, depth + 1)
    }
    return `${json}]`
  }
  if (value instanceof Map) {
    spend(budget, 1 + (value.size >> 3))
    let json = '{'
    for (const [key, member] of value as Map<unknown, unknown>) {
      if (json.length > 1) json += ','
      json += writeJson(String(key), budget, texts)
      json += ':'
      json += writeJson(member, budget, texts, depth + 1)
    }
    return `${json}}`
  }
  return value instanceof JavaDouble ? value.toString() : writeJson(String(value), budget, texts)
}

/** Texts that stay as they are between quotes: nothing to escape, no surrogates, which may be lone. */
const unescaped = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** As JSON.stringify; most texts need nothing of it. */
function quoted(text: string): string {
  return unescaped.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** The same for `protectedText`. */
const unprotected = /^[ !#-.0-[\]-~\u00a0-\u1fff\u2100-\ud7ff\ue000-\uffff]*$/

function protectedText(text: string): string {
  if (unprotected.test(text)) return `"${text}"`
  const escaped = JSON.stringify(text).replaceAll('/', '\\/')
  return escaped.replace(
    /[\u007f-\u009f\u2000-\u20ff]/g,
    c => `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
}
