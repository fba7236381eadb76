/**
 * Selector text to steps, with the grammar of Jayway JsonPath: `$.store.book[0]['title','isbn']`,
 * `..`, `*`, `[1,2]`, `[-3:]`, `[?(@.price < 10)]`, `.length()`. A selector that begins with
 * neither `$` nor `@` is read as if `$.` stood before it; AWS's `integration.response.body.a.b[0]`
 * relies on that.
 */
import { Cursor, isBlank, isDigit, unescapeText } from './cursor.ts'
import { parseFilter } from './parse-filter.ts'
import type { Argument, Selector, Step } from './selector.ts'
import { JsonPathSyntaxError } from './syntax-error.ts'

const maxLength = 10_000
const maxSteps = 500
const maxNesting = 20

/**
 * Parses a whole selector; throws JsonPathSyntaxError. `nesting` counts filters and functions
 * around it.
 */
export function parsePath(text: string, nesting = 0): Selector {
  const trimmed = text.trim()
  if (trimmed.length > maxLength)
    throw new JsonPathSyntaxError('Path is too long', trimmed, maxLength)
  if (nesting > maxNesting) throw new JsonPathSyntaxError('Path is nested too deeply', trimmed, 0)
  if (trimmed === '') throw new JsonPathSyntaxError('Path is empty', trimmed, 0)
  const full = /^[$@]/.test(trimmed) ? trimmed : `$.${trimmed}`
  const cursor = new Cursor(full, 1, full.length)
  if (full.endsWith('.')) cursor.fail("Path must not end with a '.'", full.length - 1)
  const start = full[0] === '@' ? '@' : '$'
  const steps: Step[] = []
  if (!cursor.isDone && cursor.peek() !== '.' && cursor.peek() !== '[') {
    cursor.fail("Expected '.' or '[' after the root")
  }
  while (!cursor.isDone) {
    parseStep(cursor, steps, nesting)
    if (steps.length > maxSteps) cursor.fail('Path has too many steps')
  }
  return { start, steps: functionFirst(steps) }
}

function parseStep(cursor: Cursor, steps: Step[], nesting: number): void {
  if (cursor.peek() === '.') {
    cursor.at++
    if (cursor.peek() === '.') {
      cursor.at++
      steps.push({ type: 'scan' })
    }
    if (cursor.peek() === '.') cursor.fail("Unexpected '.'")
    if (cursor.isDone) cursor.fail("Path must not end with a '.'")
  }
  if (cursor.peek() === '[') steps.push(parseBracket(cursor, nesting))
  else if (cursor.peek() === '*') {
    cursor.at++
    steps.push({ type: 'wildcard' })
  } else steps.push(parseName(cursor, nesting))
}

/** `name` or `name(arguments)`. */
function parseName(cursor: Cursor, nesting: number): Step {
  const begin = cursor.at
  while (!cursor.isDone && !'.[('.includes(cursor.peek())) {
    if (cursor.peek() === ' ') cursor.fail("Write ['my prop'] for a name that contains blanks")
    cursor.at++
  }
  const name = cursor.text.slice(begin, cursor.at)
  if (name === '') cursor.fail('Expected a name')
  if (cursor.peek() !== '(') return { type: 'property', names: [name] }
  return { type: 'function', name, args: parseArguments(cursor, name, nesting) }
}

function parseBracket(cursor: Cursor, nesting: number): Step {
  const open = cursor.at++
  cursor.skipBlanks()
  const c = cursor.peek()
  if (c === "'" || c === '"') return parseNames(cursor, c)
  if (isDigit(c) || c === '-' || c === ':') return parseIndexes(cursor)
  if (c === '*') {
    cursor.at++
    if (!cursor.take(']')) cursor.fail("Expected ']' after '*'")
    return { type: 'wildcard' }
  }
  if (c !== '?') cursor.fail("Expected a quoted name, a number, '*' or '?('")
  cursor.at++
  cursor.skipBlanks()
  if (cursor.peek() !== '(') cursor.fail("Expected '(' after '?'")
  const close = cursor.closingBracket(cursor.at, ')', { skipRegexes: true })
  if (close < 0) cursor.fail('Filter is not closed', open)
  const condition = parseFilter(cursor.text, cursor.at, close + 1, path =>
    parsePath(path, nesting + 1),
  )
  cursor.at = close + 1
  if (!cursor.take(']')) cursor.fail("Expected ']' after the filter")
  return { type: 'filter', condition }
}

function parseNames(cursor: Cursor, quote: string): Step {
  const names: string[] = []
  do {
    cursor.skipBlanks()
    if (cursor.peek() !== quote) cursor.fail(`Expected a name in ${quote}`)
    const close = cursor.closingQuote(quote, cursor.at + 1)
    if (close < 0) cursor.fail(`Name has no closing ${quote}`)
    names.push(unescapeText(cursor.text.slice(cursor.at + 1, close)))
    cursor.at = close + 1
  } while (cursor.take(','))
  if (!cursor.take(']')) cursor.fail("Expected ',' or ']' after the name")
  return { type: 'property', names }
}

function parseIndexes(cursor: Cursor): Step {
  const close = cursor.text.indexOf(']', cursor.at)
  if (close < 0 || close >= cursor.end) cursor.fail("Expected ']'")
  const inside = cursor.text.slice(cursor.at, close).trim()
  if (/^(?:-?\d+)?:(?:-?\d+)?(?::-?\d*)?$/.test(inside) && /^:*$/.test(inside) === false) {
    // A step after a second colon is accepted and has no effect, as in Jayway.
    const [from = '', to = ''] = inside.split(':')
    cursor.at = close + 1
    return { type: 'slice', from: optionalInteger(from), to: optionalInteger(to) }
  }
  if (!/^-?\d+(?:\s*,\s*-?\d+)*,?$/.test(inside)) cursor.fail('Expected indexes or a slice')
  cursor.at = close + 1
  return { type: 'index', indexes: inside.split(',').filter(Boolean).map(Number) }
}

function optionalInteger(text: string): number | undefined {
  return text === '' ? undefined : Number(text)
}

/**
 * Splits `(a, b)` at its top-level commas. What is neither a path nor a JSON value is skipped, as
 * in Jayway.
 */
function parseArguments(cursor: Cursor, name: string, nesting: number): Argument[] {
  const args: Argument[] = []
  const open = cursor.at
  let depth = 0
  let begin = open + 1
  for (let i = open; i < cursor.end; i++) {
    const c = cursor.text[i] as string
    if (c === '"') {
      i = cursor.closingQuote(c, i + 1)
      if (i < 0) break
    } else if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    if ((c === ',' && depth === 1) || depth === 0) {
      const arg = parseArgument(cursor, begin, i, nesting)
      if (arg) args.push(arg)
      begin = i + 1
    }
    if (depth === 0) {
      cursor.at = i + 1
      return args
    }
  }
  return cursor.fail(`Arguments of '${name}' are not closed`, open)
}

function parseArgument(
  cursor: Cursor,
  from: number,
  to: number,
  nesting: number,
): Argument | undefined {
  let begin = from
  while (begin < to && isBlank(cursor.text[begin] as string)) begin++
  const text = cursor.text.slice(begin, to).trim()
  if (/^[$@]/.test(text)) return { type: 'path', path: parsePath(text, nesting + 1) }
  if (!/^[{"\d-]/.test(text)) return undefined
  try {
    return { type: 'value', value: JSON.parse(text) }
  } catch {
    return cursor.fail('Argument is not JSON', begin)
  }
}

/**
 * Jayway turns `$..book.length()` into `$.length($..book)`: a function at the end of a scan takes
 * all that the scan finds, not each find by itself.
 */
function functionFirst(steps: Step[]): Step[] {
  const last = steps.at(-1)
  if (last?.type !== 'function' || steps[0]?.type !== 'scan') return steps
  const path: Selector = { start: '$', steps: steps.slice(0, -1) }
  return [{ type: 'function', name: last.name, args: [{ type: 'path', path }] }]
}
