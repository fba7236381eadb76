/**
 * `$input`: the request or response that a mapping template maps. The body is parsed when a
 * template first asks for a part of it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import { compileJsonPath, type JsonPath } from '../base/json-path/json-path.ts'
import { NOT_FOUND } from '../base/json-path/run.ts'
import { JsonPathSyntaxError } from '../base/json-path/syntax-error.ts'
import type { Budget } from './budget.ts'
import { readJson, writeJson } from './json.ts'
import { LazyMap } from './lazy-map.ts'
import type { HostObject } from './values.ts'

/** Parameters by name, each with its last value. */
export interface InputParameters {
  readonly path: Readonly<Record<string, string>>
  readonly querystring: Readonly<Record<string, string>>
  readonly header: Readonly<Record<string, string>>
}

/** Where `$input` reads from; may make both when they are asked for. */
export interface InputSource {
  /** The payload as text, '' when there is none. */
  readonly body: string
  readonly params: InputParameters
}

const cacheSize = 2000
const selectors = new Map<string, JsonPath | undefined>()

/**
 * A template names few selectors and renders often, so they are kept; undefined for one that is not
 * JSONPath.
 */
function jsonPath(selector: string): JsonPath | undefined {
  if (selectors.has(selector)) return selectors.get(selector)
  let path: JsonPath | undefined
  try {
    path = compileJsonPath(selector)
  } catch (error) {
    if (!(error instanceof JsonPathSyntaxError)) throw error
  }
  if (selectors.size >= cacheSize) selectors.clear()
  selectors.set(selector, path)
  return path
}

/** The object behind `$input`. */
export class Input implements HostObject {
  readonly isHostObject = true
  readonly #source: InputSource
  #json: unknown
  #isParsed = false

  /** `body` is text, '' for none; a template sees that as `{}` (recorded on AWS). */
  constructor(source: InputSource) {
    this.#source = source
  }

  get #body(): string {
    const { body } = this.#source
    return body === '' ? '{}' : body
  }

  get #params(): InputParameters {
    return this.#source.params
  }

  property(name: string): unknown {
    return name === 'body' ? this.#body : undefined
  }

  call(name: string, args: readonly unknown[], budget: Budget): unknown {
    const [first] = args
    switch (name) {
      case 'path':
        return typeof first === 'string' ? this.#path(first) : undefined
      case 'json':
        return typeof first === 'string' ? this.#text(first, budget) : undefined
      case 'params':
        if (args.length === 0) return this.#allParams()
        return typeof first === 'string' ? this.#param(first) : undefined
      case 'getBody':
        return this.#body
      default:
        return undefined
    }
  }

  toString(): string {
    return ''
  }

  /** What a selector leads to; null where it leads nowhere, or the body is not JSON. */
  #path(selector: string): unknown {
    const value = this.#read(selector)
    return value === NOT_FOUND ? null : value
  }

  /** The same as JSON; `""` where there is nothing. */
  #text(selector: string, budget: Budget): string {
    const value = this.#read(selector)
    return value === NOT_FOUND ? '""' : writeJson(value, budget)
  }

  #read(selector: string): unknown {
    const path = jsonPath(selector)
    if (!this.#isParsed) {
      this.#isParsed = true
      try {
        this.#json = readJson(this.#body)
      } catch {
        this.#json = NOT_FOUND
      }
    }
    if (!path || this.#json === NOT_FOUND) return NOT_FOUND
    return path.read(this.#json)
  }

  #allParams(): Map<string, unknown> {
    const { path, querystring, header } = this.#params
    return new Map<string, unknown>([
      ['path', new LazyMap(path)],
      ['querystring', new LazyMap(querystring)],
      ['header', new LazyMap(header)],
    ])
  }

  /** The path is searched first, then the query, then the headers. */
  #param(name: string): string {
    const { path, querystring, header } = this.#params
    for (const source of [path, querystring, header]) {
      if (Object.hasOwn(source, name)) return source[name]!
    }
    return ''
  }
}
