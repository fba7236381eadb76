/**
 * The state of one rendering: the text so far, the variables, and what may still be spent. Also the
 * ways out of a template that is not done: `#stop` and `#break` are thrown, as in Velocity.
 */
import { type Budget, boundText, maxSteps } from './budget.ts'

/** Writes what a piece of a template makes. */
export type Render = (rendering: Rendering) => void

/** Gives the value of an expression; null where Velocity has null, never undefined. */
export type Evaluate = (rendering: Rendering) => unknown

/** Macros within macros, and blocks within blocks; Velocity's `velocimacro.max.depth`. */
export const maxCalls = 20

/** Variables by name; null where there is none. */
export interface Frame {
  get(name: string, rendering: Rendering): unknown
  set(name: string, value: unknown): void
  remove(name: string): void
  /**
   * What a reference that is null prints instead of itself: the argument that the caller wrote for
   * it.
   */
  literal(source: string): string | undefined
}

/** One rendering of a template. */
export class Rendering implements Budget {
  out = ''
  left = maxSteps
  frame: Frame
  /** What a reference to nothing is worth: null, or '' in the gateway. */
  readonly missing: null | ''
  /** Names of the macros being called, for the limit and its message. */
  readonly calls: string[] = []

  constructor(frame: Frame, missing: null | '') {
    this.frame = frame
    this.missing = missing
  }

  write(text: string): void {
    this.out = boundText(this.out + text)
  }

  /** What `render` writes, as a text instead of output. */
  capture(render: Render): string {
    const before = this.out
    this.out = ''
    try {
      render(this)
      return this.out
    } finally {
      this.out = before
    }
  }

  /** Evaluates with the variables of another frame. */
  within(frame: Frame, evaluate: Evaluate): unknown {
    const current = this.frame
    this.frame = frame
    try {
      return evaluate(this)
    } finally {
      this.frame = current
    }
  }
}

/**
 * Thrown by #stop ('template'), #break ('nearest') and #break($foreach) (the loop's own object).
 */
export class Stop {
  readonly scope: unknown

  constructor(scope: unknown) {
    this.scope = scope
  }
}

export const stopTemplate = new Stop('template')
export const breakNearest = new Stop('nearest')

/** Runs a scope that #break ends: a macro, a block. */
export function catchBreak(run: () => void): void {
  try {
    run()
  } catch (thrown) {
    if (!endsScope(thrown)) throw thrown
  }
}

/** Whether what was thrown is a #break that ends a scope; `self` is what `#break($self)` names. */
export function endsScope(thrown: unknown, self?: object): boolean {
  if (thrown === breakNearest) return true
  return thrown instanceof Stop && self !== undefined && thrown.scope === self
}
