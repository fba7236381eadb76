/**
 * The models of an API, JSON Schema draft-04, as TypeScript types.
 *
 *     { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } }
 *     ->  export type Pet = { id: number }
 *
 * References to other models and into a model's own `definitions` become references to named types, so models that
 * contain themselves come out finite. TypeScript allows that only inside objects and arrays: a model that *is*
 * itself (`A = B`, `B = A`) becomes `unknown` where the ring would close, as does whatever has no type, is nested
 * too deep, or exceeds the budget.
 */
import type { Model } from '../aws/rest-api.ts'
import { NamePool, typeNameFor } from './names.ts'
import { commentText, literal, propertyName } from './source-text.ts'

export interface SchemaTypes {
  /** The source of a module that exports a type for each model; nothing else is in it. */
  readonly source: string
  /** Model name -> name of its type. */
  readonly names: ReadonlyMap<string, string>
}

type Json = null | boolean | number | string | readonly Json[] | JsonObject
type JsonObject = { readonly [name: string]: Json }

const maxDepth = 40
/** Schemas in all models together. */
const maxSchemas = 20_000
const maxAlternatives = 500
const modelReference = /^https:\/\/apigateway\.amazonaws\.com\/restapis\/[^/]+\/models\/([^/#]+)$/

/** A type that is to be written: a model, or something inside one that a reference points to. */
interface Named {
  readonly name: string
  readonly schema: Json
  readonly root: Json
  /** Types that this one is an alias for or made of, not merely holds. */
  readonly madeOf: Set<Named>
}

/** Writes the types of all models. */
export function schemaTypes(models: readonly Model[]): SchemaTypes {
  const pool = new NamePool()
  const byModel = new Map<string, Named>()
  const byPlace = new Map<Json, Map<string, Named>>()
  const queue: Named[] = []
  let budget = maxSchemas

  for (const model of models) {
    const root = parsed(model.schema)
    const named = enqueue(pool.take(typeNameFor(model.name)), root, root)
    byModel.set(model.name, named)
    byPlace.set(root, new Map([['#', named]]))
  }
  const parts: string[] = []
  for (const named of queue) {
    const type = typeOf(named.schema, named, true, 0)
    parts.push([...commentOn(named.schema, ''), `export type ${named.name} = ${type}\n`].join('\n'))
  }
  const names = new Map([...byModel].map(([model, { name }]) => [model, name]))
  return { source: parts.join('\n'), names }

  function enqueue(name: string, schema: Json, root: Json): Named {
    const named = { name, schema, root, madeOf: new Set<Named>() }
    queue.push(named)
    return named
  }

  /** `isItself`: what comes out is the named type or a part of its union, not something that it holds. */
  function typeOf(schema: Json | undefined, from: Named, isItself: boolean, depth: number): string {
    if (!isObject(schema) || depth > maxDepth || --budget < 0) return 'unknown'
    const reference = schema['$ref']
    if (typeof reference === 'string') return referenceTo(reference, from, isItself)
    const within = (inner: Json | undefined) => typeOf(inner, from, isItself, depth + 1)
    const held = (inner: Json | undefined) => typeOf(inner, from, false, depth + 1)
    const parts = [
      intersection(listOf(schema['allOf']).map(within)),
      union(listOf(schema['anyOf']).map(within)),
      union(listOf(schema['oneOf']).map(within)),
      enumeration(schema['enum']) ??
        union(typesIn(schema).map(type => plain(type, schema, held, depth))),
    ]
    const type = intersection(parts.filter(part => part !== undefined)) ?? 'unknown'
    return schema['nullable'] === true || schema['x-nullable'] === true ? `${type} | null` : type
  }

  function referenceTo(reference: string, from: Named, isItself: boolean): string {
    const target = resolve(reference, from)
    if (target === undefined) return 'unknown'
    if (isItself) {
      if (isMadeOf(target, from)) return 'unknown'
      from.madeOf.add(target)
    }
    return target.name
  }

  function resolve(reference: string, { root }: Named): Named | undefined {
    const model = modelReference.exec(reference)?.[1]
    if (model !== undefined) return byModel.get(model)
    const places = byPlace.get(root)
    const known = places?.get(reference)
    if (known !== undefined || !reference.startsWith('#/')) return known
    const schema = valueAt(root, reference)
    const modelName = places?.get('#')?.name
    if (schema === undefined || modelName === undefined) return undefined
    const last = reference.slice(reference.lastIndexOf('/') + 1)
    const named = enqueue(pool.take(modelName + typeNameFor(last)), schema, root)
    places?.set(reference, named)
    return named
  }
}

/** Yes also when finding out would take long: a type made of more than `maxAlternatives` others. */
function isMadeOf(type: Named, part: Named): boolean {
  const seen = new Set([type])
  for (const one of seen) {
    if (one === part || seen.size > maxAlternatives) return true
    for (const inner of one.madeOf) seen.add(inner) // a Set hands out what is added meanwhile
  }
  return false
}

function typesIn(schema: JsonObject): string[] {
  const type = schema['type']
  if (type !== undefined) return listOf(type, 'alone').filter(one => typeof one === 'string')
  if (schema['properties'] !== undefined) return ['object']
  return schema['items'] === undefined ? [] : ['array']
}

type Held = (inner?: Json) => string

function plain(type: string, schema: JsonObject, held: Held, depth: number): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
    case 'number':
      return type
    case 'integer':
      return 'number'
    case 'array':
      return arrayOf(schema, held)
    case 'object':
      return objectOf(schema, held, depth)
    default:
      return 'unknown'
  }
}

function arrayOf(schema: JsonObject, held: Held): string {
  const { items } = schema
  const isClosed = schema['additionalItems'] === false
  const item = Array.isArray(items)
    ? (isClosed && union(items.map(one => held(one)))) || 'unknown'
    : held(items)
  return /^[\w[\]]+$/.test(item) ? `${item}[]` : `(${item})[]`
}

function objectOf(schema: JsonObject, held: Held, depth: number): string {
  const { properties, additionalProperties } = schema
  const required = new Set(listOf(schema['required']))
  const members = Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => {
    const mark = required.has(name) ? '' : '?'
    return { property, text: `${propertyName(name)}${mark}: ${held(property)}` }
  })
  if (members.length === 0) {
    const member = additionalProperties === false ? 'never' : held(additionalProperties)
    return `{ [name: string]: ${member} }`
  }
  const indent = '  '.repeat(depth + 1)
  const lines = members.flatMap(({ property, text }) => [
    ...commentOn(property, indent),
    indent + text,
  ])
  // An index signature must fit all members, so it can't be narrower than unknown.
  const isOpen = isObject(additionalProperties) || isObject(schema['patternProperties'])
  if (isOpen) lines.push(`${indent}[name: string]: unknown`)
  return `{\n${lines.join('\n')}\n${'  '.repeat(depth)}}`
}

function commentOn(schema: Json, indent: string): string[] {
  const text = isObject(schema) ? schema['description'] : undefined
  const comment = typeof text === 'string' ? commentText(text) : ''
  return comment === '' ? [] : [`${indent}/** ${comment} */`]
}

function enumeration(values: Json | undefined): string | undefined {
  return union(listOf(values).map(literalType))
}

function literalType(value: Json): string {
  if (value === null) return 'null'
  if (typeof value === 'object' || (typeof value === 'number' && !Number.isFinite(value))) {
    return 'unknown'
  }
  return literal(value)
}

function union(types: readonly string[]): string | undefined {
  const different = [...new Set(types)]
  if (different.length > maxAlternatives || different.includes('unknown')) return 'unknown'
  return different.length === 0 ? undefined : different.join(' | ')
}

function intersection(types: readonly string[]): string | undefined {
  if (types.length === 0) return undefined
  const different = [...new Set(types)].filter(type => type !== 'unknown')
  if (different.length === 0 || different.length > maxAlternatives) return 'unknown'
  if (different.length === 1) return different[0]
  return different.map(type => (type.includes('|') ? `(${type})` : type)).join(' & ')
}

function listOf(value: Json | undefined, alone?: 'alone'): readonly Json[] {
  if (Array.isArray(value)) return value
  return alone && value !== undefined ? [value] : []
}

function valueAt(root: Json, pointer: string): Json | undefined {
  let value: Json | undefined = root
  for (const part of pointer.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as JsonObject)[key] // an array is an object too
  }
  return value
}

function parsed(schema: string | undefined): Json {
  try {
    return JSON.parse(schema ?? '{}')
  } catch {
    return {}
  }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
