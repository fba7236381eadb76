/**
 * What AWS answers for methods, integrations and their responses: what is kept, but for templates. A template without
 * text stands for "pass the body through" and is answered as null, which the CLI's examples show and for which
 * Terraform has a case of its own; the maps of the SDK's types know no null.
 */
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { IntegrationRecord, IntegrationResponseRecord, MethodRecord } from '../records.ts'

type Method = RestOperations['GetMethod']['output']
type Integration = RestOperations['GetIntegration']['output']
type IntegrationResponse = RestOperations['GetIntegrationResponse']['output']

/** A method with its integration, if it has one. */
export function presentMethod(method: MethodRecord): Method {
  const { methodIntegration } = method
  if (!methodIntegration) return method
  return { ...method, methodIntegration: presentIntegration(methodIntegration) }
}

/** An integration with its responses. */
export function presentIntegration(integration: IntegrationRecord): Integration {
  const { requestTemplates, integrationResponses } = integration
  return {
    ...integration,
    ...(requestTemplates && { requestTemplates: withNulls(requestTemplates) }),
    ...(integrationResponses && {
      integrationResponses: Object.fromEntries(
        Object.entries(integrationResponses).map(([status, response]) => [
          status,
          presentIntegrationResponse(response),
        ]),
      ),
    }),
  }
}

export function presentIntegrationResponse(
  response: IntegrationResponseRecord,
): IntegrationResponse {
  const { responseTemplates } = response
  if (!responseTemplates) return response
  return { ...response, responseTemplates: withNulls(responseTemplates) }
}

function withNulls(templates: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(templates).map(([type, text]) => [type, text === '' ? null : text])
  return Object.fromEntries(entries) // the wire writes the null, see above
}
