/**
 * `$context.requestOverride` and `$context.responseOverride`: what a template sets there replaces
 * headers, query, path parameters and the status after the template is done. Documented by AWS:
 * each parameter may be overridden once, and again is an error.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-override-request-response-parameters.html
 */
import { LazyMap } from './lazy-map.ts'
import { isNumber } from './numbers.ts'
import { textOf } from './values.ts'

/**
 * What templates have overridden; the request's template writes it, the response's sees it and adds
 * to it.
 */
export interface Overrides {
  readonly requestOverride: {
    readonly header: Record<string, string | string[]>
    readonly querystring: Record<string, string | string[]>
    readonly path: Record<string, string>
    /** The path itself, set as a text. */
    wholePath: string | undefined
  }
  readonly responseOverride: {
    readonly header: Record<string, string | string[]>
    /** 100 to 599; anything else that a template sets is ignored (recorded on AWS). */
    status: number | undefined
  }
}

/**
 * An empty set of overrides; its records have no prototype, since their keys come from templates.
 */
export function newOverrides(): Overrides {
  return {
    requestOverride: {
      header: record(),
      querystring: record(),
      path: record(),
      wholePath: undefined,
    },
    responseOverride: { header: record(), status: undefined },
  }
}

function record<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}

/** A map that hands every member that is set to `write` first. */
class WatchedMap extends LazyMap {
  readonly #write: (key: string, value: unknown) => void

  constructor(
    source: Readonly<Record<string, unknown>>,
    write: (key: string, value: unknown) => void,
  ) {
    super(source)
    this.#write = write
  }

  override set(key: unknown, value: unknown): this {
    if (value !== null) this.#write(String(key), value)
    return super.set(key, value)
  }
}

/** The map that a template sees as `$context.requestOverride`. */
export function requestOverrideMap({ requestOverride }: Overrides): Map<unknown, unknown> {
  const source = {
    header: parametersMap(requestOverride.header, textsOf),
    querystring: parametersMap(requestOverride.querystring, textsOf),
    path: parametersMap(requestOverride.path, value => textOf(value, { left: 10_000 })),
  }
  let isSet = false
  return new WatchedMap(source, (key, value) => {
    if (key !== 'path' || typeof value !== 'string') return
    if (isSet) refuseSecond('path')
    isSet = true
    requestOverride.wholePath = value
  })
}

/** The map that a template sees as `$context.responseOverride`. */
export function responseOverrideMap({ responseOverride }: Overrides): Map<unknown, unknown> {
  const { header, status } = responseOverride
  const source = {
    header: parametersMap(header, textsOf),
    ...(status === undefined ? {} : { status }),
  }
  let isSet = false
  return new WatchedMap(source, (key, value) => {
    if (key !== 'status') return
    if (isSet) refuseSecond('status')
    isSet = true
    const number = isNumber(value) || typeof value === 'string' ? Number(value) : Number.NaN
    if (Number.isInteger(number) && number >= 100 && number <= 599) responseOverride.status = number
  })
}

function parametersMap<T>(target: Record<string, T>, convert: (value: unknown) => T): WatchedMap {
  let written: Set<string> | null = null
  return new WatchedMap({ ...target }, (key, value) => {
    written ??= new Set()
    if (written.has(key)) refuseSecond(key)
    written.add(key)
    target[key] = convert(value)
  })
}

// That the limit counts within one template, not over the request's and the response's, is a guess.
function refuseSecond(name: string): never {
  throw new RangeError(`'${name}' is overridden a second time`)
}

/** A list gives several values of one header or query parameter. */
function textsOf(value: unknown): string | string[] {
  const budget = { left: 10_000 }
  return Array.isArray(value) ? value.map(item => textOf(item, budget)) : textOf(value, budget)
}
