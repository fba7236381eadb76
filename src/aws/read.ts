/**
 * HTTP request -> typed input of an operation: labels of the path, query, headers, payload or JSON
 * body, as the model binds them. Nothing is checked here beyond the kinds of values: `check.ts` says
 * what is required and which values exist.
 *
 * Every byte is a stranger's. The only thing thrown is a Fault.
 */
import { SerializationException } from './faults.ts'
import type { Label, Match } from './match.ts'
import { parseObject, readMembers, readValue, setOwn, wrongKind } from './read-json.ts'
import type { Bindings, Member, Operation, Type } from './table.ts'
import { headerOf, type WireRequest } from './wire.ts'

/** Reads the input of the operation that was matched. Throws SerializationException. */
export function readInput(match: Match, request: WireRequest): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  const bindings = match.operation.input
  if (bindings === null) return input
  readLabels(bindings, match.labels, input)
  if (request.rawQuery !== '') readQuery(match.operation, bindings, request.rawQuery, input)
  for (const member of bindings.headers) {
    const text = headerOf(request.rawHeaders, member.boundName)
    if (text !== undefined) input[member.name] = readText(member.type, text)
  }
  if (bindings.payload) readPayload(bindings.payload, request.body, input)
  else if (bindings.body.length > 0) readMembers(bindings.body, parseObject(request.body), input)
  return input
}

function readLabels(
  bindings: Bindings,
  labels: readonly Label[],
  input: Record<string, unknown>,
): void {
  for (const { name, raw } of labels) {
    const member = bindings.path.get(name)
    if (member) input[name] = readText(member.type, decode(raw))
  }
}

function readQuery(
  operation: Operation,
  bindings: Bindings,
  rawQuery: string,
  input: Record<string, unknown>,
): void {
  const rest: Record<string, unknown> = {}
  for (const [name, value] of parseQuery(rawQuery)) {
    const member = bindings.query.find(candidate => candidate.boundName === name)
    if (member) addQueryValue(member, value, input)
    else if (name !== operation.fixedQuery?.[0]) setOwn(rest, name, value)
  }
  if (bindings.restOfQuery && Object.keys(rest).length > 0) {
    input[bindings.restOfQuery.name] = rest
  }
}

// A parameter given twice where one is wanted: the first counts (a guess).
function addQueryValue(member: Member, text: string, input: Record<string, unknown>): void {
  if (member.type.type === 'list') {
    const value = readText(member.type.of, text)
    const list = input[member.name]
    if (Array.isArray(list)) list.push(value)
    else input[member.name] = [value]
  } else if (input[member.name] === undefined) {
    input[member.name] = readText(member.type, text)
  }
}

function readPayload(member: Member, body: Uint8Array, input: Record<string, unknown>): void {
  if (member.type.type === 'structure') {
    if (body.length > 0) input[member.name] = readValue(member.type, parseObject(body), 0)
  } else if (body.length > 0 || member.isRequired) {
    // A required payload of no bytes is there, and empty.
    input[member.name] = body
  }
}

/** A value from a place that holds text: path, query or header. */
function readText(type: Type, text: string): unknown {
  switch (type.type) {
    case 'string':
      return text
    case 'boolean': {
      const word = text.toLowerCase()
      if (word !== 'true' && word !== 'false') throw wrongKind(text, 'Boolean')
      return word === 'true'
    }
    case 'number':
      if (!/^-?\d{1,20}(\.\d{1,20})?$/.test(text)) throw wrongKind(text, 'Integer')
      return Number(text)
    case 'time': {
      // restJson1 writes times in queries as ISO text; seconds are taken too.
      const time = new Date(/^\d{1,12}(\.\d{1,9})?$/.test(text) ? Number(text) * 1000 : text)
      if (Number.isNaN(time.getTime())) throw wrongKind(text, 'Timestamp')
      return time
    }
    default:
      throw wrongKind(text, type.type)
  }
}

/** Query text -> decoded names and values, in order; `+` is a space. */
export function parseQuery(rawQuery: string): [name: string, value: string][] {
  const pairs: [string, string][] = []
  for (const part of rawQuery.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = at < 0 ? part : part.slice(0, at)
    const value = at < 0 ? '' : part.slice(at + 1)
    pairs.push([decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))])
  }
  return pairs
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // AWS's own text is not known.
    throw new SerializationException('Malformed percent-encoding in the request URI')
  }
}
