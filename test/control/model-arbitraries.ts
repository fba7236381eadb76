/**
 * Random values for any type of the model, for tests that send every operation over the wire.
 * What a place on the wire cannot carry is not generated: a label and a header cannot be empty, a
 * header holds visible ASCII without spaces at its ends.
 */
import fc from 'fast-check'
import type { Bindings, Member, Place, Shape, Type } from '../../src/aws/table.ts'

type Values = fc.Arbitrary<Record<string, unknown>>

const maxDepth = 6

/** Inputs of an operation; required members are always there. */
export function inputs(bindings: Bindings | null): Values {
  if (!bindings) return fc.constant({})
  const taken = bindings.query.map(member => member.boundName)
  return valuesOf(bindings.shape, bindings, taken)
}

/** Outputs of an operation. */
export function outputs(bindings: Bindings | null): Values {
  return bindings ? valuesOf(bindings.shape, bindings, []) : fc.constant({})
}

function valuesOf(shape: Shape, bindings: Bindings, takenQueryNames: readonly string[]): Values {
  const inBody = new Set(bindings.body)
  return record(shape.members, member => {
    const place = inBody.has(member) ? 'body' : member.place
    if (place === 'restOfQuery') return restOfQuery(takenQueryNames)
    return valueAt(member.type, place, 0)
  })
}

function record(
  members: readonly Member[],
  arbitrary: (member: Member) => fc.Arbitrary<unknown>,
  withOptional = true,
): Values {
  const chosen = members.filter(member => member.isRequired || withOptional)
  const model = Object.fromEntries(chosen.map(member => [member.name, arbitrary(member)]))
  const requiredKeys = chosen.filter(member => member.isRequired).map(member => member.name)
  return fc.record(model, { requiredKeys, noNullPrototype: true })
}

function restOfQuery(taken: readonly string[]): fc.Arbitrary<unknown> {
  const key = fc.string({ minLength: 1 }).filter(name => !isReserved(name) && !taken.includes(name))
  return fc.dictionary(key, fc.string(), { minKeys: 1, maxKeys: 4, noNullPrototype: true })
}

/** `mode` decides which operation is meant; the clients drop queries with the names of Object's own. */
function isReserved(name: string): boolean {
  return name === 'mode' || name in Object.prototype
}

function valueAt(type: Type, place: Place, depth: number): fc.Arbitrary<unknown> {
  switch (type.type) {
    case 'string':
      return type.values ? fc.constantFrom(...type.values) : stringAt(place)
    case 'boolean':
      return fc.boolean()
    case 'number':
      // Only bodies carry fractions; -0 has no form in JSON.
      return place === 'body'
        ? fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).map(plainZero))
        : place === 'status'
          ? fc.constantFrom(200, 201, 202)
          : fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
    case 'time':
      // Clients keep whole seconds in some places: so do we here.
      return fc.integer({ min: 0, max: 4_000_000_000 }).map(seconds => new Date(seconds * 1000))
    case 'blob':
    case 'stream':
      return fc.uint8Array({ minLength: place === 'payload' ? 1 : 0 })
    case 'list': {
      const minLength = place === 'query' ? 1 : 0
      const maxLength = depth > maxDepth ? minLength : 3
      return fc.array(valueAt(type.of, place, depth + 1), { minLength, maxLength })
    }
    case 'map': {
      const maxKeys = depth > maxDepth ? 0 : 3
      // `__proto__` is lost inside the clients.
      const key = fc.string({ unit: 'grapheme' }).filter(name => name !== '__proto__')
      return fc.dictionary(key, valueAt(type.of, place, depth + 1), {
        maxKeys,
        noNullPrototype: true,
      })
    }
    case 'structure':
      if (type.shape.isUnion) return events(type.shape, depth)
      return record(
        type.shape.members,
        member => valueAt(member.type, 'body', depth + 1),
        depth <= maxDepth,
      )
    default:
      return type satisfies never
  }
}

/** A stream of events, as a list: each has exactly one member of the union. */
function events(union: Shape, depth: number): fc.Arbitrary<unknown> {
  const one = union.members.map(member =>
    valueAt(member.type, 'body', depth + 1).map(value => ({
      // Bytes that are the whole event are there, if empty.
      [member.name]: hasPayload(member.type)
        ? { Payload: new Uint8Array(0), ...(value as object) }
        : value,
    })),
  )
  return fc.array(fc.oneof(...one), { maxLength: 4 })
}

function hasPayload(type: Type): boolean {
  return type.type === 'structure' && type.shape.members.some(({ place }) => place === 'payload')
}

function stringAt(place: Place): fc.Arbitrary<string> {
  switch (place) {
    case 'path':
      // Without the dot segments, which URLs cannot carry.
      return fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !/^\.{1,2}$/.test(text))
    case 'header':
      return fc.string({ minLength: 1 }).filter(text => text === text.trim())
    default:
      return fc.string({ unit: 'grapheme' })
  }
}

function plainZero(value: number): number {
  return value === 0 ? 0 : value
}
