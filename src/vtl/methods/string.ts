/**
 * java.lang.String (Java 8), and Character, which here is a text of one character.
 * https://docs.oracle.com/javase/8/docs/api/java/lang/String.html
 */
import { type Budget, spend } from '../budget.ts'
import { formatText } from '../java-format.ts'
import { matchesRegex, replaceRegex, replaceText, splitRegex } from '../java-regex.ts'
import { ArrayList, textOf } from '../values.ts'
import { isInt, type Method, methodTable } from './method.ts'

export const stringMethods = methodTable<string>({
  charAt: (s, [i]) => (isInt(i) ? s[within(i, s.length - 1)] : undefined),
  codePointAt: (s, [i]) => (isInt(i) ? s.codePointAt(within(i, s.length - 1)) : undefined),
  compareTo: withText((s, other) => compare(s, other)),
  compareToIgnoreCase: withText((s, other) => compare(s.toLowerCase(), other.toLowerCase())),
  concat: withText((s, other) => s + other),
  contains: withText((s, other) => s.includes(other)),
  contentEquals: withText((s, other) => s === other),
  endsWith: withText((s, other) => s.endsWith(other)),
  equals: (s, args) => (args.length === 1 ? s === args[0] : undefined),
  equalsIgnoreCase: (s, [other]) =>
    typeof other === 'string' && s.toLowerCase() === other.toLowerCase(),
  format: (_, [pattern, ...values], budget) =>
    typeof pattern === 'string' ? formatText(pattern, spread(values), budget) : undefined,
  hashCode: s => hashOf(s),
  indexOf: position((s, part, from) => s.indexOf(part, from), 0),
  intern: s => s,
  isEmpty: s => s === '',
  join: (_, [separator, ...items], budget) =>
    typeof separator === 'string'
      ? spread(items)
          .map(item => textOf(item, budget))
          .join(separator)
      : undefined,
  lastIndexOf: position((s, part, from) => (from < 0 ? -1 : s.lastIndexOf(part, from)), Infinity),
  length: s => s.length,
  matches: withText((s, pattern, budget) => matchesRegex(s, pattern, budget)),
  replace: withTexts((s, from, to) => replaceText(s, from, to)),
  replaceAll: withTexts((s, pattern, to, budget) => replaceRegex(s, pattern, to, true, budget)),
  replaceFirst: withTexts((s, pattern, to, budget) => replaceRegex(s, pattern, to, false, budget)),
  split: (s, [pattern, limit = 0], budget) =>
    typeof pattern === 'string' && isInt(limit)
      ? ArrayList.copy(splitRegex(s, pattern, limit, budget))
      : undefined,
  startsWith: (s, [part, from = 0]) =>
    typeof part === 'string' && isInt(from)
      ? from >= 0 && from <= s.length && s.startsWith(part, from)
      : undefined,
  subSequence: substring,
  substring,
  toCharArray: (s, _, budget) => {
    spend(budget, s.length)
    return ArrayList.copy(s.split(''))
  },
  toLowerCase: s => s.toLowerCase(),
  toString: s => s,
  toUpperCase: s => s.toUpperCase(),
  // Java trims all characters up to the blank, JavaScript those that Unicode calls white space.
  trim: s => {
    let [begin, end] = [0, s.length]
    while (begin < end && s.charCodeAt(begin) <= 32) begin++
    while (end > begin && s.charCodeAt(end - 1) <= 32) end--
    return s.slice(begin, end)
  },
  valueOf: (_, args, budget) => (args.length === 1 ? textOf(args[0], budget) : undefined),
})

function withText(method: (s: string, other: string, budget: Budget) => unknown): Method<string> {
  return (s, args, budget) =>
    args.length === 1 && typeof args[0] === 'string' ? method(s, args[0], budget) : undefined
}

function withTexts(
  method: (s: string, a: string, b: string, budget: Budget) => unknown,
): Method<string> {
  return (s, [a, b], budget) =>
    typeof a === 'string' && typeof b === 'string' ? method(s, a, b, budget) : undefined
}

/** indexOf and lastIndexOf take a text or the code of a character, and where to begin. */
function position(
  find: (s: string, part: string, from: number) => number,
  start: number,
): Method<string> {
  return (s, [part, from = start]) => {
    const text = isInt(part) && part >= 0 && part <= 0x10ffff ? String.fromCodePoint(part) : part
    return typeof text === 'string' && typeof from === 'number' ? find(s, text, from) : undefined
  }
}

function substring(s: string, [begin, end = s.length]: readonly unknown[]): unknown {
  if (!isInt(begin) || !isInt(end)) return undefined
  if (begin < 0 || end > s.length || begin > end) {
    throw new RangeError(`begin ${begin}, end ${end}, length ${s.length}`)
  }
  return s.slice(begin, end)
}

function within(i: number, last: number): number {
  if (i < 0 || i > last) throw new RangeError(`Index ${i} out of range`)
  return i
}

/** The difference of the first characters that differ, else of the lengths. */
function compare(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) {
    const difference = a.charCodeAt(i) - b.charCodeAt(i)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function hashOf(s: string): number {
  let hash = 0
  for (let i = 0; i < s.length; i++) hash = (Math.imul(hash, 31) + s.charCodeAt(i)) | 0
  return hash
}

/** Variable arguments may come as one list. */
function spread(values: readonly unknown[]): readonly unknown[] {
  const [first] = values
  return values.length === 1 && Array.isArray(first) ? first : values
}
