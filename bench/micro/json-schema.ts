/**
 * Our JSON Schema closures beside ajv's generated code: compiling 1,000 models, and validating one small body.
 * What decided: ajv compiles too slowly for "everything is ready before the first request", and cannot be bounded.
 */
import Ajv from 'ajv-draft-04'
import { bench, group, run } from 'mitata'
import { compileModels } from '../../src/program/models.ts'

function petSchema(i: number) {
  return {
    type: 'object',
    required: ['id', 'name'],
    properties: {
      id: { type: 'integer', minimum: i },
      name: { type: 'string', minLength: 1, maxLength: 64 },
      tags: { type: 'array', items: { type: 'string' }, maxItems: 10 },
      status: { enum: ['available', 'pending', 'sold'] },
      owner: { type: 'object', properties: { email: { type: 'string' }, age: { type: 'number' } } },
    },
    additionalProperties: false,
  }
}

const schemas = Array.from({ length: 1000 }, (_, i) => petSchema(i))
const models = schemas.map((schema, i) => ({
  id: `m${i}`,
  name: `M${i}`,
  contentType: 'application/json',
  schema: JSON.stringify(schema),
}))
const body = {
  id: 5,
  name: 'Rex',
  tags: ['good', 'dog'],
  status: 'sold',
  owner: { email: 'a@b.de', age: 3 },
}

const ours = compileModels(models).validator('M1', {})
const theirs = new Ajv.default({ strict: false, allErrors: true }).compile(schemas[1] ?? {})

group('validate one body', () => {
  bench('closures', () => ours?.(body))
  bench('ajv', () => theirs(body))
})

group('compile 1,000 models', () => {
  bench('closures', () => {
    const all = compileModels(models)
    for (const model of models) all.validator(model.name, {})
  })
  bench('ajv', () => {
    const ajv = new Ajv.default({ strict: false, allErrors: true })
    for (const schema of schemas) ajv.compile({ ...schema })
  })
})

await run()
