/**
 * ECMA 262 patterns of a schema (`pattern`, `patternProperties`), run by re2js: linear time whatever the pattern
 * is. What RE2 cannot run (look-around, back-references) is refused when the schema is compiled. The plainest patterns are
 * left to the machine's own regular expressions (plain-pattern.ts).
 */
import { RE2JS } from 're2js'
import { compilePlainPattern } from './plain-pattern.ts'

const maxPatternLength = 4096

/** APIs repeat a few patterns in many models, and compiling one takes as long as the rest of its schema. */
const maxRemembered = 500
const remembered = new Map<string, (text: string) => boolean>()

/** Makes a test that looks for the pattern anywhere in a text. Throws SyntaxError. */
export function compileEcmaPattern(pattern: string): (text: string) => boolean {
  const known = remembered.get(pattern)
  if (known !== undefined) return known
  const test = compile(pattern)
  if (remembered.size >= maxRemembered) remembered.clear()
  remembered.set(pattern, test)
  return test
}

function compile(pattern: string): (text: string) => boolean {
  if (pattern.length > maxPatternLength) {
    throw new SyntaxError(`a pattern is longer than ${maxPatternLength} characters`)
  }
  let regex: RE2JS
  try {
    regex = RE2JS.compile(RE2JS.translateRegExp(pattern))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new SyntaxError(`the pattern ${pattern} cannot be used: ${reason}`, { cause: error })
  }
  return compilePlainPattern(pattern) ?? (text => regex.test(text))
}
