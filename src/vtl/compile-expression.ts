/**
 * Expressions and references to closures. What a null is worth where it is used is Velocity 1.7's:
 * comparisons with null are false, arithmetic gives null, adding a text prints the source of the
 * reference.
 */
import type { BinaryOperator, Expression, Part, Reference } from './ast.ts'
import { Block } from './blocks.ts'
import { boundText, maxItems, spend } from './budget.ts'
import { callMethod, readIndex, readProperty, writeIndex, writeProperty } from './methods/call.ts'
import { calculate, compareNumbers, isNumber } from './numbers.ts'
import type { Evaluate, Render, Rendering } from './rendering.ts'
import { ArrayList, looselyEquals, textOf } from './values.ts'

/** What the compiler of a template lends to the compilers of its parts. */
export interface Tools {
  /** Compiles a template within the template: a text in double quotes. */
  readonly compileText: (source: string, at: number) => Render
  /** What Java would throw becomes a VtlError at this place, to be thrown on. */
  readonly blame: (thrown: unknown, at: number) => unknown
}

export function compileExpression(node: Expression, tools: Tools): Evaluate {
  switch (node.type) {
    case 'reference':
      return compileReference(node, tools)
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'interpolation': {
      const render = tools.compileText(node.source, node.at)
      return rendering => rendering.capture(render)
    }
    case 'list': {
      const items = node.items.map(item => compileExpression(item, tools))
      return rendering => {
        const list = new ArrayList()
        for (const item of items) list.push(item(rendering))
        return list
      }
    }
    case 'map': {
      const entries = node.entries.map(
        ([key, value]) => [compileExpression(key, tools), compileExpression(value, tools)] as const,
      )
      return rendering => new Map(entries.map(([key, value]) => [key(rendering), value(rendering)]))
    }
    case 'range':
      return compileRange(node, tools)
    case 'not':
    case 'binary': {
      const test = compileLogic(node, tools)
      return test ?? compileArithmetic(node as Binary, tools)
    }
  }
}

type Binary = Extract<Expression, { type: 'binary' }>
type Test = (rendering: Rendering) => boolean

/**
 * The condition of an #if: only references, booleans, comparisons and logic can be true. A text or
 * number by itself is not.
 */
export function compileTest(node: Expression, tools: Tools): Test {
  if (node.type === 'reference') {
    const evaluate = compileReference(node, tools)
    return rendering => {
      const value = evaluate(rendering)
      return value !== null && value !== false
    }
  }
  if (node.type === 'literal') {
    const isTrue = node.value === true
    return () => isTrue
  }
  return (
    (node.type === 'not' || node.type === 'binary' ? compileLogic(node, tools) : undefined) ??
    (() => false)
  )
}

/** Undefined for an operator that calculates. */
function compileLogic(
  node: Extract<Expression, { type: 'not' }> | Binary,
  tools: Tools,
): Test | undefined {
  if (node.type === 'not') {
    const operand = compileTest(node.operand, tools)
    return rendering => !operand(rendering)
  }
  const { operator } = node
  if (operator === '||' || operator === '&&') {
    const left = compileTest(node.left, tools)
    const right = compileTest(node.right, tools)
    if (operator === '||') return rendering => left(rendering) || right(rendering)
    return rendering => left(rendering) && right(rendering)
  }
  if ('+-*/%'.includes(operator)) return undefined
  const left = compileExpression(node.left, tools)
  const right = compileExpression(node.right, tools)
  if (operator === '==' || operator === '!=') {
    const wanted = operator === '=='
    return rendering => looselyEquals(left(rendering), right(rendering), rendering) === wanted
  }
  const accepts = orders[operator]!
  return rendering => {
    const a = left(rendering)
    const b = right(rendering)
    return isNumber(a) && isNumber(b) && accepts(compareNumbers(a, b))
  }
}

const orders: Readonly<Partial<Record<BinaryOperator, (order: number) => boolean>>> = {
  '<': order => order < 0,
  '<=': order => order <= 0,
  '>': order => order > 0,
  '>=': order => order >= 0,
}

function compileArithmetic(node: Binary, tools: Tools): Evaluate {
  const left = compileExpression(node.left, tools)
  const right = compileExpression(node.right, tools)
  // compileLogic has taken all other operators.
  const operator = node.operator as '+' | '-' | '*' | '/' | '%'
  return rendering => {
    const a = left(rendering)
    const b = right(rendering)
    if (isNumber(a) && isNumber(b)) return calculate(operator, a, b) ?? null
    if (operator !== '+' || (typeof a !== 'string' && typeof b !== 'string')) return null
    const leftText = a === null ? sourceOf(node.left) : textOf(a, rendering)
    return boundText(leftText + (b === null ? sourceOf(node.right) : textOf(b, rendering)))
  }
}

function sourceOf(node: Expression): string {
  return node.type === 'reference' ? node.source : 'null'
}

function compileRange(node: Extract<Expression, { type: 'range' }>, tools: Tools): Evaluate {
  const from = compileExpression(node.from, tools)
  const to = compileExpression(node.to, tools)
  return rendering => {
    const first = from(rendering)
    const last = to(rendering)
    if (!isNumber(first) || !isNumber(last)) return null
    const [begin, end] = [Math.trunc(Number(first)), Math.trunc(Number(last))]
    const length = Math.abs(end - begin) + 1
    try {
      if (length > maxItems) throw new RangeError('Range is too long')
      spend(rendering, length)
    } catch (thrown) {
      throw tools.blame(thrown, node.at)
    }
    const step = begin <= end ? 1 : -1
    const list = new ArrayList()
    for (let i = 0; i < length; i++) list.push(begin + i * step)
    return list
  }
}

/** The value of a reference; in the gateway '' instead of null, except for a bare word. */
function compileReference(node: Reference, tools: Tools): Evaluate {
  const { name } = node
  if (name === undefined) return () => null
  if (node.parts.length === 0)
    return rendering => rendering.frame.get(name, rendering) ?? rendering.missing
  const walk = compileParts(name, node.parts, tools)
  return rendering => walk(rendering) ?? rendering.missing
}

/** As `compileReference`, but null stays null. */
export function compileBareReference(node: Reference, tools: Tools): Evaluate {
  const { name } = node
  if (name === undefined) return () => null
  return compileParts(name, node.parts, tools)
}

type Step = (value: unknown, rendering: Rendering) => unknown

function compileParts(name: string, parts: readonly Part[], tools: Tools): Evaluate {
  const steps = parts.map(part => compilePart(part, tools))
  return rendering => {
    let value = rendering.frame.get(name, rendering)
    for (const step of steps) {
      if (value === null) return null
      value = step(value, rendering) ?? null
    }
    return value
  }
}

function compilePart(part: Part, tools: Tools): Step {
  switch (part.type) {
    case 'property': {
      const { name } = part
      return value => readProperty(value, name)
    }
    case 'index': {
      const index = compileExpression(part.index, tools)
      return (value, rendering) => {
        try {
          return readIndex(value, index(rendering))
        } catch (thrown) {
          throw tools.blame(thrown, part.at)
        }
      }
    }
    case 'method': {
      const { name } = part
      const args = part.args.map(arg => compileExpression(arg, tools))
      return (value, rendering) => {
        const given: unknown[] = []
        for (const arg of args) given.push(arg(rendering))
        try {
          const result = callMethod(value, name, given, rendering)
          return typeof result === 'string' ? boundText(result) : result
        } catch (thrown) {
          throw tools.blame(thrown, part.at)
        }
      }
    }
  }
}

/**
 * Writes a reference. One that is null is printed as it is written, with all its backslashes; an
 * odd backslash before one that is not null makes it print as written too, without that backslash.
 */
export function renderReference(node: Reference, tools: Tools): Render {
  const evaluate = compileReference(node, tools)
  const { backslashes, source } = node
  const half = backslashes.slice(backslashes.length - (backslashes.length >> 1))
  const isEscaped = backslashes.length % 2 === 1
  const nullText = node.isQuiet && !isEscaped ? '' : source
  const asWritten = (rendering: Rendering) => rendering.frame.literal(nullText) ?? nullText
  return rendering => {
    const value = evaluate(rendering)
    if (isEscaped) {
      rendering.write(half + (value === null ? '\\' : '') + asWritten(rendering))
    } else if (value === null) rendering.write(half + half + asWritten(rendering))
    else if (value instanceof Block) {
      rendering.write(half)
      if (!value.render()) rendering.write(asWritten(rendering))
    } else if (half === '' && typeof value === 'string') rendering.write(value)
    else {
      try {
        rendering.write(half + textOf(value, rendering))
      } catch (thrown) {
        throw tools.blame(thrown, node.at)
      }
    }
  }
}

/**
 * `#set(target = value)`. A null leaves everything as it was; so does a target that cannot be
 * assigned to.
 */
export function compileAssignment(
  target: Reference,
  at: number,
  tools: Tools,
): (value: unknown, rendering: Rendering) => void {
  const { name } = target
  const last = target.parts.at(-1)
  if (name === undefined) return () => {}
  if (last === undefined) {
    // Velocity 1.7 puts `#set(${name} = ...)` under a name that no reference has.
    return target.isPlain ? (value, rendering) => rendering.frame.set(name, value) : () => {}
  }
  const owner = compileParts(name, target.parts.slice(0, -1), tools)
  if (last.type === 'property') {
    return (value, rendering) => {
      try {
        writeProperty(owner(rendering), last.name, value)
      } catch (thrown) {
        throw tools.blame(thrown, at)
      }
    }
  }
  if (last.type === 'method') return () => {}
  const index = compileExpression(last.index, tools)
  return (value, rendering) => {
    try {
      writeIndex(owner(rendering), index(rendering), value)
    } catch (thrown) {
      throw tools.blame(thrown, at)
    }
  }
}
