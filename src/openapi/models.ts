/**
 * The schemas of a document -> models. Each named schema becomes a model of that name; a schema written in
 * place becomes one with a made-up name. References between them become AWS's:
 *
 *     #/components/schemas/Pet  ->  https://apigateway.amazonaws.com/restapis/{apiId}/models/Pet
 *
 * Developer guide: "Data models for REST APIs". The sentences of errors and warnings are AWS's, as users quote
 * them; so is `MODEL` and six hexadecimal digits for a made-up name. That the digits are a digest of the schema
 * is ours: importing a document twice must not make a second set of models.
 */
import { createHash } from 'node:crypto'
import type { Model } from '../aws/rest-api.ts'
import { at } from './refs.ts'
import { toDraft04 } from './schema.ts'
import { schemaText } from './schema-text.ts'
import type { Context, Source } from './source.ts'
import { isStandard, standardModel } from './standard-models.ts'
import { defined, isTree, textOf } from './tree.ts'

type OwnModel = Omit<Model, 'id'>

export interface Models {
  /** All models so far: those of the document first, then those that `nameFor` needed. */
  list(): OwnModel[]
  /** The model for a schema of a body or a response, made if need be; undefined (and a warning) if it has none. */
  nameFor(schema: unknown): string | undefined
}

/** How many references into the middle of something may be written out within each other. */
const maxInlined = 8
const awsModel = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]{1,64}\/models\/([^/]+)$/

/** Converts the document's named schemas and stands ready for the others. */
export function readModels(context: Context, source: Source): Models {
  const { apiId, root, known, found, resolve } = context
  const { schemas, schemasAt } = source
  const models = new Map<string, OwnModel>()
  for (const [name, schema] of Object.entries(schemas)) {
    if (/^[A-Za-z0-9]+$/.test(name)) add(name, schema)
    else
      found.fail(`Unable to create model for '${name}': Model name must be alphanumeric: ${name}`)
  }
  return { list: () => [...models.values()], nameFor }

  function nameFor(schema: unknown): string | undefined {
    const reference = isTree(schema) ? schema['$ref'] : undefined
    if (typeof reference !== 'string') return made(schema)
    const name = named(reference)
    if (name !== undefined && exists(name)) return name
    if (at(root, reference) !== undefined) return made(resolve(schema))
    found.warn(`Reference to model '${name ?? reference}' not found. Ignoring.`)
    return undefined
  }

  function made(schema: unknown): string | undefined {
    if (!isTree(schema) || Object.keys(schema).length === 0) return undefined
    const text = convert('an inline model', schema)
    const digest = createHash('sha256').update(text).digest('hex')
    for (let length = 6; ; length++) {
      const name = `MODEL${digest.slice(0, length)}`
      const taken = models.get(name)
      if (taken === undefined) put(name, schema, text)
      if (taken === undefined || taken.schema === text) return name
    }
  }

  function add(name: string, schema: unknown): void {
    const text = convert(name, schema)
    const standard = standardModel(name)
    // An export writes these two without their description, which the schema does not hold.
    if (standard !== undefined && isStandard(name, text)) models.set(name, standard)
    else put(name, schema, text)
  }

  function put(name: string, schema: unknown, text: string): void {
    const description = isTree(schema) ? textOf(schema['description']) : undefined
    models.set(
      name,
      defined<OwnModel>({ name, description, contentType: 'application/json', schema: text }),
    )
  }

  function convert(name: string, schema: unknown): string {
    let inlined = 0
    const missing = new Set<string>()
    const draft04 = toDraft04(schema, refer, keyword =>
      found.warn(
        `Keyword '${keyword}' of model '${name}' is not in JSON Schema draft 4. Ignoring.`,
      ),
    )
    if (missing.size > 0) {
      const errors = [...missing].map(own => `Invalid model specified: ${own}`).join(', ')
      found.fail(
        `Unable to create model for '${name}': Invalid model specified: Validation Result: warnings : [], errors : [${errors}]`,
      )
    }
    return schemaText(draft04)

    function refer(reference: string): unknown {
      const target = named(reference)
      if (target !== undefined && exists(target)) return { $ref: urlOf(target) }
      // A model may carry definitions of its own and refer to those.
      if (isTree(schema) && at(schema, reference) !== undefined) {
        // toDraft04 moves `$defs` to where draft-04 has them.
        return { $ref: reference.replace(/^#\/\$defs\//, '#/definitions/') }
      }
      const other = at(root, reference)
      if (other === undefined) {
        missing.add(target ?? reference)
        return {}
      }
      if (inlined >= maxInlined) {
        found.warn(`Reference '${reference}' of model '${name}' leads too deep. Ignoring.`)
        return {}
      }
      inlined++
      const schemaThere = toDraft04(resolve({ $ref: reference }), refer, () => {})
      inlined--
      return schemaThere
    }
  }

  /** The model's name in a reference to one of the document's schemas, in AWS's form, or in Swagger 1's. */
  function named(reference: string): string | undefined {
    if (reference.startsWith(schemasAt)) {
      const rest = reference.slice(schemasAt.length)
      return rest.includes('/') ? undefined : decodeName(rest)
    }
    return awsModel.exec(reference)?.[1] ?? (/^\w+$/.test(reference) ? reference : undefined)
  }

  function exists(name: string): boolean {
    if (name in schemas || known.models.has(name)) return true
    const standard = standardModel(name)
    if (standard === undefined) return false
    // Every API is created with these two; documents refer to them without defining them.
    if (!models.has(name)) models.set(name, standard)
    return true
  }

  function urlOf(name: string): string {
    return `https://apigateway.amazonaws.com/restapis/${apiId}/models/${name}`
  }
}

function decodeName(part: string): string {
  const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
