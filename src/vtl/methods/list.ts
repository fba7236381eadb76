/**
 * java.util.List, as ArrayList implements it, and the collections without positions that maps give.
 * https://docs.oracle.com/javase/8/docs/api/java/util/List.html
 */
import { type Budget, maxItems, spend } from '../budget.ts'
import { ArrayList, itemsOf, JavaCollection, JavaIterator, javaEquals, textOf } from '../values.ts'
import { isInt, methodTable } from './method.ts'

export const listMethods = methodTable<unknown[]>({
  add: (list, args, budget) => {
    if (args.length === 1) return insert(list, list.length, args, budget) === ''
    const [at, item] = args
    return isInt(at) && args.length === 2 ? insert(list, at, [item], budget) : undefined
  },
  addAll: (list, args, budget) => {
    const at = args.length === 2 ? args[0] : list.length
    const items = collectionItems(args.at(-1))
    if (!items || !isInt(at)) return undefined
    insert(list, at, [...items], budget)
    return items.length > 0
  },
  clear: list => {
    list.length = 0
    return ''
  },
  contains: (list, [item], budget) => indexOf(list, item, budget) >= 0,
  containsAll: (list, [other], budget) =>
    collectionItems(other)?.every(item => indexOf(list, item, budget) >= 0),
  equals: (list, [other], budget) => javaEquals(list, other, budget),
  get: (list, [at]) => (isInt(at) ? listItem(list, at) : undefined),
  indexOf: (list, [item], budget) => indexOf(list, item, budget),
  isEmpty: list => list.length === 0,
  iterator: iterate,
  lastIndexOf: (list, [item], budget) =>
    list.findLastIndex(other => javaEquals(other, item, budget)),
  listIterator: iterate,
  // A whole number is a position, anything else the item itself.
  remove: (list, [what], budget) => {
    if (isInt(what)) {
      listItem(list, what)
      spend(budget, list.length - what)
      return list.splice(what, 1)[0] ?? null
    }
    const at = indexOf(list, what, budget)
    if (at >= 0) list.splice(at, 1)
    return at >= 0
  },
  removeAll: (list, [other], budget) => keep(list, other, false, budget),
  retainAll: (list, [other], budget) => keep(list, other, true, budget),
  set: (list, [at, item]) => (isInt(at) ? setListItem(list, at, item) : undefined),
  size: list => list.length,
  subList: (list, [from, to], budget) => {
    if (!isInt(from) || !isInt(to)) return undefined
    if (from < 0 || to > list.length || from > to) throw new RangeError('Index out of range')
    spend(budget, to - from)
    return ArrayList.copy(list.slice(from, to))
  },
  toArray: (list, _, budget) => copy(list, budget),
  toString: (list, _, budget) => textOf(list, budget),
})

export const collectionMethods = methodTable<JavaCollection>({
  contains: (collection, [item], budget) => indexOf(collection.items, item, budget) >= 0,
  isEmpty: collection => collection.items.length === 0,
  iterator: collection => new JavaIterator(collection.items),
  size: collection => collection.items.length,
  toArray: (collection, _, budget) => copy(collection.items, budget),
  toString: (collection, _, budget) => textOf(collection, budget),
})

function iterate(list: readonly unknown[], _: unknown, budget: Budget): JavaIterator {
  spend(budget, list.length)
  return new JavaIterator([...list])
}

function copy(items: readonly unknown[], budget: Budget): ArrayList {
  spend(budget, items.length)
  return ArrayList.copy(items)
}

function collectionItems(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) || value instanceof JavaCollection ? itemsOf(value) : undefined
}

/** The item at a position; throws RangeError where there is none. */
export function listItem(list: readonly unknown[], at: number): unknown {
  if (at < 0 || at >= list.length) {
    throw new RangeError(`Index ${at} out of bounds for length ${list.length}`)
  }
  return list[at] ?? null
}

/** Replaces an item and gives the old one; throws RangeError where there is none. */
export function setListItem(list: unknown[], at: number, item: unknown): unknown {
  const old = listItem(list, at)
  list[at] = item
  return old
}

function insert(list: unknown[], at: number, items: readonly unknown[], budget: Budget): string {
  if (at < 0 || at > list.length) throw new RangeError(`Index ${at} out of bounds`)
  if (list.length + items.length > maxItems) throw new RangeError('List has too many items')
  spend(budget, list.length - at + items.length)
  if (at < list.length) list.splice(at, 0, ...items)
  else for (const item of items) list.push(item)
  return ''
}

function indexOf(list: readonly unknown[], item: unknown, budget: Budget): number {
  spend(budget, list.length)
  return list.findIndex(other => javaEquals(other, item, budget))
}

function keep(list: unknown[], other: unknown, wanted: boolean, budget: Budget): unknown {
  const others = collectionItems(other)
  if (!others) return undefined
  const kept = list.filter(item => indexOf(others, item, budget) >= 0 === wanted)
  const isChanged = kept.length < list.length
  list.length = 0
  for (const item of kept) list.push(item)
  return isChanged
}
