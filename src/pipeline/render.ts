/** Renders a mapping template; a template that fails is the API owner's fault: 500, with line and column in the record. */
import { Refusal } from '../messages/refusals.ts'
import type { ChosenTemplate } from '../program/program.ts'
import type { Scope } from '../vtl/compile.ts'
import { VtlError } from '../vtl/vtl-error.ts'

export function renderTemplate(
  chosen: ChosenTemplate,
  scope: Scope,
  side: 'request' | 'response',
): string {
  try {
    return chosen.template.render(scope)
  } catch (error) {
    if (!(error instanceof VtlError)) throw error
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `the ${side} template for ${chosen.mediaType} failed: ${error.message}`,
      cause: error,
    })
  }
}
