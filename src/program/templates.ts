/**
 * Mapping templates by media type ("Mapping template transformations for REST APIs" in the developer guide). Equal
 * texts are compiled once per program.
 */
import type { Texts } from '../aws/rest-api.ts'
import { compileTemplate, type Template } from '../vtl/compile.ts'
import { choose, templateMediaType } from './media-types.ts'
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
    const mediaType = templateMediaType(key, place, what)
    // The control plane keeps a template without text as null, as AWS answers it.
    const isEmpty = source === null || source === ''
    const template = isEmpty ? null : compileOnce(source, cache, place, `${what} for ${key}`)
    byType.set(mediaType, Object.freeze({ mediaType, template }))
  }
  return choose(byType)
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
