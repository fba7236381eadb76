/**
 * An operation as the runtime takes it, as source:
 *
 *     { verb: "GET", path: ["pets", { param: "petId" }], query: ["limit"], required: ["limit"] }
 */
import type { SdkOperation, SdkParameter } from './operations.ts'
import { literal } from './source-text.ts'

/** The source of an object literal; empty lists are left out. */
export function operationLiteral({ verb, segments, query, headers }: SdkOperation): string {
  const required = [...query, ...headers].filter(parameter => parameter.isRequired)
  return literal({
    verb,
    path: segments.map(segment => (typeof segment === 'string' ? segment : { ...segment })),
    query: names(query),
    headers: names(headers),
    required: names(required),
  })
}

function names(parameters: readonly SdkParameter[]): string[] | undefined {
  return parameters.length === 0 ? undefined : parameters.map(parameter => parameter.name)
}
