/**
 * The two models that CreateRestApi gives every API. An imported API has them only where its document uses them; the
 * texts, with their uneven white space, are as recorded from AWS.
 */
import type { Model } from '../aws/rest-api.ts'

type OwnModel = Omit<Model, 'id'>

const models: Readonly<Record<string, OwnModel>> = Object.freeze({
  Empty: Object.freeze({
    name: 'Empty',
    description: 'This is a default empty schema model',
    contentType: 'application/json',
    schema:
      '{\n  "$schema": "http://json-schema.org/draft-04/schema#",\n' +
      '  "title" : "Empty Schema",\n  "type" : "object"\n}',
  }),
  Error: Object.freeze({
    name: 'Error',
    description: 'This is a default error schema model',
    contentType: 'application/json',
    schema:
      '{\n  "$schema" : "http://json-schema.org/draft-04/schema#",\n' +
      '  "title" : "Error Schema",\n  "type" : "object",\n  "properties" : {\n' +
      '    "message" : { "type" : "string" }\n  }\n}',
  }),
})

/** `Empty` or `Error`; undefined for any other name. */
export function standardModel(name: string): OwnModel | undefined {
  return Object.hasOwn(models, name) ? models[name] : undefined
}

/** Says whether a schema is that of the standard model of this name, but for white space and `$schema`. */
export function isStandard(name: string, schema: string | undefined): boolean {
  const own = standardModel(name)?.schema
  return own !== undefined && (schema === undefined || essence(schema) === essence(own))
}

function essence(schema: string): string {
  return schema.replace(/\s+/g, '').replace(/"\$schema":"[^"]*",?/, '')
}
