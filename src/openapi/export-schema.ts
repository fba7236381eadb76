/**
 * A model's schema -> a schema of the document: AWS's references become the document's own, and `$schema`, which
 * OpenAPI does not know, is left out.
 */

const modelUrl =
  /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]{1,64}\/models\/([A-Za-z0-9]+)$/

/** The schema with references under `schemasAt`; an empty schema for a text that is not JSON. */
export function exportSchema(schema: string | undefined, schemasAt: string): unknown {
  try {
    const value: unknown = JSON.parse(schema ?? '{}', (name, item: unknown) => {
      const model =
        name === '$ref' && typeof item === 'string' ? modelUrl.exec(item)?.[1] : undefined
      return model === undefined ? item : `${schemasAt}${model}`
    })
    if (typeof value === 'object' && value !== null && '$schema' in value) delete value.$schema
    return value
  } catch {
    return {}
  }
}
