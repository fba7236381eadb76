/** The path of an integration's URI with its `{name}` placeholders filled in. */
import { Refusal } from '../messages/refusals.ts'

/**
 * `parts`: literal text and names in turns; `encode` is for the values. Throws a `Refusal` when nothing is mapped to a
 * name.
 */
export function fillPath(
  parts: readonly string[],
  values: Readonly<Record<string, string>>,
  encode: (text: string) => string,
): string {
  let path = ''
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string
    if (i % 2 === 0) {
      path += part
      continue
    }
    const value = values[part]
    if (value === undefined) {
      throw new Refusal('API_CONFIGURATION_ERROR', {
        reason: `nothing is mapped to integration.request.path.${part}, which the endpoint's path needs`,
      })
    }
    path += encode(value)
  }
  return path
}
