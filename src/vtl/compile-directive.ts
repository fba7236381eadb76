/**
 * `#name(...)` to closures: loops, macros, blocks, evaluation.
 * https://velocity.apache.org/engine/1.7/vtl-reference.html
 */
import type { Directive, DirectiveArgument, Expression, Statement } from './ast.ts'
import { Block, ForeachScope } from './blocks.ts'
import { spend } from './budget.ts'
import { compileBareReference, compileExpression, type Tools } from './compile-expression.ts'
import { type Argument, MacroFrame } from './frame.ts'
import {
  breakNearest,
  catchBreak,
  endsScope,
  maxCalls,
  type Render,
  type Rendering,
  Stop,
  stopTemplate,
} from './rendering.ts'
import { isHostObject, itemsOf, textOf } from './values.ts'

/**
 * AWS's quota "iterations of #foreach". That a loop ends there, as with Velocity's own setting, is
 * a guess.
 */
const maxIterations = 1000

/** What the compiler of a template lends to directives. */
export interface DirectiveTools extends Tools {
  readonly compileBlock: (statements: readonly Statement[]) => Render
  /** Compiles a text that comes up while rendering; macros that it defines are known afterwards. */
  readonly compileEvaluated: (source: string) => Render
  /** Macros by name; one that is defined twice stays what it was. */
  readonly macros: Map<string, Macro>
  /** True if the source mentions `velocityCount` or `velocityHasNext`. */
  readonly usesOldCounters: boolean
  readonly fail: (problem: string, at: number) => never
}

/** A macro's parameters and body. */
export interface Macro {
  readonly parameters: readonly string[]
  readonly render: Render
}

/** Compiles a directive; throws VtlError for arguments that it does not take. */
export function compileDirective(node: Directive, tools: DirectiveTools): Render {
  switch (node.name) {
    case 'foreach':
      return compileForeach(node, tools)
    case 'macro':
      defineMacro(node, tools)
      return () => {}
    case 'define':
      return compileDefine(node, tools)
    case 'literal':
      return rendering => rendering.write(node.bodySource)
    case 'evaluate':
      return compileEvaluate(node, tools)
    case 'break':
      return compileBreak(node, tools)
    case 'stop':
      return () => {
        throw stopTemplate
      }
    case 'include':
    case 'parse':
      return refuseResource(node, tools)
    default:
      return compileCall(node, tools)
  }
}

function valueArgument(node: Directive, index: number): Expression | undefined {
  const arg = node.args[index]
  return arg?.type === 'value' ? arg.value : undefined
}

/** The name of the variable that an argument stands for, for directives that set one. */
function variableName(expression: Expression | undefined): string | undefined {
  return expression?.type === 'reference' ? expression.name : undefined
}

function compileForeach(node: Directive, tools: DirectiveTools): Render {
  if (node.args.length < 2) tools.fail('#foreach needs a variable and a list', node.at)
  const name = variableName(valueArgument(node, 0)) ?? ''
  const list = valueArgument(node, 2)
  const evaluate = list ? compileExpression(list, tools) : () => null
  const body = tools.compileBlock(node.body ?? [])
  const names = tools.usesOldCounters
    ? [name, 'foreach', 'velocityCount', 'velocityHasNext']
    : [name, 'foreach']
  return rendering => {
    const items = itemsOf(evaluate(rendering))
    if (!items || items.length === 0) return
    spend(rendering, items.length >> 4)
    const { frame } = rendering
    const saved: unknown[] = []
    for (const variable of names) saved.push(frame.get(variable, rendering))
    const outer = saved[1]
    const scope = new ForeachScope(outer instanceof ForeachScope ? outer : null, items.length)
    frame.set('foreach', scope)
    try {
      iterate(items, scope, name, body, rendering, tools)
    } catch (thrown) {
      if (!endsScope(thrown, scope)) throw thrown
    } finally {
      for (let i = 0; i < names.length; i++) {
        const variable = names[i] as string
        if (saved[i] === null) frame.remove(variable)
        else frame.set(variable, saved[i])
      }
    }
  }
}

function iterate(
  items: readonly unknown[],
  scope: ForeachScope,
  name: string,
  body: Render,
  rendering: Rendering,
  tools: DirectiveTools,
): void {
  const { frame } = rendering
  const end = Math.min(items.length, maxIterations)
  for (let i = 0; i < end; i++) {
    scope.index = i
    frame.set(name, items[i] ?? null)
    if (tools.usesOldCounters) {
      frame.set('velocityCount', i + 1)
      frame.set('velocityHasNext', i + 1 < items.length)
    }
    body(rendering)
  }
}

function defineMacro(node: Directive, tools: DirectiveTools): void {
  const [first, ...rest] = node.args
  if (first?.type !== 'word' || tools.macros.has(first.word)) return
  const parameters = rest.map(arg =>
    arg.type === 'value' && arg.value.type === 'reference' && arg.value.isPlain
      ? (arg.value.name ?? '')
      : '',
  )
  // Entered before the body is compiled, so that a macro may call itself.
  const macro = { parameters, render: (_: Rendering) => {} }
  tools.macros.set(first.word, macro)
  macro.render = tools.compileBlock(node.body ?? [])
}

/** A call of a macro, with a body as `#@name() ... #end`. What turns out to be no macro is text. */
function compileCall(node: Directive, tools: DirectiveTools): Render {
  const name = node.name.replace(/^@/, '')
  const args = node.args.map(arg => compileMacroArgument(arg, tools))
  const body = node.body && tools.compileBlock(node.body)
  const word = node.args.find(arg => arg.type === 'word')
  return rendering => {
    const macro = tools.macros.get(name)
    if (!macro) {
      rendering.write(node.source)
      return
    }
    if (word) tools.fail(`Invalid argument '${word.word}' of #${name}`, node.at)
    if (rendering.calls.length >= maxCalls) {
      tools.fail(
        `More than ${maxCalls} calls within each other: ${rendering.calls.join(', ')}`,
        node.at,
      )
    }
    const given = new Map<string, Argument>()
    for (const [i, parameter] of macro.parameters.entries()) {
      const arg = args[i]
      if (arg) given.set(parameter, arg)
    }
    if (body) {
      const block = new Block(rendering, body)
      given.set('bodyContent', { source: '', evaluate: () => block })
    }
    callMacro(name, macro, given, rendering)
  }
}

function callMacro(
  name: string,
  macro: Macro,
  args: ReadonlyMap<string, Argument>,
  rendering: Rendering,
): void {
  const { frame } = rendering
  rendering.frame = new MacroFrame(frame, args)
  rendering.calls.push(name)
  spend(rendering, 1)
  try {
    catchBreak(() => macro.render(rendering))
  } finally {
    rendering.calls.pop()
    rendering.frame = frame
  }
}

function compileMacroArgument(arg: DirectiveArgument, tools: Tools): Argument {
  if (arg.type === 'word') return { source: arg.word, evaluate: () => null }
  const { value, source } = arg
  const evaluate =
    value.type === 'reference'
      ? compileBareReference(value, tools)
      : compileExpression(value, tools)
  return { source, evaluate }
}

function compileDefine(node: Directive, tools: DirectiveTools): Render {
  const target = valueArgument(node, 0)
  if (node.args.length !== 1 || !target) tools.fail('#define needs one reference', node.at)
  const name =
    target.type === 'reference' && !target.source.startsWith('${') ? target.name : undefined
  const body = tools.compileBlock(node.body ?? [])
  return rendering => {
    if (name !== undefined) rendering.frame.set(name, new Block(rendering, body))
  }
}

function compileEvaluate(node: Directive, tools: DirectiveTools): Render {
  const source = valueArgument(node, 0)
  if (node.args.length !== 1 || !source) tools.fail('#evaluate needs one argument', node.at)
  const isText =
    source.type === 'reference' ||
    source.type === 'interpolation' ||
    (source.type === 'literal' && typeof source.value === 'string')
  if (!isText) tools.fail('#evaluate needs a text or a reference', node.at)
  const evaluate = compileExpression(source, tools)
  return rendering => {
    const value = evaluate(rendering)
    if (value === null) return
    const text = textOf(value, rendering)
    spend(rendering, 10 + text.length)
    const render = tools.compileEvaluated(text)
    if (rendering.calls.length >= maxCalls) tools.fail('#evaluate is nested too deeply', node.at)
    rendering.calls.push('#evaluate')
    try {
      render(rendering)
    } catch (thrown) {
      if (thrown !== stopTemplate && thrown !== breakNearest) throw thrown
    } finally {
      rendering.calls.pop()
    }
  }
}

function compileBreak(node: Directive, tools: DirectiveTools): Render {
  const scope = valueArgument(node, 0)
  if (node.args.length === 0) {
    return () => {
      throw breakNearest
    }
  }
  if (node.args.length > 1 || !scope) tools.fail('#break takes one scope', node.at)
  const evaluate = compileExpression(scope, tools)
  return rendering => {
    const value = evaluate(rendering)
    if (!isHostObject(value)) tools.fail('#break needs a scope such as $foreach', node.at)
    throw new Stop(value)
  }
}

/**
 * A gateway has no files to include: anything but a null argument is a resource that does not
 * exist.
 */
function refuseResource(node: Directive, tools: DirectiveTools): Render {
  if (node.name === 'parse' && node.args.length === 0)
    tools.fail('#parse needs an argument', node.at)
  const evaluates = node.args.map(arg =>
    arg.type === 'value' ? compileExpression(arg.value, tools) : () => arg.word,
  )
  return rendering => {
    for (const evaluate of evaluates) {
      const value = evaluate(rendering)
      // In a gateway null is the empty text.
      if (value === null || value === '') continue
      tools.fail(`Unable to find resource '${textOf(value, rendering).slice(0, 100)}'`, node.at)
    }
  }
}
