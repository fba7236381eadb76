/**
 * A model's schema -> a schema of the document: AWS's references become the document's own, and `$schema`, which
 * OpenAPI does not know, is left out.
 */
import type { Json } from './export-context.ts'
import { isTree } from './tree.ts'

const modelUrl =
  /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]{1,64}\/models\/([A-Za-z0-9]+)$/

/** The schema with references under `schemasAt`; an empty schema for a text that is no JSON object. */
export function exportSchema(schema: string | undefined, schemasAt: string): Json {
  try {
    const value: unknown = JSON.parse(schema ?? '{}', (name, item: unknown) => {
      const model =
        name === '$ref' && typeof item === 'string' ? modelUrl.exec(item)?.[1] : undefined
      return model === undefined ? item : `${schemasAt}${model}`
    })
    if (!isTree(value)) return {}
    const { $schema: _, ...members } = value
    return members
  } catch {
    return {}
  }
}
