/**
 * An input against the model: required members, enums, patterns. AWS looks at the whole input and
 * lists everything that is wrong with it, before it looks anything up:
 *
 *     2 validation errors detected: Value '[wrong]' at 'createRestApiInput.endpointConfiguration.types'
 *     failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value
 *     set: [PRIVATE, EDGE, REGIONAL]]; Value 'wrong' at … failed to satisfy constraint: …
 *
 * The form is recorded from AWS for enums and patterns of REST APIs. The words for a missing member
 * ("Value null at … Member must not be null") and for a text that is too long are those of other AWS services: a guess here.
 */
import type { Constraints } from './constraints.ts'
import type { Service } from './services.ts'
import type { Member, Operation, Shape, Type } from './table.ts'

/** Throws the service's validation fault when the input breaks the model. */
export function checkInput(
  service: Service,
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
): void {
  if (operation.input === null) return
  const problems: string[] = []
  const { constraints } = service.validation
  const prefix = service.validation.bodyPrefix(operation)
  const isInBody = new Set(operation.input.body)
  for (const member of operation.input.shape.members) {
    const path = (isInBody.has(member) ? prefix : '') + lowerFirst(member.name)
    checkMember(operation.input.shape, member, input[member.name], path, constraints, problems)
  }
  const [first] = problems
  if (first === undefined) return
  // Where AWS has its own words for it, they are the whole message.
  if (Object.values(constraints.enumMessages).includes(first)) throw service.validation.fault(first)
  const count =
    problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`
  throw service.validation.fault(`${count} detected: ${problems.join('; ')}`)
}

function checkMember(
  shape: Shape,
  member: Member,
  value: unknown,
  path: string,
  constraints: Constraints,
  problems: string[],
): void {
  if (problems.length >= maxProblems) return
  if (value === undefined) {
    if (member.isRequired) problems.push(problem(null, path, 'Member must not be null'))
    return
  }
  const pattern = constraints.patterns[`${shape.name}.${member.name}`]
  if (pattern !== undefined && typeof value === 'string' && !wholeMatch(pattern, value)) {
    const constraint = `Member must satisfy regular expression pattern: ${pattern}`
    problems.push(problem(value, path, constraint))
  }
  const longest = maxLength(shape, member, constraints)
  if (typeof value === 'string' && value.length > longest) {
    const constraint = `Member must have length less than or equal to ${longest}`
    problems.push(problem(value, path, constraint))
    return
  }
  checkValue(member.type, value, path, constraints, problems)
}

function maxLength(shape: Shape, { name, type }: Member, { maxLengths }: Constraints): number {
  if (type.type !== 'string' || type.values !== null) return Number.POSITIVE_INFINITY
  return maxLengths.of[`${shape.name}.${name}`] ?? maxLengths.of[name] ?? maxLengths.rest
}

function checkValue(
  type: Type,
  value: unknown,
  path: string,
  constraints: Constraints,
  problems: string[],
): void {
  if (problems.length >= maxProblems) return
  if (type.type === 'string') {
    const constraint = brokenEnum(type, value, constraints)
    if (constraint === undefined) return
    problems.push(constraints.enumMessages[type.enumName] ?? problem(value, path, constraint))
  } else if (type.type === 'list' || type.type === 'map') {
    checkItems(type, value as object, path, constraints, problems)
  } else if (type.type === 'structure') {
    for (const member of type.shape.members) {
      const item = (value as Record<string, unknown>)[member.name]
      const memberPath = `${path}.${lowerFirst(member.name)}`
      checkMember(type.shape, member, item, memberPath, constraints, problems)
    }
  }
}

// A list of enum values is reported as a whole, a list of structures item by item, from 1.
function checkItems(
  type: Type & { type: 'list' | 'map' },
  value: object,
  path: string,
  constraints: Constraints,
  problems: string[],
): void {
  if (type.of.type === 'string') {
    const items = Object.values(value)
    for (const item of items) {
      const constraint = brokenEnum(type.of, item, constraints)
      if (constraint === undefined) continue
      const whole = `[${items.join(', ')}]`
      problems.push(problem(whole, path, `Member must satisfy constraint: [${constraint}]`))
      return
    }
    return
  }
  let index = 0
  for (const [key, item] of Object.entries(value)) {
    index++
    const step = type.type === 'list' ? index : key
    checkValue(type.of, item, `${path}.${step}.member`, constraints, problems)
  }
}

function brokenEnum(
  type: Type & { type: 'string' },
  value: unknown,
  constraints: Constraints,
): string | undefined {
  if (type.values === null || type.values.includes(String(value))) return undefined
  if (constraints.openEnums.has(type.enumName)) return undefined
  const values = constraints.enumOrder[type.enumName] ?? type.values
  return `Member must satisfy enum value set: [${values.join(', ')}]`
}

function problem(value: unknown, path: string, constraint: string): string {
  const shown = value === null ? 'null' : `'${shorten(String(value))}'`
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`
}

/** A hostile list of a million wrong items is not worth a megabyte of answer. */
const maxProblems = 100
const maxShown = 1024

function shorten(text: string): string {
  return text.length > maxShown ? `${text.slice(0, maxShown)}…` : text
}

const compiled = new Map<string, RegExp>()

// Patterns come from constraints.ts only, so the map stays small.
function wholeMatch(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern)
  if (!expression) {
    expression = new RegExp(`^(?:${pattern})$`)
    compiled.set(pattern, expression)
  }
  return expression.test(value)
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
