/**
 * The Java values that templates handle, and their text. What JSON brings in are Maps
 * (java.util.LinkedHashMap), arrays (net.minidev.json.JSONArray, which prints itself as JSON),
 * texts, numbers, booleans and null; lists that a template makes are ArrayLists and print `[a, b]`.
 * Recorded on AWS: a map prints `{foo=bar}`, a list from the body `[{"foo":"bar"}]`.
 */
import { JavaDouble } from '../base/json-path/java-double.ts'
import { type Budget, spend } from './budget.ts'
import { writeJson } from './json.ts'
import { compareNumbers, isNumber } from './numbers.ts'

/** A java.util.ArrayList: an array that prints as Java does, `[a, b]`. */
export class ArrayList extends Array<unknown> {
  static copy(items: Iterable<unknown>): ArrayList {
    const list = new ArrayList()
    for (const item of items) list.push(item)
    return list
  }
}

/** What `keySet()`, `values()` and `entrySet()` give: a collection without positions. */
export class JavaCollection {
  readonly items: readonly unknown[]

  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

/** A java.util.Map.Entry; setting its value changes the map. */
export class MapEntry {
  readonly map: Map<unknown, unknown>
  readonly key: unknown

  constructor(map: Map<unknown, unknown>, key: unknown) {
    this.map = map
    this.key = key
  }

  get value(): unknown {
    return this.map.get(this.key) ?? null
  }
}

/** A java.util.Iterator over what was in the collection when it was made. */
export class JavaIterator {
  readonly #items: readonly unknown[]
  #at = 0

  constructor(items: readonly unknown[]) {
    this.#items = items
  }

  get hasNext(): boolean {
    return this.#at < this.#items.length
  }

  /** The next item; throws RangeError at the end, as Java's NoSuchElementException. */
  next(): unknown {
    if (!this.hasNext) throw new RangeError('No such element')
    return this.#items[this.#at++]
  }

  /** What is left; afterwards the iterator is at its end. */
  rest(): readonly unknown[] {
    const rest = this.#items.slice(this.#at)
    this.#at = this.#items.length
    return rest
  }
}

/**
 * An object that only the gateway makes, such as `$input`: it has what it names here and nothing
 * else.
 */
export interface HostObject {
  readonly isHostObject: true
  /** The value of `$object.name`; undefined where there is none. */
  property(name: string): unknown
  /** The result of `$object.name(args)`; undefined where there is no such method. */
  call(name: string, args: readonly unknown[], budget: Budget): unknown
  toString(): string
}

export function isHostObject(value: unknown): value is HostObject {
  return typeof value === 'object' && value !== null && 'isHostObject' in value
}

const maxDepth = 200

/**
 * `value.toString()` in Java; null gives `null`, as inside of collections. Throws RangeError for a
 * collection that contains itself.
 */
export function textOf(value: unknown, budget: Budget, depth = 0): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof JavaDouble) return value.toString()
  if (isHostObject(value)) return value.toString()
  if (depth > maxDepth) throw new RangeError('Collections are nested too deeply')
  if (value instanceof ArrayList) return listText(value, budget, depth)
  if (Array.isArray(value)) return writeJson(value, budget, 'protect slashes')
  if (value instanceof Map) return mapText(value, budget, depth)
  if (value instanceof JavaCollection) return listText(value.items, budget, depth)
  if (!(value instanceof MapEntry)) return ''
  return `${textOf(value.key, budget, depth + 1)}=${textOf(value.value, budget, depth + 1)}`
}

function listText(items: readonly unknown[], budget: Budget, depth: number): string {
  spend(budget, 1 + (items.length >> 3))
  return `[${items.map(item => textOf(item, budget, depth + 1)).join(', ')}]`
}

function mapText(map: Map<unknown, unknown>, budget: Budget, depth: number): string {
  spend(budget, 1 + (map.size >> 3))
  const members: string[] = []
  for (const [key, value] of map) {
    members.push(`${textOf(key, budget, depth + 1)}=${textOf(value, budget, depth + 1)}`)
  }
  return `{${members.join(', ')}}`
}

/** `a.equals(b)` in Java: lists and maps by what they hold, an Integer never like a Double. */
export function javaEquals(a: unknown, b: unknown, budget: Budget, depth = 0): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (depth > maxDepth) throw new RangeError('Collections are nested too deeply')
  if (a instanceof JavaDouble) return b instanceof JavaDouble && a.value === b.value
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    spend(budget, a.length)
    return a.every((item, i) => javaEquals(item, b[i], budget, depth + 1))
  }
  if (a instanceof Map && b instanceof Map) {
    if (a.size !== b.size) return false
    spend(budget, a.size)
    for (const [key, value] of a as Map<unknown, unknown>) {
      if (!b.has(key) || !javaEquals(value, b.get(key), budget, depth + 1)) return false
    }
    return true
  }
  return false
}

/**
 * `==` of VTL: numbers by value, values of one kind by `equals`, others by their text; null only
 * like null.
 */
export function looselyEquals(a: unknown, b: unknown, budget: Budget): boolean {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0
  if (a === null || b === null) return a === b
  if (typeof a === typeof b && typeof a !== 'object') return a === b
  if (Array.isArray(a) || a instanceof Map) return javaEquals(a, b, budget)
  return textOf(a, budget) === textOf(b, budget)
}

/**
 * What #foreach goes over: the items of a collection, the values of a map; undefined for anything
 * else.
 */
export function itemsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  if (value instanceof Map) return [...value.values()]
  if (value instanceof JavaCollection) return value.items
  return value instanceof JavaIterator ? value.rest() : undefined
}
