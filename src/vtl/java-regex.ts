/**
 * java.util.regex for the methods of String, on RE2: linear in the length of the text, whatever the
 * pattern. RE2 has no look-around and no back-references in patterns; a template that uses them
 * fails with that reason instead of hanging.
 */
import { type Matcher, RE2JS } from 're2js'
import { type Budget, maxTextLength, spend } from './budget.ts'

const cacheSize = 500
const cache = new Map<string, RE2JS>()

/**
 * Compiles a pattern, or takes it from the last few hundred; throws RangeError for one that RE2
 * does not know.
 */
function javaRegex(pattern: string): RE2JS {
  const known = cache.get(pattern)
  if (known) return known
  let regex: RE2JS
  try {
    regex = RE2JS.compile(pattern)
  } catch (error) {
    throw new RangeError(`Regex is not supported: ${(error as Error).message}`, { cause: error })
  }
  if (cache.size >= cacheSize) cache.clear()
  cache.set(pattern, regex)
  return regex
}

/** RE2 takes about a step's time for two characters; a long pattern takes its length more. */
function matcherFor(text: string, pattern: string, budget: Budget): Matcher {
  spend(budget, (text.length * (1 + (pattern.length >> 5))) >> 1)
  return javaRegex(pattern).matcher(text)
}

/** `String.matches`: the whole text. */
export function matchesRegex(text: string, pattern: string, budget: Budget): boolean {
  return matcherFor(text, pattern, budget).matches()
}

/**
 * `String.replaceAll` and `replaceFirst`: `$1` and `${name}` in the replacement are groups, a
 * backslash makes the next character plain.
 */
export function replaceRegex(
  text: string,
  pattern: string,
  replacement: string,
  all: boolean,
  budget: Budget,
): string {
  const plain = plainText(pattern)
  if (plain !== undefined && !/[\\$]/.test(replacement)) {
    return all ? replaceText(text, plain, replacement) : text.replace(plain, () => replacement)
  }
  const matcher = matcherFor(text, pattern, budget)
  return all ? matcher.replaceAll(replacement, true) : matcher.replaceFirst(replacement, true)
}

/** `String.replace(from, to)`, the length of the result known before it is made. */
export function replaceText(text: string, from: string, to: string): string {
  if (to.length > from.length) {
    const count = from === '' ? text.length + 1 : text.split(from).length - 1
    if (text.length + count * (to.length - from.length) > maxTextLength) {
      throw new RangeError('Text is longer than 10 MB')
    }
  }
  return text.replaceAll(from, () => to)
}

/**
 * `String.split(pattern)`: empty texts at the end fall away, and an empty match at the beginning
 * gives none.
 */
export function splitRegex(text: string, pattern: string, limit: number, budget: Budget): string[] {
  const plain = plainText(pattern)
  let parts: string[]
  if (plain !== undefined && plain !== '' && limit <= 0) parts = text.split(plain)
  else parts = splitByMatcher(text, matcherFor(text, pattern, budget), limit)
  spend(budget, parts.length)
  if (limit === 0) while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return limit === 0 && parts.length === 1 && parts[0] === '' && text !== '' ? [] : parts
}

function splitByMatcher(text: string, matcher: Matcher, limit: number): string[] {
  const parts: string[] = []
  let from = 0
  while (matcher.find() && (limit <= 0 || parts.length < limit - 1)) {
    const isEmptyAtEdge = matcher.end() === 0 || matcher.start() === text.length
    if (isEmptyAtEdge && matcher.start() === matcher.end()) continue
    parts.push(text.slice(from, matcher.start()))
    from = matcher.end()
  }
  parts.push(text.slice(from))
  return parts
}

/**
 * The text that a pattern without operators stands for; undefined for a real pattern. Most patterns
 * in templates are plain.
 */
function plainText(pattern: string): string | undefined {
  if (!/[\\^$.|?*+()[\]{}]/.test(pattern)) return pattern
  return /^\\[^A-Za-z0-9]$/.test(pattern) ? pattern[1] : undefined
}
