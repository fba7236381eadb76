/**
 * JSONPath with the semantics of Jayway JsonPath (default configuration), the library that AWS's
 * documentation names for mapping templates and parameter mappings:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings.html
 *
 * A selector is parsed once into closures and then read any number of times:
 *
 *     const path = compileJsonPath('$.items[?(@.price < 10)].name')
 *     path.read({ items: [{ name: 'pen', price: 2 }] })   // ['pen']
 *
 * Everything is bounded (length of a selector, nesting, values visited, RE2 for regexes), since
 * selectors come with definitions and documents from anywhere. Order of reading: selector.ts,
 * parse-path.ts, parse-filter.ts, compile-path.ts.
 */
import { compilePath } from './compile-path.ts'
import { isJsonObject, memberOf } from './model.ts'
import { parsePath } from './parse-path.ts'
import { maxVisits, NOT_FOUND, newRun } from './run.ts'
import type { Selector } from './selector.ts'

/** What a reading gives: a value of the document, an array for an indefinite path, or NOT_FOUND. */
type JsonPathResult = unknown

/** A selector made ready. */
export interface JsonPath {
  readonly selector: string
  /**
   * False where the selector may lead to several values (`*`, `..`, filters, slices); such a one
   * gives an array.
   */
  readonly isDefinite: boolean
  /**
   * The value that the selector leads to, or NOT_FOUND, also where the selector does not suit the
   * document (a filter on a text, say). Never throws, and never changes the document. Numbers that
   * functions calculate are `JavaDouble`s.
   */
  read(document: unknown): JsonPathResult
}

/** Compiles a selector; one without `$` begins at the root. Throws JsonPathSyntaxError. */
export function compileJsonPath(selector: string): JsonPath {
  const parsed = parsePath(selector)
  const names = plainNames(parsed)
  if (names) {
    return Object.freeze({
      selector,
      isDefinite: true,
      read: (document: unknown) => follow(document, names),
    })
  }
  const path = compilePath(parsed)
  return Object.freeze({
    selector,
    isDefinite: path.isDefinite,
    read: (document: unknown) => path.read(document, newRun(document, maxVisits)),
  })
}

/**
 * The names and indexes of a path that has nothing else, which is most paths;
 * bench/micro/json-path.ts.
 */
function plainNames(path: Selector): (string | number)[] | undefined {
  const names: (string | number)[] = []
  for (const step of path.steps) {
    if (step.type === 'property' && step.names.length === 1) names.push(step.names[0]!)
    else if (step.type === 'index' && step.indexes.length === 1) names.push(step.indexes[0]!)
    else return undefined
  }
  return names
}

function follow(document: unknown, names: readonly (string | number)[]): unknown {
  let value = document
  for (const name of names) {
    if (typeof name === 'string') {
      if (!isJsonObject(value)) return NOT_FOUND
      value = memberOf(value, name)
    } else {
      if (!Array.isArray(value)) return NOT_FOUND
      value = value[name < 0 ? value.length + name : name]
    }
    if (value === undefined) return NOT_FOUND
  }
  return value
}
