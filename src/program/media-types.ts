/**
 * Media types: taking one out of a header (RFC 9110 §8.3, §12.5.1), picking what is kept by media type, and the set
 * `binaryMediaTypes` of an API.
 */
import { isFieldValue } from '../base/field-value.ts'
import type { MediaTypeSet } from './program.ts'
import { type Place, ProgramError } from './program-error.ts'

/** `type/subtype` of a Content-Type, lower case, without parameters; '' when there is none. */
export function mediaTypeOf(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

/** The media type that a template is kept under, which becomes a Content-Type. Throws `ProgramError` when it cannot. */
export function templateMediaType(key: string, place: Place, what: string): string {
  if (isFieldValue(key)) return mediaTypeOf(key)
  throw new ProgramError(place, `${what}: ${JSON.stringify(key)} is not a media type`)
}

/** The first media type of an Accept header, lower case, without parameters; '' when there is none. */
export function firstAccepted(accept: string): string {
  const end = accept.indexOf(',')
  return mediaTypeOf(end < 0 ? accept : accept.slice(0, end))
}

/** The API's `binaryMediaTypes`: exact ones, `type/*` and any. */
export function compileMediaTypes(types: readonly string[]): MediaTypeSet {
  const exact = new Set<string>()
  const families = new Set<string>()
  let any = false
  for (const type of types) {
    const name = mediaTypeOf(type)
    if (name === '*/*') any = true
    else if (name.endsWith('/*')) families.add(name.slice(0, -1))
    else exact.add(name)
  }
  return Object.freeze({
    isEmpty: types.length === 0,
    has(mediaType: string): boolean {
      if (any) return true
      const name = mediaTypeOf(mediaType)
      return exact.has(name) || families.has(name.slice(0, name.indexOf('/') + 1))
    },
  })
}

/** AWS's rules for picking by header, over any things that are kept by media type. */
export function choose<T>(byType: ReadonlyMap<string, T>): {
  readonly size: number
  forRequest(contentType: string | undefined): T | undefined
  forResponse(accept: string | undefined): T | undefined
} {
  const json = byType.get('application/json')
  const fallback = byType.get('$default')
  const [first] = byType.values()
  return Object.freeze({
    size: byType.size,
    forRequest(contentType: string | undefined) {
      if (contentType === undefined) return json ?? fallback
      return byType.get(contentType) ?? byType.get(mediaTypeOf(contentType)) ?? fallback
    },
    forResponse(accept: string | undefined) {
      if (accept === undefined) return json ?? first
      return byType.get(firstAccepted(accept)) ?? json ?? first
    },
  })
}
