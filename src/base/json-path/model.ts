/**
 * What a JSON document may be made of. Objects are plain objects (as `JSON.parse` makes them) or
 * `Map`s (as the template engine makes them, since a Map keeps the order of keys that look like
 * numbers). Only own properties count: no selector can reach a prototype.
 */
import { JavaDouble } from './java-double.ts'

/** A JSON object in either of its two forms. */
export type JsonObject = Map<string, unknown> | Record<string, unknown>

/**
 * True for a Map or a plain object; false for arrays, null, and anything with a class of its own.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  if (value instanceof Map) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * The member called `key`, or undefined when the object has no such member (a JSON null is null).
 */
export function memberOf(object: JsonObject, key: string): unknown {
  if (object instanceof Map) return object.get(key)
  return Object.hasOwn(object, key) ? object[key] : undefined
}

export function keysOf(object: JsonObject): string[] {
  return object instanceof Map ? [...object.keys()] : Object.keys(object)
}

/** A new object of the same form as `like`. */
export function objectLike(
  like: JsonObject,
  entries: readonly (readonly [string, unknown])[],
): JsonObject {
  return like instanceof Map ? new Map(entries) : Object.fromEntries(entries)
}

/** True for what Java would hold as a `java.lang.Number`. */
export function isJsonNumber(value: unknown): value is number | bigint | JavaDouble {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof JavaDouble
}

/** Deep equality as `List.equals` and `Map.equals` have it: the order of keys does not count. */
export function deepEquals(a: unknown, b: unknown): boolean {
  if (isJsonNumber(a) && isJsonNumber(b)) return Number(a) === Number(b)
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => deepEquals(item, b[i]))
  }
  if (isJsonObject(a)) {
    if (!isJsonObject(b)) return false
    const keys = keysOf(a)
    if (keys.length !== keysOf(b).length) return false
    return keys.every(key => {
      const other = memberOf(b, key)
      return other !== undefined && deepEquals(memberOf(a, key), other)
    })
  }
  return a === b
}
