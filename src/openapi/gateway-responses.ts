/**
 * `x-amazon-apigateway-gateway-responses`: response type -> status code, headers and templates of the answers
 * that the gateway gives by itself.
 */
import type { GatewayResponse } from '../aws/rest-api.ts'
import { refusals } from '../messages/refusals.ts'
import { checkMembers } from './extensions.ts'
import type { Context } from './source.ts'
import { defined, textMap, textOf, treeOf } from './tree.ts'

const types = new Set<string>([...Object.keys(refusals), 'DEFAULT_4XX', 'DEFAULT_5XX'])

/** Reads the gateway responses of a document. */
export function readGatewayResponses({ root, found, resolve }: Context): GatewayResponse[] {
  const responses: GatewayResponse[] = []
  const extension = treeOf(resolve(root['x-amazon-apigateway-gateway-responses']))
  for (const [name, item] of Object.entries(extension)) {
    const responseType = name.toUpperCase()
    const at = `'${name}'`
    const response = treeOf(resolve(item))
    checkMembers(response, 'gateway response', at, found)
    const statusCode = textOf(response['statusCode'])
    if (!types.has(responseType)) {
      found.fail(`Unable to put gateway response ${at}: Invalid response type specified`)
    } else if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode)) {
      found.fail(
        `Unable to put gateway response ${at}: Invalid status code specified: ${statusCode}`,
      )
    } else {
      const lost = (member: string) =>
        found.warn(`'${member}' of gateway response ${at} is not a text. Ignoring.`)
      responses.push(
        defined<GatewayResponse>({
          responseType,
          statusCode,
          responseParameters: textMap(response['responseParameters'], lost),
          responseTemplates: textMap(response['responseTemplates'], lost),
        }),
      )
    }
  }
  return responses
}
