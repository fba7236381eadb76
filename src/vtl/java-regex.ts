/**
 * java.util.regex for the methods of String, on RE2: linear in the length of the text, whatever the pattern. RE2 has no look-around
 * and no back-references in patterns; a template that uses them fails with that reason instead of hanging.
 */
import { RE2JS } from 're2js'

const cacheSize = 500
const cache = new Map<string, RE2JS>()

/** Compiles a pattern, or takes it from the last few hundred; throws RangeError for one that RE2 does not know. */
export function javaRegex(pattern: string): RE2JS {
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

/** `String.replaceAll` and `replaceFirst`: `$1` and `${name}` in the replacement are groups, a backslash makes the next character plain. */
export function replaceRegex(
  text: string,
  pattern: string,
  replacement: string,
  all: boolean,
): string {
  const plain = plainText(pattern)
  if (plain !== undefined && !/[\\$]/.test(replacement)) {
    return all ? text.replaceAll(plain, replacement) : text.replace(plain, () => replacement)
  }
  const matcher = javaRegex(pattern).matcher(text)
  return all ? matcher.replaceAll(replacement, true) : matcher.replaceFirst(replacement, true)
}

/** `String.split(pattern)`: empty texts at the end fall away, and an empty match at the beginning gives none. */
export function splitRegex(text: string, pattern: string, limit: number): string[] {
  const plain = plainText(pattern)
  let parts: string[]
  if (plain !== undefined && plain !== '' && limit <= 0) parts = text.split(plain)
  else parts = splitByMatcher(text, pattern, limit)
  if (limit === 0) while (parts.length > 1 && parts.at(-1) === '') parts.pop()
  return limit === 0 && parts.length === 1 && parts[0] === '' && text !== '' ? [] : parts
}

function splitByMatcher(text: string, pattern: string, limit: number): string[] {
  const matcher = javaRegex(pattern).matcher(text)
  const parts: string[] = []
  let from = 0
  while (matcher.find() && (limit <= 0 || parts.length < limit - 1)) {
    if (matcher.end() === 0) continue
    if (matcher.start() === text.length && matcher.end() === text.length && from === text.length)
      break
    parts.push(text.slice(from, matcher.start()))
    from = matcher.end()
  }
  parts.push(text.slice(from))
  return parts
}

/** The text that a pattern without operators stands for; undefined for a real pattern. Most patterns in templates are plain. */
function plainText(pattern: string): string | undefined {
  if (!/[\\^$.|?*+()[\]{}]/.test(pattern)) return pattern
  return /^\\[^A-Za-z0-9]$/.test(pattern) ? pattern[1] : undefined
}
