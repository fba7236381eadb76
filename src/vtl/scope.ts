/**
 * The variables of a mapping template: `$input`, `$util`, `$context`, `$stageVariables`. Made anew
 * for each rendering, and lazily: nothing is copied or parsed before a template asks for it. A
 * template writes to its own copy of all of it, except for the overrides.
 */
import { Claims } from './claims.ts'
import type { Scope } from './compile.ts'
import type { TemplateVariables } from './frame.ts'
import { Input, type InputSource } from './input.ts'
import { LazyMap } from './lazy-map.ts'
import { type Overrides, requestOverrideMap, responseOverrideMap } from './overrides.ts'
import { util } from './util.ts'

/**
 * What a rendering is about; members may be getters, which are read only when a template names what
 * they are for.
 */
export interface GatewayScopeInput extends InputSource {
  /** `$context` under AWS's names, as nested plain objects; never changed. */
  readonly context: object
  readonly stageVariables: Readonly<Record<string, string>>
}

/** Most templates override nothing, and for them nothing is made. */
export type TakeOverrides = () => Overrides

/** `$context`: the request's variables, the overrides, and claims that print nothing. */
class ContextMap extends LazyMap {
  readonly #takeOverrides: TakeOverrides

  constructor(context: Readonly<Record<string, unknown>>, takeOverrides: TakeOverrides) {
    super(context)
    this.#takeOverrides = takeOverrides
  }

  override get(key: unknown): unknown {
    const known = super.get(key)
    if (key === 'authorizer' && known instanceof LazyMap) return withHiddenClaims(known)
    if (known !== undefined) return known
    if (key !== 'requestOverride' && key !== 'responseOverride') return undefined
    const make = key === 'requestOverride' ? requestOverrideMap : responseOverrideMap
    const map = make(this.#takeOverrides())
    this.keep(key, map)
    return map
  }
}

function withHiddenClaims(authorizer: LazyMap): LazyMap {
  const claims = authorizer.get('claims')
  if (claims instanceof LazyMap) authorizer.set('claims', new Claims(claims))
  return authorizer
}

/** The template's variables; the four that it is given are made when they are first named. */
class GatewayVariables implements TemplateVariables {
  readonly #input: GatewayScopeInput
  readonly #takeOverrides: TakeOverrides
  readonly #known = new Map<string, unknown>()

  constructor(input: GatewayScopeInput, takeOverrides: TakeOverrides) {
    this.#input = input
    this.#takeOverrides = takeOverrides
  }

  get(name: string): unknown {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const made = this.#make(name)
    if (made !== undefined) this.#known.set(name, made)
    return made
  }

  set(name: string, value: unknown): void {
    this.#known.set(name, value)
  }

  delete(name: string): void {
    this.#known.delete(name)
  }

  #make(name: string): unknown {
    switch (name) {
      case 'input':
        return new Input(this.#input)
      case 'util':
        return util
      case 'context':
        return new ContextMap(this.#input.context as Record<string, unknown>, this.#takeOverrides)
      case 'stageVariables':
        return new LazyMap(this.#input.stageVariables)
      default:
        return undefined
    }
  }
}

/**
 * The scope of one template of a gateway. `#set($context.requestOverride.header.x = ...)` writes
 * into what `takeOverrides` gives, which goes on from the request's template to the response's.
 */
export function gatewayScope(input: GatewayScopeInput, takeOverrides: TakeOverrides): Scope {
  return { variables: new GatewayVariables(input, takeOverrides), missing: '' }
}
