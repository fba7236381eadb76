/**
 * Private integrations: `connectionType: VPC_LINK`. The URI says what to ask for, the link and, for links of the second kind,
 * the load balancer say whom to ask; the gateway's options turn those names into addresses, so that a program runs
 * anywhere. "Private integrations for REST APIs" in the developer guide.
 */
import type { Integration } from '../aws/rest-api.ts'
import { fillStageVariables } from './endpoint.ts'
import type { PrivateConnection } from './program.ts'

/** The stage whose requests an integration answers. */
export interface ConnectingStage {
  readonly stageName: string
  readonly stageVariables: Readonly<Record<string, string>>
}

/** The connection, null for a public integration; or the problem with it, a sentence. */
export function privateConnection(
  { connectionType, connectionId = '', integrationTarget = '' }: Integration,
  { stageName, stageVariables }: ConnectingStage,
): { readonly connection: PrivateConnection | null } | { readonly problem: string } {
  if (connectionType !== 'VPC_LINK') {
    if (integrationTarget === '') return { connection: null }
    return { problem: 'The integration names a target, and no VPC link that leads to it.' }
  }
  if (connectionId === '') return { problem: 'The integration goes through a VPC link of no name.' }
  const link = fillStageVariables(connectionId, stageVariables)
  if ('missing' in link) return { problem: missingVariable(link.missing) }
  // Stage variables are documented for the link only; that a target may hold them too is a guess.
  const target = fillStageVariables(integrationTarget, stageVariables)
  if ('missing' in target) return { problem: missingVariable(target.missing) }
  const isSecondKind = target.text !== ''
  return {
    connection: Object.freeze({
      linkId: link.text,
      listenerArn: isSecondKind ? target.text : null,
      // Documented: requests through links of the second kind include the stage. That it stands in front of the
      // URI's own path is how AWS's example reads.
      pathPrefix: isSecondKind ? `/${encodeURIComponent(stageName)}` : '',
    }),
  }
}

function missingVariable(name: string): string {
  return `The integration's VPC link needs the stage variable ${name}, which is not set.`
}
