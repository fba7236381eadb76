/**
 * A reply against the operation table: the status that the operation has, no name that the model does
 * not know, the right kind of every value, and every required member. For all tests that see replies
 * of the control plane.
 */
import type { Member, Operation, Type } from '../../src/aws/table.ts'

/** What is wrong with a successful reply, one sentence each; empty when nothing is. */
export function replyProblems(operation: Operation, status: number, body: string): string[] {
  const problems: string[] = []
  const bindings = operation.output
  if (status !== operation.status && !bindings?.status) {
    problems.push(`status is ${status}, not ${operation.status}`)
  }
  if (bindings?.payload) return problems
  if (bindings === null || status === 204) {
    if (body !== '') problems.push('there is a body')
    return problems
  }
  checkMembers(bindings.body, JSON.parse(body), 'body', problems)
  return problems
}

function checkMembers(
  members: readonly Member[],
  value: unknown,
  path: string,
  problems: string[],
): void {
  if (!isObject(value)) {
    problems.push(`${path} is not an object`)
    return
  }
  for (const member of members) {
    if (Object.hasOwn(value, member.jsonName)) {
      checkValue(member.type, value[member.jsonName], `${path}.${member.jsonName}`, problems)
    } else if (member.isRequired) {
      problems.push(`${path}.${member.jsonName} is missing`)
    }
  }
  for (const name of Object.keys(value)) {
    if (!members.some(member => member.jsonName === name)) {
      problems.push(`${path}.${name} is not in the model`)
    }
  }
}

function checkValue(type: Type, value: unknown, path: string, problems: string[]): void {
  if (type.type === 'structure') {
    checkMembers(type.shape.members, value, path, problems)
  } else if (!isKind(type, value)) {
    problems.push(`${path} is not a ${type.type}: ${JSON.stringify(value)}`)
  } else if (type.type === 'list' || type.type === 'map') {
    for (const [key, item] of Object.entries(value as object)) {
      checkValue(type.of, item, `${path}.${key}`, problems)
    }
  } else if (type.type === 'string' && type.values && !type.values.includes(String(value))) {
    problems.push(`${path} is not one of ${type.values.join(', ')}: ${value}`)
  }
}

function isKind(type: Type, value: unknown): boolean {
  switch (type.type) {
    case 'list':
      return Array.isArray(value)
    case 'map':
      return isObject(value)
    case 'number':
    case 'boolean':
      return typeof value === type.type
    case 'time':
      return type.format === 'epoch'
        ? typeof value === 'number'
        : typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
    default:
      return typeof value === 'string'
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
