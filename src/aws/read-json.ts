/**
 * JSON -> typed values, led by the model. Names that the model does not know are ignored, null means
 * unset, and a wrong kind is a SerializationException in the words of AWS.
 *
 * Recorded from AWS: `class java.lang.Boolean can not be converted to an String`, and the same for a
 * number. The texts for the other pairs follow that pattern or what other AWS services say: guesses.
 */
import { SerializationException } from './faults.ts'
import type { Member, Type } from './table.ts'

/** Deeper values than this are refused. The deepest shape of the four services has 12 levels. */
const maxDepth = 64

/** Parses a JSON text that must be an object; an empty text or `null` is an empty object. */
export function parseObject(body: Uint8Array): Record<string, unknown> {
  if (body.length === 0) return {}
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(body))
  } catch {
    // AWS's own text is not known.
    throw new SerializationException('Could not parse request body into json')
  }
  if (value === null) return {}
  if (!isObject(value)) throw wrongKind(value, 'structure')
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Copies the members that `source` has into `target`, each as its type says. */
export function readMembers(
  members: readonly Member[],
  source: Record<string, unknown>,
  target: Record<string, unknown>,
  depth = 0,
): void {
  for (const member of members) {
    if (!Object.hasOwn(source, member.jsonName)) continue
    const value = source[member.jsonName]
    if (value !== null) target[member.name] = readValue(member.type, value, depth)
  }
}

/** One value as its type says. Throws SerializationException. */
export function readValue(type: Type, value: unknown, depth: number): unknown {
  if (depth > maxDepth) throw new SerializationException('The request is nested too deeply')
  switch (type.type) {
    case 'string':
      if (typeof value === 'string') return value
      throw wrongKind(value, 'String')
    case 'boolean':
      if (typeof value === 'boolean') return value
      throw wrongKind(value, 'Boolean')
    case 'number':
      if (typeof value === 'number') return value
      throw wrongKind(value, 'Integer')
    case 'time':
      return readTime(type.format, value)
    case 'blob':
    case 'stream':
      return readBlob(value)
    case 'list':
      if (!Array.isArray(value)) throw wrongKind(value, 'list')
      return value.filter(isSet).map(item => readValue(type.of, item, depth + 1))
    case 'map':
      return readMap(type.of, value, depth)
    case 'structure': {
      if (!isObject(value)) throw wrongKind(value, 'structure')
      const structure = {}
      readMembers(type.shape.members, value, structure, depth + 1)
      return structure
    }
    default:
      return type satisfies never
  }
}

/** Sets an own property, also when its name is `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  } else {
    target[key] = value
  }
}

function readMap(of: Type, value: unknown, depth: number): Record<string, unknown> {
  if (!isObject(value)) throw wrongKind(value, 'map')
  const map: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (isSet(item)) setOwn(map, key, readValue(of, item, depth + 1))
  }
  return map
}

function readTime(format: 'epoch' | 'iso', value: unknown): Date {
  if (format === 'epoch' && typeof value !== 'number') throw wrongKind(value, 'Timestamp')
  if (format === 'iso' && typeof value !== 'string') throw wrongKind(value, 'Timestamp')
  const time = typeof value === 'number' ? new Date(value * 1000) : new Date(String(value))
  if (Number.isNaN(time.getTime())) throw wrongKind(value, 'Timestamp')
  return time
}

function readBlob(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw wrongKind(value, 'Blob')
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw wrongKind(value, 'Blob')
  return new Uint8Array(Buffer.from(value, 'base64'))
}

/** The refusal of a value of the wrong kind; `wanted` is a Java class, or list, map, structure. */
export function wrongKind(value: unknown, wanted: string): SerializationException {
  if (wanted === 'list') return new SerializationException('Expected list or null')
  if (wanted === 'map') return new SerializationException('Expected map or null')
  if (wanted === 'structure') return new SerializationException('Expected null')
  if (Array.isArray(value)) {
    return new SerializationException('Start of list found where not expected')
  }
  if (isObject(value)) {
    return new SerializationException('Start of structure or map found where not expected.')
  }
  return new SerializationException(
    `class ${javaClass(value)} can not be converted to an ${wanted}`,
  )
}

function javaClass(value: unknown): string {
  if (typeof value === 'boolean') return 'java.lang.Boolean'
  if (typeof value === 'number') return 'com.amazon.coral.value.json.numbers.TruncatingBigNumber'
  return 'java.lang.String'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined
}
