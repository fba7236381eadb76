/**
 * A template's text to statements: text, references, directives with their blocks. Follows the
 * grammar of Velocity 1.7 and its rules for white space: a directive swallows the line end behind
 * its `)` or `#end`, `#set` also the blanks before it, a reference nothing. Backslashes count only
 * before something that VTL knows:
 * https://velocity.apache.org/engine/1.7/vtl-reference.html
 */
import type { Directive, DirectiveArgument, IfDirective, Statement } from './ast.ts'
import { Lexer, patterns } from './lex.ts'
import { parseExpression, parseOperand, parseReference } from './parse-expression.ts'

const maxDepth = 200

/** How each directive of Velocity itself is written. */
const directives: Readonly<Record<string, 'block' | 'line'>> = {
  foreach: 'block',
  define: 'block',
  macro: 'block',
  literal: 'block',
  include: 'line',
  parse: 'line',
  evaluate: 'line',
  break: 'line',
  stop: 'line',
}

const controls = new Set(['if', 'elseif', 'else', 'end'])

/** How a template stands to what surrounds it. */
export interface ParseOptions {
  /** A text in double quotes: it may end with a lone `$` or `#`. */
  readonly isText: boolean
  /** Macros that are known already; like directives, they can be escaped: `\#name`. */
  readonly macros: { has(name: string): boolean }
}

/** Parses a whole template; throws VtlError. */
export function parseTemplate(source: string, name: string, options: ParseOptions): Statement[] {
  const parser: Parser = {
    lexer: new Lexer(source, name),
    isText: options.isText,
    known: options.macros,
    macros: new Set(),
    depth: 0,
    openEnd: -1,
  }
  const statements = parseBlock(parser)
  if (!parser.lexer.isDone)
    parser.lexer.fail(`Unexpected ${parser.lexer.match(patterns.directive)}`)
  return statements
}

interface Parser {
  readonly lexer: Lexer
  readonly isText: boolean
  readonly known: ParseOptions['macros']
  /** Macros defined so far in this template. */
  readonly macros: Set<string>
  depth: number
  /** Where the last reference ended, if in a property: Velocity takes `##` there for text. */
  openEnd: number
}

/**
 * Statements up to the `#end`, `#else` or `#elseif` that closes the block, or the end of the
 * template.
 */
function parseBlock(parser: Parser): Statement[] {
  const { lexer } = parser
  if (++parser.depth > maxDepth) lexer.fail('Blocks are nested too deeply')
  const statements: Statement[] = []
  while (!lexer.isDone && !closer(lexer)) {
    const statement = parseStatement(parser)
    const last = statements.at(-1)
    if (statement?.type === 'text' && last?.type === 'text') {
      statements[statements.length - 1] = { type: 'text', text: last.text + statement.text }
    } else if (statement) statements.push(statement)
  }
  parser.depth--
  return statements
}

/** The name of the closing directive that stands here, if one does. */
function closer(lexer: Lexer): string | undefined {
  const name = directiveName(lexer)
  return name === 'end' || name === 'else' || name === 'elseif' ? name : undefined
}

function directiveName(lexer: Lexer): string | undefined {
  return lexer.match(patterns.directive)?.replace(/[#{}]/g, '')
}

/** Undefined for what leaves no trace, such as a comment. */
function parseStatement(parser: Parser): Statement | undefined {
  const { lexer } = parser
  if (lexer.match(patterns.set) !== undefined) return parseSet(lexer)
  switch (lexer.peek()) {
    case '$':
      return parseDollar(parser)
    case '#':
      return parseHash(parser)
    case '\\':
      return parseBackslashes(parser)
    default:
      return { type: 'text', text: lexer.take(patterns.text)! }
  }
}

function parseDollar(parser: Parser): Statement {
  const { lexer } = parser
  const begin = lexer.at
  const dollar = lexer.match(patterns.dollar)!
  if (/\$\\+!$/.test(dollar)) return parseSchmoo(lexer, dollar)
  const reference = parseReference(lexer, 0)
  if (reference?.type === 'reference') {
    const isOpen =
      reference.isPlain &&
      reference.parts.findLast(part => part.type !== 'index')?.type === 'property'
    if (isOpen) parser.openEnd = lexer.at
    return reference
  }
  if (reference) lexer.fail(`Unexpected $${reference.word}`, begin)
  lexer.at += dollar.length
  // Velocity refuses a template that ends with a lone $ or #.
  if (lexer.isDone && !parser.isText) lexer.fail(`Unexpected end after ${dollar}`)
  // Velocity loses the mark of `$!` when no name follows.
  const losesMark = dollar.endsWith('!') && lexer.match(/[{[#]|\\*\$/y) === undefined
  return { type: 'text', text: losesMark ? dollar.slice(0, -1) : dollar }
}

/** `$\!name` is no reference: one backslash goes, and so does what hangs on the name. */
function parseSchmoo(lexer: Lexer, dollar: string): Statement {
  const reference = parseReference(lexer, 0)
  if (reference?.type !== 'reference') {
    lexer.at += dollar.length
    return { type: 'text', text: dollar }
  }
  const isFormal = reference.source.startsWith('{', dollar.length - reference.backslashes.length)
  return { type: 'text', text: dollar.replace('\\!', '!') + (isFormal ? '{' : reference.name) }
}

function parseHash(parser: Parser): Statement | undefined {
  const { lexer } = parser
  const begin = lexer.at
  if (lexer.takeText('##')) {
    if (begin === parser.openEnd) return { type: 'text', text: '##' }
    lexer.take(/[^\r\n]*(?:\r\n|\r|\n)?/y)
    return undefined
  }
  if (lexer.takeText('#[[')) return { type: 'text', text: readUntil(lexer, ']]#', begin) }
  if (lexer.takeText('#*')) {
    readUntil(lexer, '*#', begin)
    return undefined
  }
  const name = directiveName(lexer)
  if (name === 'if') return parseIf(parser)
  if (name !== undefined) return parseDirective(parser, name)
  lexer.at++
  if (lexer.isDone && !parser.isText) lexer.fail('Unexpected end after #')
  return { type: 'text', text: '#' }
}

function readUntil(lexer: Lexer, end: string, begin: number): string {
  const close = lexer.source.indexOf(end, lexer.at)
  if (close < 0) lexer.fail(`Expected ${end}`, begin)
  const text = lexer.source.slice(lexer.at, close)
  lexer.at = close + end.length
  return text
}

/**
 * Backslashes before a reference belong to it, before a directive they escape it, elsewhere they
 * are text.
 */
function parseBackslashes(parser: Parser): Statement {
  const { lexer } = parser
  if (lexer.match(patterns.dollar) !== undefined) return parseDollar(parser)
  const escaped = lexer.take(patterns.escapedDirective)
  if (escaped !== undefined) {
    const last = escaped.lastIndexOf('\\')
    const directive = escaped.slice(last + 1)
    if (!isKnown(parser, directive.replace(/[#{}]/g, ''))) return { type: 'text', text: escaped }
    return { type: 'text', text: escaped.slice(0, last / 2) + directive }
  }
  const pairs = lexer.take(patterns.doubleEscapes)
  if (pairs === undefined) return { type: 'text', text: lexer.source[lexer.at++]! }
  const isBeforeDirective = /^#(?!\{)/.test(lexer.source.slice(lexer.at, lexer.at + 2))
  const name = directiveName(lexer) ?? ''
  const halves =
    controls.has(name) || (name !== 'set' && isBeforeDirective && isKnown(parser, name))
  return { type: 'text', text: halves ? pairs.slice(pairs.length / 2) : pairs }
}

function isKnown(parser: Parser, name: string): boolean {
  return (
    name === 'set' || controls.has(name) || Object.hasOwn(directives, name) || isMacro(parser, name)
  )
}

function isMacro({ macros, known }: Parser, name: string): boolean {
  return macros.has(name) || known.has(name)
}

function parseSet(lexer: Lexer): Statement {
  const at = lexer.at
  lexer.take(patterns.set)
  lexer.skipBlanks()
  const target = parseReference(lexer, 0)
  if (target?.type !== 'reference') lexer.fail('Expected a reference in #set')
  lexer.skipBlanks()
  lexer.expect('=')
  const value = parseExpression(lexer)
  closeParenthesis(lexer)
  return { type: 'set', at, target, value }
}

function closeParenthesis(lexer: Lexer): void {
  lexer.expect(')')
  lexer.take(patterns.lineEnd)
}

function parseIf(parser: Parser): IfDirective {
  const { lexer } = parser
  const begin = lexer.at
  const branches: IfDirective['branches'][number][] = []
  let otherwise: Statement[] | undefined
  do {
    lexer.take(patterns.directive)
    lexer.skipBlanks()
    lexer.expect('(')
    const condition = parseExpression(lexer)
    closeParenthesis(lexer)
    branches.push({ condition, body: parseBlock(parser) })
  } while (closer(lexer) === 'elseif')
  if (closer(lexer) === 'else') {
    lexer.take(patterns.directive)
    lexer.take(patterns.lineEnd)
    otherwise = parseBlock(parser)
  }
  parseEnd(lexer, begin)
  return { type: 'if', branches, otherwise }
}

function parseEnd(lexer: Lexer, begin: number): void {
  const name = closer(lexer)
  if (name === undefined) lexer.fail('Expected #end', begin)
  if (name !== 'end') lexer.fail(`Unexpected #${name}`)
  lexer.take(patterns.directive)
  lexer.take(patterns.lineEnd)
}

function parseDirective(parser: Parser, name: string): Statement {
  const { lexer } = parser
  const at = lexer.at
  lexer.take(patterns.directive)
  const kind = directives[name] ?? (name.startsWith('@') ? 'block' : 'line')
  const hasArguments = lexer.match(patterns.openParenthesis) !== undefined
  if (!hasArguments) {
    if (kind === 'block' && !name.startsWith('@')) lexer.fail(`#${name} needs arguments`, at)
    if (name.startsWith('@')) return { type: 'text', text: lexer.source.slice(at, lexer.at) }
  }
  const args = hasArguments ? parseDirectiveArguments(parser, name, at) : []
  if (name === 'macro') parser.macros.add(macroName(lexer, args, at))
  const bodyBegin = lexer.at
  const body = kind === 'block' ? parseBlock(parser) : undefined
  const bodySource = lexer.source.slice(bodyBegin, lexer.at)
  if (body) parseEnd(lexer, at)
  if (name === 'literal' && bodySource === '') lexer.fail('#literal is empty', at)
  const source = lexer.source.slice(at, lexer.at)
  return { type: 'directive', at, name, args, body, bodySource, source } satisfies Directive
}

function macroName(lexer: Lexer, args: readonly DirectiveArgument[], at: number): string {
  const first = args[0]
  if (first?.type !== 'word') lexer.fail('#macro needs a name', at)
  return first.word
}

/**
 * Arguments are operands with blanks or commas between them. A bare word has a place only in
 * #foreach and #macro.
 */
function parseDirectiveArguments(parser: Parser, name: string, at: number): DirectiveArgument[] {
  const { lexer } = parser
  const args: DirectiveArgument[] = []
  lexer.take(patterns.openParenthesis)
  for (;;) {
    const afterLast = lexer.at
    lexer.skipBlanks()
    const hasComma = lexer.takeText(',')
    if (hasComma) lexer.skipBlanks()
    if (!hasComma && lexer.peek() === ')') break
    const begin = lexer.at
    const word = lexer.match(patterns.word)
    if (word !== undefined && word !== 'true' && word !== 'false') {
      const isAllowed =
        name === 'macro' ? args.length === 0 : name !== 'foreach' || args.length === 1
      const isOurs = Object.hasOwn(directives, name)
      if (isOurs && name !== 'macro' && name !== 'foreach')
        lexer.fail(`Invalid argument of #${name}`)
      if (!isAllowed) lexer.fail(`Invalid argument of #${name}`)
      if (isMacro(parser, name)) lexer.fail(`Invalid argument of #${name}`, at)
      lexer.at += word.length
      args.push({ type: 'word', word })
    } else {
      const value = parseOperand(lexer, 0)
      args.push({ type: 'value', value, source: lexer.source.slice(begin, lexer.at) })
    }
    if (lexer.at === afterLast) lexer.fail('Expected an argument')
  }
  closeParenthesis(lexer)
  return args
}
