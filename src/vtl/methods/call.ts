/**
 * Finds what `$value.name`, `$value.name(args)` and `$value[index]` mean for a value: the tables of
 * its Java type, or what a host object offers. Anything else, `class` and `constructor` included,
 * does not exist.
 */
import { JavaDouble } from '../../base/json-path/java-double.ts'
import { type Budget, spend } from '../budget.ts'
import { isHostObject, JavaCollection, JavaIterator, MapEntry, textOf } from '../values.ts'
import { collectionMethods, listItem, listMethods, setListItem } from './list.ts'
import { mapMethods, putMember } from './map.ts'
import { isInt, methodTable } from './method.ts'
import { booleanMethods, numberMethods } from './number.ts'
import { stringMethods } from './string.ts'

const entryMethods = methodTable<MapEntry>({
  getKey: entry => entry.key,
  getValue: entry => entry.value,
  setValue: (entry, args) =>
    args.length === 1 ? putMember(entry.map, entry.key, args[0]) : undefined,
  toString: (entry, _, budget) => textOf(entry, budget),
})

const iteratorMethods = methodTable<JavaIterator>({
  hasNext: iterator => iterator.hasNext,
  next: iterator => iterator.next(),
  toString: () => 'java.util.Iterator',
})

/**
 * Calls a method; undefined where the value has no such method for these arguments. Throws
 * RangeError where Java throws.
 */
export function callMethod(
  value: unknown,
  name: string,
  args: readonly unknown[],
  budget: Budget,
): unknown {
  switch (typeof value) {
    case 'string':
      spend(budget, 1 + (value.length >> 4))
      return stringMethods.get(name)?.(value, args, budget)
    case 'number':
    case 'bigint':
      return numberMethods(value).get(name)?.(value, args, budget)
    case 'boolean':
      return booleanMethods.get(name)?.(value, args, budget)
    case 'object':
      return callOnObject(value, name, args, budget)
    default:
      return undefined
  }
}

function callOnObject(
  value: object | null,
  name: string,
  args: readonly unknown[],
  budget: Budget,
): unknown {
  spend(budget, 1 + (Array.isArray(value) ? value.length >> 8 : 0))
  if (value instanceof Map) return mapMethods.get(name)?.(value, args, budget)
  if (Array.isArray(value)) return listMethods.get(name)?.(value, args, budget)
  if (value instanceof JavaDouble) return numberMethods(value).get(name)?.(value, args, budget)
  if (value instanceof JavaCollection) return collectionMethods.get(name)?.(value, args, budget)
  if (value instanceof MapEntry) return entryMethods.get(name)?.(value, args, budget)
  if (value instanceof JavaIterator) return iteratorMethods.get(name)?.(value, args, budget)
  return isHostObject(value) ? value.call(name, args, budget) : undefined
}

/** `$value.name`: a map's member, a getter without the `get`, or `empty` for `isEmpty()`. */
export function readProperty(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name)
  if (name === 'empty') {
    if (typeof value === 'string' || Array.isArray(value)) return value.length === 0
    if (value instanceof JavaCollection) return value.items.length === 0
  }
  if (value instanceof MapEntry) {
    if (name === 'key') return value.key
    return name === 'value' ? value.value : undefined
  }
  return isHostObject(value) ? value.property(name) : undefined
}

/** `$value[index]`: `get(index)`, where -1 is the last item of a list. */
export function readIndex(value: unknown, index: unknown): unknown {
  if (value instanceof Map) return value.get(index)
  if (isHostObject(value)) return typeof index === 'string' ? value.property(index) : undefined
  if (!Array.isArray(value) || !isInt(index)) return undefined
  return listItem(value, index < 0 ? value.length + index : index)
}

/** `#set($value.name = ...)`; without effect on anything but a map. */
export function writeProperty(value: unknown, name: string, member: unknown): void {
  if (value instanceof Map) putMember(value, name, member)
}

/** `#set($value[index] = ...)`; throws RangeError for a position outside of a list. */
export function writeIndex(value: unknown, index: unknown, item: unknown): void {
  if (value instanceof Map) putMember(value, index, item)
  else if (Array.isArray(value) && isInt(index)) {
    setListItem(value, index < 0 ? value.length + index : index, item)
  }
}
