/**
 * Expressions and references of VTL: what stands inside `#set( )`, `#if( )`, method arguments and
 * lists. The grammar is Velocity 1.7's, also where it surprises: lists, maps, ranges and arguments
 * hold no operators, `1 -1` is no subtraction (`-1` is a number), and a bare word among method
 * arguments is null.
 */

import { JavaDouble } from '../base/json-path/java-double.ts'
import type { BinaryOperator, Expression, Part, Reference } from './ast.ts'
import { type Lexer, patterns, readQuoted } from './lex.ts'
import { integerOf } from './numbers.ts'

const maxDepth = 200

/** Parses one expression up to where it ends; `depth` counts the brackets around it. */
export function parseExpression(lexer: Lexer, depth = 0): Expression {
  if (depth > maxDepth) lexer.fail('Expression is nested too deeply')
  return parseBinary(lexer, 0, depth)
}

/** Weakest first; each level is read from left to right. */
const levels: readonly (readonly [
  pattern: RegExp,
  words: Readonly<Record<string, BinaryOperator>>,
])[] = [
  [/\|\||or\b(?!@)/y, { '||': '||', or: '||' }],
  [/&&|and\b(?!@)/y, { '&&': '&&', and: '&&' }],
  [/==|!=|(?:eq|ne)\b(?!@)/y, { '==': '==', '!=': '!=', eq: '==', ne: '!=' }],
  [
    /<=|>=|<|>|(?:le|lt|ge|gt)\b(?!@)/y,
    { '<': '<', '<=': '<=', '>': '>', '>=': '>=', lt: '<', le: '<=', gt: '>', ge: '>=' },
  ],
  [/\+|-(?!\.?\d)/y, { '+': '+', '-': '-' }],
  [/[*/%]/y, { '*': '*', '/': '/', '%': '%' }],
]

function parseBinary(lexer: Lexer, level: number, depth: number): Expression {
  const rule = levels[level]
  if (!rule) return parseUnary(lexer, depth)
  let left = parseBinary(lexer, level + 1, depth)
  for (let word = lexer.take(rule[0]); word !== undefined; word = lexer.take(rule[0])) {
    const right = parseBinary(lexer, level + 1, depth)
    left = { type: 'binary', operator: rule[1][word]!, left, right }
  }
  return left
}

const not = /!|not\b(?!@)/y

function parseUnary(lexer: Lexer, depth: number): Expression {
  if (depth > maxDepth) lexer.fail('Expression is nested too deeply')
  lexer.skipBlanks()
  if (lexer.take(not) !== undefined) return { type: 'not', operand: parseUnary(lexer, depth + 1) }
  let result: Expression
  if (lexer.takeText('(')) {
    result = parseExpression(lexer, depth + 1)
    lexer.expect(')')
  } else result = parseOperand(lexer, depth)
  lexer.skipBlanks()
  return result
}

/** A parameter of a method, list, map or index: an operand with blanks around it. */
function parseParameter(lexer: Lexer, depth: number): Expression {
  lexer.skipBlanks()
  const value = parseOperand(lexer, depth + 1)
  lexer.skipBlanks()
  return value
}

const wordPattern = /[A-Za-z_@][\w@]*/y

/** Literals, lists, maps, ranges and references. */
export function parseOperand(lexer: Lexer, depth: number): Expression {
  if (depth > maxDepth) lexer.fail('Expression is nested too deeply')
  const c = lexer.peek()
  if (c === '"') return parseText(lexer)
  if (c === "'") return { type: 'literal', value: readQuoted(lexer, "'") }
  if (c === '[') return parseList(lexer, depth)
  if (c === '{') return parseMap(lexer, depth)
  const number = parseNumber(lexer)
  if (number) return number
  if (c === '$' || c === '\\') {
    const reference = parseReference(lexer, depth)
    if (reference?.type === 'reference') return reference
    // `$true` inside an expression is read as the word itself.
    if (reference) return { type: 'literal', value: reference.word === 'true' }
    lexer.fail('Expected a name after $')
  }
  const word = lexer.match(wordPattern)
  if (word !== 'true' && word !== 'false')
    lexer.fail(c ? `Unexpected '${word ?? c}'` : 'Unexpected end')
  lexer.at += word.length
  return { type: 'literal', value: word === 'true' }
}

function parseNumber(lexer: Lexer): Expression | undefined {
  const range = lexer.take(patterns.rangeEnd)
  if (range !== undefined) return { type: 'literal', value: integerOf(range) }
  const float = lexer.take(patterns.float)
  if (float !== undefined) return { type: 'literal', value: new JavaDouble(Number(float)) }
  const integer = lexer.take(patterns.integer)
  return integer === undefined ? undefined : { type: 'literal', value: integerOf(integer) }
}

/** `"..."`; one without `$` and `#` is a literal. Only in double quotes a \u0041 is undone. */
function parseText(lexer: Lexer): Expression {
  const begin = lexer.at
  const text = readQuoted(lexer, '"').replace(/\\u([\s\S]{0,4})/g, (_, hex: string) => {
    if (!/^[0-9a-fA-F]{4}$/.test(hex))
      lexer.fail('Expected four hexadecimal digits after \\u', begin)
    return String.fromCharCode(Number.parseInt(hex, 16))
  })
  if (!/[$#]/.test(text)) return { type: 'literal', value: text }
  return { type: 'interpolation', source: text, at: begin }
}

function parseList(lexer: Lexer, depth: number): Expression {
  const begin = lexer.at++
  if (lexer.takeText(']')) return { type: 'list', items: [] }
  const first = parseParameter(lexer, depth)
  if (lexer.takeText('..')) {
    const to = parseParameter(lexer, depth)
    lexer.expect(']')
    if (!isRangeEnd(first) || !isRangeEnd(to))
      lexer.fail('A range needs whole numbers or references', begin)
    return { type: 'range', from: first, to, at: begin }
  }
  const items = [first]
  while (lexer.takeText(',')) items.push(parseParameter(lexer, depth))
  lexer.expect(']')
  return { type: 'list', items }
}

function isRangeEnd(end: Expression): boolean {
  return (
    end.type === 'reference' ||
    (end.type === 'literal' && /^(?:number|bigint)$/.test(typeof end.value))
  )
}

function parseMap(lexer: Lexer, depth: number): Expression {
  lexer.at++
  lexer.skipBlanks()
  const entries: [Expression, Expression][] = []
  if (lexer.takeText('}')) return { type: 'map', entries }
  do {
    const key = parseParameter(lexer, depth)
    lexer.expect(':')
    entries.push([key, parseParameter(lexer, depth)])
  } while (lexer.takeText(','))
  lexer.expect('}')
  return { type: 'map', entries }
}

/** `$true` and `$false`, which are not names; the caller decides whether that is an error. */
interface BooleanWord {
  readonly type: 'word'
  readonly word: string
}

/** Parses a reference here; undefined, and nothing read, when no name follows the `$`. */
export function parseReference(lexer: Lexer, depth: number): Reference | BooleanWord | undefined {
  const begin = lexer.at
  const dollar = lexer.take(patterns.dollar)
  const backslashes = /^\\*/.exec(dollar ?? '')?.[0] ?? ''
  const isFormal = lexer.takeText('{')
  const name = lexer.take(isFormal ? patterns.formalIdentifier : patterns.identifier)
  if (dollar === undefined || name === undefined) {
    lexer.at = begin
    return undefined
  }
  const isQuiet = dollar.endsWith('!')
  if (!isFormal && !isQuiet && (name === 'true' || name === 'false'))
    return { type: 'word', word: name }
  const parts = parseParts(lexer, depth)
  if (isFormal) lexer.expect('}')
  const source = lexer.source.slice(begin + backslashes.length, lexer.at)
  const isPlain = !isFormal && !isQuiet
  return { type: 'reference', at: begin, name, parts, isQuiet, isPlain, backslashes, source }
}

function parseParts(lexer: Lexer, depth: number): Part[] {
  const parts: Part[] = []
  parseIndexes(lexer, parts, depth)
  while (lexer.match(patterns.dot) !== undefined) {
    const at = lexer.at++
    const name = lexer.take(patterns.identifier)!
    if (lexer.peek() === '(' && !'#,:]}'.includes(lexer.peek(1) || ' ')) {
      parts.push({ type: 'method', name, args: parseArguments(lexer, depth), at })
    } else parts.push({ type: 'property', name })
    parseIndexes(lexer, parts, depth)
  }
  return parts
}

function parseIndexes(lexer: Lexer, parts: Part[], depth: number): void {
  while (lexer.peek() === '[') {
    const at = lexer.at++
    const index = parseParameter(lexer, depth)
    const isAllowed =
      index.type === 'reference' || index.type === 'interpolation' || index.type === 'literal'
    if (!isAllowed || (index.type === 'literal' && index.value instanceof JavaDouble)) {
      lexer.fail('Expected a text, a whole number or a reference in the index', at)
    }
    lexer.expect(']')
    parts.push({ type: 'index', index, at })
  }
}

function parseArguments(lexer: Lexer, depth: number): Expression[] {
  lexer.at++
  const args: Expression[] = []
  if (lexer.takeText(')')) return args
  do {
    lexer.skipBlanks()
    args.push(parseBareWord(lexer, depth) ?? parseParameter(lexer, depth))
    lexer.skipBlanks()
  } while (lexer.takeText(','))
  lexer.expect(')')
  return args
}

/** `null` in `$map.put('k', null)` is no keyword but, like any word, a reference to nothing. */
function parseBareWord(lexer: Lexer, depth: number): Reference | undefined {
  const begin = lexer.at
  const word = lexer.match(patterns.identifier)
  if (word === undefined || word === 'true' || word === 'false') return undefined
  lexer.at += word.length
  const parts = parseParts(lexer, depth)
  const source = lexer.source.slice(begin, lexer.at)
  return {
    type: 'reference',
    at: begin,
    name: undefined,
    parts,
    isQuiet: false,
    isPlain: false,
    backslashes: '',
    source,
  }
}
