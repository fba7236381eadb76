/**
 * Where variables live while a template renders. The template itself has one set of them; each call
 * of a macro puts a frame on top. As in Velocity 1.7 arguments are passed by name: `$arg` in a
 * macro evaluates what the caller wrote, each time. A `#set` in a macro writes into the frame and
 * into all below it.
 */
import type { Frame, Rendering } from './rendering.ts'

/** Variables by name; undefined or null where there is none. A Map is one. */
export interface TemplateVariables {
  get(name: string): unknown
  set(name: string, value: unknown): void
  delete(name: string): void
}

/** The variables of a template. */
export class RootFrame implements Frame {
  readonly #variables: TemplateVariables

  constructor(variables: TemplateVariables) {
    this.#variables = variables
  }

  get(name: string): unknown {
    return this.#variables.get(name) ?? null
  }

  set(name: string, value: unknown): void {
    this.#variables.set(name, value)
  }

  remove(name: string): void {
    this.#variables.delete(name)
  }

  literal(): undefined {
    return undefined
  }
}

/** What the caller of a macro wrote for one parameter. */
export interface Argument {
  readonly source: string
  /** Without the gateway's replacement of null: whoever uses the parameter adds that. */
  readonly evaluate: (rendering: Rendering) => unknown
}

/** The variables of one call of a macro. */
export class MacroFrame implements Frame {
  readonly #below: Frame
  readonly #args: ReadonlyMap<string, Argument>
  readonly #locals = new Map<string, unknown>()

  constructor(below: Frame, args: ReadonlyMap<string, Argument>) {
    this.#below = below
    this.#args = args
  }

  get(name: string, rendering: Rendering): unknown {
    const local = this.#locals.get(name)
    if (local !== undefined && local !== null) return local
    const arg = this.#args.get(name)
    return arg ? rendering.within(this.#below, arg.evaluate) : this.#below.get(name, rendering)
  }

  set(name: string, value: unknown): void {
    this.#locals.set(name, value)
    this.#below.set(name, value)
  }

  remove(name: string): void {
    this.#locals.delete(name)
    this.#below.remove(name)
  }

  literal(source: string): string | undefined {
    return this.#args.get(source.slice(1))?.source ?? this.#below.literal(source)
  }
}
