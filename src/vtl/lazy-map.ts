/**
 * A map over a plain object that copies nothing until it must: `$context.identity.sourceIp` reads
 * two properties of an object that may have dozens. Everything but reading copies the members
 * first, so what the object belongs to never changes.
 */

import { JavaDouble } from '../base/json-path/java-double.ts'

/** A java.util.Map made of a plain object; nested plain objects become maps, arrays lists. */
export class LazyMap extends Map<unknown, unknown> {
  #source: Readonly<Record<string, unknown>> | undefined
  /** Members that were read or kept and must stay the same object, while nothing else is copied. */
  #known: Map<unknown, unknown> | null = null

  constructor(source: Readonly<Record<string, unknown>>) {
    super()
    this.#source = source
  }

  #load(): void {
    const source = this.#source
    if (!source) return
    this.#source = undefined
    for (const key of Object.keys(source)) {
      super.set(key, this.#known?.get(key) ?? javaValue(source[key]))
    }
    if (this.#known === null) return
    for (const [key, value] of this.#known) super.set(key, value)
    this.#known = null
  }

  /** Puts a member that the object does not have, without copying the others. */
  protected keep(key: string, value: unknown): void {
    if (this.#source === undefined) super.set(key, value)
    else this.#remember(key, value)
  }

  #remember(key: string, value: unknown): void {
    this.#known ??= new Map()
    this.#known.set(key, value)
  }

  override get(key: unknown): unknown {
    const source = this.#source
    if (source === undefined) return super.get(key)
    const known = this.#known?.get(key)
    if (known !== undefined || typeof key !== 'string') return known
    if (!Object.hasOwn(source, key)) return undefined
    const value = source[key]
    if (typeof value !== 'object') return javaValue(value)
    const made = javaValue(value)
    this.#remember(key, made)
    return made
  }

  override has(key: unknown): boolean {
    this.#load()
    return super.has(key)
  }

  override set(key: unknown, value: unknown): this {
    this.#load()
    return super.set(key, value)
  }

  override delete(key: unknown): boolean {
    this.#load()
    return super.delete(key)
  }

  override clear(): void {
    this.#source = undefined
    this.#known = null
    super.clear()
  }

  override forEach(visit: (value: unknown, key: unknown, map: this) => void): void {
    this.#load()
    super.forEach((value, key) => {
      visit(value, key, this)
    })
  }

  override get size(): number {
    this.#load()
    return super.size
  }

  override keys(): MapIterator<unknown> {
    this.#load()
    return super.keys()
  }

  override values(): MapIterator<unknown> {
    this.#load()
    return super.values()
  }

  override entries(): MapIterator<[unknown, unknown]> {
    this.#load()
    return super.entries()
  }

  override [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries()
  }
}

/** A value of a plain object as a template sees it; what is not JSON becomes null. */
function javaValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return value
    case 'number':
      return Number.isSafeInteger(value) ? value : new JavaDouble(value)
    case 'object':
      if (value === null || value instanceof Map || value instanceof JavaDouble) return value
      if (Array.isArray(value)) return value.map(javaValue)
      // A plain object: nothing else is put into a context.
      return new LazyMap(value as Record<string, unknown>)
    default:
      return null
  }
}
