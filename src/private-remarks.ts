/**
 * The private integrations of a program that lead nowhere here, for the log. Which links have an address is known to this
 * gateway alone and not to the program, so that this is asked of the options whenever a program is published: at
 * deployment, and at a start with other options.
 */
import { addressOf, missingAddress, type PrivateNetwork } from './integrations/private-network.ts'
import { privateConnection } from './program/private-connection.ts'
import type { ProgramSource } from './program/program.ts'

/** One sentence for each method that refuses every request because its link has no address. */
export function privateRemarks(
  { snapshot, stage }: ProgramSource,
  network: PrivateNetwork,
): string[] {
  const { stageName, variables: stageVariables = {} } = stage
  return snapshot.resources.flatMap(({ path, resourceMethods = {} }) =>
    Object.entries(resourceMethods).flatMap(([verb, { methodIntegration: integration }]) => {
      if (integration?.connectionType !== 'VPC_LINK') return []
      const connected = privateConnection(integration, { stageName, stageVariables })
      // What is wrong with the definition itself is an obstacle, and told with the program's other remarks.
      if ('problem' in connected || connected.connection === null) return []
      if (addressOf(connected.connection, network) !== undefined) return []
      return [`${verb} ${path} refuses every request: ${missingAddress(connected.connection)}`]
    }),
  )
}
