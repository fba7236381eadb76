/**
 * Java regular expressions (`java.util.regex.Pattern`) as AWS's selection patterns use them: the whole text must
 * match, and `.` does not match a line end. They run on re2js, whose time is linear in the text whatever the
 * pattern is. What RE2 cannot do (look-around, back-references, possessive repeats, class intersection) is refused
 * when the pattern is compiled.
 */
import { RE2JS } from 're2js'

const maxPatternLength = 4096

/** APIs repeat a few patterns on every method, and compiling one takes up to a millisecond. */
const maxRemembered = 500
const remembered = new Map<string, RE2JS>()

/** Java's line ends; RE2's `.` leaves out the newline only. */
const notLineEnd = '[^\\n\\r\\x{85}\\x{2028}\\x{2029}]'

/** Makes a test for the whole text. Throws SyntaxError for a pattern that is wrong or cannot run in linear time. */
export function compileJavaRegex(pattern: string): (text: string) => boolean {
  if (pattern.length > maxPatternLength) {
    throw new SyntaxError(`the pattern is longer than ${maxPatternLength} characters`)
  }
  // Most patterns are plain texts such as `404`.
  if (/^[A-Za-z0-9 _:;,'"!@#%&/=<>~-]*$/.test(pattern)) return text => text === pattern
  let regex = remembered.get(pattern)
  if (regex === undefined) {
    regex = compileRe2(translate(pattern), pattern)
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(pattern, regex)
  }
  const compiled = regex
  return text => compiled.testExact(text)
}

function compileRe2(translated: string, pattern: string): RE2JS {
  try {
    return RE2JS.compile(translated)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SyntaxError(`the pattern ${pattern} cannot be used: ${reason}`, { cause: error })
  }
}

/** Rewrites what Java and RE2 write differently. */
function translate(pattern: string): string {
  // `(?s)` lets the dot match line ends; which dots it covers is left to RE2.
  const isDotAll = /\(\?[a-z]*s/.test(pattern)
  let result = ''
  let inClass = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string
    if (char === '\\') {
      if (pattern.startsWith('\\Q', i)) {
        const end = pattern.indexOf('\\E', i)
        const quoted = end < 0 ? pattern.slice(i) : pattern.slice(i, end + 2)
        result += quoted
        i += quoted.length - 1
        continue
      }
      const unicode = /^\\u([0-9A-Fa-f]{4})/.exec(pattern.slice(i, i + 6))
      result += unicode === null ? pattern.slice(i, i + 2) : `\\x{${unicode[1]}}`
      i += unicode === null ? 1 : 5
      continue
    }
    if (char === '[') inClass++
    else if (char === ']' && inClass > 0) inClass--
    else if (inClass > 0 && pattern.startsWith('&&', i)) {
      throw new SyntaxError(`the pattern ${pattern} cannot be used: && in a character class`)
    }
    if (inClass > 1) {
      throw new SyntaxError(`the pattern ${pattern} cannot be used: a class inside a class`)
    }
    result += char === '.' && inClass === 0 && !isDotAll ? notLineEnd : char
  }
  return result
}
