/**
 * JSON Schema draft-04 to closures. Each schema object becomes a check with two parts, run as the Java validator
 * runs them whose messages AWS shows: first all keywords on the value itself, in the order of their names,
 * `format` last; then, only when nothing has failed so far, the value's members by name and items by number.
 *
 *     { type: 'object', properties: { a: { $ref: '#' } } }
 *        └ own: [type]     └ members: a -> the same check again
 *
 * Why our own and not a generator of code: a schema that refers to itself under `anyOf` takes exponential time,
 * `uniqueItems` takes quadratic time, and nested bodies overflow the stack; here every visit is counted
 * (json-schema-run.ts). And compiling takes microseconds, so that every schema is ready before the first request;
 * bench/micro/json-schema.ts.
 */
import { isObject, type JsonObject, keywords, onObject } from './json-schema-keywords.ts'
import { compileEcmaPattern } from './json-schema-patterns.ts'
import { type Check, enter, fail, leave, passes, type Run, show, spend } from './json-schema-run.ts'

const maxNesting = 200
const maxSchemas = 50_000

/** A schema object and the document that its `#/…` references begin at. */
export interface SchemaPlace {
  readonly schema: unknown
  readonly document: unknown
}

/** Finds what a `$ref` means that does not begin with `#`; undefined: no such schema. */
export type ResolveReference = (reference: string) => SchemaPlace | undefined

/** Compiles schemas that may refer to each other; each schema object is compiled once. */
export class SchemaCompiler {
  readonly #checks = new Map<unknown, Check>()
  readonly #resolve: ResolveReference
  #nesting = 0

  constructor(resolve: ResolveReference) {
    this.#resolve = resolve
  }

  /** Throws SyntaxError for a schema that is malformed, too large, or refers to nothing. */
  compile(place: SchemaPlace): Check {
    const target = this.#follow(place)
    const known = this.#checks.get(target.schema)
    if (known !== undefined) return known
    const { schema, document } = target
    if (!isObject(schema)) throw new SyntaxError(`a schema must be an object, not ${show(schema)}`)
    if (this.#checks.size >= maxSchemas) throw new SyntaxError('the schemas are too large')
    if (this.#nesting >= maxNesting) throw new SyntaxError('the schema is nested too deeply')
    // A schema inside may refer back to this one before it is finished.
    let own: readonly Check[] = []
    let members: Check | null = null
    const check: Check = (value, run) => visit(own, members, value, run)
    this.#checks.set(schema, check)
    this.#nesting++
    own = this.#compileOwn(schema, document)
    members = this.#compileMembers(schema, document)
    this.#nesting--
    return check
  }

  /** From reference to reference until there is a schema; in draft-04 nothing beside `$ref` counts. */
  #follow(start: SchemaPlace): SchemaPlace {
    let place = start
    const seen = new Set<unknown>()
    while (isObject(place.schema) && typeof place.schema['$ref'] === 'string') {
      if (seen.has(place.schema)) throw new SyntaxError('a $ref leads back to itself')
      seen.add(place.schema)
      const reference = place.schema['$ref']
      const target = reference.startsWith('#')
        ? { schema: pointTo(place.document, reference.slice(1)), document: place.document }
        : this.#resolveElsewhere(reference)
      if (target?.schema === undefined) throw new SyntaxError(`$ref ${reference} leads to nothing`)
      place = target
    }
    return place
  }

  #resolveElsewhere(reference: string): SchemaPlace | undefined {
    const hash = reference.indexOf('#')
    const place = this.#resolve(hash < 0 ? reference : reference.slice(0, hash))
    if (place === undefined || hash < 0) return place
    return { schema: pointTo(place.document, reference.slice(hash + 1)), document: place.document }
  }

  #compileOwn(schema: JsonObject, document: unknown): readonly Check[] {
    const names = Object.keys(schema).sort(byName)
    const checks: Check[] = []
    for (const name of names) {
      const check = this.#compileKeyword(name, schema, document)
      if (check !== undefined) checks.push(check)
    }
    return checks
  }

  #compileKeyword(name: string, schema: JsonObject, document: unknown): Check | undefined {
    const value = schema[name]
    switch (name) {
      case 'additionalProperties':
        return value === false ? onlyKnown(schema) : undefined
      case 'allOf':
      case 'anyOf':
      case 'oneOf':
        return combine(name, this.#compileList(value, name, document))
      case 'not':
        return negate(this.compile({ schema: value, document }))
      case 'dependencies':
        return depend(
          Object.entries(objectOf(value, name)).map(([property, needs]) => {
            if (Array.isArray(needs)) return { property, names: needs.map(String) }
            return { property, check: this.compile({ schema: needs, document }) }
          }),
        )
      default:
        return Object.hasOwn(keywords, name) ? keywords[name]?.(value, schema) : undefined
    }
  }

  #compileList(value: unknown, name: string, document: unknown): readonly Check[] {
    if (!Array.isArray(value) || value.length === 0) {
      throw new SyntaxError(`${name} must be an array of schemas`)
    }
    return value.map(schema => this.compile({ schema, document }))
  }

  #compileMembers(schema: JsonObject, document: unknown): Check | null {
    const inArray = this.#compileItems(schema, document)
    const inObject = this.#compileProperties(schema, document)
    if (inArray === null && inObject === null) return null
    return (value, run) => {
      if (Array.isArray(value)) inArray?.(value, run)
      else if (isObject(value)) inObject?.(value, run)
    }
  }

  #compileItems(
    { items, additionalItems }: JsonObject,
    document: unknown,
  ): ((array: readonly unknown[], run: Run) => void) | null {
    if (items === undefined) return null
    const isTuple = Array.isArray(items)
    const first = isTuple ? items.map(schema => this.compile({ schema, document })) : []
    const others = isTuple ? additionalItems : items
    const rest =
      others === undefined || typeof others === 'boolean'
        ? null
        : this.compile({ schema: others, document })
    return (array, run) => {
      const end = rest === null ? Math.min(first.length, array.length) : array.length
      for (let i = 0; i < end; i++) (first[i] ?? rest)?.(array[i], run)
    }
  }

  #compileProperties(
    schema: JsonObject,
    document: unknown,
  ): ((object: JsonObject, run: Run) => void) | null {
    const properties = new Map<string, Check>()
    for (const name of Object.keys(objectOf(schema['properties'] ?? {}, 'properties')).sort()) {
      const inner = (schema['properties'] as JsonObject)[name]
      properties.set(name, this.compile({ schema: inner, document }))
    }
    const patterns = Object.entries(
      objectOf(schema['patternProperties'] ?? {}, 'patternProperties'),
    )
    const byPattern = patterns.map(([pattern, inner]) => ({
      matches: compileEcmaPattern(pattern),
      check: this.compile({ schema: inner, document }),
    }))
    const others = schema['additionalProperties']
    const rest =
      others === undefined || typeof others === 'boolean'
        ? null
        : this.compile({ schema: others, document })
    if (byPattern.length === 0 && rest === null) {
      return properties.size === 0 ? null : (object, run) => checkKnown(properties, object, run)
    }
    return (object, run) => {
      for (const name of Object.keys(object).sort()) {
        const known = properties.get(name)
        known?.(object[name], run)
        let isKnown = known !== undefined
        for (const { matches, check } of byPattern) {
          if (!spend(run, 1 + (name.length >> 1))) return
          if (!matches(name)) continue
          isKnown = true
          check(object[name], run)
        }
        if (!isKnown) rest?.(object[name], run)
      }
    }
  }
}

function visit(own: readonly Check[], members: Check | null, value: unknown, run: Run): void {
  if (run.isExhausted || (run.quiet > 0 && run.failed)) return
  if (!enter(run)) return
  for (const check of own) check(value, run)
  if (members !== null && !run.failed) members(value, run)
  leave(run)
}

function checkKnown(properties: ReadonlyMap<string, Check>, object: JsonObject, run: Run): void {
  for (const [name, check] of properties) {
    if (Object.hasOwn(object, name)) check(object[name], run)
  }
}

function combine(name: 'allOf' | 'anyOf' | 'oneOf', checks: readonly Check[]): Check {
  const total = checks.length
  return (value, run) => {
    let matched = 0
    for (const check of checks) {
      if (passes(check, value, run)) matched++
      if (run.isExhausted || (name === 'anyOf' && matched > 0)) break
    }
    if (name === 'allOf' && matched < total) {
      fail(
        run,
        () =>
          `instance failed to match all required schemas (matched only ${matched} out of ${total})`,
      )
    } else if (name === 'anyOf' && matched === 0) {
      fail(run, () => `instance failed to match at least one required schema among ${total}`)
    } else if (name === 'oneOf' && matched !== 1) {
      fail(
        run,
        () => `instance failed to match exactly one schema (matched ${matched} out of ${total})`,
      )
    }
  }
}

function negate(check: Check): Check {
  return (value, run) => {
    if (passes(check, value, run)) {
      fail(run, () => 'instance matched a schema which it should not have')
    }
  }
}

type Dependency =
  | { readonly property: string; readonly names: readonly string[]; readonly check?: never }
  | { readonly property: string; readonly check: Check; readonly names?: never }

function depend(dependencies: readonly Dependency[]): Check {
  return onObject((object, run) => {
    for (const { property, names, check } of dependencies) {
      if (!spend(run, 1) || !Object.hasOwn(object, property)) continue
      check?.(object, run)
      const missing = names?.filter(name => !Object.hasOwn(object, name)).sort() ?? []
      if (missing.length === 0) continue
      fail(
        run,
        () =>
          `property "${property}" of object has missing property dependencies (schema requires ${show([...(names ?? [])].sort())}; missing: ${show(missing)})`,
      )
    }
  })
}

/** `additionalProperties: false`. */
function onlyKnown(schema: JsonObject): Check {
  const known = new Set(Object.keys(objectOf(schema['properties'] ?? {}, 'properties')))
  const patterns = Object.keys(objectOf(schema['patternProperties'] ?? {}, 'patternProperties'))
  const matchers = patterns.map(compileEcmaPattern)
  return onObject((object, run) => {
    const unwanted: string[] = []
    for (const name of Object.keys(object)) {
      if (!spend(run, 1 + matchers.length * (1 + (name.length >> 1)))) return
      if (!known.has(name) && !matchers.some(matches => matches(name))) unwanted.push(name)
    }
    if (unwanted.length === 0) return
    fail(
      run,
      () =>
        `object instance has properties which are not allowed by the schema: ${show(unwanted.sort())}`,
    )
  })
}

function byName(a: string, b: string): number {
  if (a === 'format' || b === 'format') return a === b ? 0 : a === 'format' ? 1 : -1
  return a < b ? -1 : 1
}

function objectOf(value: unknown, name: string): JsonObject {
  if (!isObject(value)) throw new SyntaxError(`${name} must be an object`)
  return value
}

/** RFC 6901, in the fragment form: `/definitions/a%20b`; undefined: leads to nothing. */
function pointTo(document: unknown, pointer: string): unknown {
  if (pointer === '' || pointer === '/') return document
  if (!pointer.startsWith('/')) return undefined
  let value = document
  for (const step of pointer.slice(1).split('/')) {
    const name = decodeFragment(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as JsonObject)[name]
  }
  return value
}

function decodeFragment(text: string): string {
  return /^(?:[^%]|%[0-7][0-9A-Fa-f])*$/.test(text) ? decodeURIComponent(text) : text
}
