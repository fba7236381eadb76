/**
 * A schema of a document -> JSON Schema draft-04, which is what a model holds.
 *
 * Kept are the keywords of draft-04; OpenAPI's own (`example`, `xml`, `discriminator`, `readOnly`, ...) are
 * left out. Where OpenAPI says the same thing in another way, it is said in draft-04's: `nullable`,
 * `const`, `prefixItems`, the numbers of `exclusiveMinimum`, `true` and `false` as schemas.
 * https://json-schema.org/specification-links#draft-4, OpenAPI 3.0 and 3.1 "Schema Object".
 */
import { isTree, type Tree } from './tree.ts'

/** Gives the new form of an object with a `$ref`. */
export type Refer = (reference: string) => unknown

type Json = Record<string, unknown>

const plain = new Set([
  '$schema',
  'title',
  'description',
  'default',
  'multipleOf',
  'maximum',
  'minimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'maxProperties',
  'minProperties',
  'enum',
  'type',
  'format',
])
const schemas = new Set(['additionalItems', 'additionalProperties', 'not'])
const schemaLists = new Set(['allOf', 'anyOf', 'oneOf'])
const schemaMaps = new Set(['properties', 'patternProperties', 'definitions'])
/** Later drafts' keywords that would have narrowed what is valid. */
const narrowing = new Set([
  'if',
  'then',
  'else',
  'contains',
  'propertyNames',
  'dependentSchemas',
  'dependentRequired',
  'unevaluatedProperties',
  'unevaluatedItems',
])

/** Converts a schema; `lost` is told each keyword that draft-04 has no word for. */
export function toDraft04(schema: unknown, refer: Refer, lost: (keyword: string) => void): unknown {
  return convert(schema)

  function convert(value: unknown): unknown {
    if (value === true) return {}
    if (value === false) return { not: {} }
    if (!isTree(value)) return {}
    const reference = value['$ref']
    if (typeof reference === 'string') return refer(reference)
    const schema: Json = {}
    for (const [keyword, item] of Object.entries(value)) convertKeyword(schema, keyword, item)
    exclusive(schema, value, 'minimum', 'exclusiveMinimum')
    exclusive(schema, value, 'maximum', 'exclusiveMaximum')
    tuple(schema, value)
    if (value['nullable'] === true) allowNull(schema)
    return schema
  }

  function convertKeyword(schema: Json, keyword: string, item: unknown): void {
    if (plain.has(keyword)) schema[keyword] = item
    else if (schemas.has(keyword))
      schema[keyword] = typeof item === 'boolean' ? item : convert(item)
    else if (schemaLists.has(keyword)) schema[keyword] = list(item)
    else if (schemaMaps.has(keyword)) schema[keyword] = map(item)
    else if (keyword === '$defs') schema['definitions'] = map(item)
    else if (keyword === 'items') schema['items'] = Array.isArray(item) ? list(item) : convert(item)
    else if (keyword === 'dependencies') schema[keyword] = dependencies(item)
    else if (keyword === 'const') schema['enum'] = [item]
    else if (keyword === 'required') {
      // Draft-04 wants names, at least one; draft-03's `required: true` is still met.
      if (Array.isArray(item) && item.length > 0) schema[keyword] = item
    } else if (narrowing.has(keyword)) lost(keyword)
  }

  function list(item: unknown): unknown[] {
    return Array.isArray(item) ? item.map(convert) : []
  }

  function map(item: unknown): Json {
    if (!isTree(item)) return {}
    return Object.fromEntries(Object.entries(item).map(([name, own]) => [name, convert(own)]))
  }

  function dependencies(item: unknown): Json {
    if (!isTree(item)) return {}
    const entries = Object.entries(item)
    return Object.fromEntries(
      entries.map(([name, own]) => [name, Array.isArray(own) ? own : convert(own)]),
    )
  }

  function tuple(schema: Json, value: Tree): void {
    const { prefixItems, items } = value
    if (!Array.isArray(prefixItems)) return
    schema['items'] = list(prefixItems)
    if (items !== undefined) {
      schema['additionalItems'] = typeof items === 'boolean' ? items : convert(items)
    }
  }
}

/** OpenAPI 3.1 writes the bound itself where draft-04 writes a flag beside `minimum` or `maximum`. */
function exclusive(schema: Json, value: Tree, bound: string, keyword: string): void {
  const limit = value[keyword]
  if (typeof limit === 'boolean') schema[keyword] = limit
  if (typeof limit !== 'number') return
  const other = value[bound]
  const tighter =
    typeof other !== 'number' || (bound === 'minimum' ? limit >= other : limit <= other)
  if (!tighter) return
  schema[bound] = limit
  schema[keyword] = true
}

function allowNull(schema: Json): void {
  const { type } = schema
  if (typeof type === 'string') schema['type'] = [type, 'null']
  const values = schema['enum']
  if (Array.isArray(values) && !values.includes(null)) schema['enum'] = [...values, null]
}
