/**
 * A map over a plain object that copies nothing until it must: `$context.identity.sourceIp` reads
 * two properties of an object that may have dozens. Everything but reading copies the members
 * first, so what the object belongs to never changes.
 */

import { JavaDouble } from '../base/json-path/java-double.ts'

/** A java.util.Map made of a plain object; nested plain objects become maps, arrays lists. */
export class LazyMap extends Map<unknown, unknown> {
  #source: Readonly<Record<string, unknown>> | undefined
  /** Members that were read and must stay the same object, while nothing else is copied. */
  readonly #read: Record<string, unknown> = Object.create(null) as Record<string, unknown>

  constructor(source: Readonly<Record<string, unknown>>) {
    super()
    this.#source = source
  }

  #load(): void {
    const source = this.#source
    if (!source) return
    this.#source = undefined
    for (const key of Object.keys(source)) {
      super.set(key, this.#read[key] ?? javaValue(source[key]))
    }
  }

  override get(key: unknown): unknown {
    const known = super.get(key)
    if (known !== undefined || !this.#source || typeof key !== 'string') return known
    if (!Object.hasOwn(this.#source, key)) return undefined
    const value = this.#source[key]
    if (typeof value === 'string') return value
    this.#read[key] ??= javaValue(value)
    return this.#read[key]
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
