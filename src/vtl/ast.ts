/**
 * The tree that the parser makes of a template and the compiler turns into closures. Node names
 * follow Velocity 1.7's.
 */

/** What a template, or a block between directives, is made of; in order. */
export type Statement =
  | { readonly type: 'text'; readonly text: string }
  | Reference
  | SetDirective
  | IfDirective
  | Directive

/**
 * `$name`, `${name}`, `$!name`, with properties, methods and indexes behind it.
 *
 *     \\$!{order.items[0].toString()}    backslashes '\\', isQuiet, name 'order', three parts
 */
export interface Reference {
  readonly type: 'reference'
  readonly at: number
  /** The variable's name; undefined for a bare word among method arguments, which is null. */
  readonly name: string | undefined
  readonly parts: readonly Part[]
  readonly isQuiet: boolean
  /** `${name}` or `$!name`: such a one cannot be assigned to by itself. */
  readonly isPlain: boolean
  /** The backslashes before the `$`: each pair prints one, an odd one escapes the reference. */
  readonly backslashes: string
  /** The reference as written, without backslashes: what a bare Velocity prints for null. */
  readonly source: string
}

export type Part =
  | { readonly type: 'property'; readonly name: string }
  | { readonly type: 'index'; readonly index: Expression; readonly at: number }
  | {
      readonly type: 'method'
      readonly name: string
      readonly args: readonly Expression[]
      readonly at: number
    }

export type Expression =
  | Reference
  | { readonly type: 'literal'; readonly value: unknown }
  /** A double-quoted text with a `$` or `#` in it: a template of its own. */
  | { readonly type: 'interpolation'; readonly source: string; readonly at: number }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | {
      readonly type: 'range'
      readonly from: Expression
      readonly to: Expression
      readonly at: number
    }
  | { readonly type: 'not'; readonly operand: Expression }
  | {
      readonly type: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    }

export type BinaryOperator =
  | '||'
  | '&&'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

export interface SetDirective {
  readonly type: 'set'
  readonly at: number
  readonly target: Reference
  readonly value: Expression
}

export interface IfDirective {
  readonly type: 'if'
  readonly branches: readonly {
    readonly condition: Expression
    readonly body: readonly Statement[]
  }[]
  readonly otherwise: readonly Statement[] | undefined
}

/** `#name(args) body #end`; the name decides what it does, and one that nobody knows is text. */
export interface Directive {
  readonly type: 'directive'
  readonly at: number
  readonly name: string
  readonly args: readonly DirectiveArgument[]
  /** Undefined for a directive without a body. */
  readonly body: readonly Statement[] | undefined
  /** The body as written; '' without a body. */
  readonly bodySource: string
  /** The whole directive as written. */
  readonly source: string
}

export type DirectiveArgument =
  | { readonly type: 'word'; readonly word: string }
  | { readonly type: 'value'; readonly value: Expression; readonly source: string }
