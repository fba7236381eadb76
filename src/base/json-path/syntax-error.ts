/**
 * The one error that a JSONPath selector can cause: it is thrown while compiling, never while
 * reading.
 */

/** A selector that is not JSONPath; `column` counts from 1. */
export class JsonPathSyntaxError extends SyntaxError {
  readonly selector: string
  readonly column: number

  constructor(problem: string, selector: string, offset: number) {
    super(`${problem} (column ${offset + 1} of ${JSON.stringify(selector.slice(0, 200))})`)
    this.name = 'JsonPathSyntaxError'
    this.selector = selector
    this.column = offset + 1
  }
}
