/**
 * JSON objects that decide who may do what: the claims of tokens, policies. `JSON.parse` takes the last of two members with
 * one name while another reader may take the first, so that who wrote and who checks see different things: RFC 7519 section
 * 4 lets a verifier refuse such tokens, IAM refuses such policies, and this does. Depth is bounded too, for whoever walks
 * over the object.
 */

/** How deep objects and lists may lie in each other. */
const depthLimit = 16

export type JsonObject = Readonly<Record<string, unknown>>

/** Gives the object, or a sentence about what is wrong with it. Never throws. */
export function parseStrictObject(text: string): JsonObject | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'it is not JSON'
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'it is not a JSON object'
  }
  // An object from JSON.parse whose type was just checked.
  return faultOf(text) ?? (value as JsonObject)
}

/** Looks through text that is known to be JSON: one pass, each character once. */
function faultOf(text: string): string | undefined {
  // The names seen in each open object; null for an open list.
  const open: (Set<string> | null)[] = []
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
        open.push(new Set())
        break
      case 0x5b: // [
        open.push(null)
        break
      case 0x7d: // }
      case 0x5d: // ]
        open.pop()
        break
      case 0x22: {
        const end = closingQuote(text, i)
        const names = open.at(-1)
        if (names && isName(text, end + 1)) {
          // Escapes count as what they stand for: "\u0061ud" is "aud".
          const name: string = JSON.parse(text.slice(i, end + 1))
          if (names.has(name)) return `it has ${JSON.stringify(name)} twice`
          names.add(name)
        }
        i = end
        break
      }
      default:
    }
    if (open.length > depthLimit) return `it is deeper than ${depthLimit} levels`
  }
  return undefined
}

function closingQuote(text: string, start: number): number {
  let i = start + 1
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) break
    if (code === 0x5c) i++
  }
  return i
}

/** Whether a colon comes next, so that the text before it was a member's name. */
function isName(text: string, from: number): boolean {
  let i = from
  while (i < text.length && ' \t\r\n'.includes(text.charAt(i))) i++
  return text.charCodeAt(i) === 0x3a
}
