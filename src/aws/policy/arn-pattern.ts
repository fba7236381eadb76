/**
 * ARNs in policies, matched part by part: a wildcard stays within its part, of which there are six, and the last, the
 * resource, has all colons and slashes that follow.
 *
 *     arn : aws : execute-api : eu-west-1 : 111122223333 : api/dev/GET/pets
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
import { compileTemplate, type TemplateMatcher, type TemplatePart } from './text-template.ts'
import { anyText } from './wildcard.ts'

const partCount = 6

/**
 * The matcher of one ARN. `completed`: the parts that are missing match anything, as in Resource elements; otherwise an ARN
 * without all six matches none, as in conditions. A single `*` matches every text.
 */
export function compileArn(parts: readonly TemplatePart[], completed: boolean): TemplateMatcher {
  if (parts.length === 1 && parts[0] === anyText) return () => true
  const segments = segmentsOf(parts)
  if (segments.length < partCount && !completed) return () => false
  const heads = segments.slice(0, partCount - 1).map(compileTemplate)
  const tail = segments.length < partCount ? null : compileTemplate(segments[partCount - 1] ?? [])
  return (text, request) => {
    let from = 0
    for (const head of heads) {
      const colon = text.indexOf(':', from)
      if (colon < 0 || !head(text.slice(from, colon), request)) return false
      from = colon + 1
    }
    if (tail !== null) return tail(text.slice(from), request)
    for (let i = heads.length; i < partCount - 1; i++) {
      const colon = text.indexOf(':', from)
      if (colon < 0) return false
      from = colon + 1
    }
    return true
  }
}

/** Cut at the first five colons of the literal text; those in variables are none. */
function segmentsOf(parts: readonly TemplatePart[]): TemplatePart[][] {
  const segments: TemplatePart[][] = [[]]
  for (const part of parts) {
    if (typeof part !== 'string') {
      segments.at(-1)?.push(part)
      continue
    }
    let rest = part
    while (segments.length < partCount) {
      const colon = rest.indexOf(':')
      if (colon < 0) break
      if (colon > 0) segments.at(-1)?.push(rest.slice(0, colon))
      segments.push([])
      rest = rest.slice(colon + 1)
    }
    if (rest !== '') segments.at(-1)?.push(rest)
  }
  return segments
}
