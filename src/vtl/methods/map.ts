/**
 * java.util.Map, as LinkedHashMap implements it.
 * https://docs.oracle.com/javase/8/docs/api/java/util/Map.html
 */
import { maxItems, spend } from '../budget.ts'
import { JavaCollection, javaEquals, MapEntry, textOf } from '../values.ts'
import { type Method, methodTable } from './method.ts'

type JavaMap = Map<unknown, unknown>

export const mapMethods = methodTable<JavaMap>({
  clear: map => {
    map.clear()
    return ''
  },
  containsKey: (map, args) => (args.length === 1 ? map.has(args[0]) : undefined),
  containsValue: (map, args, budget) => {
    if (args.length !== 1) return undefined
    spend(budget, map.size)
    return [...map.values()].some(value => javaEquals(value, args[0], budget))
  },
  entrySet: collection(map => [...map.keys()].map(key => new MapEntry(map, key))),
  equals: (map, [other], budget) => javaEquals(map, other, budget),
  get: (map, args) => (args.length === 1 ? (map.get(args[0]) ?? null) : undefined),
  getOrDefault: (map, args) => (args.length === 2 ? (map.get(args[0]) ?? args[1]) : undefined),
  isEmpty: map => map.size === 0,
  keySet: collection(map => [...map.keys()]),
  put: (map, args) => (args.length === 2 ? putMember(map, args[0], args[1]) : undefined),
  putAll: (map, [other]) => {
    if (!(other instanceof Map)) return undefined
    for (const [key, value] of other as JavaMap) putMember(map, key, value)
    return ''
  },
  putIfAbsent: (map, [key, value]) => map.get(key) ?? putMember(map, key, value),
  remove: (map, args) => {
    if (args.length !== 1) return undefined
    const old = map.get(args[0]) ?? null
    map.delete(args[0])
    return old
  },
  replace: (map, [key, value]) => (map.has(key) ? putMember(map, key, value) : null),
  size: map => map.size,
  toString: (map, _, budget) => textOf(map, budget),
  values: collection(map => [...map.values()]),
})

function collection(itemsOf: (map: JavaMap) => unknown[]): Method<JavaMap> {
  return (map, _, budget) => {
    spend(budget, map.size)
    return new JavaCollection(itemsOf(map))
  }
}

/** Puts and gives what was there before, as Java does; throws RangeError when the map is full. */
export function putMember(map: JavaMap, key: unknown, value: unknown): unknown {
  const old = map.get(key) ?? null
  if (map.size >= maxItems && !map.has(key)) throw new RangeError('Map has too many members')
  map.set(key, value)
  return old
}
