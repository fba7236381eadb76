/** Renders a mapping template; a template that fails is the API owner's fault: 500, with line and column in the record. */
import { Refusal } from '../messages/refusals.ts'
import type { ChosenTemplate } from '../program/program.ts'
import { gatewayScope } from '../vtl/scope.ts'
import { VtlError } from '../vtl/vtl-error.ts'
import type { Content } from './content.ts'
import type { Exchange } from './exchange.ts'
import { TemplateSource } from './template-source.ts'

export function renderTemplate(
  x: Exchange,
  { template, mediaType }: ChosenTemplate,
  content: Content,
  side: 'request' | 'response',
): Buffer | string {
  if (template === null) return content.bytes
  if (template.constant !== null) return template.constant
  try {
    return template.render(gatewayScope(new TemplateSource(x, content), () => x.takeOverrides()))
  } catch (error) {
    if (!(error instanceof VtlError)) throw error
    throw new Refusal('API_CONFIGURATION_ERROR', {
      reason: `the ${side} template for ${mediaType} failed: ${error.message}`,
      cause: error,
    })
  }
}
