/**
 * Which mapping template is used: by Content-Type on the way in, by Accept on the way out ("Work with payloads and
 * data transformations" in the developer guide). Equal template texts are compiled once per program.
 */
import type { Texts } from '../aws/rest-api.ts'
import { compileTemplate, type Template } from '../vtl/compile.ts'
import { firstAccepted, mediaTypeOf } from './media-types.ts'
import type { ChosenTemplate, TemplateChoice } from './program.ts'
import { at, type Place, ProgramError } from './program-error.ts'

/** AWS's quota for one mapping template: 300 KB. */
const maxTemplateBytes = 300 * 1024

/** Compiles each text once; lives as long as one compilation. */
export type TemplateCache = Map<string, Template>

const none: TemplateChoice = Object.freeze({
  size: 0,
  forRequest: () => undefined,
  forResponse: () => undefined,
})

/** `templates`: media type -> VTL. Throws `ProgramError` for a template that does not compile or is too large. */
export function compileTemplates(
  templates: Texts | undefined,
  cache: TemplateCache,
  place: Place,
  what: string,
): TemplateChoice {
  const entries = Object.entries(templates ?? {})
  if (entries.length === 0) return none
  const byType = new Map<string, ChosenTemplate>()
  for (const [key, source] of entries) {
    const mediaType = mediaTypeOf(key)
    const template = compileOnce(source, cache, place, `${what} for ${key}`)
    byType.set(mediaType, Object.freeze({ mediaType, template }))
  }
  return choose(byType)
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

function compileOnce(source: string, cache: TemplateCache, place: Place, what: string): Template {
  const known = cache.get(source)
  if (known !== undefined) return known
  if (Buffer.byteLength(source) > maxTemplateBytes) {
    throw new ProgramError(place, `${what}: larger than ${maxTemplateBytes} bytes`)
  }
  const template = at(place, what, () => compileTemplate(source))
  cache.set(source, template)
  return template
}
