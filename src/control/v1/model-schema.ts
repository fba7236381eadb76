/**
 * What a model's schema is asked for beside validation (which the program compiles): is it well formed,
 * which other models does it name, the same with those inlined, and a mapping template to begin with.
 *
 * Schemas come from strangers: walks keep their own stack, and the template stops at a depth.
 */
import { BadRequestException } from '../../aws/faults.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

const modelReference = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/([^/#]+)$/

/** Throws `BadRequestException` when AWS would not take the schema. */
export function checkSchema(schema: string, contentType: string): void {
  const value = parse(schema)
  const isEmpty = schema.trim() === '' || (isObject(value) && Object.keys(value).length === 0)
  if (isEmpty) {
    throw new BadRequestException(
      'Model schema must have at least 1 property or array items defined',
    )
  }
  if (contentType !== 'application/json') return
  if (!isObject(value)) throw invalidSchema('Invalid model schema specified')
  for (const reference of referencesIn(value)) {
    if (!reference.startsWith('#') && !modelReference.test(reference)) {
      throw invalidSchema(
        'Invalid model schema specified, Model reference must be in canonical form',
      )
    }
  }
}

/** The names of the models that a schema refers to. */
export function modelsIn(schema: string): string[] {
  const names = referencesIn(parse(schema)).map(reference => modelReference.exec(reference)?.[1])
  return names.filter(name => name !== undefined)
}

/**
 * The schema with every model it needs under `definitions` and references that point there, so that also
 * models that refer to themselves come out finite (a guess at AWS's form).
 */
export function flatten(schema: string, schemas: ReadonlyMap<string, string | undefined>): string {
  const root = parse(schema)
  if (!isObject(root)) return schema
  const definitions: JsonObject = {}
  const pending = new Set(modelsIn(schema))
  if (pending.size === 0) return schema
  for (const name of pending) {
    const text = schemas.get(name)
    if (text === undefined) continue
    for (const other of modelsIn(text)) pending.add(other) // a Set hands out what is added meanwhile
    const model = parse(text)
    if (isObject(model)) definitions[name] = pointInside(model)
  }
  const known = root['definitions']
  return JSON.stringify({
    ...pointInside(root),
    definitions: { ...(isObject(known) ? known : {}), ...definitions },
  })
}

/** A mapping template that writes the model with sample values. The values are a guess. */
export function sampleTemplate(schema: string): string {
  return `#set($inputRoot = $input.path('$'))\n${sample(parse(schema), 0)}`
}

const maxDepth = 12

function sample(schema: Json | undefined, depth: number): string {
  if (!isObject(schema) || depth > maxDepth) return '{ }'
  switch (schema['type']) {
    case 'string':
      return '"foo"'
    case 'integer':
      return '42'
    case 'number':
      return '123.45'
    case 'boolean':
      return 'true'
    case 'array':
      return `[ ${sample(schema['items'], depth + 1)} ]`
    default:
      return sampleObject(schema, depth)
  }
}

function sampleObject({ properties }: JsonObject, depth: number): string {
  if (!isObject(properties) || Object.keys(properties).length === 0) return '{ }'
  const indent = '  '.repeat(depth + 1)
  const members = Object.entries(properties).map(
    ([name, member]) => `${indent}${JSON.stringify(name)} : ${sample(member, depth + 1)}`,
  )
  return `{\n${members.join(',\n')}\n${'  '.repeat(depth)}}`
}

function referencesIn(schema: Json | undefined): string[] {
  const found: string[] = []
  const stack: (Json | undefined)[] = [schema]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== 'object' || value === null) continue
    const reference = Array.isArray(value) ? undefined : value['$ref']
    if (typeof reference === 'string') found.push(reference)
    for (const member of Object.values(value)) stack.push(member)
  }
  return found
}

function pointInside(schema: JsonObject): JsonObject {
  const stack: Json[] = [schema]
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value !== 'object' || value === null) continue
    if (!Array.isArray(value) && typeof value['$ref'] === 'string') {
      const name = modelReference.exec(value['$ref'])?.[1]
      if (name !== undefined) value['$ref'] = `#/definitions/${name}`
    }
    for (const member of Object.values(value)) stack.push(member)
  }
  return schema
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// The words around the reason are known from users' reports.
function invalidSchema(reason: string): BadRequestException {
  return new BadRequestException(
    `Invalid model specified: Validation Result: warnings : [], errors : [${reason}]`,
  )
}
