/**
 * The template engine's front door: Apache Velocity 1.7, parsed once into closures and rendered any
 * number of times.
 *
 *     const template = compileTemplate('#foreach($i in $list)$i#if($foreach.hasNext),#end#end')
 *     template.render({ variables: new Map([['list', [1, 2, 3]]]), missing: '' })   // 1,2,3
 *
 * AWS's mapping templates are Velocity with a handler that makes '' of every reference to nothing
 * (so `#if($unknown)` is true, and `$unknown` prints nothing): recorded on AWS, and Velocity 1.7
 * with such a handler gives the same answers. `scope.ts` makes the variables of a gateway. Order of
 * reading: ast.ts, lex.ts, parse.ts, parse-expression.ts, this, compile-expression.ts,
 * compile-directive.ts, methods/.
 */
import type { Statement } from './ast.ts'
import { spend } from './budget.ts'
import { compileDirective, type DirectiveTools, type Macro } from './compile-directive.ts'
import {
  compileAssignment,
  compileExpression,
  compileTest,
  renderReference,
} from './compile-expression.ts'
import { RootFrame, type TemplateVariables } from './frame.ts'
import { parseTemplate } from './parse.ts'
import { type Render, Rendering, Stop } from './rendering.ts'
import { placeOf, VtlError } from './vtl-error.ts'

/**
 * What a template sees: its variables, which it may add to, and what a reference to nothing is
 * worth.
 */
export interface Scope {
  readonly variables: TemplateVariables
  /**
   * '' in a gateway; null makes it a bare Velocity, which prints such references as they are
   * written.
   */
  readonly missing: '' | null
}

/** A template made ready. */
export interface Template {
  /** The text, when it is the same for whatever variables; null when it has to be rendered. */
  readonly constant: string | null
  /** The template's text for these variables; throws VtlError. */
  render(scope: Scope): string
}

/** AWS's limit for a mapping template, in UTF-16 units. */
const maxSourceLength = 300 * 1024

/** Compiles a template; throws VtlError. `name` is for messages, by default "template". */
export function compileTemplate(
  source: string,
  options: { readonly name?: string } = {},
): Template {
  const { name = 'template' } = options
  const render = compileWhole(source, name)
  return Object.freeze({
    // Every reference and directive begins with one of these, so without them the template is its
    // own output.
    constant: /[$#]/.test(source) ? null : source,
    render({ variables, missing }: Scope): string {
      const rendering = new Rendering(new RootFrame(variables), missing)
      try {
        render(rendering)
      } catch (thrown) {
        if (!(thrown instanceof Stop)) throw asVtlError(thrown, source, name, 0)
      }
      return rendering.out
    },
  })
}

/**
 * A text of ten thousand operators is deeper than the stack: that, too, is an error of the
 * template.
 */
function compileWhole(source: string, name: string): Render {
  try {
    return compileSource(source, name, new Map())
  } catch (thrown) {
    throw asVtlError(thrown, source, name, 0)
  }
}

function asVtlError(thrown: unknown, source: string, name: string, at: number): VtlError {
  if (thrown instanceof VtlError) return thrown
  const problem = thrown instanceof RangeError ? thrown.message : 'Template cannot be rendered'
  return new VtlError(problem, name, placeOf(source, at), { cause: thrown })
}

/** Compiles a template, or one within it, which shares the macros. */
function compileSource(
  source: string,
  name: string,
  macros: Map<string, Macro>,
  isText = false,
): Render {
  const fail = (problem: string, at: number): never => {
    throw new VtlError(problem, name, placeOf(source, at))
  }
  if (source.length > maxSourceLength) fail('Template is longer than 300 KB', 0)
  const parsed = parseTemplate(source, name, { isText, macros })
  const tools: DirectiveTools = {
    macros,
    fail,
    usesOldCounters: /velocity(?:Count|HasNext)|#evaluate|#\{evaluate/.test(source) || isText,
    blame: (thrown, at) => (thrown instanceof Stop ? thrown : asVtlError(thrown, source, name, at)),
    compileText(text, at) {
      try {
        return compileSource(text, name, macros, true)
      } catch (error) {
        return fail(`Text cannot be parsed: ${(error as VtlError).problem}`, at)
      }
    },
    compileEvaluated: text => compileSource(text, `${name}, #evaluate`, macros),
    compileBlock: statements => compileBlock(statements, tools),
  }
  return compileBlock(parsed, tools)
}

function compileBlock(statements: readonly Statement[], tools: DirectiveTools): Render {
  const renders = statements.map(statement => compileStatement(statement, tools))
  const steps = renders.length
  return rendering => {
    spend(rendering, steps)
    for (let i = 0; i < steps; i++) renders[i]!(rendering)
  }
}

function compileStatement(statement: Statement, tools: DirectiveTools): Render {
  switch (statement.type) {
    case 'text': {
      const { text } = statement
      return rendering => rendering.write(text)
    }
    case 'reference':
      return renderReference(statement, tools)
    case 'set': {
      const evaluate = compileExpression(statement.value, tools)
      const assign = compileAssignment(statement.target, statement.at, tools)
      return rendering => {
        const value = evaluate(rendering)
        if (value !== null) assign(value, rendering)
      }
    }
    case 'if':
      return compileIf(statement, tools)
    case 'directive':
      return compileDirective(statement, tools)
  }
}

function compileIf(node: Extract<Statement, { type: 'if' }>, tools: DirectiveTools): Render {
  const branches = node.branches.map(({ condition, body }) => ({
    test: compileTest(condition, tools),
    render: compileBlock(body, tools),
  }))
  const otherwise = node.otherwise && compileBlock(node.otherwise, tools)
  return rendering => {
    for (const { test, render } of branches) {
      if (test(rendering)) {
        render(rendering)
        return
      }
    }
    otherwise?.(rendering)
  }
}
