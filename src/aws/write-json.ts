/**
 * Typed values -> what goes into a JSON body, led by the model: wire names, times as the service
 * writes them, blobs in base64. What is unset, and what the model does not know, is left out.
 */
import { setOwn } from './read-json.ts'
import type { Member, Type } from './table.ts'

/** The members that `value` has, under their wire names. */
export function writeMembers(
  members: readonly Member[],
  value: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  for (const member of members) {
    const item = value[member.name]
    if (item !== undefined && item !== null) json[member.jsonName] = writeValue(member.type, item)
  }
  return json
}

function writeValue(type: Type, value: unknown): unknown {
  switch (type.type) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // Smithy writes NaN and the infinities as text.
      return Number.isFinite(value) ? value : String(value)
    case 'time':
      return writeTime(type.format, value as Date)
    case 'blob':
    case 'stream':
      return Buffer.from(value as Uint8Array).toString('base64')
    case 'list':
      return (value as unknown[]).filter(isSet).map(item => writeValue(type.of, item))
    case 'map': {
      const map: Record<string, unknown> = {}
      for (const [key, item] of Object.entries(value as object)) {
        // A null is said on purpose: AWS has them in maps of templates.
        if (item === null) setOwn(map, key, null)
        else if (item !== undefined) setOwn(map, key, writeValue(type.of, item))
      }
      return map
    }
    case 'structure':
      return writeMembers(type.shape.members, value as Record<string, unknown>)
    default:
      return type satisfies never
  }
}

// The casts above are true because handlers are typed by the same model (Handlers<…Operations>).

function writeTime(format: 'epoch' | 'iso', time: Date): string | number {
  if (format === 'epoch') return time.getTime() / 1000
  return time.toISOString().replace('.000Z', 'Z')
}

function isSet(value: unknown): boolean {
  return value !== null && value !== undefined
}
