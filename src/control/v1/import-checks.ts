/**
 * What an import asks the control plane about each method: a document may hold no integration that PutIntegration and
 * PutIntegrationResponse would refuse. Two differences are meant:
 *
 * - A URI that begins with `${` passes: what the stage variable, or the placeholder of some other tool, stands for is not
 *   known yet. The compiler looks again at deployment.
 * - A response without a declared method response passes, because many published documents of proxy integrations have
 *   it, and a proxy never reads it.
 */
import type { IntegrationType } from '../../aws/rest-api.ts'
import type { ImportedMethod, MethodChecks } from '../../openapi/operations.ts'
import { entryOf } from '../draft.ts'
import type { IntegrationRecord, MethodRecord } from '../records.ts'
import { checkIntegration } from './integration-rules.ts'
import { checkContentTypes, checkResponseMappings } from './mapping-expressions.ts'

/** They throw `BadRequestException`, whose message becomes one of the import's errors. */
export function importChecks(mostTimeoutMs: number): MethodChecks {
  return {
    // The casts only let go of `readonly`: the checks change nothing.
    integration(integration, method) {
      const isKnown = !integration.uri?.startsWith('${')
      const known = isKnown ? integration : { ...integration, uri: standIn(integration.type) }
      checkIntegration(known as IntegrationRecord, recordOf(method), mostTimeoutMs)
    },
    integrationResponse(response, method) {
      checkContentTypes(response.responseTemplates)
      const declared = entryOf(method.methodResponses, response.statusCode)
      checkResponseMappings(response, declared?.responseParameters)
    },
  }
}

function standIn(type: IntegrationType): string {
  return type.startsWith('HTTP')
    ? 'http://unknown/'
    : 'arn:aws:apigateway:unknown:lambda:path/unknown'
}

function recordOf(method: ImportedMethod): MethodRecord {
  return method as MethodRecord
}
