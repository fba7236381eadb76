/**
 * The variables of a mapping template: `$input`, `$util`, `$context`, `$stageVariables`. Made anew for each rendering, and lazily:
 * nothing is copied or parsed before a template asks for it. A template writes to its own copy of all of it, except for the
 * overrides.
 */
import type { Scope } from './compile.ts'
import { Input, type InputParameters } from './input.ts'
import { LazyMap } from './lazy-map.ts'
import { type Overrides, requestOverrideMap, responseOverrideMap } from './overrides.ts'
import { util } from './util.ts'

/** What a rendering is about. */
export interface GatewayScopeInput {
  /** The payload as text, '' when there is none. */
  readonly body: string
  /** Single values: of several the last. */
  readonly params: InputParameters
  /** `$context` under AWS's names, as nested plain objects; never changed. */
  readonly context: object
  readonly stageVariables: Readonly<Record<string, string>>
}

/** `$context`: the overrides before all else, then the request's variables. */
class ContextMap extends LazyMap {
  readonly #overrides: Overrides

  constructor(context: Readonly<Record<string, unknown>>, overrides: Overrides) {
    super(context)
    this.#overrides = overrides
  }

  override get(key: unknown): unknown {
    const known = super.get(key)
    if (known !== undefined || (key !== 'requestOverride' && key !== 'responseOverride')) {
      return known
    }
    const make = key === 'requestOverride' ? requestOverrideMap : responseOverrideMap
    const map = make(this.#overrides)
    super.set(key, map)
    return map
  }
}

/**
 * The scope of one template of a gateway. `#set($context.requestOverride.header.x = ...)` writes into `overrides`, which
 * goes on from the request's template to the response's.
 */
export function gatewayScope(input: GatewayScopeInput, overrides: Overrides): Scope {
  return {
    variables: new Map<string, unknown>([
      ['input', new Input(input.body, input.params)],
      ['util', util],
      ['context', new ContextMap(input.context as Record<string, unknown>, overrides)],
      ['stageVariables', new LazyMap(input.stageVariables)],
    ]),
    missing: '',
  }
}
