/**
 * Parameter mappings: `integration.request.header.X` <- `method.request.querystring.x`, and back. Each expression
 * becomes a function that reads one value; names are case-sensitive, a missing, null or empty value is undefined
 * and sets nothing. "Parameter mapping sources for REST APIs" in the developer guide.
 */
import { compileJsonPath } from '../base/json-path/json-path.ts'
import { NOT_FOUND } from '../base/json-path/run.ts'
import type { HeaderList, MethodRequest } from '../messages/messages.ts'
import type { Variables } from '../messages/variables.ts'
import { maxSteps } from '../vtl/budget.ts'
import { writeJson } from '../vtl/json.ts'
import type { MappedValue, RequestParameter, ResponseParameter } from './program.ts'

type Read<S> = (source: S) => MappedValue

/** What an expression may read in every place. */
interface Surroundings {
  readonly variables: Variables
}

/** Reads `method.request.{location}.{name}`; undefined in place of the function: no such location. */
export function requestReader(
  location: string,
  name: string,
): ((request: MethodRequest) => MappedValue) | undefined {
  switch (location) {
    case 'header':
      return request => filled(request.header(name))
    case 'multivalueheader':
      // Recorded: several values become one, joined by commas.
      return request => filled(request.headerValues(name).join(','))
    case 'querystring':
      return request => filled(request.query.get(name)?.at(-1))
    case 'multivaluequerystring':
      return request => several(request.query.get(name))
    case 'path':
      return request => filled(own(request.pathParameters, name))
    default:
      return undefined
  }
}

/** Compiles `integration.request.{header|querystring|path}.{name}` <- `expression`. Throws SyntaxError. */
export function compileRequestParameter(key: string, expression: string): RequestParameter {
  const [, location, name] = /^integration\.request\.([a-z]+)\.(.+)$/s.exec(key) ?? []
  const target = requestTarget(location)
  if (target === undefined || name === undefined || !isName(name)) {
    throw new SyntaxError(`${key} is not integration.request.{header|querystring|path}.{name}`)
  }
  const read = compileExpression<Parameters<RequestParameter['read']>[0]>(expression, {
    prefix: 'method.request.',
    reader: (place, field) => {
      const get = requestReader(place, field)
      return get === undefined ? undefined : source => get(source.request)
    },
    body: source => filled(source.request.body?.toString('utf8')),
    json: source => source.json(),
  })
  const isDecoded = target === 'path' && !/^(?:method\.request\.path\.|')/.test(expression)
  return Object.freeze({ target, name, expression, read: isDecoded ? withPercents(read) : read })
}

/**
 * For a path: values that are no piece of one have no escapes, so that a `%` in them stands for itself ("REST APIs
 * percent-encode the percent character", important notes). `?key=%252F` must not become the slash that nobody asked for.
 */
function withPercents<S>(read: Read<S>): Read<S> {
  const encode = (text: string): string => text.replaceAll('%', '%25')
  return source => {
    const value = read(source)
    if (value === undefined) return undefined
    return typeof value === 'string' ? encode(value) : value.map(encode)
  }
}

/** Compiles `method.response.header.{name}` <- `expression`. Throws SyntaxError. */
export function compileResponseParameter(key: string, expression: string): ResponseParameter {
  const [, name] = /^method\.response\.header\.(.+)$/s.exec(key) ?? []
  if (name === undefined || !isName(name)) {
    throw new SyntaxError(`${key} is not method.response.header.{name}`)
  }
  const read = compileExpression<Parameters<ResponseParameter['read']>[0]>(expression, {
    prefix: 'integration.response.',
    reader: (place, field) => {
      const lower = field.toLowerCase()
      if (place === 'header') {
        return source => filled(valuesOf(source.response.headers, lower).at(-1))
      }
      if (place === 'multivalueheader') {
        return source => filled(valuesOf(source.response.headers, lower).join(','))
      }
      return undefined
    },
    body: source => filled(source.response.body.toString('utf8')),
    json: source => source.json(),
  })
  return Object.freeze({ name, expression, read })
}

/** `context.{name}`, `stageVariables.{name}` and `'literal'`; undefined: the expression is none of these. */
export function compileSurroundings(expression: string): Read<Surroundings> | undefined {
  if (expression.length >= 2 && expression.startsWith("'") && expression.endsWith("'")) {
    const literal = filled(expression.slice(1, -1))
    return () => literal
  }
  if (expression.startsWith('stageVariables.')) {
    const name = expression.slice('stageVariables.'.length)
    return isName(name) ? source => filled(own(source.variables.stageVariables, name)) : undefined
  }
  if (!expression.startsWith('context.')) return undefined
  const steps = expression.slice('context.'.length).split('.')
  if (steps.includes('')) return undefined
  return source => {
    const value = walk(source.variables.context, steps)
    // Recorded: values that are not texts are dropped.
    return typeof value === 'string' ? filled(value) : undefined
  }
}

/** Reads a dotted name; own properties only. */
export function walk(value: unknown, steps: readonly string[]): unknown {
  let current = value
  for (const step of steps) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) {
      return undefined
    }
    current = (current as Record<string, unknown>)[step]
  }
  return current
}

interface Side<S> {
  /** `method.request.` or `integration.response.`. */
  readonly prefix: string
  reader(location: string, name: string): Read<S> | undefined
  body(source: S): MappedValue
  json(source: S): unknown
}

function compileExpression<S extends Surroundings>(expression: string, side: Side<S>): Read<S> {
  const read = expression.startsWith(side.prefix)
    ? compileMessage(expression.slice(side.prefix.length), side)
    : compileSurroundings(expression)
  if (read === undefined) throw new SyntaxError(`${expression} is not a mapping expression`)
  return read
}

function compileMessage<S>(text: string, side: Side<S>): Read<S> | undefined {
  if (text === 'body') return source => side.body(source)
  if (text.startsWith('body.') || text.startsWith('body[')) {
    const path = compileJsonPath(`$${text.slice('body'.length)}`)
    return source => {
      const json = side.json(source)
      return json === undefined ? undefined : asText(path.read(json))
    }
  }
  const dot = text.indexOf('.')
  const name = text.slice(dot + 1)
  return dot < 0 || !isName(name) ? undefined : side.reader(text.slice(0, dot), name)
}

/** A JSON value as a header or query value; objects and lists as JSON (guess). */
function asText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === NOT_FOUND) return undefined
  return typeof value === 'string' ? filled(value) : writeJson(value, { left: maxSteps })
}

function requestTarget(location: string | undefined): RequestParameter['target'] | undefined {
  return location === 'header' || location === 'querystring' || location === 'path'
    ? location
    : undefined
}

/** AWS's rule for names in mappings. */
function isName(name: string): boolean {
  return /^[A-Za-z0-9._$-]+$/.test(name)
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function several(values: readonly string[] | undefined): MappedValue {
  return values === undefined || values.length === 0 ? undefined : values
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined
}

/** Names of a back end's headers are compared without case (guess: HTTP/1.1 servers write them as they like). */
function valuesOf(headers: HeaderList, lowerName: string): string[] {
  const values: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    if ((headers[i] as string).toLowerCase() === lowerName) values.push(headers[i + 1] as string)
  }
  return values
}
