/**
 * The one error of the template engine: at compile time for what cannot be parsed, while rendering
 * for a method that failed or a limit that was hit. A gateway answers 500 to either; line and
 * column are for the owner of the template.
 */

/** A template that cannot be parsed or rendered; line and column count from 1. */
export class VtlError extends Error {
  readonly problem: string
  readonly line: number
  readonly column: number
  /** The name that `compileTemplate` was given. */
  readonly template: string

  constructor(problem: string, template: string, place: Place, options?: ErrorOptions) {
    super(`${problem} (${template}, line ${place.line}, column ${place.column})`, options)
    this.name = 'VtlError'
    this.problem = problem
    this.template = template
    this.line = place.line
    this.column = place.column
  }
}

/** A position in a template, both counting from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Lines end with `\n`, `\r\n` or `\r`, as Velocity counts them. */
export function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, offset).split(/\r\n|\n|\r/)
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}
