/**
 * Path and query of an integration's URI with their `{name}` placeholders filled in.
 *
 * A value never leads out of what the definition names: a path that got a `.` or `..` segment from a value is refused,
 * however it is written (`..%2F`, `%2e%2e`). That is ours, not AWS's, which hands such values on. Dots that the definition
 * itself has stay.
 */
import { countDotSegments } from '../base/dot-segments.ts'
import { Refusal } from '../messages/refusals.ts'

/**
 * `parts`: literal text and names in turns; `encode` is for the values. Throws a `Refusal` when nothing is mapped to a
 * name, and when values make a segment of dots.
 */
export function fillPath(
  parts: readonly string[],
  values: Readonly<Record<string, string>>,
  encode: (text: string) => string,
): string {
  const path = fillParts(parts, values, encode)
  const dots = countDotSegments(path)
  if (dots > 0 && dots > ownDotSegments(parts)) throw dotRefusal(path)
  return path
}

/**
 * `parts` as in `fillPath`. A value stays the value, or the name, that it stands in: what could begin another is encoded,
 * and escapes that it came with stay, as in paths. Throws a `Refusal` when nothing is mapped to a name.
 */
export function fillQuery(
  parts: readonly string[],
  values: Readonly<Record<string, string>>,
): string {
  return fillParts(parts, values, encodeQueryText)
}

function encodeQueryText(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/%25([\dA-Fa-f]{2})/g, '%$1')
}

function fillParts(
  parts: readonly string[],
  values: Readonly<Record<string, string>>,
  encode: (text: string) => string,
): string {
  let text = ''
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string
    if (i % 2 === 0) {
      text += part
      continue
    }
    const value = values[part]
    if (value === undefined) {
      throw new Refusal('API_CONFIGURATION_ERROR', {
        reason: `nothing is mapped to integration.request.path.${part}, which the endpoint's URI needs`,
      })
    }
    text += encode(value)
  }
  return text
}

/** For a path that came out of a template as a whole. Throws a `Refusal` when it has a segment of dots. */
export function checkWholePath(path: string): void {
  if (countDotSegments(path) > 0) throw dotRefusal(path)
}

/** Those between the placeholders: no value that begins and ends with `x` adds to them. */
function ownDotSegments(parts: readonly string[]): number {
  return countDotSegments(parts.map((part, i) => (i % 2 === 0 ? part : 'x')).join(''))
}

function dotRefusal(path: string): Refusal {
  return new Refusal('BAD_REQUEST_PARAMETERS', {
    reason: `the back end's path would be ${path.slice(0, 200)}, which has a segment of dots that the integration's URI has not`,
  })
}
