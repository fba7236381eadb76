/**
 * The inside of `[?( ... )]` to a condition, as Jayway JsonPath reads it: `||` binds weaker than
 * `&&`, `!` negates, a path by itself asks whether it exists. A path ends at a blank, an operator
 * sign or a closing bracket, so logical operators need blanks around them.
 */
import { RE2JS } from 're2js'
import { Cursor, isBlank, isDigit, unescapeText } from './cursor.ts'
import { JavaDouble } from './java-double.ts'
import type { Condition, Operand, Operator, Selector } from './selector.ts'
import { operators } from './selector.ts'

const maxDepth = 100

/**
 * Parses `text` from `at` to `end`, brackets included; paths within are given to `parsePath`.
 * Throws JsonPathSyntaxError.
 */
export function parseFilter(
  text: string,
  at: number,
  end: number,
  parsePath: (path: string) => Selector,
): Condition {
  const reader: Reader = { cursor: new Cursor(text, at, end), parsePath, depth: 0 }
  const condition = parseOr(reader)
  reader.cursor.skipBlanks()
  if (!reader.cursor.isDone) reader.cursor.fail('Expected the end of the filter')
  return condition
}

interface Reader {
  readonly cursor: Cursor
  readonly parsePath: (path: string) => Selector
  depth: number
}

function parseOr(reader: Reader): Condition {
  const conditions = [parseAnd(reader)]
  while (reader.cursor.take('||')) conditions.push(parseAnd(reader))
  return conditions.length === 1 ? conditions[0]! : { type: 'or', conditions }
}

function parseAnd(reader: Reader): Condition {
  const conditions = [parseTerm(reader)]
  while (reader.cursor.take('&&')) conditions.push(parseTerm(reader))
  return conditions.length === 1 ? conditions[0]! : { type: 'and', conditions }
}

function parseTerm(reader: Reader): Condition {
  const { cursor } = reader
  if (++reader.depth > maxDepth) cursor.fail('Filter is nested too deeply')
  try {
    if (cursor.take('!')) {
      cursor.skipBlanks()
      if (cursor.peek() !== '@' && cursor.peek() !== '$') {
        return { type: 'not', condition: parseTerm(reader) }
      }
      return parseComparison(reader, false)
    }
    if (cursor.take('(')) {
      const condition = parseOr(reader)
      if (!cursor.take(')')) cursor.fail("Expected ')'")
      return condition
    }
    return parseComparison(reader, true)
  } finally {
    reader.depth--
  }
}

/**
 * `wanted` is false after `!`: only a lone path takes notice, before a comparison Jayway drops the
 * sign.
 */
function parseComparison(reader: Reader, wanted: boolean): Condition {
  const { cursor } = reader
  const left = parseOperand(reader)
  const afterLeft = cursor.at
  const operator = parseOperator(cursor)
  if (operator) return { type: 'compare', operator, left, right: parseOperand(reader) }
  cursor.at = afterLeft
  if (left.type !== 'path') return cursor.fail('Expected an operator')
  return { type: 'exists', path: left.path, wanted }
}

function parseOperator(cursor: Cursor): Operator | undefined {
  cursor.skipBlanks()
  const begin = cursor.at
  const isSign = '<>=~!'.includes(cursor.peek()) && !cursor.isDone
  while (!cursor.isDone && (isSign ? '<>=~!'.includes(cursor.peek()) : !isBlank(cursor.peek()))) {
    cursor.at++
  }
  const word = cursor.text.slice(begin, cursor.at).toLowerCase()
  return operators.find(operator => operator === word)
}

function parseOperand(reader: Reader): Operand {
  const { cursor } = reader
  cursor.skipBlanks()
  const c = cursor.peek()
  switch (c) {
    case '$':
    case '@':
      return { type: 'path', path: parseInnerPath(reader) }
    case "'":
    case '"':
      return { type: 'literal', value: unescapeText(parseQuoted(cursor, c)) }
    case 't':
      return parseWord(cursor, 'true', true)
    case 'f':
      return parseWord(cursor, 'false', false)
    case 'n':
      return parseWord(cursor, 'null', null)
    case '[':
    case '{':
      return parseJson(cursor, c)
    case '/':
      return parseRegex(cursor)
    default:
      return parseNumber(cursor)
  }
}

function parseInnerPath(reader: Reader): Selector {
  const { cursor } = reader
  const begin = cursor.at++
  while (!cursor.isDone) {
    const c = cursor.peek()
    if (c === '[' || c === '(') {
      const close = cursor.closingBracket(cursor.at, c === '[' ? ']' : ')', { skipRegexes: true })
      if (close < 0) cursor.fail('Bracket is not closed')
      cursor.at = close + 1
    } else if (c === ')' || isBlank(c) || '<>=~!'.includes(c)) break
    else cursor.at++
  }
  return reader.parsePath(cursor.text.slice(begin, cursor.at))
}

function parseQuoted(cursor: Cursor, quote: string): string {
  const close = cursor.closingQuote(quote, cursor.at + 1)
  if (close < 0) cursor.fail(`Text has no closing ${quote}`)
  const text = cursor.text.slice(cursor.at + 1, close)
  cursor.at = close + 1
  return text
}

function parseWord(cursor: Cursor, word: string, value: boolean | null): Operand {
  if (!cursor.take(word)) cursor.fail(`Expected ${word}`)
  return { type: 'literal', value }
}

function parseNumber(cursor: Cursor): Operand {
  const begin = cursor.at
  while (isDigit(cursor.peek()) || /^[-+.eE]$/.test(cursor.peek())) cursor.at++
  const text = cursor.text.slice(begin, cursor.at)
  const value = Number(text)
  if (text === '' || Number.isNaN(value)) cursor.fail('Expected a value', begin)
  return { type: 'literal', value: new JavaDouble(value, text) }
}

/**
 * JSON as json-smart (Jayway's default parser) takes it: single quotes and bare words are texts
 * too.
 */
function parseJson(cursor: Cursor, open: string): Operand {
  const close = cursor.closingBracket(cursor.at, open === '[' ? ']' : '}')
  if (close < 0) cursor.fail('JSON value is not closed')
  const text = cursor.text.slice(cursor.at, close + 1)
  const begin = cursor.at
  cursor.at = close + 1
  try {
    return { type: 'literal', value: JSON.parse(text.replace(jsonToken, quoteStrictly)) }
  } catch {
    return cursor.fail('Value is not JSON', begin)
  }
}

const jsonToken = /"(?:[^"\\]|\\[\s\S])*"|'((?:[^'\\]|\\[\s\S])*)'|[^\s,:[\]{}"']+/g

function quoteStrictly(token: string, single?: string): string {
  if (single !== undefined) return JSON.stringify(unescapeText(single))
  const isJson = token.startsWith('"') || /^(?:true|false|null|-?\d.*)$/.test(token)
  return isJson ? token : JSON.stringify(token)
}

const regexFlags: Readonly<Record<string, number>> = {
  i: RE2JS.CASE_INSENSITIVE,
  m: RE2JS.MULTILINE,
  s: RE2JS.DOTALL,
}

/** A regex runs in linear time on RE2, which refuses look-around and back-references. */
function parseRegex(cursor: Cursor): Operand {
  const begin = cursor.at
  const source = parseQuoted(cursor, '/')
  let flags = 0
  // Java's d, u, U and x are taken and have no counterpart in RE2.
  while (/^[dimsuxU]$/.test(cursor.peek())) flags |= regexFlags[cursor.text[cursor.at++]!] ?? 0
  try {
    return { type: 'literal', value: RE2JS.compile(source, flags) }
  } catch (error) {
    return cursor.fail(`Regex is not supported: ${(error as Error).message}`, begin)
  }
}
