/**
 * The models of an API: JSON Schema draft-04, by name. A schema refers to another model by
 * `https://apigateway.amazonaws.com/restapis/{api}/models/{Name}` ("Data models for REST APIs" in the developer
 * guide).
 */
import type { Model } from '../aws/rest-api.ts'
import { SchemaCompiler, type SchemaPlace } from './json-schema.ts'
import { type Check, newRun } from './json-schema-run.ts'
import { at, type Place, ProgramError } from './program-error.ts'

/** Gives AWS's text for what is wrong with a parsed body, null when it fits; never throws. */
export type Validate = (body: unknown) => string | null

export interface Models {
  /** null: the model has no schema, so everything fits. Throws `ProgramError` naming `place`. */
  validator(name: string, place: Place): Validate | null
}

/** AWS's quota for all models of an API together. */
const maxSchemaLength = 400 * 1024

/** Guess: the API's id in a reference is not looked at, so that definitions imported from another API work. */
const modelReference = /^https:\/\/apigateway\.[a-z.]+\/restapis\/[^/]+\/models\/([A-Za-z0-9]+)$/

/** Models are compiled when a method first asks for them, and once. */
export function compileModels(models: readonly Model[]): Models {
  const byName = new Map(models.map(model => [model.name, model]))
  const documents = new Map<string, unknown>()
  const validators = new Map<string, Validate | null>()

  const documentOf = (name: string): SchemaPlace | undefined => {
    const model = byName.get(name)
    if (model?.schema === undefined) return undefined
    if (!documents.has(name)) documents.set(name, parseSchema(model.schema))
    const document = documents.get(name)
    return { schema: document, document }
  }
  const compiler = new SchemaCompiler(reference => {
    const name = modelReference.exec(reference)?.[1]
    return name === undefined ? undefined : documentOf(name)
  })

  return Object.freeze({
    validator(name: string, place: Place): Validate | null {
      const known = validators.get(name)
      if (known !== undefined) return known
      if (!byName.has(name)) throw new ProgramError(place, `there is no model ${name}`)
      const validate = at(place, `model ${name}`, () => {
        const document = documentOf(name)
        return document === undefined ? null : validateWith(compiler.compile(document))
      })
      validators.set(name, validate)
      return validate
    },
  })
}

function parseSchema(schema: string): unknown {
  if (schema.length > maxSchemaLength) {
    throw new SyntaxError(`the schema is longer than ${maxSchemaLength} characters`)
  }
  return JSON.parse(schema) as unknown
}

function validateWith(check: Check): Validate {
  return body => {
    const run = newRun()
    check(body, run)
    if (run.isExhausted) return '[the body is too large or too deeply nested to be validated]'
    return run.failed ? `[${run.errors.join(', ')}]` : null
  }
}
